import { DigestList, MARKS } from './digest-list.ts';

/** A shorter list is as well read as any other value. */
const MIN_ARTIFACTS = 32;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** Octets of a kind, as tables: the processor cannot guess which one comes next. */
const SPACES = tableOf(' \n\r\t');
const HEX = tableOf('0123456789abcdefABCDEF');
/** What stands in a string for itself, in any JSON as in canonical JSON. */
const PLAIN = new Uint8Array(256).fill(1, 0x20, 0x80);
PLAIN[QUOTE] = 0;
PLAIN[0x5c] = 0;

interface FoundList {
  readonly value: DigestList;
  /** Where the text goes on. */
  readonly end: number;
}

/**
 * A list of artifacts as nearly every large one is written: ASCII without escapes, names in order, for each one digest,
 * always of the same algorithm. Undefined for anything else, right or wrong: of that the reader of all JSON says what it
 * is. Names in strict order come once each, without a table to tell by, and stand as canonical JSON wants them.
 * @param bytes those of the text, one for each of its characters.
 */
export function readDigestList(bytes: Uint8Array, text: string, start: number): FoundList | undefined {
  let at = expect(bytes, start, OPEN);
  const algorithm = firstAlgorithm(bytes, at);
  const marks: number[] = [];
  for (;;) {
    const nameEnd = plainEnd(bytes, at);
    const key = expect(bytes, expect(bytes, nameEnd, COLON), OPEN);
    const digest = expect(bytes, sameEnd(bytes, key, algorithm), COLON);
    const digestEnd = hexEnd(bytes, digest);
    const end = expect(bytes, digestEnd, CLOSE);
    if (end < 0 || !isNext(bytes, marks, at + 1, nameEnd - 1)) return undefined;
    marks.push(at + 1, nameEnd - 1, digest + 1, digestEnd - 1);
    if (bytes[end] === CLOSE) return found(text, algorithm, marks, end + 1);
    at = expect(bytes, end, COMMA);
  }
}

function found(text: string, algorithm: Uint8Array, marks: readonly number[], end: number) {
  if (marks.length < MIN_ARTIFACTS * MARKS) return undefined;
  const name = Buffer.from(algorithm).toString('latin1', 1, algorithm.length - 1);
  return { value: new DigestList(text, name, new Uint32Array(marks)), end };
}

/** In its quotation marks; empty where there is none. */
function firstAlgorithm(bytes: Uint8Array, start: number): Uint8Array {
  const key = expect(bytes, expect(bytes, plainEnd(bytes, start), COLON), OPEN);
  const end = plainEnd(bytes, key);
  return end < 0 ? new Uint8Array() : Uint8Array.from(bytes.subarray(key, end));
}

/** Behind one octet and the white space on both sides. Here and below -1 where something else stands, or stood before. */
function expect(bytes: Uint8Array, start: number, octet: number): number {
  if (start < 0) return -1;
  const at = skipSpace(bytes, start);
  return bytes[at] === octet ? skipSpace(bytes, at + 1) : -1;
}

function skipSpace(bytes: Uint8Array, start: number): number {
  let at = start;
  while (SPACES[bytes[at] as number] === 1) at++;
  return at;
}

/** Behind a string that needs no second look. */
function plainEnd(bytes: Uint8Array, start: number): number {
  if (start < 0 || bytes[start] !== QUOTE) return -1;
  let at = start + 1;
  while (PLAIN[bytes[at] as number] === 1) at++;
  return bytes[at] === QUOTE ? at + 1 : -1;
}

/** Behind a string of hex digits, one at least. */
function hexEnd(bytes: Uint8Array, start: number): number {
  if (start < 0 || bytes[start] !== QUOTE) return -1;
  let at = start + 1;
  while (HEX[bytes[at] as number] === 1) at++;
  return bytes[at] === QUOTE && at > start + 1 ? at + 1 : -1;
}

/** Behind the very octets. */
function sameEnd(bytes: Uint8Array, start: number, wanted: Uint8Array): number {
  if (start < 0 || wanted.length === 0) return -1;
  for (let at = 0; at < wanted.length; at++) if (bytes[start + at] !== wanted[at]) return -1;
  return start + wanted.length;
}

/** Whether a name stands behind the last one in the order of their octets, which of ASCII is that of its code points. */
function isNext(bytes: Uint8Array, marks: readonly number[], name: number, nameEnd: number): boolean {
  if (marks.length === 0) return true;
  const before = marks[marks.length - MARKS] as number;
  const length = Math.min((marks[marks.length - MARKS + 1] as number) - before, nameEnd - name);
  for (let at = 0; at < length; at++) {
    const difference = (bytes[name + at] as number) - (bytes[before + at] as number);
    if (difference !== 0) return difference > 0;
  }
  return nameEnd - name > (marks[marks.length - MARKS + 1] as number) - before;
}

function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const octet of Buffer.from(characters)) table[octet] = 1;
  return table;
}
