import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listRemotes } from '../git/remote.ts';
import type { Repository } from '../git/repository.ts';
import { fetchEvidence } from './fetch.ts';
import { LOCAL_NOTES } from './refs.ts';

/**
 * `git pull REMOTE BRANCH` fetches that branch and nothing else, whatever refspecs are configured. Called after a merge
 * or a rebase, this brings the evidence of what a pull has just brought, where it did not come along: without it the
 * next commit would rest on what nobody explains here.
 * @throws GitError when the remote does not answer.
 */
export async function fetchAfterPull(repo: Repository): Promise<void> {
  if (await broughtNotes(repo)) return;
  const remote = await pulledFrom(repo);
  if (remote !== undefined) await fetchEvidence(repo, remote);
}

/** The last fetch left the name of each ref that it brought or found up to date. */
async function broughtNotes(repo: Repository): Promise<boolean> {
  try {
    return (await readFile(join(repo.gitDir, 'FETCH_HEAD'), 'latin1')).includes(`'${LOCAL_NOTES}`);
  } catch (error) {
    // Nothing was ever fetched here, so it was no pull.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
}

/** From HEAD's reflog: `pull -q origin main: Fast-forward`. Undefined where it was no pull, or one of a URL. */
async function pulledFrom(repo: Repository): Promise<string | undefined> {
  const args = ['log', '--walk-reflogs', '--max-count=1', '--format=%gs', 'HEAD', '--'];
  const { stdout, code } = await repo.git.run(args, { okCodes: [0, 128] });
  const words = code === 0 ? stdout.toString('utf8').split(/[\s:]+/) : [];
  if (words[0] !== 'pull') return undefined;
  const remotes = await listRemotes(repo);
  return words.find((word) => remotes.includes(word));
}
