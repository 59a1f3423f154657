import type { Artifact, Listing } from '../artifact/kind.ts';
import { sameArtifact } from '../artifact/kind.ts';
import { artifactName } from '../layout/control.ts';
import type { Files, StepPatterns } from './patterns.ts';

/** What was seen when a command ran, and has not been bound to a commit yet. */
export interface RunWork {
  readonly materials: Files;
  readonly products: Files;
  /** Products that git ignores: no commit will hold them. */
  readonly ignored: ReadonlySet<string>;
  /** Bind to the next commit even if git ignores every product. */
  readonly bindAnyway: boolean;
}

/** One artifact that a commit has otherwise than the run had it; `undefined` is absence. */
export interface Difference {
  readonly list: 'materials' | 'products';
  readonly name: string;
  readonly recorded: Artifact | undefined;
  readonly committed: Artifact | undefined;
}

export type BindDecision =
  | { readonly kind: 'binds'; readonly external: readonly string[] }
  /** The commit is about something else. */
  | { readonly kind: 'waits' }
  | { readonly kind: 'differs'; readonly differences: readonly Difference[] };

/**
 * Does a commit hold what the run made (`product.md` §4.2)? Everything under the step's control must be as the run left
 * it, and every material that the tree holds as the run found it – else somebody would sign a model for data that it
 * was never trained on. Where something differs, the commit is refused if it changes what the step controls; otherwise
 * the link goes on waiting for its commit.
 * @param tree files of the commit that matter to the step, and all that the run names
 * @param touched whether the commit changed a path that the step controls
 */
export function decideBinding(
  run: RunWork,
  patterns: StepPatterns,
  tree: Files,
  touched: boolean,
): BindDecision {
  const committed: Listing = new Map([
    ...patterns.materials.fold(tree),
    ...patterns.products.fold(tree),
    ...[...tree].filter(([path]) => run.materials.has(path) || run.products.has(path)),
  ]);
  const external = externalProducts(run, committed);
  const differences = [
    ...productDifferences(run, patterns, tree, committed),
    ...materialDifferences(run, patterns, committed),
  ];
  const isAllExternal = run.products.size > 0 && external.length === run.products.size;
  if (differences.length === 0 && (!isAllExternal || run.bindAnyway || touched))
    return { kind: 'binds', external };
  return touched ? { kind: 'differs', differences } : { kind: 'waits' };
}

/** Whether a tree has all that the run made, whatever the materials. Never for a run whose products git ignores. */
export function holdsProducts(run: RunWork, patterns: StepPatterns, tree: Files): boolean {
  const committed = patterns.products.fold(tree);
  const isAllExternal =
    run.products.size > 0 && externalProducts(run, committed).length === run.products.size;
  return !isAllExternal && productDifferences(run, patterns, tree, committed).length === 0;
}

function externalProducts({ products, ignored }: RunWork, committed: Listing): readonly string[] {
  return [...products.keys()].filter((name) => ignored.has(name) && !committed.has(name));
}

function productDifferences(
  run: RunWork,
  { control }: StepPatterns,
  tree: Files,
  committed: Listing,
): readonly Difference[] {
  const controlled = [...tree.keys()].filter(control.controls).map((path) => artifactName(control, path));
  const names = new Set([...run.products.keys(), ...controlled]);
  return [...names].flatMap((name) => {
    const difference = compare('products', name, run.products.get(name), committed.get(name));
    return difference === undefined || isExternal(run, difference) ? [] : [difference];
  });
}

function isExternal(run: RunWork, { name, committed }: Difference): boolean {
  return committed === undefined && run.ignored.has(name);
}

/** A material that is a product too was changed by the run itself; one that the tree has not was never committed. */
function materialDifferences(
  run: RunWork,
  { products }: StepPatterns,
  committed: Listing,
): readonly Difference[] {
  return [...run.materials].flatMap(([name, recorded]) => {
    const found = committed.get(name);
    if (found === undefined || run.products.has(name) || products.covers(name)) return [];
    return compare('materials', name, recorded, found) ?? [];
  });
}

function compare(
  list: Difference['list'],
  name: string,
  recorded: Artifact | undefined,
  committed: Artifact | undefined,
): Difference | undefined {
  return sameArtifact(recorded, committed) ? undefined : { list, name, recorded, committed };
}
