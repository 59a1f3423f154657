import { MlchainError } from '../errors.ts';
import type { Repository } from '../git/repository.ts';

/** What `verify` and `log` are asked about: one commit, or the commits of a range as seen from its end. */
export interface Revisions {
  /** Commit id: whose release is asked. */
  readonly revision: string;
  /** Undefined for a single revision: its whole history. */
  readonly within: ReadonlySet<string> | undefined;
}

/** `REV`, `A..B` (an empty side is HEAD) or `A...B`, as git reads them. */
export async function readRevisions(repo: Repository, text: string): Promise<Revisions> {
  const range = /^(.*?)(\.{2,3})(.*)$/.exec(text);
  if (range === null) return { revision: await resolve(repo, text), within: undefined };
  const from = await resolve(repo, range[1] || 'HEAD');
  const to = await resolve(repo, range[3] || 'HEAD');
  const listed = await repo.git.text(['rev-list', '--end-of-options', `${from}${range[2]}${to}`]);
  return { revision: to, within: new Set(listed.split('\n').filter((line) => line !== '')) };
}

async function resolve(repo: Repository, text: string): Promise<string> {
  if (text === 'HEAD' && (await repo.head()) === undefined) {
    throw new MlchainError('input', 'there are no commits yet', {
      hint: 'make the first one with git commit',
    });
  }
  return await repo.resolveCommit(text);
}
