import { directoryArtifactName } from '../artifact/directory.ts';
import { sourceOf } from '../artifact/dvc/pointer.ts';
import type { Listing } from '../artifact/kind.ts';
import { isUnexplainable } from '../artifact/kind.ts';
import { MlchainError } from '../errors.ts';
import type { Repository } from '../git/repository.ts';
import type { StepControl } from '../layout/control.ts';
import type { Arrived } from './arrived.ts';
import { findArrived, findBroughtBack } from './arrived.ts';
import { decideBinding } from './bind.ts';
import type { StepView, Work } from './compose.ts';
import { composeWork, removedProducts } from './compose.ts';
import type { Explained, RecordingContext } from './context.ts';
import type { Circumstances, LinkDraft } from './draft.ts';
import { changedUnder, draftLink } from './draft.ts';
import { Journal } from './journal.ts';
import type { Occurrence } from './occurrence.ts';
import type { Refusal } from './outcome.ts';
import type { StepPatterns } from './patterns.ts';
import type { Pending } from './pending.ts';
import { adoptPointed, withContents } from './pointed.ts';
import { renewWork } from './renew.ts';
import { patternsFor, viewFor } from './step-view.ts';
import { blame, inheritedFiles, unexplainedFiles } from './unexplained.ts';

/** What is to be recorded of one step at one commit, before anybody has been asked for a key. */
export type StepPlan =
  | { readonly kind: 'draft'; readonly draft: LinkDraft; readonly bound: Pending | undefined }
  | { readonly kind: 'refused'; readonly step: string; readonly refusal: Refusal }
  /** The commit was rewritten, and what was signed before no longer says what it does. */
  | { readonly kind: 'not-renewed'; readonly step: string; readonly path: string | undefined }
  /** There is a pending link, and this commit is about something else. */
  | { readonly kind: 'waits' };

/** What was signed, or was to be signed, for the commit that this one was rewritten from. */
export interface Prior {
  readonly draft: LinkDraft;
  readonly occurrence: Occurrence;
}

export interface StepRequest {
  readonly step: StepControl;
  /** Whether the commit needs a link of the step: it changed what the step controls, or named the step. */
  readonly needed: boolean;
  readonly pending?: Pending | undefined;
  readonly prior?: Prior | undefined;
  /** Whether the commit may be read as the person's own work where nothing else is known of it. */
  readonly automatic: boolean;
  /** Commits that this one has just been rewritten to. */
  readonly copies?: ReadonlySet<string> | undefined;
}

/**
 * Plans one link. A pending link comes first, and where it is refused no automatic one takes its place: the person
 * said by running the command what the link is to be about (`product.md` §4.2). Then what was signed before a rewrite,
 * which may know of a command that the commit does not show; then what the commit itself shows.
 */
export async function planStep(
  context: RecordingContext,
  occurrence: Occurrence,
  request: StepRequest,
): Promise<StepPlan> {
  const { step, needed, pending, prior, automatic, copies } = request;
  const patterns = await patternsFor(context, occurrence, step);
  const view = await viewFor(context, occurrence, patterns, namesIn(pending));
  const scene: Scene = { context, occurrence, patterns, view };
  if (pending !== undefined) return await planPending(scene, pending, needed);
  const renewed = prior && (await planRenewal(scene, prior));
  if (renewed !== undefined && (renewed.kind !== 'not-renewed' || !automatic)) return renewed;
  const arrived = await findArrived(context.repo, occurrence.commit, concernOf(step, occurrence), copies);
  if (arrived !== undefined) return refuseArrived(step, arrived);
  const plan = await checked(scene, composeWork(patterns, view), { recorder: 'post-commit' });
  const back = plan.kind === 'draft' ? await findBroughtBack(context, occurrence, step.controls) : undefined;
  return back === undefined ? plan : refuseArrived(step, back);
}

function refuseArrived({ step }: StepControl, arrived: Arrived): StepPlan {
  return { kind: 'refused', step: step.name, refusal: { kind: 'arrived', ...arrived } };
}

/** What the step controls, and the pointers by which the commit changed some of it. */
function concernOf({ controls }: StepControl, { changed }: Occurrence): (path: string) => boolean {
  const isPointed = [...changed.values()].some(({ path, before, after }) => {
    return controls(path) && [before, after].some((side) => side?.kind.startsWith('dvc:'));
  });
  return (path) => controls(path) || (isPointed && sourceOf(path) !== undefined);
}

