import type { Change, CommitChanges } from '../git/history.ts';
import { readHistory } from '../git/history.ts';
import { listRefs } from '../git/refs.ts';
import type { Repository } from '../git/repository.ts';
import type { Blame, RecordingContext } from './context.ts';
import { authorOf } from './draft.ts';
import { Journal } from './journal.ts';
import type { Occurrence } from './occurrence.ts';

/** Branches and tags, our own and fetched: where somebody else's work lies before it is in our history. */
const REFS = ['refs/heads/', 'refs/remotes/', 'refs/tags/'];

const MOST_PATHS = 200;

export interface Arrived {
  readonly path: string;
  readonly blame: Blame;
}

/**
 * A path whose new content is what somebody committed elsewhere: `cherry-pick --no-commit`, `merge --squash` and
 * `checkout BRANCH -- FILE` leave no other trace in a commit that looks like any other. Read as this person's own work
 * it would be signed by accident (threat 48). A commit that this clone saw being made is their own.
 * @param copies what this very commit has just been rewritten to
 */
export async function findArrived(
  repo: Repository,
  commit: CommitChanges,
  isConcerned: (path: string) => boolean,
  copies: ReadonlySet<string> = new Set(),
): Promise<Arrived | undefined> {
  const brought = broughtBlobs(commit, isConcerned);
  const tips = brought.size === 0 ? [] : await foreignTips(repo, commit);
  const { made } = tips.length === 0 ? { made: new Set() } : await new Journal(repo).read();
  // A dataset of thousands of files is no command line: then all changes of those commits are looked at.
  const paths = brought.size <= MOST_PATHS ? [...brought.keys()] : [];
  const request = { tips, exclude: [commit.id], paths, order: 'newest-first' } as const;
  for await (const other of readHistory(repo, request)) {
    const same =
      made.has(other.id) || copies.has(other.id)
        ? undefined
        : other.changes.flat().find((change) => isSame(change, brought));
    if (same !== undefined) return { path: same.path, blame: { commit: other.id, author: authorOf(other) } };
  }
  return undefined;
}

/**
 * A path whose new content came into this history before, by a commit that nobody has explained, and was taken out
 * again: reverting the revert, or checking the old file out, would launder it (threat 48). What this clone saw the
 * person commit themselves is no stranger's.
 */
export async function findBroughtBack(
  context: RecordingContext,
  { commit, changed }: Pick<Occurrence, 'commit' | 'changed'>,
  isConcerned: (path: string) => boolean,
): Promise<Arrived | undefined> {
  const brought = [...changed.values()].filter(({ path, after }) => after !== undefined && isConcerned(path));
  if (brought.length === 0 || commit.parents.length === 0) return undefined;
  const strangerOf = await context.strangersIn(commit.parents);
  for (const { path, after } of brought) {
    const blame = after && (await strangerOf(path, after));
    if (blame === undefined) continue;
    const { made } = await new Journal(context.repo).read();
    if (!made.has(blame.commit)) return { path, blame };
  }
  return undefined;
}

/** Blob ids by path, of what no parent has. */
function broughtBlobs(
  { changes }: CommitChanges,
  isConcerned: (path: string) => boolean,
): ReadonlyMap<string, string> {
  const [first = [], ...others] = changes;
  return new Map(
    first.flatMap(({ path, after }): [string, string][] => {
      const isNew = others.every((list) => list.some((change) => change.path === path));
      return after !== undefined && isNew && isConcerned(path) ? [[path, after.id]] : [];
    }),
  );
}

function isSame({ path, after }: Change, brought: ReadonlyMap<string, string>): boolean {
  return after !== undefined && brought.get(path) === after.id;
}

/** Tags may tag anything: what is no commit has no history. Most clones have no tip but the own ones. */
async function foreignTips(repo: Repository, { id, parents }: CommitChanges): Promise<string[]> {
  const own = new Set([id, ...parents]);
  const ids = new Set([...(await listRefs(repo, ...REFS)).values()].filter((each) => !own.has(each)));
  const commits = await Promise.all([...ids].map((each) => repo.tryResolve(each)));
  const tips = commits.filter((each) => each !== undefined).filter((each) => !own.has(each));
  return [...new Set(tips)];
}
