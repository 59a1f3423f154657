import type { RefUpdate } from '../git/refs.ts';
import { listRefs, updateRefs } from '../git/refs.ts';
import { listRemotes } from '../git/remote.ts';
import type { Repository } from '../git/repository.ts';
import { isMarkedFetched } from './fetched.ts';
import { seenPrefix, trackingPrefix } from './refs.ts';
import { addFetchRefspec, removeFetchRefspec, trackedNames } from './setup.ts';

/**
 * `git remote rename` leaves our refspec as it was ("Not updating non-default fetch refspec"): what the remote has goes
 * on lying under its old name, and once another remote takes that name – `origin` becomes `upstream`, the fork becomes
 * `origin` –, each refuses what the other has. This makes refspec and refs follow.
 */
export async function followRenamed(repo: Repository): Promise<void> {
  for (const remote of await listRemotes(repo)) {
    for (const old of await trackedNames(repo, remote)) {
      if (old === remote) continue;
      await moveRefs(repo, old, remote);
      await removeFetchRefspec(repo, remote, old);
      await addFetchRefspec(repo, remote);
    }
  }
}

/** A remote that now has the old name and was asked itself keeps what lies there: then it is a copy. */
async function moveRefs(repo: Repository, old: string, remote: string): Promise<void> {
  const isKept = await isMarkedFetched(repo, old);
  for (const prefixOf of [trackingPrefix, seenPrefix]) {
    const there = await listRefs(repo, prefixOf(remote));
    for (const [ref, id] of await listRefs(repo, prefixOf(old))) {
      const moved = prefixOf(remote) + ref.slice(prefixOf(old).length);
      if (there.has(moved)) continue;
      const gone: RefUpdate[] = isKept ? [] : [{ ref, new: undefined, old: id }];
      await updateRefs(repo, [{ ref: moved, new: id, old: 'absent' }, ...gone]);
    }
  }
}
