import type { Change } from './log-parser.ts';
import type { TreeSource } from './note-tree.ts';
import { decodePath } from './paths.ts';
import type { RawEntry, TreeEntry } from './tree-object.ts';
import { SUBTREE, treeEntries } from './tree-object.ts';

/**
 * What differs between two trees, file by file, without guessing at renames: `git diff-tree -r --raw --no-renames`.
 * `undefined` is the empty tree. Equal subtrees are not opened.
 */
export async function* diffTrees(
  source: TreeSource,
  before: string | undefined,
  after: string | undefined,
  directory: Buffer = Buffer.alloc(0),
): AsyncGenerator<Change, void, undefined> {
  if (before === after) {
    return;
  }
  const [left, right] = await Promise.all([level(source, before), level(source, after)]);
  for (const [key, name] of new Map([...names(left), ...names(right)])) {
    const [one, other] = [left.get(key), right.get(key)];
    const path = Buffer.concat([directory, name]);
    if (!isSame(file(one), file(other))) {
      yield { path: decodePath(path), before: file(one), after: file(other) };
    }
    yield* diffTrees(source, subtree(one), subtree(other), Buffer.concat([path, SLASH]));
  }
}

const SLASH = Buffer.from('/');

/** Names are bytes; Latin-1 keeps them apart as keys. */
async function level(source: TreeSource, tree: string | undefined): Promise<Map<string, RawEntry>> {
  const data = tree === undefined ? Buffer.alloc(0) : await source.read(tree);
  return new Map(
    Array.from(treeEntries(data, source.idBytes), (entry) => [entry.name.toString('latin1'), entry]),
  );
}

function names(entries: ReadonlyMap<string, RawEntry>): [string, Buffer][] {
  return Array.from(entries, ([key, { name }]) => [key, name]);
}

function file(entry: RawEntry | undefined): TreeEntry | undefined {
  return entry === undefined || entry.mode === SUBTREE ? undefined : { mode: entry.mode, id: entry.id };
}

function subtree(entry: RawEntry | undefined): string | undefined {
  return entry?.mode === SUBTREE ? entry.id : undefined;
}

function isSame(one: TreeEntry | undefined, other: TreeEntry | undefined): boolean {
  return one?.mode === other?.mode && one?.id === other?.id;
}
