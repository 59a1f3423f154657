import { ArtifactError } from '../artifact/artifact-error.ts';
import { MlchainError } from '../errors.ts';
import { FormatError } from '../intoto/format-error.ts';
import type { StepControl } from '../layout/control.ts';
import type { RecordingContext } from './context.ts';
import { boundLinks, pendingLinks } from './desk.ts';
import { Journal } from './journal.ts';
import type { Occurrence } from './occurrence.ts';
import type { Outcome } from './outcome.ts';
import type { Pending } from './pending.ts';
import type { Prior, StepPlan } from './plan.ts';
import { planStep } from './plan.ts';
import { signLinks } from './sign.ts';
import type { NeededSteps } from './steps.ts';

/** How a commit is to be recorded. */
export interface CommitRequest {
  readonly needed: NeededSteps;
  /**
   * Where its pending links are. `worktree`: it has just been made there. `set apart`: under its own name. `either`: a
   * hook may have been killed before it could set them apart.
   */
  readonly pendingIn: 'worktree' | 'set apart' | 'either';
  /** What was signed before the commit was rewritten, by step. */
  readonly priors: ReadonlyMap<string, Prior>;
  /** Whether the commit may be read as the person's own work where nothing else is known of it. */
  readonly automatic: boolean;
  /** Commits that this one has just been rewritten to. */
  readonly copies?: ReadonlySet<string>;
}

/**
 * Records one commit that this person made: plans, signs, writes, and takes it off the queue – or leaves it there, with
 * the pending links that it holds set apart, where a key or anything else that can be mended is in the way.
 */
export async function recordCommit(
  context: RecordingContext,
  occurrence: Occurrence,
  request: CommitRequest,
): Promise<readonly Outcome[]> {
  try {
    const plans = await planSteps(context, occurrence, request);
    return [...unknownSteps(occurrence, request.needed), ...(await carryOut(context, occurrence, plans))];
  } catch (error) {
    return [await leftOver(context, occurrence.commit.id, error)];
  }
}

export async function planSteps(
  context: RecordingContext,
  occurrence: Occurrence,
  { needed, pendingIn, priors, automatic, copies }: CommitRequest,
): Promise<readonly StepPlan[]> {
  const plans: StepPlan[] = [];
  for (const step of occurrence.control.steps) {
    const { name } = step.step;
    const pending = await findPending(context, occurrence, name, pendingIn);
    const isNeeded = needed.steps.includes(step);
    if (!isNeeded && pending === undefined) continue;
    const request = { step, needed: isNeeded, pending, prior: priors.get(name), automatic, copies };
    plans.push(await planStep(context, occurrence, request));
  }
  return plans;
}

/** A pending link that was made after the commit is about another one. */
async function findPending(
  { repo }: RecordingContext,
  { commit }: Occurrence,
  step: string,
  where: CommitRequest['pendingIn'],
): Promise<Pending | undefined> {
  const setApart = where === 'worktree' ? undefined : await boundLinks(repo, commit.id).read(step);
  if (setApart !== undefined || where === 'set apart') return setApart;
  const pending = await pendingLinks(repo).read(step);
  const isLater = pending !== undefined && Date.parse(pending.ended) > commit.committer.time * 1000;
  return where === 'either' && isLater ? undefined : pending;
}

/** @throws MlchainError where nothing was signed; the pending links are set apart by then. */
export async function carryOut(
  context: RecordingContext,
  occurrence: Occurrence,
  plans: readonly StepPlan[],
): Promise<readonly Outcome[]> {
  const { id } = occurrence.commit;
  await setApart(context, id, plans);
  const outcomes = await signPlans(context, occurrence, plans);
  await new Journal(context.repo).done(id);
  const links = boundLinks(context.repo, id);
  for (const { step } of boundIn(plans)) await links.remove(step);
  return outcomes;
}

async function signPlans(
  context: RecordingContext,
  { layout, commit }: Occurrence,
  plans: readonly StepPlan[],
): Promise<readonly Outcome[]> {
  const drafts = plans.flatMap((plan) => (plan.kind === 'draft' ? [plan.draft] : []));
  const refused = plans.flatMap((plan): Outcome[] =>
    plan.kind === 'refused' || plan.kind === 'not-renewed' ? [{ ...plan, commit: commit.id }] : [],
  );
  return [...(await signLinks(context, layout.layout, drafts)), ...refused];
}

/** From here on the link belongs to this commit: the next run of the step makes another, and takes nothing away. */
async function setApart(
  { repo }: RecordingContext,
  commit: string,
  plans: readonly StepPlan[],
): Promise<void> {
  const links = boundLinks(repo, commit);
  for (const pending of boundIn(plans)) {
    if ((await links.read(pending.step)) !== undefined) continue;
    await links.write(pending);
    await pendingLinks(repo).remove(pending.step);
  }
}

function boundIn(plans: readonly StepPlan[]): readonly Pending[] {
  return plans.flatMap((plan) => (plan.kind === 'draft' && plan.bound !== undefined ? [plan.bound] : []));
}

/**
 * What cannot be mended is taken off the queue: a commit with a broken layout, or with a name that no link can hold,
 * stays as it is. Everything else – a locked key, an unreadable `.mlchainrc`, no pinned owner – may be mended.
 */
export async function leftOver(context: RecordingContext, commit: string, error: unknown): Promise<Outcome> {
  if (!(error instanceof MlchainError)) throw error;
  const journal = new Journal(context.repo);
  if (isLasting(error)) await journal.done(commit);
  const { queue } = await journal.read();
  return { kind: queue.has(commit) ? 'queued' : 'unsigned', commit, error };
}

function isLasting(error: MlchainError): boolean {
  if (error instanceof ArtifactError)
    return error.failure === 'invalid-name' || error.failure === 'no-content';
  return error instanceof FormatError;
}

function unknownSteps({ commit, control }: Occurrence, { unknown }: NeededSteps): readonly Outcome[] {
  const known = control.steps.map(({ step }: StepControl) => step.name);
  return unknown.map((step) => ({ kind: 'unknown-step', commit: commit.id, step, known }));
}
