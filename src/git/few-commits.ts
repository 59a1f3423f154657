import type { CommitChanges, HistoryRequest } from './commit-changes.ts';
import { parseCommit } from './commit-object.ts';
import type { Change } from './log-parser.ts';
import { encodePath } from './paths.ts';
import type { Repository } from './repository.ts';
import { idBytes } from './tree.ts';
import { diffTrees } from './tree-diff.ts';
import type { RawEntry } from './tree-object.ts';
import { SUBTREE, treeEntries } from './tree-object.ts';

/** Beyond any of these git itself is faster, in spite of the child that it takes. */
const MOST_COMMITS = 8;
const MOST_TREES = 32;
const MOST_TREE_BYTES = 64 * 1024;

/**
 * The few commits on top of another one, each with one parent, object by object: what a hook or a push asks about.
 * Undefined where it is for git to tell.
 */
export async function fewCommits(
  repo: Repository,
  { tips, exclude = [], order, changes = true, paths = [] }: HistoryRequest,
): Promise<readonly CommitChanges[] | undefined> {
  const [[tip, ...tipsBeside], [base, ...basesBeside]] = [tips, exclude];
  const isPlain = tipsBeside.length === 0 && basesBeside.length === 0 && changes && paths.length === 0;
  if (!isPlain || base === undefined) return undefined;
  const found: CommitChanges[] = [];
  for (let id = tip; id !== undefined && id !== base; id = found.at(-1)?.parents[0]) {
    const commit = found.length < MOST_COMMITS ? await oneCommit(repo, id) : undefined;
    if (commit === undefined || commit.parents.length !== 1) return undefined;
    found.push(commit);
  }
  return order === 'oldest-first' ? found.reverse() : found;
}

/** One commit with what it changed, as `git log --raw --root --diff-merges=separate` has it; undefined as above. */
export async function oneCommit(repo: Repository, id: string): Promise<CommitChanges | undefined> {
  if (repo.isShallow) return undefined;
  const commit = await plainCommit(repo, id);
  if (commit === undefined) return undefined;
  const before = commit.parents.length === 0 ? [undefined] : commit.parents;
  const changes: (readonly Change[])[] = [];
  for (const parent of before) {
    const tree = parent && (await plainCommit(repo, parent))?.tree;
    const list =
      parent === undefined || tree !== undefined ? await fewChanges(repo, tree, commit.tree) : undefined;
    if (list === undefined) return undefined;
    changes.push(list);
  }
  return { id, ...commit, changes, boundary: false };
}

/** Git converts the text of a commit that names an encoding, and cuts one off at its first NUL. */
async function plainCommit(repo: Repository, id: string) {
  const object = await repo.objects.readWithin(MOST_TREE_BYTES, id);
  if (object?.type !== 'commit' || object.data === undefined || object.data.includes(0)) return undefined;
  const text = object.data.toString('utf8');
  return /^encoding /m.test(text) ? undefined : parseCommit(text);
}

async function fewChanges(
  repo: Repository,
  before: string | undefined,
  after: string,
): Promise<readonly Change[] | undefined> {
  let trees = 0;
  let isWhole = true;
  const read = async (id: string): Promise<Buffer> => {
    trees += 1;
    const tree =
      trees > MOST_TREES ? undefined : await repo.objects.readWithin(MOST_TREE_BYTES, `${id}^{tree}`);
    const isPlain = tree?.data !== undefined && isProper([...treeEntries(tree.data, idBytes(repo))]);
    isWhole &&= isPlain;
    return isPlain ? tree.data : Buffer.alloc(0);
  };
  const changes: Change[] = [];
  for await (const change of diffTrees({ idBytes: idBytes(repo), read }, before, after)) {
    if (!isWhole) return undefined;
    changes.push(change);
  }
  return isWhole ? changes.sort(inGitsOrder) : undefined;
}

/** What git itself makes of a tree that is out of order, or has a name twice, is for git to tell. */
function isProper(entries: readonly RawEntry[]): boolean {
  const names = new Set<string>();
  let last = '';
  for (const { name, mode } of entries) {
    const text = name.toString('latin1');
    const key = mode === SUBTREE ? `${text}/` : text;
    if (key <= last || names.has(text)) return false;
    names.add(text);
    last = key;
  }
  return true;
}

/** By the bytes of the whole path. */
function inGitsOrder(one: Change, other: Change): number {
  return Buffer.compare(encodePath(one.path), encodePath(other.path));
}
