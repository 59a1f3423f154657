import type { TreeEdit } from './fast-import.ts';
import type { NoteLevel, TreeSource } from './note-tree.ts';
import { readLevel } from './note-tree.ts';

export interface NoteSource extends TreeSource {
  readBlob(id: string): Promise<Buffer>;
}

/** What shall be noted on one object: lines to add, and contents that lay at other places of the tree. */
interface Wanted {
  readonly lines: readonly string[];
  readonly moved: readonly string[];
}

interface Place {
  readonly tree: string | undefined;
  readonly prefix: string;
  readonly depth: number;
}

/**
 * A level with more notes gets another level of fan-out: every append writes its level anew, so that a flat tree would
 * cost the square of its notes. Git itself begins at about a hundred.
 */
const MOST_NOTES_IN_A_LEVEL = 128;

/** How a notes tree must change so that each object's note is the union of its lines, in one place. */
export async function planAppend(
  source: NoteSource,
  root: string | undefined,
  additions: ReadonlyMap<string, readonly string[]>,
): Promise<TreeEdit[]> {
  const wanted = new Map(Array.from(additions, ([object, lines]) => [object, { lines, moved: [] }] as const));
  return await planLevel(source, { tree: root, prefix: '', depth: 0 }, wanted);
}

/** Lines of notes and new lines: sorted bytewise, unique, each ended by a newline. */
export function unionOfLines(contents: readonly Buffer[], additions: readonly string[]): Buffer {
  // Latin-1 text: foreign bytes survive, and the order of strings is the order of bytes.
  const old = contents.flatMap((content) => content.toString('latin1').split('\n'));
  const added = additions.flatMap((line) => Buffer.from(line, 'utf8').toString('latin1').split('\n'));
  const lines = [...new Set([...old, ...added])].filter((line) => line !== '').sort();
  return Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1');
}

async function planLevel(
  source: NoteSource,
  place: Place,
  wanted: ReadonlyMap<string, Wanted>,
): Promise<TreeEdit[]> {
  const level = await readLevel(source, place.tree, place.depth);
  const isLast = place.depth === source.idBytes - 1;
  const stays = level.fanOut.size === 0 && (isLast || !isTooMany(level, wanted));
  return stays
    ? await planNotes(source, place, level, wanted)
    : await planFanOut(source, place, level, wanted);
}

function isTooMany(level: NoteLevel, wanted: ReadonlyMap<string, Wanted>): boolean {
  const added = [...wanted.keys()].filter((name) => !level.notes.has(name));
  return level.notes.size + added.length > MOST_NOTES_IN_A_LEVEL;
}

/** Moves the level's notes one level down: all of them when the fan-out is new, else only those that are wanted. */
async function planFanOut(
  source: NoteSource,
  place: Place,
  level: NoteLevel,
  wanted: ReadonlyMap<string, Wanted>,
): Promise<TreeEdit[]> {
  const leaving = [...level.notes].filter(([name]) => level.fanOut.size === 0 || wanted.has(name));
  const below = new Map(wanted);
  for (const [name, blob] of leaving) {
    const { lines, moved } = wanted.get(name) ?? { lines: [], moved: [] };
    below.set(name, { lines, moved: [...moved, blob] });
  }
  const edits = await Promise.all(
    Array.from(grouped(below), ([digits, group]) =>
      planLevel(
        source,
        {
          tree: level.fanOut.get(digits),
          prefix: `${place.prefix}${digits}/`,
          depth: place.depth + 1,
        },
        group,
      ),
    ),
  );
  return [
    ...leaving.map(([name]) => ({ kind: 'delete', path: place.prefix + name }) as const),
    ...edits.flat(),
  ];
}

function grouped(wanted: ReadonlyMap<string, Wanted>): Map<string, Map<string, Wanted>> {
  const groups = new Map<string, Map<string, Wanted>>();
  for (const [name, what] of wanted) {
    const digits = name.slice(0, 2);
    const group = groups.get(digits) ?? new Map<string, Wanted>();
    groups.set(digits, group.set(name.slice(2), what));
  }
  return groups;
}

async function planNotes(
  source: NoteSource,
  place: Place,
  level: NoteLevel,
  wanted: ReadonlyMap<string, Wanted>,
): Promise<TreeEdit[]> {
  const edits = await Promise.all(
    Array.from(wanted, ([name, what]) => planNote(source, place.prefix + name, level.notes.get(name), what)),
  );
  return edits.filter((edit) => edit !== undefined);
}

async function planNote(
  source: NoteSource,
  path: string,
  here: string | undefined,
  { lines, moved }: Wanted,
): Promise<TreeEdit | undefined> {
  const [only] = moved;
  if (here === undefined && lines.length === 0 && moved.length === 1 && only !== undefined) {
    return { kind: 'link', path, blob: only };
  }
  const blobs = here === undefined ? moved : [here, ...moved];
  const contents = await Promise.all(blobs.map((blob) => source.readBlob(blob)));
  const content = unionOfLines(contents, lines);
  return here !== undefined && contents[0]?.equals(content) ? undefined : { kind: 'write', path, content };
}
