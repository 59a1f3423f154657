import { createHash } from 'node:crypto';
import * as fs from 'node:fs';

/** What DVC calls a content by, and what a link does. */
export interface TwoHashes {
  readonly md5: string;
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

const BUFFER_BYTES = 1024 * 1024;

/**
 * Reads a file once for both hashes; undefined where there is no regular file. Links are followed: DVC may put one into
 * its cache in the place of a file (`cache.type symlink`), and the hash tells what is there.
 */
export function hashTwice(file: string): TwoHashes | undefined {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) return undefined;
  const fd = fs.openSync(file, 'r');
  try {
    const md5 = createHash('md5');
    const sha256 = createHash('sha256');
    const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
    let size = 0;
    for (;;) {
      const count = fs.readSync(fd, buffer, 0, BUFFER_BYTES, null);
      if (count === 0) break;
      const chunk = buffer.subarray(0, count);
      md5.update(chunk);
      sha256.update(chunk);
      size += count;
    }
    return { md5: md5.digest('hex'), sha256: sha256.digest('hex'), size };
  } finally {
    fs.closeSync(fd);
  }
}
