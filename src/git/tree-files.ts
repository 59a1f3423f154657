import type { TreeSource } from './note-tree.ts';
import { decodePath } from './paths.ts';
import { SUBTREE, type TreeEntry, treeEntries } from './tree-object.ts';

const SLASH = Buffer.from('/');

/**
 * Every file below a tree whose path begins with one of the prefixes, in git's order, one tree object after the other.
 * Directories that can hold nothing wanted are not opened.
 */
export async function* filesBelow(
  source: TreeSource,
  tree: string,
  prefixes: readonly string[],
  directory: Buffer = Buffer.alloc(0),
): AsyncGenerator<[path: string, entry: TreeEntry], void, undefined> {
  for (const { mode, id, name } of treeEntries(await source.read(tree), source.idBytes)) {
    const bytes = Buffer.concat([directory, name]);
    const path = decodePath(bytes);
    if (mode !== SUBTREE) {
      if (prefixes.some((prefix) => path.startsWith(prefix))) yield [path, { mode, id }];
    } else if (prefixes.some((prefix) => `${path}/`.startsWith(prefix) || prefix.startsWith(`${path}/`))) {
      yield* filesBelow(source, id, prefixes, Buffer.concat([bytes, SLASH]));
    }
  }
}
