import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Seal } from '../user/seal.ts';

/** What a blob holds: its own content, or a git-lfs pointer, which stands for the content with that SHA-256. */
export interface BlobDigest {
  readonly kind: 'file' | 'lfs';
  /** SHA-256, lower hex. */
  readonly digest: string;
}

const VERSION = '2';
const PURPOSE = 'digests';
/** A shard that has grown beyond this starts anew: 256 of them hold some two million blobs in a quarter GiB. */
const MAX_SHARD_BYTES = 1024 * 1024;
const SEAL_LINE = '\nseal ';
const DIGEST_DIGITS = 64;
const [ZERO, NINE, A] = [0x30, 0x39, 0x61];
/** A repository that cannot be written to, or a full disk, can still be verified: only slower. */
const NOT_WRITABLE: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT']);

/**
 * Blob id → digest, remembered between runs in `<common git dir>/mlchain/digests/2/<first two digits of the id>`.
 *
 * A blob id names its content for good, so nothing here ever goes stale, and the directory may be deleted at any
 * time. A digest that somebody else put there would make poison look like what was signed (threat 60), so each batch is
 * sealed by the user who wrote it, and what others wrote is passed over.
 *
 * Shards are only appended to, one write a batch, so that processes side by side lose nothing. A batch torn by a kill
 * or a full disk has no seal; each one starts with an empty line, so it spoils no more.
 */
export class DigestCache {
  readonly #dir: string;
  readonly #seal: Seal | undefined;
  /** By number: asked for fifty thousand blobs, a name for each would take longer than the answer. */
  readonly #shards: ReadonlyMap<string, BlobDigest>[] = [];
  /** Names of the shards that there are: to find that there is none, asked 256 times, takes longer than this. */
  #names: ReadonlySet<string> | undefined;
  /** What was added in this process. */
  readonly #fresh = new Map<string, BlobDigest>();
  /** Pieces of lines that are not saved yet, by shard: to join them all at once is what strings are quickest at. */
  #unsaved: string[][] = [];

  /** @param seal undefined: no file is believed and none written, for who has no seal or wants it all done again */
  constructor(commonDir: string, seal: Seal | undefined) {
    this.#dir = path.join(commonDir, 'mlchain', 'digests', VERSION);
    this.#seal = seal;
  }

  /** Whether nothing has ever been learnt here. */
  get isEmpty(): boolean {
    return this.#fresh.size === 0 && (this.#seal === undefined || this.#shardNames().size === 0);
  }

  get(blobId: string): BlobDigest | undefined {
    return this.#fresh.get(blobId) ?? this.#shard(shardOf(blobId)).get(blobId);
  }

  /** Known at once here, and to others after the next `save`. */
  add(blobId: string, value: BlobDigest): void {
    if (this.get(blobId) !== undefined) return;
    this.#fresh.set(blobId, value);
    const pieces = this.#unsaved[shardOf(blobId)] ?? [];
    if (pieces.length === 0) this.#unsaved[shardOf(blobId)] = pieces;
    pieces.push(blobId, value.kind === 'lfs' ? ' lfs ' : ' file ', value.digest, '\n');
  }

  /** Writes what was added. Never a reason to fail: the cache saves time and holds no facts of its own. */
  save(): void {
    if (this.#seal !== undefined && this.#unsaved.length > 0) this.#saveSealed(this.#seal);
    this.#unsaved = [];
  }

  #saveSealed(seal: Seal): void {
    try {
      fs.mkdirSync(this.#dir, { recursive: true });
      this.#unsaved.forEach((pieces, shard) => {
        const name = nameOf(shard);
        append(path.join(this.#dir, name), batchOf(name, pieces.join(''), seal));
      });
    } catch (error) {
      if (!isNotWritable(error)) throw error;
    }
  }

  #shard(number: number): ReadonlyMap<string, BlobDigest> {
    const known = this.#shards[number];
    if (known !== undefined) return known;
    const name = nameOf(number);
    const shard = new Map<string, BlobDigest>();
    if (this.#seal !== undefined && this.#shardNames().has(name))
      readShard(path.join(this.#dir, name), name, this.#seal, shard);
    this.#shards[number] = shard;
    return shard;
  }

  #shardNames(): ReadonlySet<string> {
    this.#names ??= new Set(namesIn(this.#dir));
    return this.#names;
  }
}

function shardOf(blobId: string): number {
  return hexDigit(blobId.charCodeAt(0)) * 16 + hexDigit(blobId.charCodeAt(1));
}

function hexDigit(code: number): number {
  return code <= NINE ? code - ZERO : code - A + 10;
}

function nameOf(shard: number): string {
  return shard.toString(16).padStart(2, '0');
}

function batchOf(shard: string, lines: string, seal: Seal): Buffer {
  const text = Buffer.from(lines, 'latin1');
  const mark = seal.mark(`${PURPOSE} ${shard}`, text);
  return Buffer.concat([Buffer.from('\n\n'), text, Buffer.from(`seal ${mark}\n`)]);
}

/** Lines count once the seal below them has been found intact; a batch begins behind an empty line or another's seal. */
function readShard(file: string, name: string, seal: Seal, shard: Map<string, BlobDigest>): void {
  const text = readIfThere(file);
  let start = 0;
  for (let at = text.indexOf(SEAL_LINE); at >= 0; at = text.indexOf(SEAL_LINE, start - 1)) {
    const end = lineEnd(text, at + 1);
    const lines = text.slice(Math.max(start, behindEmptyLine(text, at)), at + 1);
    const mark = text.slice(at + SEAL_LINE.length, end);
    if (seal.isIntact(`${PURPOSE} ${name}`, lines, mark)) takeLines(lines, shard);
    start = end + 1;
  }
}

function behindEmptyLine(text: string, before: number): number {
  const at = text.lastIndexOf('\n\n', before);
  return at < 0 ? 0 : at + 2;
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

function takeLines(lines: string, shard: Map<string, BlobDigest>): void {
  for (const line of lines.split('\n')) {
    const [id, kind, digest] = line.split(' ');
    if (id === undefined || digest?.length !== DIGEST_DIGITS) continue;
    shard.set(id, { kind: kind === 'lfs' ? 'lfs' : 'file', digest });
  }
}

function readIfThere(file: string): string {
  try {
    return fs.readFileSync(file, 'latin1');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
}

function namesIn(dir: string): readonly string[] {
  try {
    return fs.readdirSync(dir);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Two processes that start a full shard anew at once lose some of each other's lines: they are found again. */
function append(file: string, batch: Buffer): void {
  const isFull = (fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0) > MAX_SHARD_BYTES;
  fs.writeFileSync(file, batch, { flag: isFull ? 'w' : 'a' });
}

function isNotWritable(error: unknown): boolean {
  return NOT_WRITABLE.has(errorCode(error) ?? '');
}

function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
