import { hash } from 'node:crypto';
import * as fs from 'node:fs';
import { parseLfsPointer, resemblesLfsPointer } from './lfs.ts';

/** Files below a directory, each with the blob that it is said to hold, and room for the answers: shared by threads. */
export interface BlobBatch {
  /** With a separator at its end. */
  readonly root: string;
  /** Names below it, each closed by NUL; `ids` are as many and in the same order, without anything between. */
  readonly names: string;
  readonly ids: string;
  readonly format: 'sha1' | 'sha256';
  /** A {@link FileAnswer} for each file. */
  readonly answers: SharedArrayBuffer;
  /** SHA-256 for each file, 64 lower hex digits: of its content, or the one that a git-lfs pointer names. */
  readonly digests: SharedArrayBuffer;
  /** Two counters: how many files somebody has begun with, and how many are done. */
  readonly counters: SharedArrayBuffer;
}

/**
 * What was found out of a file. `different`: it does not hold the blob, or could not be read. `large`: it is not for
 * this hasher. The others hold the blob, which is a file's content or a git-lfs pointer.
 */
export const FileAnswer = { different: 0, large: 1, file: 2, lfs: 3 } as const;

export const SHA256_DIGITS = 64;
const BEGUN = 0;
const DONE = 1;
/** Files that a thread takes at a time: some milliseconds, so that nobody waits long for the last one. */
const PORTION = 128;
const BUFFER_BYTES = 256 * 1024;
/** Room in front of the content for the header that git hashes with it. */
const HEADER_BYTES = 64;
/** Nothing is waited for where somebody has put a FIFO in the place of a file. */
const FLAGS = fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0);

export function makeBatch(
  root: string,
  names: readonly string[],
  ids: readonly string[],
  format: 'sha1' | 'sha256',
): BlobBatch {
  return {
    root,
    names: [...names, ''].join('\0'),
    ids: ids.join(''),
    format,
    answers: new SharedArrayBuffer(names.length),
    digests: new SharedArrayBuffer(names.length * SHA256_DIGITS),
    counters: new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT),
  };
}

/** How many of the files are done, whoever did them. */
export function doneIn({ counters }: BlobBatch): number {
  return Atomics.load(new Int32Array(counters), DONE);
}

/**
 * Hashes portions of a batch that nobody else has begun with, until there are none; several threads do it side by side.
 * A file is opened, read and hashed in one go into one buffer that is used again and again: at 4 KB, that is what counts.
 * The id of the blob is proof that the very bytes read are those that git stored, whatever happens to the file meanwhile.
 * @returns after each portion
 */
export function* workOn(batch: BlobBatch): Generator<void, void, void> {
  const counters = new Int32Array(batch.counters);
  const names = batch.names.split('\0');
  const total = names.length - 1;
  const prover = new Prover(batch);
  for (;;) {
    const first = Atomics.add(counters, BEGUN, PORTION);
    if (first >= total) return;
    const end = Math.min(first + PORTION, total);
    for (let at = first; at < end; at++) prover.prove(at, names[at] ?? '');
    Atomics.add(counters, DONE, end - first);
    yield;
  }
}

class Prover {
  readonly #batch: BlobBatch;
  readonly #idDigits: number;
  readonly #answers: Uint8Array;
  readonly #digests: Buffer;
  readonly #room = Buffer.allocUnsafeSlow(HEADER_BYTES + BUFFER_BYTES);
  readonly #content = this.#room.subarray(HEADER_BYTES);

  constructor(batch: BlobBatch) {
    this.#batch = batch;
    this.#idDigits = batch.format === 'sha256' ? 64 : 40;
    this.#answers = new Uint8Array(batch.answers);
    this.#digests = Buffer.from(batch.digests);
  }

  prove(at: number, name: string): void {
    const size = this.#read(this.#batch.root + name);
    if (size === BUFFER_BYTES) this.#answers[at] = FileAnswer.large;
    else if (size !== undefined && this.#isBlob(at, size)) this.#digest(at, size);
  }

  /** One call of the system: a file of which it gives only a part does not have the right id. */
  #read(file: string): number | undefined {
    try {
      const fd = fs.openSync(file, FLAGS);
      try {
        return fs.readSync(fd, this.#content, 0, BUFFER_BYTES, null);
      } finally {
        fs.closeSync(fd);
      }
    } catch {
      // Gone, exchanged or unreadable: the blob itself still tells what it holds.
      return undefined;
    }
  }

  /** Git's object id is the hash of a header and the content (gitformat-loose-object). */
  #isBlob(at: number, size: number): boolean {
    const header = `blob ${size}\0`;
    const start = HEADER_BYTES - header.length;
    this.#room.write(header, start, 'latin1');
    const id = hash(this.#batch.format, this.#room.subarray(start, HEADER_BYTES + size));
    return id === this.#batch.ids.slice(at * this.#idDigits, (at + 1) * this.#idDigits);
  }

  #digest(at: number, size: number): void {
    const content = this.#content.subarray(0, size);
    const pointer = resemblesLfsPointer(content) ? parseLfsPointer(content) : undefined;
    this.#digests.write(pointer?.oid ?? hash('sha256', content), at * SHA256_DIGITS, 'latin1');
    this.#answers[at] = pointer === undefined ? FileAnswer.file : FileAnswer.lfs;
  }
}
