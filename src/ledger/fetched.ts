import type { RepositoryReader } from '../git/reader.ts';
import { listRefs } from '../git/refs.ts';
import { listRemotes } from '../git/remote.ts';
import type { Repository } from '../git/repository.ts';
import { sha256Hex } from '../intoto/digest.ts';
import { LOCAL_NOTES, trackingPrefix } from './refs.ts';
import { hasFetchRefspec, isMirrored } from './setup.ts';

export interface RemoteEvidence {
  readonly remote: string;
  /** Whether plain `git fetch` brings the evidence. */
  readonly hasRefspec: boolean;
  /** Whether this clone has ever asked the remote, under its present URL, for evidence. */
  readonly fetched: boolean;
  /** Whether anything at all was ever fetched from it or pushed there; a remote that was only added is none of ours. */
  readonly used: boolean;
}

/**
 * What this clone knows of each remote. Used and never asked for evidence is `evidence-missing`: nobody can tell what
 * it has.
 */
export async function remoteEvidence(repo: RepositoryReader): Promise<RemoteEvidence[]> {
  const remotes = await listRemotes(repo);
  return await Promise.all(
    remotes.map(async (remote) => ({
      remote,
      hasRefspec: await hasFetchRefspec(repo, remote),
      fetched: await wasFetched(repo, remote),
      used: await wasUsed(repo, remote),
    })),
  );
}

/**
 * Remembered as `remote.<name>.mlchainFetched`, since a remote that has no evidence yet leaves no tracking ref to tell
 * by. The place is git's config because `git remote rename` and `git remote remove` take it along with the remote. The
 * value is a hash of the URL: a remote that was pointed elsewhere has not been asked, and a password in the URL does
 * not get a second copy.
 */
export async function markFetched(repo: Repository, remote: string): Promise<void> {
  const value = await fingerprintOfUrl(repo, remote);
  if ((await repo.config(memoryName(remote))) !== value) await repo.configSet(memoryName(remote), value);
}

/** Of the remote that has this name now. */
export async function isMarkedFetched(repo: RepositoryReader, remote: string): Promise<boolean> {
  return (await repo.config(memoryName(remote))) === (await fingerprintOfUrl(repo, remote));
}

async function wasFetched(repo: RepositoryReader, remote: string): Promise<boolean> {
  if (await isMarkedFetched(repo, remote)) return true;
  // Plain `git fetch` tells nobody: what it brought tells.
  const place = (await isMirrored(repo, remote)) ? LOCAL_NOTES : trackingPrefix(remote);
  return (await listRefs(repo, place)).size > 0;
}

/** Where its branches lie elsewhere than git puts them by itself, it is taken to have been used. */
async function wasUsed(repo: RepositoryReader, remote: string): Promise<boolean> {
  const branches = `refs/remotes/${remote}/`;
  const refspecs = await repo.configAll(`remote.${remote}.fetch`);
  return !refspecs.includes(`+refs/heads/*:${branches}*`) || (await listRefs(repo, branches)).size > 0;
}

async function fingerprintOfUrl(repo: RepositoryReader, remote: string): Promise<string> {
  const [url = ''] = await repo.configAll(`remote.${remote}.url`);
  return sha256Hex(url);
}

function memoryName(remote: string): string {
  return `remote.${remote}.mlchainFetched`;
}
