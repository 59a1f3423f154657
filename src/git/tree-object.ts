import { MlchainError } from '../errors.ts';

/** What lies at a path. */
export interface TreeEntry {
  /** `100644`, `100755`, `120000` (symbolic link) or `160000` (submodule: `id` is a commit elsewhere). */
  readonly mode: string;
  readonly id: string;
}

/** One line of a tree object: a name in git's bytes, a subtree included. */
export interface RawEntry extends TreeEntry {
  readonly name: Buffer;
}

export const SUBTREE = '040000';

const SPACE = 0x20;
const NUL = 0;

/** Reads a tree object; gitformat: `<octal mode> SP <name> NUL <id in bytes>`, without padding zeros in the mode. */
export function* treeEntries(data: Buffer, idBytes: 20 | 32): Generator<RawEntry, void, undefined> {
  for (let at = 0; at < data.length; ) {
    const place = placeOf(data, at, idBytes);
    yield entryIn(data, place);
    at = place.next;
  }
}

/** Those of {@link treeEntries} with this name: one, or more in a tree that git would not make. Of the others nothing is made. */
export function entriesNamed(name: Buffer, data: Buffer, idBytes: 20 | 32): RawEntry[] {
  const found: RawEntry[] = [];
  for (let at = 0; at < data.length; ) {
    const place = placeOf(data, at, idBytes);
    const { begin, end } = place;
    const isNamed = end - begin === name.length && data.compare(name, 0, name.length, begin, end) === 0;
    if (isNamed) found.push(entryIn(data, place));
    at = place.next;
  }
  return found;
}

/** Where the parts of an entry lie: the mode before `begin - 1`, the name up to `end`, the id up to `next`. */
interface Place {
  readonly at: number;
  readonly begin: number;
  readonly end: number;
  readonly next: number;
}

function placeOf(data: Buffer, at: number, idBytes: 20 | 32): Place {
  const begin = data.indexOf(SPACE, at) + 1;
  const end = data.indexOf(NUL, begin);
  const next = end + 1 + idBytes;
  if (begin === 0 || end === -1 || next > data.length) {
    throw new MlchainError('git', `malformed tree object: no entry at byte ${at}`);
  }
  return { at, begin, end, next };
}

function entryIn(data: Buffer, { at, begin, end, next }: Place): RawEntry {
  return {
    mode: canonicalMode(data.toString('latin1', at, begin - 1)),
    name: data.subarray(begin, end),
    id: data.toString('hex', end + 1, next),
  };
}

/** As git reads modes (`canon_mode`): the type, and for a file only whether its owner may execute it. */
function canonicalMode(octal: string): string {
  const mode = Number.parseInt(octal, 8);
  switch (mode & 0o170000) {
    case 0o100000:
      return mode & 0o100 ? '100755' : '100644';
    case 0o120000:
      return '120000';
    case 0o040000:
      return SUBTREE;
    default:
      return '160000';
  }
}
