/** One path as a commit and one of its parents see it; `undefined` is absence. `T` is whatever identifies content. */
export interface PathDifference<T> {
  readonly path: string;
  readonly before: T | undefined;
  readonly after: T | undefined;
}

export interface ParentView<T> {
  /** Control by the layout in force at the parent: nothing, where it has none. */
  readonly isControlled: (path: string) => boolean;
  /** All differences between this parent and the commit. */
  readonly differences: readonly PathDifference<T>[];
}

export interface CommitView<T> {
  readonly isControlled: (path: string) => boolean;
  readonly parents: readonly ParentView<T>[];
  /** Every controlled path of the commit's tree; asked only where the commit has a layout that some parent has not. */
  readonly listing: () => Iterable<readonly [string, T]>;
  /** What a path held in each merge base of parents `a` and `b`. */
  readonly bases: (a: number, b: number, path: string) => readonly (T | undefined)[];
  readonly same: (one: T | undefined, other: T | undefined) => boolean;
}

/**
 * The controlled paths that a commit *changed*, each against its first parent (`product.md` §6-3). These and only
 * these need an explanation; the recorder signs for them and the judge asks about them, so both ask this function.
 */
export function changedPaths<T>(view: CommitView<T>): Map<string, PathDifference<T>> {
  const differences = view.parents.map((parent) => realDifferences(parent, view));
  const changed = new Map<string, PathDifference<T>>();
  const consider = (path: string, after: T | undefined) => {
    if (changed.has(path) || !view.isControlled(path) || needsNothing(path, view, differences)) return;
    changed.set(path, { path, before: differences[0]?.get(path)?.before, after });
  };
  for (const list of differences)
    for (const difference of list.values()) consider(difference.path, difference.after);
  for (const [path, after] of view.listing()) consider(path, after);
  return changed;
}

function realDifferences<T>(parent: ParentView<T>, view: CommitView<T>): Map<string, PathDifference<T>> {
  const real = parent.differences.filter(({ before, after }) => !view.same(before, after));
  return new Map(real.map((difference) => [difference.path, difference]));
}

/**
 * True where some parent explains the path: it has the same content under its own control, and every other parent
 * either agrees or has not touched the path since the two parted – only the side that changed may win. Without the
 * second half `merge -s ours`, or a merge with an early fork, brings an old state back unseen (threats 19, 61).
 */
function needsNothing<T>(
  path: string,
  view: CommitView<T>,
  differences: readonly ReadonlyMap<string, PathDifference<T>>[],
): boolean {
  return view.parents.some((parent, p) => {
    if (differences[p]?.has(path) || !parent.isControlled(path)) return false;
    return differences.every((list, q) => {
      const difference = list.get(path);
      return difference === undefined || untouchedSinceBase(view, p, q, difference);
    });
  });
}

/**
 * Criss-cross histories have several merge bases: the side must equal all of them, or it did change. Unrelated
 * histories have none: their base is the empty tree.
 */
function untouchedSinceBase<T>(
  view: CommitView<T>,
  p: number,
  q: number,
  { path, before }: PathDifference<T>,
) {
  const bases = view.bases(p, q, path);
  return (bases.length === 0 ? [undefined] : bases).every((base) => view.same(base, before));
}
