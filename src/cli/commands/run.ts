import { excludeFilter } from '../../artifact/exclude-pattern.ts';
import { MlchainError } from '../../errors.ts';
import { assessHistory } from '../../gather/assess.ts';
import { readTrust } from '../../gather/trust.ts';
import type { Repository } from '../../git/repository.ts';
import type { Layout } from '../../intoto/layout.ts';
import { isAuthorised } from '../../openpgp/authorised.ts';
import type { EffectiveCommit } from '../../record/bind-now.ts';
import { bindNow } from '../../record/bind-now.ts';
import type { CommandRequest } from '../../record/child.ts';
import { runCommand } from '../../record/child.ts';
import type { RecordingContext } from '../../record/context.ts';
import { pendingLinks, startedWork } from '../../record/desk.ts';
import { timestamp } from '../../record/draft.ts';
import type { Outcome } from '../../record/outcome.ts';
import { withoutExcluded } from '../../record/patterns.ts';
import type { NewPending, RunRequest } from '../../record/run.ts';
import { failureOf, runStep } from '../../record/run.ts';
import { runScope } from '../../record/run-patterns.ts';
import { quotePath } from '../../report/escape.ts';
import { recordingLines } from '../../report/recording-text.ts';
import { count } from '../../report/words.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { requireWorkTree } from '../layout-file.ts';
import { didYouMean } from '../nearest.ts';
import { configOf, recordingContext } from '../recording.ts';
import { LINK_FILE_OPTIONS, runForLinkFile } from './run-link-file.ts';

/** `run STEP [-- CMD…]`: a step's command between two looks at the work tree (`product.md` §4.2). */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  const step = args.positionals[0] ?? missingStep();
  expectOneWay(args);
  if (args.has('metadata-directory')) {
    return await runForLinkFile(context, args, step, typedCommand(context, args));
  }
  const repo = await context.openRepository();
  if (args.has('discard')) return await discard(context, repo, step);
  const request = await commandFor(context, args, repo, step);
  if (context.env.MLCHAIN_SKIP === '1') return await runOnly(context, request);
  const recording = recordingContext(context, repo, { key: args.value('key'), mayPrompt: true });
  const { patterns, layout } = await runScope(recording, step);
  await expectFunctionary(recording, layout, step);
  const excluded = args.values('exclude');
  const wanted = excluded.length === 0 ? patterns : withoutExcluded(patterns, excludeFilter(excluded));
  const made = await runStep(recording, wanted, {
    ...request,
    bindAnyway: args.has('bind'),
    rollbackOnFailure: args.has('rollback-on-failure'),
  });
  return await settle(context, recording, made);
}

/** Before hours of training, not after: a link by somebody else would be worth nothing. */
async function expectFunctionary(recording: RecordingContext, layout: Layout, step: string): Promise<void> {
  const { keyid, fingerprint, name } = await recording.signingKey();
  if (isAuthorised(layout, step, keyid)) return;
  throw new MlchainError('key', `${name} (key ${fingerprint}) is not among the functionaries of ${step}`, {
    hint: `--key names another key; an owner adds one with 'git mlchain layout set --functionary ${step}=${fingerprint}'`,
  });
}

/** Binds a new pending link at once where HEAD holds its products already, and says what became of it. */
export async function settle(
  context: Context,
  recording: RecordingContext,
  { pending, replaced }: NewPending,
): Promise<ExitCode> {
  const { voice } = context;
  if (replaced !== undefined)
    voice.note(`the pending link of ${pending.step} from ${timestamp(replaced.getTime())} is replaced`);
  const outcome = await bindIfDone(context, recording, { pending, replaced });
  const products = [...pending.products.keys()];
  voice.document({
    step: pending.step,
    state: stateOf(outcome),
    commit: outcome?.commit ?? null,
    products,
    external: [...pending.ignored],
    replaced: replaced !== undefined,
  });
  if (outcome !== undefined) {
    for (const line of recordingLines([outcome])) voice.say(line);
    return outcome.kind === 'refused' ? 1 : 0;
  }
  voice.say(
    `${pending.step}: ${count(products.length, 'product')} noted; the link waits for the commit that holds them`,
  );
  adviseOnIgnored(context, pending.ignored, products, pending.bindAnyway);
  return 0;
}

function stateOf(outcome: Outcome | undefined): string {
  if (outcome === undefined) return 'pending';
  return outcome.kind === 'refused' ? 'refused' : 'bound';
}

function adviseOnIgnored(
  { voice }: Context,
  ignored: ReadonlySet<string>,
  products: readonly string[],
  bindAnyway: boolean,
): void {
  const [first] = ignored;
  if (first === undefined) return;
  const some = `git ignores ${quotePath(first)}${ignored.size > 1 ? ` and ${ignored.size - 1} more` : ''}: recorded, covered by nothing`;
  if (ignored.size < products.length || bindAnyway) voice.note(some);
  else
    voice.warn(
      some,
      "no commit will hold any of the products: 'git mlchain run --bind' binds to the next one all the same",
    );
}