/** One step at one commit, with all that was read of it. */
interface Scene {
  readonly context: RecordingContext;
  readonly occurrence: Occurrence;
  readonly patterns: StepPatterns;
  readonly view: StepView;
}

async function planPending(scene: Scene, seen: Pending, needed: boolean): Promise<StepPlan> {
  const { context, patterns, view } = scene;
  const pending = adoptPointed(context.repo, seen, view.own);
  const decision = decideBinding(pending, patterns, view.own, needed);
  if (decision.kind === 'waits') return decision;
  if (decision.kind === 'differs') return { kind: 'refused', step: pending.step, refusal: decision };
  const { recorder, command, byproducts } = pending;
  const how = { recorder, command, byproducts, external: decision.external };
  const plan = await checked(scene, boundWork(pending, patterns, view), how);
  return plan.kind === 'draft' ? { ...plan, bound: seen } : plan;
}

async function planRenewal(scene: Scene, prior: Prior): Promise<StepPlan> {
  const { context, occurrence, patterns, view } = scene;
  const { control } = patterns;
  const renewal = renewWork(patterns, {
    prior: prior.draft,
    changed: changedUnder(control, occurrence),
    before: await viewFor(context, prior.occurrence, patterns),
    after: view,
  });
  if (renewal.kind === 'changed') return { kind: 'not-renewed', step: control.step.name, path: renewal.path };
  const { command, byproducts, binding } = prior.draft;
  return await checked(scene, renewal.work, {
    recorder: 'post-rewrite',
    command,
    byproducts,
    external: binding.external,
    rewrittenFrom: prior.occurrence.commit.id,
  });
}

/** What a run leaves to the commit to say: which products went away with it. */
function boundWork(pending: Pending, patterns: StepPatterns, view: StepView): Work {
  const materials = new Map([...removedProducts(patterns, view), ...pending.materials]);
  return { materials, products: new Map(pending.products) };
}

/** The draft, unless it would sign something that nobody may sign unasked. */
async function checked(scene: Scene, work: Work, how: Circumstances): Promise<StepPlan> {
  const { context, occurrence, patterns, view } = scene;
  const refusal =
    unexplainableAmong(work.products, patterns) ??
    (await findUnexplained(context, occurrence, patterns, view, work.products));
  if (refusal?.kind === 'unexplained') await expectNotQueued(context.repo, refusal.blame?.commit);
  if (refusal !== undefined) return { kind: 'refused', step: patterns.control.step.name, refusal };
  const whole = await withContents(context, occurrence.commit.id, work);
  const draft = draftLink(context.repo, occurrence, patterns.control, whole, how);
  return { kind: 'draft', draft, bound: undefined };
}

/** What this person's own earlier commit brought will be explained once that is signed: this one waits with it. */
async function expectNotQueued(repo: Repository, commit: string | undefined): Promise<void> {
  const { queue } = await new Journal(repo).read();
  if (commit === undefined || !queue.has(commit)) return;
  throw new MlchainError('failed', `${commit.slice(0, 7)}, which it builds on, is not signed yet`);
}

export function unexplainableAmong(products: Listing, { control }: StepPatterns): Refusal | undefined {
  const isControlled = (name: string) =>
    control.controls(name) || control.directories.some((each) => name === directoryArtifactName(each));
  const found = [...products].find(([name, { kind }]) => isUnexplainable(kind) && isControlled(name));
  if (found === undefined) return undefined;
  const [path, { kind }] = found;
  return { kind: 'unexplainable', path, what: kind };
}

/** The judge is asked only where the link names something that the commit did not bring itself. */
export async function findUnexplained(
  context: RecordingContext,
  { commit }: Occurrence,
  patterns: StepPatterns,
  view: StepView,
  products: Listing,
): Promise<Refusal | undefined> {
  if (inheritedFiles(products, patterns, view).length === 0) return undefined;
  const known: Explained = await context.rememberedIn(commit.parents);
  if (unexplainedFiles(products, patterns, view, known).length === 0) return undefined;
  const explained: Explained = await context.explainedIn(commit.parents);
  const files = unexplainedFiles(products, patterns, view, explained);
  const [first] = files;
  if (first === undefined) return undefined;
  return { kind: 'unexplained', files, blame: await blame(context.repo, commit.parents, first) };
}

function namesIn(pending: Pending | undefined): ReadonlySet<string> {
  return new Set([...(pending?.materials.keys() ?? []), ...(pending?.products.keys() ?? [])]);
}
