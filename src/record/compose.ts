import type { Listing } from '../artifact/kind.ts';
import type { Files, StepPatterns } from './patterns.ts';

/** What a step took and what it made, under the names that a link uses. */
export interface Work {
  readonly materials: Listing;
  readonly products: Listing;
}

/** One commit, as far as one step is concerned. */
export interface StepView {
  /** Files that matter to the step in the commit's own tree. */
  readonly own: Files;
  /** The same in the tree of each parent; none for a root commit. */
  readonly parents: readonly Files[];
  /** Paths that the commit itself removed. */
  readonly deleted: ReadonlySet<string>;
}

/**
 * What a commit shows of a step's work (`product.md` §4.1). Materials are those of the commit's *own* tree: data and
 * model, or script and model, may come in one commit. Only what the step works on in place is taken from the first
 * parent – there the commit's own tree has what came out, not what went in –, and so is a product that is gone.
 */
export function composeWork(patterns: StepPatterns, view: StepView): Work {
  const first = firstParent(view);
  const products = patterns.products.fold(view.own);
  const before = patterns.products.fold(first);
  const inPlace = (name: string) => products.has(name) || before.has(name) || patterns.products.covers(name);
  const materials = new Map([
    ...[...patterns.materials.fold(view.own)].filter(([name]) => !inPlace(name)),
    ...[...patterns.materials.fold(first)].filter(([name]) => inPlace(name)),
    ...removedProducts(patterns, view),
  ]);
  return { materials, products };
}

/**
 * Products that the commit removed, as its first parent had them – or, where a merge threw away what only another side
 * had, as that side had them. A link shows a deletion by a material and no product.
 */
export function removedProducts(patterns: StepPatterns, { own, parents, deleted }: StepView): Listing {
  const products = patterns.products.fold(own);
  const removed: Listing = new Map();
  for (const files of parents) {
    const gone = new Map([...files].filter(([path]) => deleted.has(path)));
    const touched = patterns.products.fold(gone);
    const candidates = [
      ...[...patterns.products.fold(files)].filter(([name]) => touched.has(name)),
      // What a step may only delete is no product of it, but under its control.
      ...[...gone].filter(([path]) => patterns.control.controls(path) && !patterns.products.covers(path)),
    ];
    for (const [name, artifact] of candidates) {
      if (!products.has(name) && !removed.has(name)) removed.set(name, artifact);
    }
  }
  return removed;
}

/** A root commit has the empty tree before it. */
function firstParent({ parents }: StepView): Files {
  return parents[0] ?? new Map();
}
