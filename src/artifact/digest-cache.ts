import * as fs from 'node:fs';
import * as path from 'node:path';

/** What a blob holds: its own content, or a git-lfs pointer, which stands for the content with that SHA-256. */
export interface BlobDigest {
  readonly kind: 'file' | 'lfs';
  /** SHA-256, lower hex. */
  readonly digest: string;
}

const VERSION = '1';
/** A shard that has grown beyond this starts anew: 256 of them hold some two million blobs in a quarter GiB. */
const MAX_SHARD_BYTES = 1024 * 1024;
const RECORD = /^([0-9a-f]{40}|[0-9a-f]{64}) (file|lfs) ([0-9a-f]{64})$/;
/** A repository that cannot be written to, or a full disk, can still be verified: only slower. */
const NOT_WRITABLE: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT']);

/**
 * Blob id → digest, remembered between runs in `<common git dir>/mlchain/digests/1/<first two digits of the id>`.
 *
 * A blob id names its content for good, so nothing here ever goes stale, and the directory may be deleted at any
 * time. It is believed without a second look: whoever can write the git directory can put any object, hook or ref
 * there as well, and a git directory from a stranger is out of scope (`product.md` §13).
 *
 * Shards are only appended to, one write a batch, so that processes side by side lose nothing. A line torn by a kill
 * or a full disk is not in our form and is passed over; each batch starts with a line feed, so it spoils no more.
 */
export class DigestCache {
  readonly #dir: string | undefined;
  readonly #shards = new Map<string, Map<string, BlobDigest>>();
  readonly #added = new Map<string, string[]>();

  /** @param commonDir undefined: a cache that believes no file and writes none, for who wants it all done again */
  constructor(commonDir: string | undefined) {
    this.#dir = commonDir && path.join(commonDir, 'mlchain', 'digests', VERSION);
  }

  get(blobId: string): BlobDigest | undefined {
    return this.#shard(shardOf(blobId)).get(blobId);
  }

  /** Known at once here, and to others after the next `save`. */
  add(blobId: string, value: BlobDigest): void {
    const name = shardOf(blobId);
    const shard = this.#shard(name);
    if (shard.has(blobId)) return;
    shard.set(blobId, value);
    const lines = this.#added.get(name) ?? [];
    if (lines.length === 0) this.#added.set(name, lines);
    lines.push(`${blobId} ${value.kind} ${value.digest}\n`);
  }

  /** Writes what was added. Never a reason to fail: the cache saves time and holds no facts of its own. */
  save(): void {
    if (this.#dir !== undefined && this.#added.size > 0) this.#saveIn(this.#dir);
    this.#added.clear();
  }

  #saveIn(dir: string): void {
    try {
      fs.mkdirSync(dir, { recursive: true });
      for (const [name, lines] of this.#added) append(path.join(dir, name), `\n${lines.join('')}`);
    } catch (error) {
      if (!isNotWritable(error)) throw error;
    }
  }

  #shard(name: string): Map<string, BlobDigest> {
    const known = this.#shards.get(name);
    if (known !== undefined) return known;
    const shard: Map<string, BlobDigest> =
      this.#dir === undefined ? new Map() : readShard(path.join(this.#dir, name));
    this.#shards.set(name, shard);
    return shard;
  }
}

function shardOf(blobId: string): string {
  return blobId.slice(0, 2);
}

function readShard(file: string): Map<string, BlobDigest> {
  const shard = new Map<string, BlobDigest>();
  for (const line of readIfThere(file).split('\n')) {
    const [, id, kind, digest] = RECORD.exec(line) ?? [];
    if (id === undefined || digest === undefined) continue;
    shard.set(id, { kind: kind === 'lfs' ? 'lfs' : 'file', digest });
  }
  return shard;
}

function readIfThere(file: string): string {
  try {
    return fs.readFileSync(file, 'latin1');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
}

/** Two processes that start a full shard anew at once lose some of each other's lines: they are found again. */
function append(file: string, text: string): void {
  const isFull = (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0) > MAX_SHARD_BYTES;
  fs.writeFileSync(file, text, { flag: isFull ? 'w' : 'a' });
}

function isNotWritable(error: unknown): boolean {
  return NOT_WRITABLE.has(errorCode(error) ?? '');
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
