/** What a git-lfs pointer says about the content that it stands for. */
export interface LfsPointer {
  /** SHA-256 of the content, lower hex. */
  readonly oid: string;
  /** Bytes. */
  readonly size: bigint;
}

/** A pointer is shorter than this (git-lfs specification, "The Pointer"): what is longer need not be looked at. */
export const LFS_POINTER_LIMIT = 1024;

const THREE_LINES =
  /^version https:\/\/git-lfs\.github\.com\/spec\/v1\noid sha256:([0-9a-f]{64})\nsize ([1-9][0-9]{0,18})\n$/;

const VERSION = Buffer.from('version ');

/**
 * Reads a git-lfs v1 pointer, or says that this is none. Only the one encoding that git-lfs writes is taken: three
 * lines, LF, no extension lines, no pre-release URL. Whatever git-lfs reads *differently* would let a signed digest
 * stand for other content – so `size 0` is refused too: git-lfs checks it out as an empty file and never looks at
 * the oid, and it writes an empty file as itself, not as a pointer.
 */
export function parseLfsPointer(bytes: Uint8Array): LfsPointer | undefined {
  if (!resemblesLfsPointer(bytes)) return undefined;
  const [, oid, size] = THREE_LINES.exec(Buffer.from(bytes).toString('latin1')) ?? [];
  return oid === undefined || size === undefined ? undefined : { oid, size: BigInt(size) };
}

/** Whether git-lfs may take the bytes for a pointer in some spelling that is not ours to read. */
export function resemblesLfsPointer(bytes: Uint8Array): boolean {
  return bytes.length < LFS_POINTER_LIMIT && Buffer.from(bytes.subarray(0, 8)).equals(VERSION);
}
