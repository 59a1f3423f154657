import { isUtf8 } from 'node:buffer';
import { listNotes, readNote } from '../git/notes.ts';
import type { Repository } from '../git/repository.ts';
import { linesOf } from './note.ts';

/** Lines of evidence by annotated commit. */
export type LinesByCommit = ReadonlyMap<string, readonly string[]>;

/**
 * The lines that the notes commit `has` holds and `lacks` (undefined: nothing) does not. Notes that are the same blob
 * are not read. Bytes that are not UTF-8 are no evidence and no line here.
 */
export async function linesMissing(
  repo: Repository,
  has: string,
  lacks: string | undefined,
): Promise<LinesByCommit> {
  const there = await blobsByCommit(repo, lacks);
  const differing = new Map<string, readonly string[]>();
  for (const [object, blobs] of await blobsByCommit(repo, has)) {
    if (!isSame(blobs, there.get(object))) differing.set(object, await linesAt(repo, has, object));
  }
  return await linesLacking(repo, lacks, differing);
}

/** Of the wanted lines, those that the notes commit `base` (undefined: nothing) does not hold. */
export async function linesLacking(
  repo: Repository,
  base: string | undefined,
  wanted: LinesByCommit,
): Promise<LinesByCommit> {
  const there = await blobsByCommit(repo, base);
  const lacking = new Map<string, readonly string[]>();
  for (const [object, lines] of wanted) {
    const known = new Set(there.has(object) && base !== undefined ? await linesAt(repo, base, object) : []);
    const added = lines.filter((line) => !known.has(line));
    if (added.length > 0) lacking.set(object, added);
  }
  return lacking;
}

export function countLines(lines: LinesByCommit): number {
  return [...lines.values()].reduce((sum, list) => sum + list.length, 0);
}

async function linesAt(repo: Repository, notesCommit: string, object: string): Promise<string[]> {
  const { lines } = linesOf((await readNote(repo, notesCommit, object)) ?? Buffer.alloc(0));
  return lines.filter(({ bytes }) => isUtf8(bytes)).map(({ bytes }) => bytes.toString('utf8'));
}

async function blobsByCommit(
  repo: Repository,
  notesCommit: string | undefined,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const blobs = new Map<string, string[]>();
  if (notesCommit === undefined) return blobs;
  for await (const { object, blob } of listNotes(repo, notesCommit)) {
    blobs.set(object, [...(blobs.get(object) ?? []), blob]);
  }
  return blobs;
}

function isSame(blobs: readonly string[], others: readonly string[] | undefined): boolean {
  return blobs.length === others?.length && blobs.every((blob) => others.includes(blob));
}
