import { MlchainError } from '../../errors.ts';
import { readRevisions } from '../../gather/revisions.ts';
import { readHistory } from '../../git/history.ts';
import type { Repository } from '../../git/repository.ts';
import type { Proposal } from '../../record/by-hand.ts';
import { proposeLinks, signProposals } from '../../record/by-hand.ts';
import type { RecordingContext } from '../../record/context.ts';
import { recordMissing } from '../../record/missing.ts';
import type { Outcome } from '../../record/outcome.ts';
import { startWork, stopWork } from '../../record/run.ts';
import { runScope } from '../../record/run-patterns.ts';
import { escapeText } from '../../report/escape.ts';
import { proposalLines } from '../../report/proposal-text.ts';
import { recordingLines } from '../../report/recording-text.ts';
import { count } from '../../report/words.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { recordingContext } from '../recording.ts';
import { settle } from './run.ts';

/** `record`: by hand, what is queued, or the two ends of work that is no single command (`product.md` §4.3). */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  const repo = await context.openRepository();
  const recording = recordingContext(context, repo, { key: args.value('key'), mayPrompt: true });
  const [start, stop] = [args.value('start'), args.value('stop')];
  expectOneWay(args);
  if (start !== undefined) return await begin(context, recording, start);
  if (stop !== undefined) {
    const { patterns } = await runScope(recording, stop);
    return await settle(context, recording, await stopWork(recording, patterns));
  }
  if (args.has('missing')) return report(context, await recordMissing(recording), 'nothing is queued');
  return await byHand(context, args, repo, recording);
}

function expectOneWay(args: Args): void {
  const ways = ['missing', 'start', 'stop'].filter((option) => args.has(option));
  const byHand = args.positionals.length > 0 || args.has('step');
  if (ways.length > 1 || (ways.length > 0 && byHand)) {
    throw new MlchainError(
      'usage',
      `--${ways.join(' and --')} cannot go with a commit, a step or each other`,
    );
  }
}

async function begin(context: Context, recording: RecordingContext, step: string): Promise<ExitCode> {
  const { patterns } = await runScope(recording, step);
  const isAgain = await startWork(recording, patterns);
  context.voice.document({ step, state: 'started', replaced: isAgain });
  context.voice.say(
    `${escapeText(step)}: materials noted${isAgain ? ' anew' : ''}; when the work is done: git mlchain record --stop ${escapeText(step)}`,
  );
  return 0;
}

async function byHand(
  context: Context,
  args: Args,
  repo: Repository,
  recording: RecordingContext,
): Promise<ExitCode> {
  const { voice } = context;
  const proposals: Proposal[] = [];
  for (const commit of await commitsOf(repo, args.positionals[0] ?? 'HEAD')) {
    proposals.push(...(await proposeLinks(recording, commit, args.values('step'))));
  }
  if (proposals.length === 0) {
    throw new MlchainError('input', 'there is nothing of yours to sign there', {
      hint: 'name a step with --step to sign a commit that changed none of its products',
    });
  }
  for (const proposal of proposals) for (const line of proposalLines(proposal)) voice.say(line);
  const question = `sign ${count(proposals.length, 'link')}?`;
  if (!(await voice.confirm(question, args.has('yes')))) return report(context, [], 'nothing was signed', 1);
  const { outcomes, discarded } = await signProposals(recording, proposals);
  for (const step of discarded)
    voice.note(`the pending link of ${escapeText(step)} is dropped: this one takes its place`);
  return report(context, outcomes, 'nothing was signed');
}

/** Oldest first: what a link was made from is signed before it. */
async function commitsOf(repo: Repository, text: string): Promise<readonly string[]> {
  const { revision, within } = await readRevisions(repo, text);
  if (within === undefined) return [revision];
  const commits: string[] = [];
  for await (const { id } of readHistory(repo, { tips: [revision], order: 'oldest-first', changes: false })) {
    if (within.has(id)) commits.push(id);
  }
  return commits;
}

/** 1 where something that was asked for was not signed. */
function report(
  { voice }: Context,
  outcomes: readonly Outcome[],
  none: string,
  codeWhenNone: ExitCode = 0,
): ExitCode {
  voice.document(outcomes.map(documentOf));
  for (const line of recordingLines(outcomes)) voice.say(line);
  if (outcomes.length === 0) voice.say(none);
  if (outcomes.length === 0) return codeWhenNone;
  return outcomes.every(({ kind }) => kind === 'signed' || kind === 'already-signed') ? 0 : 1;
}

function documentOf(outcome: Outcome) {
  const [line] = recordingLines([outcome]);
  return {
    commit: outcome.commit,
    step: 'step' in outcome ? outcome.step : null,
    state: outcome.kind,
    message: line,
  };
}
