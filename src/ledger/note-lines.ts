import { isUtf8 } from 'node:buffer';
import { notedObject } from '../git/note-tree.ts';
import { listNotes, readNote } from '../git/notes.ts';
import { records } from '../git/records.ts';
import type { Repository } from '../git/repository.ts';
import { idBytes } from '../git/tree.ts';
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
  repo: Repository,
  has: string,
  lacks: string | undefined,
): Promise<LinesByCommit> {
  const objects = await (lacks === undefined ? notedIn(repo, has) : removedOrChanged(repo, has, lacks));
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
  repo: Repository,
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

async function linesAt(repo: Repository, notesCommit: string, object: string): Promise<string[]> {
  const { lines } = linesOf((await readNote(repo, notesCommit, object)) ?? Buffer.alloc(0));
  return lines.filter(({ bytes }) => isUtf8(bytes)).map(({ bytes }) => bytes.toString('utf8'));
}

async function notedIn(repo: Repository, notesCommit: string): Promise<Set<string>> {
  const objects = new Set<string>();
  for await (const { object } of listNotes(repo, notesCommit)) objects.add(object);
  return objects;
}

/** Objects whose note is gone, other, or at another fan-out in the second commit. */
async function removedOrChanged(repo: Repository, before: string, after: string): Promise<Set<string>> {
  const args = ['diff-tree', '-r', '-z', '--raw', '--no-renames', '--diff-filter=DMT', before, after];
  const objects = new Set<string>();
  let isPath = false;
  for await (const batch of records(repo.git.stream(args))) {
    for (const record of batch) {
      const object = isPath ? notedObject(record.toString('latin1'), 2 * idBytes(repo)) : undefined;
      if (object !== undefined) objects.add(object);
      isPath = !isPath;
    }
  }
  return objects;
}
