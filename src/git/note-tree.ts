import { decodePath } from './paths.ts';
import type { RawEntry } from './tree-object.ts';
import { SUBTREE, treeEntries } from './tree-object.ts';

/** How a tree object is read: by git, or without it. */
export interface TreeSource {
  readonly idBytes: 20 | 32;
  read(treeId: string): Promise<Buffer>;
}

/** One place at which a note for an object lies. */
export interface NotePlace {
  readonly path: string;
  readonly blob: string;
}

/** Where the notes of one object are, and where a new one belongs. */
export interface NoteSpot {
  /** Usually one; several when different writers used different fan-outs. */
  readonly found: readonly NotePlace[];
  /** Path for the note, at the fan-out the tree already has. */
  readonly path: string;
}

/**
 * Notes lie at `<hex id>`, with a `/` after every two digits for each level of fan-out (git's notes.c): a subtree of
 * two hex digits is a level, a file named by all remaining digits is a note, everything else is not ours to touch.
 */
export async function findNote(
  source: TreeSource,
  root: string | undefined,
  object: string,
): Promise<NoteSpot> {
  const found: NotePlace[] = [];
  let tree = root;
  let prefix = '';
  let rest = object;
  let path: string | undefined;
  while (tree !== undefined) {
    const level: readonly RawEntry[] = [...treeEntries(await source.read(tree), source.idBytes)];
    for (const entry of level.filter((candidate) => isNote(candidate, rest))) {
      found.push({ path: prefix + decodePath(entry.name), blob: entry.id });
    }
    if (!level.some(isFanOut)) {
      path ??= prefix + rest;
    }
    const next = level.find((entry) => isFanOut(entry) && nameOf(entry) === rest.slice(0, 2));
    if (next === undefined && path === undefined) {
      path = `${prefix}${rest.slice(0, 2)}/${rest.slice(2)}`;
    }
    tree = next?.id;
    prefix += `${rest.slice(0, 2)}/`;
    rest = rest.slice(2);
  }
  return { found, path: found.at(-1)?.path ?? path ?? object };
}

function isNote(entry: RawEntry, name: string): boolean {
  return entry.mode.startsWith('100') && nameOf(entry) === name;
}

function isFanOut(entry: RawEntry): boolean {
  return entry.mode === SUBTREE && /^[0-9a-f]{2}$/.test(nameOf(entry));
}

function nameOf(entry: RawEntry): string {
  return entry.name.toString('latin1').toLowerCase();
}
