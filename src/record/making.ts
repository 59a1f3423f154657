import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { CommitChanges } from '../git/history.ts';
import type { Repository } from '../git/repository.ts';

/** How a commit came to be HEAD. Only the first three are this person's own making, to be signed unasked. */
export type Making =
  | { readonly kind: 'commit' }
  | { readonly kind: 'merge' }
  | { readonly kind: 'amend'; readonly replaced: string }
  | { readonly kind: 'rebase' | 'cherry-pick' | 'am' | 'other-author' | 'unknown' };

/** What is in the middle of being done in a worktree, as its git directory shows. */
export interface Operation {
  readonly rebase: boolean;
  readonly am: boolean;
  readonly cherryPick: boolean;
}

/** An entry of HEAD's reflog, with the commit that HEAD was before. */
export interface Movement {
  readonly from: string | undefined;
  readonly to: string;
  /** `commit (amend): subject`: begins with what git did, whoever wrote the subject. */
  readonly action: string;
}

/** What tells how the commit that HEAD points to was made, for a hook that git has just started. */
export interface Traces {
  readonly movement: Movement | undefined;
  readonly operation: Operation;
}

/** Needs not know the commit: so it is asked beside it. */
export async function readTraces(repo: Repository): Promise<Traces> {
  const [movement, operation] = await Promise.all([lastMovement(repo), operationIn(repo.gitDir)]);
  return { movement, operation };
}

export async function howMade(repo: Repository, commit: CommitChanges, traces?: Traces): Promise<Making> {
  const { movement, operation } = traces ?? (await readTraces(repo));
  const making = classify(commit, movement, operation);
  return !isOwn(making) || (await isByThisPerson(repo, commit)) ? making : { kind: 'other-author' };
}

/**
 * `commit -C`, `commit --author`, an amended commit that was pulled: the content is somebody else's word. Some people
 * have two addresses, one to write and one to commit (`author.email`, `committer.email`).
 */
async function isByThisPerson(repo: Repository, { author, committer }: CommitChanges): Promise<boolean> {
  if (author.email === committer.email) return true;
  return author.email === ((await repo.config('author.email')) ?? (await repo.config('user.email')));
}

/** Made by the person who sits here, by a plain git command: what may be signed unasked. */
function isOwn(making: Making): making is Extract<Making, { kind: 'commit' | 'merge' | 'amend' }> {
  return making.kind === 'commit' || making.kind === 'merge' || making.kind === 'amend';
}

/**
 * Measured on git 2.39: a cherry-pick that stopped at a conflict and was finished by `git commit` has removed
 * CHERRY_PICK_HEAD by the time its post-commit hook runs, and then the reflog alone still tells; a commit made by hand
 * while a rebase or an am is stopped has the reflog of any other, and then the git directory alone tells. A clean merge
 * runs no post-commit hook but post-merge, a fast-forward runs the same one. Where neither says that somebody sat here
 * and committed (no reflog, GIT_REFLOG_ACTION set by a script), nobody is taken to have done so.
 */
function classify(commit: CommitChanges, last: Movement | undefined, operation: Operation): Making {
  if (operation.rebase) return { kind: 'rebase' };
  if (operation.am) return { kind: 'am' };
  if (last === undefined || last.to !== commit.id) return { kind: 'unknown' };
  if (operation.cherryPick || /^(commit \()?cherry-pick\b/.test(last.action)) return { kind: 'cherry-pick' };
  return ownMaking(commit, last);
}

function ownMaking(commit: CommitChanges, { from, action }: Movement): Making {
  if (/^(commit|commit \(initial\)|revert): /.test(action)) return { kind: 'commit' };
  if (/^commit \(merge\): /.test(action)) return { kind: 'merge' };
  if (/^commit \(amend\): /.test(action) && from !== undefined) return { kind: 'amend', replaced: from };
  const isMerge = commit.parents.length > 1 && commit.parents[0] === from;
  if (isMerge && /: (Merge made by the '.*' strategy\.?|In-index merge)$/.test(action))
    return { kind: 'merge' };
  return { kind: 'unknown' };
}

/** The newest entry of HEAD's reflog; undefined where the repository keeps none. */
async function lastMovement(repo: Repository): Promise<Movement | undefined> {
  const args = ['log', '--walk-reflogs', '--max-count=2', '--format=%H%x00%gs%x00', 'HEAD', '--'];
  const { stdout, code } = await repo.git.run(args, { okCodes: [0, 128] });
  if (code !== 0) return undefined;
  const [to = '', action = '', from] = stdout.toString('utf8').split('\0');
  return to === '' ? undefined : { to, action, from: from?.trim() || undefined };
}

async function operationIn(gitDir: string): Promise<Operation> {
  const has = (name: string) => exists(path.join(gitDir, name));
  const [rebase, apply, applying, cherryPick] = await Promise.all(
    ['rebase-merge', 'rebase-apply', 'rebase-apply/applying', 'CHERRY_PICK_HEAD'].map(has),
  );
  return {
    rebase: rebase === true || (apply === true && !applying),
    am: applying === true,
    cherryPick: cherryPick === true,
  };
}

async function exists(file: string): Promise<boolean> {
  try {
    await fs.lstat(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
