import { sameArtifact } from '../artifact/kind.ts';
import { matchOrder } from '../intoto/match-order.ts';
import { changedPaths, type PathDifference } from '../layout/changed.ts';
import type { Control } from '../layout/control.ts';
import type { Entry } from '../ledger/entry.ts';
import type { Endorsement } from '../ledger/statement.ts';
import type { Fitting } from '../openpgp/ed25519.ts';
import type { Ancestry } from './ancestry.ts';
import type { CarriedLinks } from './carried.ts';
import { uncoveredPaths } from './coverage.ts';
import { type EffectiveLink, type EffectiveLinks, effectiveLink } from './effective.ts';
import { type Endorsed, endorsementsAt } from './endorsed.ts';
import type { CommitFacts, Side, Trust } from './facts.ts';
import type { Finding } from './finding.ts';
import type { InForce } from './in-force.ts';
import type { KeyBook } from './key-book.ts';
import type { Arrivals } from './late-lines.ts';
import type { TrustedLayout } from './layout-trust.ts';
import { type ArtifactsOf, matchedLink } from './link-content.ts';
import type { LinkIndex } from './link-index.ts';
import { judgeLink, type LinkQuestion, type LinkStanding } from './link-standing.ts';
import { type StepState, TreeState } from './tree-state.ts';
import { effectiveUnbound, type UnboundLinks, type UnboundQuestion } from './unbound.ts';

/** What was found about one commit. */
export interface CommitJudgment {
  readonly commit: CommitFacts;
  readonly inForce: InForce;
  /** Undefined before the first layout. */
  readonly state: TreeState | undefined;
  readonly changed: ReadonlyMap<string, PathDifference<Side>>;
  readonly links: readonly LinkStanding[];
  readonly endorsements: readonly Endorsement[];
  readonly effective: EffectiveLinks;
  readonly uncovered: readonly PathDifference<Side>[];
  readonly findings: readonly Finding[];
}

/** What the judge of one commit is told by the judge of the whole history. */
export interface Court {
  readonly ancestry: Ancestry;
  readonly inForce: ReadonlyMap<string, InForce>;
  readonly laterLayouts: ReadonlyMap<string, readonly TrustedLayout[]>;
  readonly entriesAt: (commit: string) => readonly Entry[];
  readonly carried: CarriedLinks;
  readonly index: LinkIndex;
  readonly unbound: UnboundLinks;
  readonly keys: KeyBook;
  readonly arrivals: Arrivals;
  readonly fitting: Fitting | undefined;
  readonly trust: Trust;
  readonly now: number;
  readonly judged: (commit: string) => CommitJudgment | undefined;
}

const NO_CONTROL = () => false;

/** One commit, all its parents having been judged before. */
export function judgeCommit(commit: CommitFacts, court: Court): CommitJudgment {
  const inForce = court.inForce.get(commit.id);
  if (inForce?.governing === undefined) return uncontrolled(commit, inForce);
  const state = stateAt(commit, inForce.governing, court);
  const changed = changedAt(commit, state.control, court);
  const { links, effective, findings } = judgeEvidence({ commit, changed }, inForce, state, court);
  const endorsed = judgeEndorsements(commit.id, inForce, court);
  const counting = links.flatMap((link) => link.counting ?? []);
  return {
    commit,
    inForce,
    state,
    changed,
    links,
    endorsements: endorsed.endorsements,
    effective,
    uncovered: uncoveredPaths(changed, { state, links: counting, endorsements: endorsed.endorsements }),
    findings: [...findings, ...endorsed.findings],
  };
}

/** Where no layout is in force, nobody's word counts; that they signed badly is told all the same. */
function judgeEndorsements(commit: string, { own, governing }: InForce, court: Court): Endorsed {
  const layout = own ?? governing;
  if (layout === undefined) return { endorsements: [], findings: [] };
  const later = court.laterLayouts.get(commit) ?? [];
  const [first, ...others] = new Set([layout, ...later].map(({ owners }) => owners));
  const place = { commit, layoutAge: layout.age, owners: [first ?? layout.owners, ...others] as const };
  const endorsed = endorsementsAt(place, court.entriesAt(commit), court);
  return own === undefined ? { ...endorsed, endorsements: [] } : endorsed;
}

