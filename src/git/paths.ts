import { isUtf8 } from 'node:buffer';
import { MlchainError } from '../errors.ts';

const LONE_SURROGATE = /\p{Surrogate}/u;
const ESCAPE = 0xdc00;

/**
 * A path as git stores it, as a string. Git's paths are bytes; a byte b that is no UTF-8 becomes the lone surrogate
 * U+DC00+b, as in Python's `surrogateescape` (PEP 383), so that two different files never get one name.
 */
export function decodePath(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString('utf8') : decodeEscaping(bytes);
}

/** The bytes {@link decodePath} came from. Throws on a lone surrogate that stands for no byte. */
export function encodePath(path: string): Buffer {
  return isCleanPath(path) ? Buffer.from(path, 'utf8') : encodeEscaped(path);
}

/** Whether the path is proper UTF-8 and can be written in JSON, to a terminal and to a file as it is. */
export function isCleanPath(path: string): boolean {
  return !LONE_SURROGATE.test(path);
}

function decodeEscaping(bytes: Buffer): string {
  let path = '';
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at);
    path +=
      length === 0 ? String.fromCharCode(ESCAPE + (bytes[at] ?? 0)) : bytes.toString('utf8', at, at + length);
    at += Math.max(1, length);
  }
  return path;
}

/** How many bytes the UTF-8 character at `at` has; 0 when there is none. */
function characterLength(bytes: Buffer, at: number): number {
  const first = bytes[at] ?? 0;
  const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  return at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}

function encodeEscaped(path: string): Buffer {
  const parts = Array.from(path, (character) => {
    if (!LONE_SURROGATE.test(character)) {
      return Buffer.from(character, 'utf8');
    }
    const byte = character.charCodeAt(0) - ESCAPE;
    if (byte < 0x80 || byte > 0xff) {
      throw new MlchainError('input', `not a path: lone surrogate U+${character.charCodeAt(0).toString(16)}`);
    }
    return Buffer.of(byte);
  });
  return Buffer.concat(parts);
}
