import type { Repository } from '../git/repository.ts';
import { LOCAL_NOTES, trackingPrefix } from './refs.ts';

/**
 * What makes plain `git fetch` and `git pull` bring the evidence. No `+`: a remote that was rewound is refused, seen,
 * and takes nothing away from us. There is no push counterpart: `remote.X.push` would keep plain `git push` from
 * pushing the branch.
 */
export function fetchRefspec(remote: string): string {
  return `${LOCAL_NOTES}*:${trackingPrefix(remote)}*`;
}

export async function hasFetchRefspec(repo: Repository, remote: string): Promise<boolean> {
  return (await repo.configAll(refspecName(remote))).includes(fetchRefspec(remote));
}

/** Adds the refspec once; a forcing one with the same ends gives way. Returns whether anything was to be done. */
export async function addFetchRefspec(repo: Repository, remote: string): Promise<boolean> {
  const refspec = fetchRefspec(remote);
  const forcing = `+${refspec}`;
  const configured = await repo.configAll(refspecName(remote));
  if (configured.includes(forcing)) await repo.configUnset(refspecName(remote), forcing);
  if (configured.includes(refspec)) return configured.includes(forcing);
  await repo.configAdd(refspecName(remote), refspec);
  return true;
}

function refspecName(remote: string): string {
  return `remote.${remote}.fetch`;
}