/** A commit that was judged before, with all its history: only what each step effectively says there is asked again. */
export function recallCommit(commit: CommitFacts, court: Court): CommitJudgment {
  const judgment = uncontrolled(commit, court.inForce.get(commit.id));
  const { own } = judgment.inForce;
  if (own === undefined) return judgment;
  const state = stateAt(commit, own, court);
  const effective = new Map<string, EffectiveLink>();
  for (const step of matchOrder(own.layout)) {
    const found = effectiveAt(commit, step, own, state, court, effective, []);
    if (found !== undefined) effective.set(step, found);
  }
  return { ...judgment, state, effective };
}

function uncontrolled(commit: CommitFacts, inForce: InForce | undefined): CommitJudgment {
  const none: InForce = { governing: undefined, own: undefined, refusal: undefined, missing: false };
  return {
    commit,
    inForce: inForce ?? none,
    state: undefined,
    changed: new Map(),
    links: [],
    endorsements: [],
    effective: new Map(),
    uncovered: [],
    findings: [],
  };
}

/** The tree as the layout sees it: the first parent's and what changed, or, under another layout, listed anew. */
function stateAt(commit: CommitFacts, governing: TrustedLayout, court: Court): TreeState {
  const first = commit.parents[0];
  const before = first === undefined ? undefined : court.judged(first)?.state;
  if (before?.control === governing.control) return before.with(commit.changes[0] ?? []);
  if (commit.listing !== undefined) return TreeState.of(governing.control, commit.listing);
  const added = (commit.changes[0] ?? []).flatMap(({ path, after }) =>
    after === undefined ? [] : [[path, after] as const],
  );
  return TreeState.of(governing.control, added);
}

function changedAt(commit: CommitFacts, control: Control, court: Court): Map<string, PathDifference<Side>> {
  const controls = commit.parents.map((parent) => court.inForce.get(parent)?.governing?.control);
  const widened = controls.length === 0 || controls.some((each) => each !== control);
  return changedPaths<Side>({
    isControlled: control.isControlled,
    parents: commit.parents.map((_, at) => ({
      isControlled: controls[at]?.isControlled ?? NO_CONTROL,
      differences: commit.changes[at] ?? [],
    })),
    listing: () => (widened ? (commit.listing ?? rootListing(commit)) : []),
    bases: commit.bases,
    same: sameSide,
  });
}

function rootListing({ parents, changes }: CommitFacts): (readonly [string, Side])[] {
  if (parents.length > 0) return [];
  return (changes[0] ?? []).flatMap(({ path, after }) =>
    after === undefined ? [] : [[path, after] as const],
  );
}

/** One content may lie in two blobs (git-lfs) and one blob be two things (a file, a symbolic link). */
function sameSide(one: Side | undefined, other: Side | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  if (one.artifact !== undefined && other.artifact !== undefined)
    return sameArtifact(one.artifact, other.artifact);
  return one.id === other.id;
}

interface Evidence {
  readonly links: readonly LinkStanding[];
  readonly effective: EffectiveLinks;
  readonly findings: readonly Finding[];
}

/** Links step by step in MATCH order: the rules of a step ask what the steps before it effectively say here. */
function judgeEvidence(
  { commit, changed }: Pick<CommitJudgment, 'commit' | 'changed'>,
  { own }: InForce,
  state: TreeState,
  court: Court,
): Evidence {
  if (own === undefined) return { links: [], effective: new Map(), findings: [] };
  const effective = new Map<string, EffectiveLink>();
  const artifactsOf: ArtifactsOf = (step) => matchedLink(effective.get(step)?.link);
  const layouts = [own, ...(court.laterLayouts.get(commit.id) ?? [])] as const;
  const place = {
    commit,
    layouts,
    state,
    keys: court.keys,
    arrivals: court.arrivals,
    fitting: court.fitting,
    now: court.now,
    strict: court.trust.strict,
    artifactsOf,
  };
  const questions = boundQuestions(court.entriesAt(commit.id));
  const links: LinkStanding[] = [];
  for (const step of matchOrder(own.layout)) {
    const ofStep = questions.filter(({ link }) => link.name === step);
    const bound = ofStep.map((each) => judgeLink(each, place));
    // A carried link that is only ever refused – replayed, or under --strict – is not worth a word where a bound one
    // does its work, or, at a merge, nothing needs a link.
    const carried = carriedQuestions(commit, step, state, court);
    const isRefused = ({ replayed }: LinkQuestion) => place.strict || replayed !== undefined;
    const isDone =
      carried.some(isRefused) &&
      (bound.some(({ counting }) => counting !== undefined) || !isAsked(step, state, changed));
    const worthwhile = carried.filter((each) => !(isDone && isRefused(each)));
    const standing = [...bound, ...worthwhile.map((each) => judgeLink(each, place))];
    for (const { counting } of standing) if (counting !== undefined) court.index.add(counting);
    links.push(...standing);
    const found = effectiveAt(commit, step, own, state, court, effective, standing);
    if (found !== undefined) effective.set(step, found);
  }
  const names = new Set(own.layout.steps.map(({ name }) => name));
  links.push(...questions.filter(({ link }) => !names.has(link.name)).map((each) => judgeLink(each, place)));
  return { links, effective, findings: links.flatMap((link) => link.findings) };
}

