import { isDirectoryArtifact } from '../artifact/directory.ts';
import { sameArtifact } from '../artifact/kind.ts';
import { entriesAt } from '../git/tree.ts';
import { holdsProducts } from './bind.ts';
import type { RecordingContext } from './context.ts';
import { pendingLinks } from './desk.ts';
import type { Occurrence } from './occurrence.ts';
import { occurrenceOf } from './occurrence.ts';
import type { Outcome } from './outcome.ts';
import type { Pending } from './pending.ts';
import type { StepPlan } from './plan.ts';
import { planStep } from './plan.ts';
import { adoptPointed } from './pointed.ts';
import { signLinks } from './sign.ts';
import { patternsFor, viewFor } from './step-view.ts';

/** The commit of a step's effective link at a commit, as the judge says; undefined where there is none. */
export type EffectiveCommit = (step: string, at: string) => Promise<string | undefined>;

/**
 * A run whose products HEAD's tree has already needs no further commit (`product.md` §4.2). It is bound to the commit
 * of the step's effective link while the materials are the same there – a second person's run so signs the same link as
 * the first's –, else to HEAD: the same result from something new. Undefined: the link waits for its commit.
 * @throws KeyError; the link is still pending then
 */
export async function bindNow(
  context: RecordingContext,
  pending: Pending,
  effective: EffectiveCommit,
): Promise<Outcome | undefined> {
  const head = await context.repo.head();
  if (head !== undefined && (await lacksFirstProduct(context, head, pending))) return undefined;
  const atHead = head === undefined ? undefined : await occurrenceOf(context, head);
  if (atHead === undefined || !(await isInTree(context, atHead, pending))) return undefined;
  const first = await effective(pending.step, atHead.commit.id);
  const candidates = first === undefined || first === head ? [] : [await occurrenceOf(context, first)];
  for (const occurrence of [...candidates, atHead]) {
    const outcome = occurrence && (await bindTo(context, occurrence, pending));
    if (outcome !== undefined) return outcome;
  }
  return undefined;
}

/** One look, which spares most runs the reading of the whole tree: what they made is new. */
async function lacksFirstProduct(
  { repo, digester }: RecordingContext,
  commit: string,
  { products, ignored }: Pending,
): Promise<boolean> {
  for (const [path, artifact] of products) {
    if (ignored.has(path) || isDirectoryArtifact(path)) continue;
    const [entry] = await entriesAt(repo, [{ commit, path }]);
    if (entry === undefined) return true;
    const committed = (await digester.digestEntries([[path, entry]])).get(path);
    return !sameArtifact(committed, artifact);
  }
  return false;
}

async function isInTree(
  context: RecordingContext,
  occurrence: Occurrence,
  pending: Pending,
): Promise<boolean> {
  const step = stepOf(occurrence, pending);
  if (step === undefined) return false;
  const patterns = await patternsFor(context, occurrence, step);
  const { own } = await viewFor(context, occurrence, patterns);
  return holdsProducts(adoptPointed(context.repo, pending, own), patterns, own);
}

async function bindTo(
  context: RecordingContext,
  occurrence: Occurrence,
  pending: Pending,
): Promise<Outcome | undefined> {
  const step = stepOf(occurrence, pending);
  if (step === undefined) return undefined;
  const plan: StepPlan = await planStep(context, occurrence, {
    step,
    needed: false,
    pending,
    automatic: false,
  });
  if (plan.kind === 'refused') return { ...plan, commit: occurrence.commit.id };
  if (plan.kind !== 'draft') return undefined;
  const [outcome] = await signLinks(context, occurrence.layout.layout, [plan.draft]);
  await pendingLinks(context.repo).remove(pending.step);
  return outcome;
}

function stepOf({ control }: Occurrence, pending: Pending) {
  return control.steps.find(({ step }) => step.name === pending.step);
}
