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
    const space = data.indexOf(SPACE, at);
    const end = data.indexOf(NUL, space);
    const next = end + 1 + idBytes;
    if (space === -1 || end === -1 || next > data.length) {
      throw new MlchainError('git', `malformed tree object: no entry at byte ${at}`);
    }
    yield {
      mode: canonicalMode(data.toString('latin1', at, space)),
      name: data.subarray(space + 1, end),
      id: data.toString('hex', end + 1, next),
    };
    at = next;
  }
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
