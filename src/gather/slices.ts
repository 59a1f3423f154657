import type { GraphCommit } from '../git/commit-graph.ts';

/** Commit ids, every parent before its child. */
export type Slice = readonly string[];

export interface SliceSizes {
  /** Commits from which on it is worth it. */
  readonly from: number;
  /** Commits in a slice, at least; but for the last one. */
  readonly size: number;
}

/**
 * Cuts a history where it can be judged piece by piece: at commits to which all that came before leads, and from which
 * all descends that came after. So the last commit of each slice stands for everything before the next one.
 * @param commits every parent before its child, one tip
 * @param whole commits that have to be in the first slice
 * @returns one slice, of a shorter history than asked for
 */
export async function slicesOf(
  commits: AsyncIterable<GraphCommit> | Iterable<GraphCommit>,
  whole: ReadonlySet<string>,
  { from, size }: SliceSizes,
): Promise<readonly Slice[]> {
  const ids: string[] = [];
  const furthest: number[] = [];
  const places = new Map<string, number>();
  let first = 0;
  for await (const { id, parents } of commits) {
    // How far a commit reaches back; a root, or one whose parent is not here, reaches behind everything.
    const back = parents.map((parent) => places.get(parent) ?? -1);
    furthest.push(back.length === 0 ? -1 : Math.min(...back));
    if (whole.has(id)) first = ids.length;
    places.set(id, ids.length);
    ids.push(id);
  }
  if (ids.length < from) return [ids];
  const slices: Slice[] = [];
  let begin = 0;
  for (const at of cutsIn(furthest)) {
    if (at < first || at - begin + 1 < size) continue;
    slices.push(ids.slice(begin, at + 1));
    begin = at + 1;
  }
  return begin < ids.length ? [...slices, ids.slice(begin)] : slices;
}

/** Places beyond which nobody reaches back further than to just there. */
function cutsIn(furthest: readonly number[]): number[] {
  const cuts: number[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (let at = furthest.length - 1; at >= 0; at--) {
    if (least >= at) cuts.push(at);
    least = Math.min(least, furthest[at] ?? -1);
  }
  return cuts.reverse();
}