/** What stands in the way of binding now – no pinned owner, a locked key – leaves the link pending, and nothing lost. */
async function bindIfDone(
  context: Context,
  recording: RecordingContext,
  { pending }: NewPending,
): Promise<Outcome | undefined> {
  try {
    return await bindNow(recording, pending, effectiveCommit(context, recording.repo));
  } catch (error) {
    if (!(error instanceof MlchainError)) throw error;
    context.voice.warn(`the link is not bound yet: ${error.message}`, error.hint);
    return undefined;
  }
}

function effectiveCommit(context: Context, repo: Repository): EffectiveCommit {
  return async (step, at) => {
    const trust = await readTrust(repo, { owners: [], strict: false, env: context.env });
    const history = await assessHistory(repo, {
      tips: [at],
      trust,
      now: Math.floor(context.now() / 1000),
      cache: 'histories',
    });
    return history.commits.get(at)?.effective.get(step)?.link.commit;
  };
}

async function discard({ voice }: Context, repo: Repository, step: string): Promise<ExitCode> {
  const hadPending = await pendingLinks(repo).remove(step);
  const hadStarted = await startedWork(repo).remove(step);
  voice.document({ step, discarded: hadPending || hadStarted });
  voice.say(
    hadPending || hadStarted
      ? `the pending link of ${step} is dropped`
      : `there is no pending link of ${step}`,
  );
  return 0;
}

async function runOnly({ voice }: Context, request: StepCommand): Promise<ExitCode> {
  voice.warn('MLCHAIN_SKIP=1: the command is run and nothing is recorded');
  const [program, ...rest] = request.command;
  if (program === undefined) return 0;
  const failure = failureOf(await runCommand({ ...request, command: [program, ...rest] }), program);
  if (failure !== undefined) throw failure;
  return 0;
}

type StepCommand = Pick<RunRequest, keyof CommandRequest>;

/** The configured command runs at the top, where its paths are written from; a typed one where it was typed. */
async function commandFor(
  context: Context,
  args: Args,
  repo: Repository,
  step: string,
): Promise<StepCommand> {
  const top = requireWorkTree(repo);
  if (args.has('no-command')) return { ...howToRun(context, args), command: [], cwd: top };
  const typed = args.passthrough ?? [];
  const steps = (await configOf(repo))?.steps ?? new Map();
  const command: readonly string[] = typed.length > 0 ? typed : (steps.get(step)?.command ?? []);
  const [program, ...rest] = command;
  if (program === undefined) {
    const hint = `git mlchain run ${step} -- CMD…, a 'command' in .mlchainrc, or --no-command`;
    throw new MlchainError('usage', `there is no command for ${step}`, {
      hint: steps.has(step) ? hint : didYouMean(step, steps.keys(), hint),
    });
  }
  const cwd = typed.length > 0 ? context.cwd : top;
  return { ...howToRun(context, args), command: [program, ...rest], cwd };
}

/** Outside a repository nothing but the command line names a command. */
function typedCommand(context: Context, args: Args): CommandRequest | undefined {
  if (args.has('no-command')) return undefined;
  const [program, ...rest] = args.passthrough ?? [];
  if (program === undefined) {
    throw new MlchainError('usage', 'expected a command, found none', {
      hint: 'git mlchain run STEP --metadata-directory DIR -- CMD…, or --no-command',
    });
  }
  return { ...howToRun(context, args), command: [program, ...rest], cwd: context.cwd };
}

function howToRun(context: Context, args: Args): Omit<CommandRequest, 'command' | 'cwd'> {
  return {
    env: context.env,
    timeoutMs: inMilliseconds(args.duration('timeout')),
    recordStreams: args.has('record-streams'),
    outputTo: context.voice.isJson ? 'stderr' : 'stdout',
  };
}

function expectOneWay(args: Args): void {
  if (args.has('no-command') && (args.passthrough ?? []).length > 0) {
    throw new MlchainError('usage', 'expected a command or --no-command, found both');
  }
  const misplaced = LINK_FILE_OPTIONS.find((option) => args.has(option));
  if (misplaced === undefined || args.has('metadata-directory')) return;
  throw new MlchainError('usage', `--${misplaced} goes with --metadata-directory`, {
    hint: 'in a repository the layout says what is recorded',
  });
}

function inMilliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}

function missingStep(): never {
  throw new MlchainError('usage', 'which step is to be run?', {
    hint: 'usage: git mlchain run STEP [-- CMD…]',
  });
}
