import * as fs from 'node:fs';
import { parseMetadata } from '../intoto/dsse.ts';
import type { Envelope } from '../intoto/envelope.ts';
import { FormatError } from '../intoto/format-error.ts';
import type { JsonParts } from '../intoto/json-parts.ts';

/** More than any link of a sane step; what is larger is not read (`formats.md` §4 has the same limit for a note). */
const MAX_BYTES = 64 * 1024 * 1024;

/** The envelope in a file, in either of in-toto's wrappings, or in words why there is none. @param parts of other files of the same chain. */
export function readMetadataFile(file: string, parts?: JsonParts): Envelope | string {
  const read = readForeignFile(file);
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
 */
export function readForeignFile(file: string): Buffer | string {
  try {
    const stat = fs.statSync(file);
    if (!stat.isFile()) return 'expected a regular file';
    if (stat.size > MAX_BYTES) return `expected at most ${MAX_BYTES} octets, found ${stat.size}`;
    return fs.readFileSync(file);
  } catch (error) {
    if (isSystemError(error)) return error.message;
    throw error;
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
