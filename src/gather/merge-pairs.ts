import type { CommitChanges } from '../git/history.ts';

/** Parents `a` and `b` of a merge, and the paths where the merge has what `a` has and not what `b` has. */
export interface ParentPair {
  readonly a: number;
  readonly b: number;
  readonly paths: readonly string[];
}

/** Where one side of a merge won: only there must be known what the two sides parted from. */
export function pairsOf({ parents, changes }: CommitChanges): ParentPair[] {
  if (parents.length < 2) return [];
  // A change of mode alone is none: the content is what artifacts are equal by.
  const changed = changes.map(
    (list) => new Set(list.filter(({ before, after }) => before?.id !== after?.id).map(({ path }) => path)),
  );
  const pairs: ParentPair[] = [];
  for (const [a, fromA] of changed.entries()) {
    for (const [b, fromB] of changed.entries()) {
      const paths = a === b ? [] : [...fromB].filter((path) => !fromA.has(path));
      if (paths.length > 0) pairs.push({ a, b, paths });
    }
  }
  return pairs;
}
