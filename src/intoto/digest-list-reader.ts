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

export interface FoundList {
  readonly value: DigestList;
  /** Where the text goes on. */
  readonly end: number;
}

/**
 * A list of artifacts as nearly every large one is written: ASCII without escapes, names in order, for each one digest,
 * always of the same algorithm, and the same white space all along. Undefined for anything else, right or wrong: of that
 * the reader of all JSON says what it is. Names in strict order come once each, without a table to tell by, and stand as
 * canonical JSON wants them.
 */
export function readDigestList(bytes: Uint8Array, start: number): FoundList | undefined {
  const form = formOf(bytes, start);
  return form && readAs(form, bytes, start);
}

/** What stands between names and digests: the same octets each time. */
interface Form {
  readonly algorithm: string;
  readonly firstName: number;
  /** From behind a name to its digest, and from behind that to the next name: in the text, and in canonical JSON. */
  readonly toDigest: Between;
  readonly toName: Between;
}

/** What is written to, before it is known how much it will be. */
interface Desk {
  readonly out: Uint8Array;
  readonly marks: Uint32Array;
}

interface Between {
  readonly read: Uint8Array;
  readonly written: Uint8Array;
}

/** One that is used for all but the largest: memory that is fresh each time costs more than what is written there. */
const DESK: Desk = { out: new Uint8Array(1024 * 1024), marks: new Uint32Array(128 * 1024) };

function deskFor(octets: number, artifacts: number): Desk {
  const marks = MARKS * Math.ceil(artifacts);
  if (octets <= DESK.out.length && marks <= DESK.marks.length) return DESK;
  return { out: new Uint8Array(octets), marks: new Uint32Array(marks) };
}

/** As the first artifact of the list shows. */
function formOf(bytes: Uint8Array, start: number): Form | undefined {
  const name = expect(bytes, start, OPEN);
  const nameEnd = plainEnd(bytes, name);
  const key = expect(bytes, expect(bytes, nameEnd, COLON), OPEN);
  const keyEnd = plainEnd(bytes, key);
  const digest = expect(bytes, keyEnd, COLON);
  const digestEnd = plainEnd(bytes, digest);
  const next = expect(bytes, expect(bytes, digestEnd, CLOSE), COMMA);
  if (next < 0 || bytes[next] !== QUOTE) return undefined;
  const algorithm = Buffer.from(bytes.subarray(key + 1, keyEnd - 1)).toString('latin1');
  return {
    algorithm,
    firstName: name + 1,
    toDigest: {
      read: bytes.slice(nameEnd - 1, digest + 1),
      written: Uint8Array.from(Buffer.from(`":{"${algorithm}":"`)),
    },
    toName: {
      read: bytes.slice(digestEnd - 1, next + 1),
      written: Uint8Array.from(Buffer.from('"},"')),
    },
  };
}

/** Written as it is read: canonical JSON is the same octets without the white space. */
function readAs(form: Form, bytes: Uint8Array, start: number): FoundList | undefined {
  const { toDigest, toName } = form;
  const room = bytes.length - start;
  const { out, marks } = deskFor(room, room / (toDigest.read.length + toName.read.length) + 1);
  out[0] = OPEN;
  out[1] = QUOTE;
  let [at, end] = [form.firstName, 2];
  for (let mark = 0; ; mark += MARKS) {
    const length = copyWhile(PLAIN, bytes, at, out, end);
    marks[mark] = end;
    marks[mark + 1] = end + length;
    if (!isNext(out, marks, mark) || !isSame(bytes, at + length, toDigest.read)) return undefined;
    at += length + toDigest.read.length;
    end = write(toDigest.written, out, end + length);
    const digits = copyWhile(HEX, bytes, at, out, end);
    marks[mark + 2] = end;
    marks[mark + 3] = end + digits;
    if (digits === 0) return undefined;
    at += digits;
    end += digits;
    if (!isSame(bytes, at, toName.read))
      return found(form, bytes, at, marks.slice(0, mark + MARKS), out, end);
    at += toName.read.length;
    end = write(toName.written, out, end);
  }
}

/** Behind the last digest, if it is the last. */
function found(
  { algorithm }: Form,
  bytes: Uint8Array,
  at: number,
  marks: Uint32Array,
  out: Uint8Array,
  end: number,
): FoundList | undefined {
  const closed = expect(bytes, expect(bytes, at, QUOTE), CLOSE);
  if (closed < 0 || bytes[closed] !== CLOSE || marks.length < MIN_ARTIFACTS * MARKS) return undefined;
  out.set([QUOTE, CLOSE, CLOSE], end);
  return { value: new DigestList(Buffer.from(out.subarray(0, end + 3)), algorithm, marks), end: closed + 1 };
}

/** @returns how many octets of a kind there are. */
function copyWhile(
  kind: Uint8Array,
  bytes: Uint8Array,
  start: number,
  out: Uint8Array,
  outAt: number,
): number {
  let at = start;
  for (let to = outAt; at < bytes.length; at++) {
    const octet = bytes[at] as number;
    if (kind[octet] === 0) break;
    out[to++] = octet;
  }
  return at - start;
}

function write(octets: Uint8Array, out: Uint8Array, start: number): number {
  for (let at = 0; at < octets.length; at++) out[start + at] = octets[at] as number;
  return start + octets.length;
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

function isSame(bytes: Uint8Array, start: number, wanted: Uint8Array): boolean {
  for (let at = 0; at < wanted.length; at++) if (bytes[start + at] !== wanted[at]) return false;
  return true;
}

/** Whether a name stands behind the last one in the order of their octets, which of ASCII is that of its code points. */
function isNext(out: Uint8Array, marks: Uint32Array, mark: number): boolean {
  if (mark === 0) return true;
  const before = marks[mark - MARKS] as number;
  const name = marks[mark] as number;
  const lengthBefore = (marks[mark - MARKS + 1] as number) - before;
  const length = (marks[mark + 1] as number) - name;
  for (let at = 0; at < length && at < lengthBefore; at++) {
    const difference = (out[name + at] as number) - (out[before + at] as number);
    if (difference !== 0) return difference > 0;
  }
  return length > lengthBefore;
}

function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const octet of Buffer.from(characters)) table[octet] = 1;
  return table;
}
