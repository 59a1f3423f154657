import { MlchainError } from '../errors.ts';
import { HOW_TO_FETCH } from './git-error.ts';
import type { TreeSource } from './note-tree.ts';
import { decodePath, encodePath, isCleanPath } from './paths.ts';
import type { RepositoryReader } from './reader.ts';
import { records } from './records.ts';
import { filesBelow } from './tree-files.ts';
import type { RawEntry, TreeEntry } from './tree-object.ts';
import { entriesNamed, SUBTREE } from './tree-object.ts';

export type { TreeEntry } from './tree-object.ts';

const FEW = 32;

/** A path in a commit's tree. */
export interface PathRequest {
  readonly commit: string;
  readonly path: string;
}

/**
 * Every file below a commit or tree, in git's order, subtrees opened. `prefixes` (default: everything) are literal
 * beginnings of paths, on no particular boundary: `data/`, `data/tr`.
 */
export async function* listTree(
  repo: RepositoryReader,
  treeish: string,
  prefixes: readonly string[] = [''],
): AsyncGenerator<[path: string, entry: TreeEntry], void, undefined> {
  const id = await treeId(repo, treeish);
  const few = await inFewTrees(repo, id, prefixes);
  if (few !== undefined || repo.git === undefined) {
    yield* few ?? filesBelow(sourceOf(repo), id, prefixes);
    return;
  }
  const wanted = (path: string) => prefixes.some((prefix) => path.startsWith(prefix));
  const args = ['ls-tree', '-r', '-z', '--full-tree', id, '--', ...directories(prefixes)];
  for await (const batch of records(repo.git.stream(args))) {
    for (const record of batch) {
      const [path, entry] = listed(record);
      if (wanted(path)) {
        yield [path, entry];
      }
    }
  }
}

/** Read one by one: as long as they are few, another child costs more. Undefined where they are not. */
async function inFewTrees(
  repo: RepositoryReader,
  tree: string,
  prefixes: readonly string[],
): Promise<readonly [path: string, entry: TreeEntry][] | undefined> {
  const source = sourceOf(repo);
  let trees = 0;
  const read = async (id: string) => {
    trees += 1;
    return trees > FEW ? Buffer.alloc(0) : await source.read(id);
  };
  const files: [string, TreeEntry][] = [];
  for await (const file of filesBelow({ ...source, read }, tree, prefixes)) files.push(file);
  return trees > FEW ? undefined : files;
}

function sourceOf(repo: RepositoryReader): TreeSource {
  return { idBytes: idBytes(repo), read: (id) => readTree(repo, id) };
}

/** `<mode> SP <type> SP <id> TAB <path>`; git-ls-tree(1), "OUTPUT FORMAT". */
function listed(record: Buffer): [path: string, entry: TreeEntry] {
  const tab = record.indexOf('\t');
  const [mode = '', , id = ''] = record.toString('latin1', 0, tab).split(' ');
  return [decodePath(record.subarray(tab + 1)), { mode, id }];
}

/** What lies at a path; `undefined` for nothing and for a directory. Throws `incomplete` when a tree is not here. */
export async function entryAt(
  repo: RepositoryReader,
  treeish: string,
  path: string,
): Promise<TreeEntry | undefined> {
  const [entry] = await entriesAt(repo, [{ commit: treeish, path }]);
  return entry;
}

/** {@link entryAt} for many paths, in the order asked; every tree is read once. */
export async function entriesAt(
  repo: RepositoryReader,
  requests: readonly PathRequest[],
): Promise<(TreeEntry | undefined)[]> {
  const trees = new Map<string, Promise<Buffer>>();
  const read = (id: string) => {
    const known = trees.get(id) ?? readTree(repo, id);
    trees.set(id, known);
    return known;
  };
  return await Promise.all(requests.map(({ commit, path }) => descend(repo, read, commit, path)));
}

/** The content of a tree object. Throws `incomplete` when it is named but not here. */
export async function readTree(repo: RepositoryReader, treeish: string): Promise<Buffer> {
  const object = await repo.objects.read(`${treeish}^{tree}`);
  if (object === undefined) {
    throw new MlchainError('incomplete', `tree of ${treeish} is not here`, {
      hint: HOW_TO_FETCH,
    });
  }
  return object.data;
}

export function idBytes(repo: RepositoryReader): 20 | 32 {
  return repo.objectFormat === 'sha256' ? 32 : 20;
}

async function descend(
  repo: RepositoryReader,
  read: (id: string) => Promise<Buffer>,
  commit: string,
  path: string,
): Promise<TreeEntry | undefined> {
  const names = path.split('/').map(encodePath);
  const last = names.pop();
  let tree = commit;
  for (const name of names) {
    const entry = find(await read(tree), name, idBytes(repo));
    if (entry?.mode !== SUBTREE) {
      return undefined;
    }
    tree = entry.id;
  }
  const entry = last === undefined ? undefined : find(await read(tree), last, idBytes(repo));
  return entry === undefined || entry.mode === SUBTREE ? undefined : { mode: entry.mode, id: entry.id };
}

function find(tree: Buffer, name: Buffer, bytes: 20 | 32): RawEntry | undefined {
  return entriesNamed(name, tree, bytes)[0];
}

async function treeId(repo: RepositoryReader, treeish: string): Promise<string> {
  const info = await repo.objects.info(`${treeish}^{tree}`);
  if (info === undefined) {
    throw new MlchainError('incomplete', `tree of ${treeish} is not here`);
  }
  return info.id;
}

/** The directories that hold every path beginning with one of the prefixes; none: the whole tree. */
function directories(prefixes: readonly string[]): string[] {
  const dirs = prefixes.map((prefix) => prefix.slice(0, prefix.lastIndexOf('/') + 1));
  // An argument is text: bytes that are no UTF-8 cannot be asked for, so everything is.
  const canAsk = dirs.every((dir) => dir !== '' && isCleanPath(dir));
  return canAsk ? [...new Set(dirs)] : [];
}
