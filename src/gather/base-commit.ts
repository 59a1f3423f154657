import { type Commit, readCommitObject } from '../git/history.ts';
import type { Repository } from '../git/repository.ts';

/** Each costs a fraction of a millisecond: what lies deeper is as well judged from the beginning. */
const MOST_COMMITS = 500;

/**
 * The newest of the `known` commits through which every way from `tip` into the past leads – `tip` itself, where it is
 * known. What is above it can be judged on top of it alone. Undefined where there is none nearby.
 */
export async function baseOf(
  repo: Repository,
  tip: string,
  known: ReadonlySet<string>,
): Promise<Commit | undefined> {
  if (known.size === 0) return undefined;
  const open = new Map<string, Commit>();
  const passed = new Set<string>();
  const meet = async (id: string) => {
    const commit = passed.has(id) || open.has(id) ? undefined : await readCommitObject(repo, id);
    if (commit !== undefined) open.set(id, commit);
  };
  await meet(tip);
  while (passed.size < MOST_COMMITS) {
    const [first, ...others] = [...open.values()];
    if (first === undefined) return undefined;
    if (others.length === 0 && known.has(first.id)) return first;
    const next = others.reduce((newest, each) => (isNewer(each, newest) ? each : newest), first);
    if (next.parents.length === 0) return undefined;
    open.delete(next.id);
    passed.add(next.id);
    for (const parent of next.parents) await meet(parent);
  }
  return undefined;
}

/** A wrong clock only makes the search longer. */
function isNewer(one: Commit, other: Commit): boolean {
  return one.committer.time > other.committer.time;
}
