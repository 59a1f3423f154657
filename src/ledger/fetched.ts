import { listRefs } from '../git/refs.ts';
import { listRemotes } from '../git/remote.ts';
import type { Repository } from '../git/repository.ts';
import { sha256Hex } from '../intoto/digest.ts';
import { trackingPrefix } from './refs.ts';
import { hasFetchRefspec } from './setup.ts';

export interface RemoteEvidence {
  readonly remote: string;
  /** Whether plain `git fetch` brings the evidence. */
  readonly hasRefspec: boolean;
  /** Whether this clone has ever asked the remote, under its present URL, for evidence. */
  readonly fetched: boolean;
}

/** What this clone knows of each remote. Never fetched from one is `evidence-missing`: nobody can tell what it has. */
export async function remoteEvidence(repo: Repository): Promise<RemoteEvidence[]> {
  const remotes = await listRemotes(repo);
  return await Promise.all(
    remotes.map(async (remote) => ({
      remote,
      hasRefspec: await hasFetchRefspec(repo, remote),
      fetched: await wasFetched(repo, remote),
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

async function wasFetched(repo: Repository, remote: string): Promise<boolean> {
  if ((await repo.config(memoryName(remote))) === (await fingerprintOfUrl(repo, remote))) return true;
  // Plain `git fetch` tells nobody: what it brought tells.
  return (await listRefs(repo, trackingPrefix(remote))).size > 0;
}

async function fingerprintOfUrl(repo: Repository, remote: string): Promise<string> {
  const [url = ''] = await repo.configAll(`remote.${remote}.url`);
  return sha256Hex(url);
}

function memoryName(remote: string): string {
  return `remote.${remote}.mlchainFetched`;
}