/** Links without a binding (in-toto-run made them) say nothing about a commit: see `unbound.ts`. */
function boundQuestions(entries: readonly Entry[]): LinkQuestion[] {
  return entries.flatMap((entry) => {
    if (entry.content.kind !== 'link' || entry.content.binding === undefined) return [];
    return [{ entry, link: entry.content.link, binding: entry.content.binding, carried: false }];
  });
}

function isAsked(step: string, state: TreeState, changed: CommitJudgment['changed']): boolean {
  const control = state.step(step)?.control;
  return [...changed.keys()].some((path) => control?.controls(path));
}

function carriedQuestions(commit: CommitFacts, step: string, state: TreeState, court: Court): LinkQuestion[] {
  const control = state.step(step)?.control;
  if (control === undefined) return [];
  return court.carried.candidates(commit, control).map((candidate) => ({ ...candidate, carried: true }));
}

/** What the first parent found stands while nothing it depends on has changed: most commits touch one step of many. */
function effectiveAt(
  commit: CommitFacts,
  step: string,
  layout: TrustedLayout,
  state: TreeState,
  court: Court,
  known: EffectiveLinks,
  standing: readonly LinkStanding[],
): EffectiveLink | undefined {
  const own = state.step(step);
  if (own === undefined) return undefined;
  const [parent, ...others] = commit.parents.map((each) => court.judged(each));
  const inherited =
    parent !== undefined &&
    others.length === 0 &&
    parent.inForce.own === layout &&
    parent.state?.step(step) === own &&
    !court.unbound.liesAt(step, commit.id) &&
    standing.every(({ counting }) => counting === undefined) &&
    matchedSteps(layout, step).every((other) => parent.effective.get(other)?.link === known.get(other)?.link);
  if (inherited) return parent.effective.get(step);
  const artifactsOf: ArtifactsOf = (name) => matchedLink(known.get(name)?.link);
  const { index, ancestry } = court;
  const bound = effectiveLink({ commit: commit.id, layout, state: own, index, ancestry, artifactsOf });
  if (bound !== undefined || !court.unbound.has(step) || index.hasAny(step, commit.id)) return bound;
  return effectiveUnbound(unboundQuestion(commit.id, layout, own, artifactsOf, court));
}

/** What `unbound.ts` has to know to say what imported links make of a step at a commit. */
export function unboundQuestion(
  commit: string,
  layout: TrustedLayout,
  state: StepState,
  artifactsOf: ArtifactsOf,
  { unbound, laterLayouts, keys, arrivals, fitting, now }: Court,
): UnboundQuestion {
  const layouts = [layout, ...(laterLayouts.get(commit) ?? [])] as const;
  return { links: unbound, commit, layouts, state, keys, arrivals, fitting, now, artifactsOf };
}

function matchedSteps({ layout }: TrustedLayout, name: string): string[] {
  const step = layout.steps.find((each) => each.name === name);
  const rules = [...(step?.expectedMaterials ?? []), ...(step?.expectedProducts ?? [])];
  return rules.flatMap((rule) => (rule.type === 'MATCH' && rule.step !== name ? [rule.step] : []));
}
