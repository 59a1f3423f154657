import { isUtf8 } from 'node:buffer';
import { changedNotes, listNotes, readNote } from '../git/notes.ts';
import type { RepositoryReader } from '../git/reader.ts';
import { linesOf } from './note.ts';

/** Lines of evidence by annotated commit. */
export type LinesByCommit = ReadonlyMap<string, readonly string[]>;

/** Up to here notes are looked up one by one; beyond, listing the ref first is faster. */
const FEW = 32;

/**
 * The lines that the notes commit `has` holds and `lacks` (undefined: nothing) does not; the work is as large as the
 * difference. Bytes that are not UTF-8 are no evidence and no line here.
 */
export async function linesMissing(
  repo: RepositoryReader,
  has: string,
  lacks: string | undefined,
): Promise<LinesByCommit> {
  const objects = await (lacks === undefined ? notedIn(repo, has) : objectsLost(repo, has, lacks));
  const missing = new Map<string, readonly string[]>();
  for (const object of objects) {
    const known = new Set(lacks === undefined ? [] : await linesAt(repo, lacks, object));
    const lines = (await linesAt(repo, has, object)).filter((line) => !known.has(line));
    if (lines.length > 0) missing.set(object, lines);
  }
  return missing;
}

/** Of the wanted lines, those that the notes commit `base` (undefined: nothing) does not hold. */
export async function linesLacking(
  repo: RepositoryReader,
  base: string | undefined,
  wanted: LinesByCommit,
): Promise<LinesByCommit> {
  const noted = wanted.size > FEW && base !== undefined ? await notedIn(repo, base) : undefined;
  const lacking = new Map<string, readonly string[]>();
  for (const [object, lines] of wanted) {
    const mayHold = base !== undefined && (noted === undefined || noted.has(object));
    const known = new Set(mayHold ? await linesAt(repo, base, object) : []);
    const added = lines.filter((line) => !known.has(line));
    if (added.length > 0) lacking.set(object, added);
  }
  return lacking;
}

export function countLines(lines: LinesByCommit): number {
  return [...lines.values()].reduce((sum, list) => sum + list.length, 0);
}

async function linesAt(repo: RepositoryReader, notesCommit: string, object: string): Promise<string[]> {
  const { lines } = linesOf((await readNote(repo, notesCommit, object)) ?? Buffer.alloc(0));
  return lines.filter(({ bytes }) => isUtf8(bytes)).map(({ bytes }) => bytes.toString('utf8'));
}

async function notedIn(repo: RepositoryReader, notesCommit: string): Promise<Set<string>> {
  const objects = new Set<string>();
  for await (const { object } of listNotes(repo, notesCommit)) objects.add(object);
  return objects;
}

/** Objects whose note is gone, other, or at another fan-out in the second commit. */
async function objectsLost(repo: RepositoryReader, before: string, after: string): Promise<Set<string>> {
  const objects = new Set<string>();
  for await (const { object, isNew } of changedNotes(repo, before, after)) if (!isNew) objects.add(object);
  return objects;
}
