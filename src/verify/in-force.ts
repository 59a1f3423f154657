import type { Ancestry } from './ancestry.ts';
import type { CommitFacts } from './facts.ts';
import type { Finding } from './finding.ts';
import type { LayoutJudgment, LayoutRefusal, TrustedLayout } from './layout-trust.ts';

/** What governs a commit. */
export interface InForce {
  /** The layout whose control decides what must be explained; undefined before the first layout. */
  readonly governing: TrustedLayout | undefined;
  /** The commit's own layout, if it is in force: without it no link counts here. */
  readonly own: TrustedLayout | undefined;
  /** Why the commit's own layout is not in force. */
  readonly refusal: LayoutRefusal | undefined;
  readonly missing: boolean;
}

/** Of the commit's own layout, by the owners of that commit; undefined where it is not known. */
export type JudgmentOf = (commit: CommitFacts) => LayoutJudgment | undefined;

const NOTHING: InForce = { governing: undefined, own: undefined, refusal: undefined, missing: false };

/**
 * The layout in force at every commit. A commit whose layout is refused or gone stays under the control of its
 * parents' layout, with nobody authorised: tearing the layout out frees nothing.
 */
export function layoutsInForce(commits: readonly CommitFacts[], judgments: JudgmentOf): Map<string, InForce> {
  const inForce = new Map<string, InForce>();
  for (const commit of commits) {
    const parents = commit.parents.flatMap((parent) => inForce.get(parent) ?? []);
    inForce.set(commit.id, atCommit(commit, parents, judgments));
  }
  return inForce;
}

function atCommit(commit: CommitFacts, parents: readonly InForce[], judgments: JudgmentOf): InForce {
  const before = newest(parents.flatMap((parent) => parent.governing ?? []));
  if (commit.layout === undefined) {
    return before === undefined ? NOTHING : { ...NOTHING, governing: before, missing: true };
  }
  const judgment = judgments(commit);
  if (judgment === undefined) return NOTHING;
  const refusal = judgment.refusal ?? (before && rollback(judgment.trusted, before));
  if (refusal !== undefined) return { governing: before, own: undefined, refusal, missing: false };
  return { governing: judgment.trusted, own: judgment.trusted, refusal: undefined, missing: false };
}

function newest(layouts: readonly TrustedLayout[]): TrustedLayout | undefined {
  return layouts.reduce<TrustedLayout | undefined>(
    (best, layout) => (best === undefined || layout.age > best.age ? layout : best),
    undefined,
  );
}

/** In the history of a commit the age never falls, and the identity never changes (§3, threats 13, 54, 65). */
function rollback(layout: TrustedLayout, before: TrustedLayout): LayoutRefusal | undefined {
  if (layout.content === before.content && layout.age === before.age) return undefined;
  if (layout.id !== before.id) {
    return {
      code: 'layout-untrusted',
      detail: `mlchain-id changed from ${before.id ?? 'none'} to ${layout.id ?? 'none'}`,
    };
  }
  if (layout.age > before.age) return undefined;
  const what = layout.age === before.age ? 'as old as, but not the same as,' : 'older than';
  return { code: 'layout-rollback', detail: `it is ${what} the layout that was in force before` };
}

/** Findings about layouts, told once: at the commit that brought the state, not at each that inherits it. */
export function layoutFindings(
  commits: readonly CommitFacts[],
  inForce: ReadonlyMap<string, InForce>,
  mended: (commit: string) => boolean,
): Finding[] {
  return commits.flatMap((commit) => {
    const here = inForce.get(commit.id) ?? NOTHING;
    const code = here.missing ? 'layout-missing' : here.refusal?.code;
    const inherited = commit.parents.some((parent) => sameTrouble(inForce.get(parent), here));
    if (code === undefined || inherited) return [];
    const severity = mended(commit.id) ? 'warning' : 'violation';
    const detail = here.refusal?.detail ?? 'the layout is gone from .mlchain/root.layout';
    return [
      { code, severity, commit: commit.id, path: '.mlchain/root.layout', author: commit.author, detail },
    ];
  });
}

function sameTrouble(parent: InForce | undefined, here: InForce): boolean {
  return (
    parent !== undefined && parent.missing === here.missing && parent.refusal?.detail === here.refusal?.detail
  );
}

/**
 * At a merge that has layout M, commits under an older layout that are not an ancestor of each parent with M (none
 * has it: of every parent) count only if M authorises their links too. Otherwise a functionary who was removed works
 * on under an old branch that is then merged (threat 53) – with M cherry-picked onto it perhaps (threat 63).
 *
 * @returns commit → further layouts that must authorise what is to count there.
 */
export function laterLayouts(
  commits: readonly CommitFacts[],
  inForce: ReadonlyMap<string, InForce>,
  ancestry: Ancestry,
): Map<string, TrustedLayout[]> {
  const later = new Map<string, TrustedLayout[]>();
  const parentsOf = new Map(commits.map(({ id, parents }) => [id, parents]));
  for (const { id, parents } of commits) {
    const own = inForce.get(id)?.own;
    if (parents.length < 2 || own === undefined) continue;
    const having = parents.filter((parent) => inForce.get(parent)?.own?.content === own.content);
    const anchors = having.length > 0 ? having : parents;
    for (const beside of commitsBeside(parents, anchors, parentsOf, ancestry)) {
      const layout = inForce.get(beside)?.own;
      if (layout === undefined || layout.age >= own.age) continue;
      later.set(beside, [...(later.get(beside) ?? []), own]);
    }
  }
  return later;
}

/** Ancestors of a merge that are not an ancestor of each anchor: what its branches brought, not all that was before. */
function* commitsBeside(
  parents: readonly string[],
  anchors: readonly string[],
  parentsOf: ReadonlyMap<string, readonly string[]>,
  ancestry: Ancestry,
): Iterable<string> {
  const seen = new Set<string>();
  const open = [...parents];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const isCommon = anchors.every((anchor) => ancestry.isAncestor(id ?? '', anchor));
    if (isCommon || seen.has(id)) continue;
    seen.add(id);
    yield id;
    open.push(...(parentsOf.get(id) ?? []));
  }
}
