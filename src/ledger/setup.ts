import type { RepositoryReader } from '../git/reader.ts';
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

/** Of a refspec for evidence: the name under which it lies here. */
const TRACKING = /^\+?refs\/notes\/mlchain\/\*:refs\/notes\/remotes\/(.+)\/mlchain\/\*$/;
/** One that puts it where this clone's own lies: of a mirror, or of somebody who fetches all notes. */
const MIRRORING = /^\+?(refs\/(?:notes\/(?:mlchain\/)?)?\*):\1$/;

export async function hasFetchRefspec(repo: RepositoryReader, remote: string): Promise<boolean> {
  return (await repo.configAll(refspecName(remote))).includes(fetchRefspec(remote));
}

/** Under which names plain `git fetch` puts the evidence of a remote: its own, and one that it had before. */
export async function trackedNames(repo: RepositoryReader, remote: string): Promise<string[]> {
  const refspecs = await repo.configAll(refspecName(remote));
  return refspecs.flatMap((refspec) => TRACKING.exec(refspec)?.[1] ?? []);
}

export async function isMirrored(repo: RepositoryReader, remote: string): Promise<boolean> {
  return (await repo.configAll(refspecName(remote))).some((refspec) => MIRRORING.test(refspec));
}

/** The refspec of a remote that once was called `name`. */
export async function removeFetchRefspec(repo: Repository, remote: string, name: string): Promise<void> {
  for (const force of ['', '+']) await repo.configUnset(refspecName(remote), force + fetchRefspec(name));
}

/**
 * Adds the refspec once; a forcing one with the same ends gives way. Returns whether anything was to be done. A mirror
 * (`git clone --mirror`) has everything, and prunes what its remote does not have.
 */
export async function addFetchRefspec(repo: Repository, remote: string): Promise<boolean> {
  if ((await repo.config(`remote.${remote}.mirror`)) === 'true') return false;
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
