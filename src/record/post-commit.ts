import { MlchainError } from '../errors.ts';
import type { CommitChanges } from '../git/history.ts';
import { readCommit } from '../git/history.ts';
import { controlOf } from '../layout/control.ts';
import type { RecordingContext } from './context.ts';
import { boundLinks, pendingLinks } from './desk.ts';
import { authorOf } from './draft.ts';
import { Journal } from './journal.ts';
import type { Making } from './making.ts';
import { howMade, readTraces } from './making.ts';
import { occurrenceIn, occurrenceOf } from './occurrence.ts';
import type { Foreign, Outcome } from './outcome.ts';
import type { Prior } from './plan.ts';
import { priorsOf } from './priors.ts';
import { leftOver, recordCommit } from './record-commit.ts';
import { namedSteps, neededSteps } from './steps.ts';

/**
 * What the post-commit hook does, and post-merge after a clean merge, which runs no post-commit: a signed link for each
 * step whose paths the commit changed – if this person has just made it here, and not otherwise (`product.md` §4,
 * "Nobody signs by accident").
 */
export async function afterCommit(
  context: RecordingContext,
  hook: 'post-commit' | 'post-merge',
): Promise<readonly Outcome[]> {
  const [id, traces] = await Promise.all([context.repo.head(), readTraces(context.repo)]);
  if (id === undefined) return [];
  const commit = await readCommit(context.repo, id);
  const making = await howMade(context.repo, commit, traces);
  const how = await foreignness(context, commit, making);
  // A fast-forward runs post-merge too: what it brought was made elsewhere, and nobody expects a word about it.
  if (how !== undefined) return hook === 'post-merge' ? [] : await leaveAlone(context, commit, how);
  return await recordOwn(context, commit, making);
}

async function recordOwn(
  context: RecordingContext,
  commit: CommitChanges,
  making: Making,
): Promise<readonly Outcome[]> {
  const journal = new Journal(context.repo);
  const named = namedSteps(commit, context.env);
  context.repo.knowCommitter(commit.committer);
  // Queued before it is looked at: whatever happens from here on, `record --missing` finds it.
  await journal.made(commit.id, named);
  try {
    const priors = making.kind === 'amend' ? await takeOver(context, making.replaced, commit.id) : new Map();
    const layout = await context.layoutAt(commit.id);
    if (layout === undefined) return await nothingToDo(journal, commit.id);
    const occurrence = await occurrenceIn(context, commit, layout);
    const needed = neededSteps(occurrence, named);
    return await recordCommit(context, occurrence, {
      needed,
      pendingIn: 'worktree',
      priors,
      automatic: true,
    });
  } catch (error) {
    return [await leftOver(context, commit.id, error)];
  }
}

async function nothingToDo(journal: Journal, commit: string): Promise<readonly Outcome[]> {
  await journal.done(commit);
  return [];
}

/** Undefined where the commit is this person's own work. */
async function foreignness(
  context: RecordingContext,
  commit: CommitChanges,
  making: Making,
): Promise<Foreign | undefined> {
  switch (making.kind) {
    case 'commit':
    case 'merge':
      return undefined;
    case 'amend':
      return (await isOwnAmendment(context, commit, making.replaced)) ? undefined : 'amended-foreign';
    default:
      return making.kind;
  }
}

/**
 * An amended commit holds what the old one brought as well: where this clone did not see that being made, nobody knows
 * whose work it is. An old commit that touched nothing controlled has nothing to launder.
 */
async function isOwnAmendment(
  context: RecordingContext,
  { id }: CommitChanges,
  replaced: string,
): Promise<boolean> {
  const { made } = await new Journal(context.repo).read();
  if (made.has(replaced)) return true;
  const layout = await readable(context.layoutAt(id));
  if (layout === undefined) return true;
  const { isControlled, prefixes } = controlOf(layout.layout);
  const old = await readCommit(context.repo, replaced);
  const { changes } = await context.digester.dvc.withOutputs(old, prefixes);
  return !changes.flat().some(({ path }) => isControlled(path));
}

/** One line for the person who made such a commit of controlled files; silence while a rebase still goes on. */
async function leaveAlone(
  context: RecordingContext,
  commit: CommitChanges,
  how: Foreign,
): Promise<readonly Outcome[]> {
  if (how === 'rebase' || how === 'am') return [];
  const occurrence = await readable(occurrenceOf(context, commit.id));
  const steps =
    occurrence === undefined ? [] : neededSteps(occurrence, []).steps.map(({ step }) => step.name);
  return steps.length === 0
    ? []
    : [{ kind: 'foreign', commit: commit.id, how, steps, author: authorOf(commit) }];
}

/** What was signed for the commit that was amended, or waits to be, now belongs to the new one. */
async function takeOver(
  context: RecordingContext,
  replaced: string,
  amended: string,
): Promise<ReadonlyMap<string, Prior>> {
  await reopenPending(context, replaced);
  const occurrence = await readable(occurrenceOf(context, replaced));
  const priors = occurrence && (await readable(priorsOf(context, occurrence, new Set([amended]))));
  await new Journal(context.repo).done(replaced);
  return priors ?? new Map();
}

/** A later run of the step has replaced a link that waits for a commit that is gone. */
async function reopenPending({ repo }: RecordingContext, replaced: string): Promise<void> {
  const inWorktree = pendingLinks(repo);
  const setApart = boundLinks(repo, replaced);
  for (const pending of await setApart.list()) {
    if ((await inWorktree.read(pending.step)) === undefined) await inWorktree.write(pending);
    await setApart.remove(pending.step);
  }
}

/** Undefined where nothing can be said: a broken layout, a history cut off, no key. What matters is met again later. */
async function readable<T>(reading: Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof MlchainError) return undefined;
    throw error;
  }
}
