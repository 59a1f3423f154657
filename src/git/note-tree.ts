import type { RawEntry } from './tree-object.ts';
import { entriesNamed, SUBTREE, treeEntries } from './tree-object.ts';

/** How a tree object is read: by git, or without it. */
export interface TreeSource {
  readonly idBytes: 20 | 32;
  read(treeId: string): Promise<Buffer>;
}

/**
 * One level of a notes tree (git's notes.c): a file named by all remaining hex digits of an id is a note on that
 * object, a subtree named by the next two is a level of fan-out. Everything else is not ours to touch.
 */
export interface NoteLevel {
  /** Remaining digits → blob. */
  readonly notes: ReadonlyMap<string, string>;
  /** Next two digits → tree. */
  readonly fanOut: ReadonlyMap<string, string>;
}

const EMPTY: NoteLevel = { notes: new Map(), fanOut: new Map() };

/** Reads the level below `depth` levels of fan-out; `undefined` is a level not made yet. */
export async function readLevel(
  source: TreeSource,
  tree: string | undefined,
  depth: number,
): Promise<NoteLevel> {
  if (tree === undefined) {
    return EMPTY;
  }
  const entries = [...treeEntries(await source.read(tree), source.idBytes)];
  const digits = 2 * (source.idBytes - depth);
  return {
    notes: named(entries, (mode, name) => mode.startsWith('100') && name.length === digits),
    fanOut: named(entries, (mode, name) => mode === SUBTREE && name.length === 2 && digits > 2),
  };
}

/** The blobs noted on an object: usually one, several when different writers used different fan-outs. */
export async function findNote(
  source: TreeSource,
  root: string | undefined,
  object: string,
): Promise<string[]> {
  const found: string[] = [];
  let tree = root;
  for (let depth = 0; tree !== undefined; depth += 1) {
    const data: Buffer = await source.read(tree);
    const named = (name: string) => entriesNamed(Buffer.from(name), data, source.idBytes);
    const note = named(object.slice(2 * depth)).findLast(({ mode }) => mode.startsWith('100'));
    if (note !== undefined) found.push(note.id);
    const isLast = depth + 1 >= source.idBytes;
    const below = isLast ? [] : named(object.slice(2 * depth, 2 * depth + 2));
    tree = below.findLast(({ mode }) => mode === SUBTREE)?.id;
  }
  return found;
}

/** The object a path in a notes tree speaks of; `undefined` when the path is no note. */
export function notedObject(path: string, digits: number): string | undefined {
  const object = /^(?:[0-9a-f]{2}\/)*[0-9a-f]{2,}$/.test(path) ? path.replaceAll('/', '') : '';
  return object.length === digits ? object : undefined;
}

function named(
  entries: readonly RawEntry[],
  wanted: (mode: string, name: string) => boolean,
): Map<string, string> {
  return new Map(
    entries
      .map(({ mode, name, id }) => ({ mode, name: name.toString('latin1'), id }))
      .filter(({ mode, name }) => /^[0-9a-f]+$/.test(name) && wanted(mode, name))
      .map(({ name, id }) => [name, id]),
  );
}
