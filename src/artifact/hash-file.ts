import type { Hash } from 'node:crypto';
import { createHash, hash } from 'node:crypto';
import * as fs from 'node:fs';
import type { Progress } from '../progress.ts';
import { noProgress, Steps } from '../progress.ts';
import type { LfsPointer } from './lfs.ts';
import { parseLfsPointer, resemblesLfsPointer } from './lfs.ts';

export interface FileHash {
  /** SHA-256 of the raw content, lower hex. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  /** Whether any byte is a CR, without which no line-end conversion does anything. */
  readonly hasCarriageReturn: boolean;
  /** What the content says if it is a git-lfs pointer. */
  readonly pointer: LfsPointer | undefined;
  readonly resemblesPointer: boolean;
  /** The id of a blob with this content, where it was asked for: proof that it is the content an index names. */
  readonly blobId: string | undefined;
}

const BUFFER_BYTES = 1024 * 1024;
/** Room in front of the content for the header that git hashes with it. */
const HEADER_BYTES = 64;
const CR = 0x0d;

/**
 * Hashes files of a work tree by synchronous reads into one buffer: for fifty thousand small files and for one of a
 * GiB alike, that is two to four times faster than streams or promises.
 */
export class FileHasher {
  readonly #room = Buffer.allocUnsafe(HEADER_BYTES + BUFFER_BYTES);
  readonly #buffer = this.#room.subarray(HEADER_BYTES);
  readonly #progress: Progress;

  constructor(progress: Progress = noProgress) {
    this.#progress = progress;
  }

  /**
   * The caller has made sure that `file` is a regular file (opening a FIFO would wait for ever).
   * @param blobFormat asks for the blob id too, which costs a second hash.
   * @throws the error of node:fs.
   */
  hashFile(file: string, blobFormat?: 'sha1' | 'sha256'): FileHash {
    const hashing = this.#hashing(file, blobFormat);
    for (;;) {
      const { done, value } = hashing.next();
      if (done === true) return value;
    }
  }

  /**
   * The same for a file that may be as large as it likes: it tells how far it is, and signals are heard meanwhile. One
   * file at a time. Undefined where there is no such file any more.
   */
  async hashIfThere(file: string, blobFormat?: 'sha1' | 'sha256'): Promise<FileHash | undefined> {
    const hashing = this.#hashing(file, blobFormat);
    let steps: Steps | undefined;
    try {
      for (;;) {
        const { done, value } = hashing.next();
        if (done === true) return value;
        steps ??= new Steps(this.#progress, 'bytes', value.size);
        await steps.next(value.hashed);
      }
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw error;
    }
  }

  /** For a file below a MiB, and most are: no promise is made. Undefined where there is no such file any more. */
  hashIfSmall(file: string, blobFormat?: 'sha1' | 'sha256'): FileHash | 'large' | undefined {
    let fd: number;
    try {
      fd = openFile(file);
    } catch (error) {
      if (isAbsence(error)) return undefined;
      throw error;
    }
    try {
      const content = this.#fill(fd);
      return content.length < BUFFER_BYTES ? this.#hashSmall(content, blobFormat) : 'large';
    } finally {
      fs.closeSync(fd);
    }
  }

  /** Yields after each buffer of a file that is larger than one. */
  *#hashing(
    file: string,
    blobFormat: 'sha1' | 'sha256' | undefined,
  ): Generator<{ readonly hashed: number; readonly size: number }, FileHash, void> {
    const fd = openFile(file);
    try {
      const first = this.#fill(fd);
      if (first.length < BUFFER_BYTES) return this.#hashSmall(first, blobFormat);
      return yield* this.#hashLarge(fd, first, blobFormat);
    } finally {
      fs.closeSync(fd);
    }
  }

  #hashSmall(content: Buffer, blobFormat: 'sha1' | 'sha256' | undefined): FileHash {
    return {
      sha256: hash('sha256', content),
      size: content.length,
      hasCarriageReturn: content.includes(CR),
      pointer: parseLfsPointer(content),
      resemblesPointer: resemblesLfsPointer(content),
      blobId: blobFormat && this.#blobId(content.length, blobFormat),
    };
  }

  /** Of what lies at the start of the buffer: header and content side by side are hashed in one call. */
  #blobId(size: number, format: 'sha1' | 'sha256'): string {
    const header = blobHeader(size);
    const start = HEADER_BYTES - header.length;
    this.#room.write(header, start, 'latin1');
    return hash(format, this.#room.subarray(start, HEADER_BYTES + size));
  }

  *#hashLarge(
    fd: number,
    first: Buffer,
    blobFormat: 'sha1' | 'sha256' | undefined,
  ): Generator<{ readonly hashed: number; readonly size: number }, FileHash, void> {
    const expected = fs.fstatSync(fd).size;
    const blob = blobFormat && blobHash(blobFormat, expected);
    const sha256 = createHash('sha256');
    let size = 0;
    let hasCarriageReturn = false;
    for (let chunk = first; chunk.length > 0; chunk = this.#fill(fd)) {
      sha256.update(chunk);
      blob?.update(chunk);
      size += chunk.length;
      hasCarriageReturn ||= chunk.includes(CR);
      yield { hashed: chunk.length, size: expected };
    }
    return {
      sha256: sha256.digest('hex'),
      size,
      hasCarriageReturn,
      pointer: undefined,
      resemblesPointer: false,
      blobId: blob?.digest('hex'),
    };
  }

  /** Reads until the buffer is full or the file ends. */
  #fill(fd: number): Buffer {
    let length = 0;
    while (length < BUFFER_BYTES) {
      const count = fs.readSync(fd, this.#buffer, length, BUFFER_BYTES - length, null);
      if (count === 0) break;
      length += count;
    }
    return this.#buffer.subarray(0, length);
  }
}

function openFile(file: string): number {
  return fs.openSync(file, fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0));
}

function isAbsence(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** Git's object id is the hash of a header and the content (gitformat-loose-object). */
function blobHash(format: 'sha1' | 'sha256', size: number): Hash {
  return createHash(format).update(blobHeader(size));
}

function blobHeader(size: number): string {
  return `blob ${size}\0`;
}
