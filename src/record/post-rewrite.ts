import type { Artifact } from '../artifact/kind.ts';
import { sameArtifact } from '../artifact/kind.ts';
import type { PathDifference } from '../layout/changed.ts';
import type { RecordingContext } from './context.ts';
import type { Memory } from './journal.ts';
import { Journal } from './journal.ts';
import type { Occurrence } from './occurrence.ts';
import { occurrenceOf } from './occurrence.ts';
import type { Outcome } from './outcome.ts';
import { priorsOf } from './priors.ts';
import { carryOut, leftOver, planSteps } from './record-commit.ts';

/** One line of a post-rewrite hook's standard input (githooks(5)). */
export interface RewrittenCommit {
  readonly from: string;
  readonly to: string;
}

/** `<old> SP <new> [SP <extra>] LF`, one a commit; the two are equal where a rebase left a commit as it was. */
export function parseRewritten(input: string): readonly RewrittenCommit[] {
  return input.split('\n').flatMap((line) => {
    const [, from = '', to = ''] = /^([0-9a-f]{40,64}) ([0-9a-f]{40,64})(?: |$)/.exec(line) ?? [];
    return from === '' || from === to ? [] : [{ from, to }];
  });
}

/**
 * At the end of a rebase: own links are signed again for the commits that took the place of theirs, where they still
 * say the same (`renew.ts`). Nobody else's work is signed, and nothing is read as own work that was not signed, or
 * queued, as such before. An amend has been dealt with by the post-commit hook that ran just before.
 */
export async function afterRewrite(
  context: RecordingContext,
  rewritten: readonly RewrittenCommit[],
): Promise<readonly Outcome[]> {
  const memory = await new Journal(context.repo).read();
  const copies = new Set(rewritten.map(({ to }) => to));
  const outcomes: Outcome[] = [];
  for (const pair of rewritten) outcomes.push(...(await followRewrite(context, pair, memory, copies)));
  return outcomes;
}

async function followRewrite(
  context: RecordingContext,
  { from, to }: RewrittenCommit,
  memory: Memory,
  copies: ReadonlySet<string>,
): Promise<readonly Outcome[]> {
  try {
    const before = await occurrenceOf(context, from);
    const after = await occurrenceOf(context, to);
    return before === undefined || after === undefined
      ? []
      : await renewLinks(context, before, after, memory, copies);
  } catch (error) {
    return [await leftOver(context, to, error)];
  }
}

async function renewLinks(
  context: RecordingContext,
  before: Occurrence,
  after: Occurrence,
  memory: Memory,
  copies: ReadonlySet<string>,
): Promise<readonly Outcome[]> {
  const priors = await priorsOf(context, before, copies);
  const steps = after.control.steps.filter(({ step }) => priors.has(step.name));
  const needed = { steps, unknown: [] };
  const plans = await planSteps(context, after, { needed, pendingIn: 'set apart', priors, automatic: false });
  const sayTheSame = plans.every(({ kind }) => kind === 'draft');
  await inherit(context, before, after, memory, sayTheSame);
  return await carryOut(context, after, plans);
}

/**
 * A commit that changes exactly what one of this person's own did is as much theirs. It is queued – in case the key is
 * locked – only while all of it may be signed again: from the queue it would be read afresh.
 */
async function inherit(
  { repo }: RecordingContext,
  before: Occurrence,
  after: Occurrence,
  { made, queue }: Memory,
  sayTheSame: boolean,
): Promise<void> {
  const [from, to] = [before.commit.id, after.commit.id];
  const journal = new Journal(repo);
  if (made.has(from) && sameChanges(before.changed, after.changed)) {
    await journal.made(to, queue.get(from) ?? []);
    if (!sayTheSame) await journal.done(to);
  }
  await journal.done(from);
}

function sameChanges(
  one: ReadonlyMap<string, PathDifference<Artifact>>,
  other: ReadonlyMap<string, PathDifference<Artifact>>,
): boolean {
  if (one.size !== other.size) return false;
  return [...one.values()].every(({ path, before, after }) => {
    const counterpart = other.get(path);
    return (
      counterpart !== undefined &&
      sameArtifact(before, counterpart.before) &&
      sameArtifact(after, counterpart.after)
    );
  });
}
