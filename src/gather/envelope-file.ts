import * as fs from 'node:fs';
import { parseMetadata } from '../intoto/dsse.ts';
import type { Envelope } from '../intoto/envelope.ts';
import { FormatError } from '../intoto/format-error.ts';
import type { JsonParts } from '../intoto/json-parts.ts';

/** More than any link of a sane step; what is larger is not read (`formats.md` §4 has the same limit for a note). */
const MAX_BYTES = 64 * 1024 * 1024;

/** What is read here is read again and again into the same memory: fresh memory costs more than the reading. */
const DESK = Buffer.allocUnsafeSlow(1024 * 1024);

/** The envelope in a file, in either of in-toto's wrappings, or in words why there is none. @param parts of other files of the same chain. */
export function readMetadataFile(file: string, parts?: JsonParts): Envelope | string {
  const read = readForeignFile(file, DESK);
  if (typeof read === 'string') return read;
  try {
    return parseMetadata(read, parts);
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
}

/**
 * A file that somebody handed over, or in words why it is not read. Only regular files: a pipe would be waited for
 * without end.
 * @param desk for who does not keep the content: where it fits in, it is the beginning of this.
 */
export function readForeignFile(file: string, desk?: Buffer): Buffer | string {
  try {
    const stat = fs.statSync(file);
    if (!stat.isFile()) return 'expected a regular file';
    if (stat.size > MAX_BYTES) return `expected at most ${MAX_BYTES} octets, found ${stat.size}`;
    return (desk && stat.size < desk.length && readInto(desk, file)) || fs.readFileSync(file);
  } catch (error) {
    if (isSystemError(error)) return error.message;
    throw error;
  }
}

/** Undefined where it has become too large. */
function readInto(desk: Buffer, file: string): Buffer | undefined {
  const descriptor = fs.openSync(file, 'r');
  try {
    let end = 0;
    while (end < desk.length) {
      const count = fs.readSync(descriptor, desk, end, desk.length - end, null);
      if (count === 0) return desk.subarray(0, end);
      end += count;
    }
    return undefined;
  } finally {
    fs.closeSync(descriptor);
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
