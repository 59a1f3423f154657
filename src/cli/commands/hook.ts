import { placesOfProjects } from '../../artifact/dvc/trees.ts';
import { MlchainError } from '../../errors.ts';
import { rememberFetched } from '../../gather/rewound.ts';
import type { Repository } from '../../git/repository.ts';
import { writeControlledPaths } from '../../hooks/controlled-paths.ts';
import { FormatError } from '../../intoto/format-error.ts';
import { controllingPatterns, controlOf, directoryOf } from '../../layout/control.ts';
import { completeEvidence } from '../../ledger/fetch.ts';
import { fetchAfterPull } from '../../ledger/pulled.ts';
import type { LayoutInForce, RecordingContext } from '../../record/context.ts';
import { queuedCommits, recordMissing } from '../../record/missing.ts';
import type { Outcome } from '../../record/outcome.ts';
import { afterCommit } from '../../record/post-commit.ts';
import { afterRewrite, parseRewritten } from '../../record/post-rewrite.ts';
import { recordingLines } from '../../report/recording-text.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { recordingContext } from '../recording.ts';
import { prePush } from './hook-pre-push.ts';
import { preReceive } from './hook-pre-receive.ts';

/** What the installed hook scripts call: `hook NAME -- ARG…`, with git's own standard input. */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  const [name = ''] = args.positionals;
  const words = args.passthrough ?? [];
  switch (name) {
    case 'post-commit':
      return await recordQuietly(context, name, (recording) => afterCommit(recording, name));
    case 'post-merge':
      // A squash merge has made no commit yet.
      if (words[0] === '1') return 0;
      await completePull(context);
      return await recordQuietly(context, name, async (recording) => {
        // A pull brings evidence as well: when this clone saw it is what a thief cannot date back (threat 26).
        await rememberFetched(recording.repo);
        return await afterCommit(recording, name);
      });
    case 'post-rewrite':
      return words[0] === 'rebase' ? await afterRebase(context) : 0;
    case 'pre-push':
      return await beforePush(context, words);
    case 'pre-receive':
      return await preReceive(context, await readInput());
    default:
      throw new MlchainError('usage', `there is no hook '${name}'`);
  }
}

/** An amend was dealt with by the post-commit hook that ran just before. */
async function afterRebase(context: Context): Promise<ExitCode> {
  const rewritten = parseRewritten(await readInput());
  await completePull(context);
  return await recordQuietly(context, 'post-rewrite', (recording) => afterRewrite(recording, rewritten));
}

/** What was pulled is here whether or not its evidence can be brought as well. */
async function completePull(context: Context): Promise<void> {
  try {
    await fetchAfterPull(await context.openRepository());
  } catch (error) {
    if (!(error instanceof MlchainError)) throw error;
    context.voice.note(
      `git-mlchain: the evidence of what was pulled did not come along; 'git mlchain sync' brings it`,
    );
  }
}

/** A hook that runs after the fact has nothing left to stop: whatever happens, one line and 0 (`product.md` §4). */
async function recordQuietly(
  context: Context,
  name: string,
  record: (recording: RecordingContext) => Promise<readonly Outcome[]>,
): Promise<ExitCode> {
  try {
    const repo = await context.openRepository();
    repo.askAhead();
    const recording = recordingContext(context, repo, { mayPrompt: false });
    say(context, await record(recording));
    await noteControlledPaths(repo, recording);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    context.voice.note(`git-mlchain: ${name}: ${error.message.replaceAll('\n', ' ')}`);
  }
  return 0;
}

function say({ voice }: Context, outcomes: readonly Outcome[]): void {
  // Commits that were made into one would each say the same of it.
  for (const line of new Set(recordingLines(outcomes))) voice.note(`git-mlchain: ${line}`);
}

/** So that the next commit that touches none of them need not start Node at all. */
async function noteControlledPaths(repo: Repository, recording: RecordingContext): Promise<void> {
  const layout = await layoutAtHead(repo, recording);
  if (layout === undefined) return;
  const patterns = layout.layout.steps.flatMap(controllingPatterns).map((each) => directoryOf(each) ?? each);
  const { prefixes } = controlOf(layout.layout);
  // Outputs of DVC change by their pointers, which may lie anywhere: there any change is worth a look.
  const isDvc = await recording.digester.dvc.hasProject('HEAD', prefixes);
  const projects = placesOfProjects(prefixes).map((place) => `${place}.dvc`);
  await writeControlledPaths(repo.gitDir, layout.blob, isDvc ? [''] : [...patterns, ...projects]);
}

/** One that cannot be read was named when the commit was looked at. */
async function layoutAtHead(
  repo: Repository,
  { layoutAt }: RecordingContext,
): Promise<LayoutInForce | undefined> {
  const head = await repo.head();
  try {
    return head === undefined ? undefined : await layoutAt(head);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** Signs what could not be signed when it was made; what still cannot be is for the verifier to refuse. */
async function beforePush(context: Context, [remote = '', url = '']: readonly string[]): Promise<ExitCode> {
  const input = await readInput();
  const repo = await context.openRepository();
  repo.askAhead();
  if ((await queuedCommits({ repo })).length > 0) {
    await completeEvidence(repo, remote);
    say(context, await recordMissing(recordingContext(context, repo, { mayPrompt: false })));
  }
  return await prePush(context, { remote, url, input });
}

/** Called by hand there is nothing to wait for. */
async function readInput(): Promise<string> {
  if (process.stdin.isTTY) return '';
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
