import { GitError } from '../../git/git-error.ts';
import { listRemotes } from '../../git/remote.ts';
import type { Repository } from '../../git/repository.ts';
import { fetchEvidence } from '../../ledger/fetch.ts';
import { followRenamed } from '../../ledger/renamed.ts';
import { addFetchRefspec } from '../../ledger/setup.ts';

export interface ConnectedRemote {
  readonly remote: string;
  /** Did it answer, so that this clone now has its evidence? */
  readonly fetched: boolean;
  /** Git's words where it did not. */
  readonly problem: string | null;
}

/** Lets plain `git fetch` bring the evidence of every remote, and brings it once now. */
export async function connectRemotes(repo: Repository): Promise<readonly ConnectedRemote[]> {
  await followRenamed(repo);
  const connected: ConnectedRemote[] = [];
  for (const remote of await listRemotes(repo)) {
    await addFetchRefspec(repo, remote);
    connected.push({ remote, ...(await fetchOnce(repo, remote)) });
  }
  return connected;
}

async function fetchOnce(repo: Repository, remote: string): Promise<Omit<ConnectedRemote, 'remote'>> {
  try {
    await fetchEvidence(repo, remote);
    return { fetched: true, problem: null };
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    return { fetched: false, problem: error.message };
  }
}
