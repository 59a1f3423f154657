import type { RecordingContext } from './context.ts';
import { Journal } from './journal.ts';
import { occurrenceOf } from './occurrence.ts';
import type { Outcome } from './outcome.ts';
import { leftOver, recordCommit } from './record-commit.ts';
import { neededSteps } from './steps.ts';

/** Commits that this clone saw being made and that are still to be signed, oldest first; some may be gone by now. */
export async function queuedCommits(context: Pick<RecordingContext, 'repo'>): Promise<readonly string[]> {
  const { queue } = await new Journal(context.repo).read();
  return [...queue.keys()];
}

/**
 * Signs what is queued and nothing else: `record --missing`, and pre-push before it verifies. What still cannot be
 * signed stays queued, and the outcome says why.
 */
export async function recordMissing(context: RecordingContext): Promise<readonly Outcome[]> {
  const { queue } = await new Journal(context.repo).read();
  const outcomes: Outcome[] = [];
  for (const [commit, named] of queue) outcomes.push(...(await recordQueued(context, commit, named)));
  return outcomes;
}

async function recordQueued(
  context: RecordingContext,
  commit: string,
  named: readonly string[],
): Promise<readonly Outcome[]> {
  const journal = new Journal(context.repo);
  // Amended or rebased away, and collected since: there is nothing left to sign for.
  if ((await context.repo.tryResolve(commit)) === undefined) return await dropped(journal, commit);
  try {
    const occurrence = await occurrenceOf(context, commit);
    if (occurrence === undefined) return await dropped(journal, commit);
    const needed = neededSteps(occurrence, named);
    return await recordCommit(context, occurrence, {
      needed,
      pendingIn: 'either',
      priors: new Map(),
      automatic: true,
    });
  } catch (error) {
    return [await leftOver(context, commit, error)];
  }
}

async function dropped(journal: Journal, commit: string): Promise<readonly Outcome[]> {
  await journal.done(commit);
  return [];
}
