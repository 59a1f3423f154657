import { readDigestList } from './digest-list-reader.ts';
import type { JsonPart, JsonParts } from './json-parts.ts';

/** Where links have their lists, in the order in which canonical JSON has them. */
const KEYS = ['"materials"', '"products"'].map((key) => Buffer.from(key));
/** What stands for a list in an outline. */
const HOLE = '{}';

const COLON = 0x3a;
const SPACE = 0x20;

/**
 * A text whose large lists of artifacts were read already, from its octets, and left out. What is left is short, and
 * the reader of all JSON reads it. Whether it stood where a link has its lists – or in a string, or any deeper – is for
 * that reader to see: only where it comes to every hole as to a member's value, it has read what the whole text says.
 */
export interface Outline {
  readonly text: string;
  /** By where in this text the hole is. */
  readonly lists: ReadonlyMap<number, JsonPart>;
}

/** @param bytes all of them ASCII @returns undefined where there is no such list. */
export function outlineOf(bytes: Buffer, parts: JsonParts | undefined): Outline | undefined {
  const lists = new Map<number, JsonPart>();
  let text = '';
  let at = 0;
  for (const key of KEYS) {
    const found = bytes.indexOf(key, at);
    if (found < 0) continue;
    const start = valueStart(bytes, found + key.length);
    const list = parts?.findList(bytes, start) ?? read(bytes, start, parts);
    if (list === undefined) continue;
    text += bytes.toString('latin1', at, start);
    lists.set(text.length, { text: HOLE, value: list.value, canonical: list.value.canonical });
    text += HOLE;
    at = start + list.length;
  }
  return lists.size === 0 ? undefined : { text: text + bytes.toString('latin1', at), lists };
}

function read(bytes: Buffer, start: number, parts: JsonParts | undefined) {
  const found = readDigestList(bytes, start);
  if (found === undefined) return undefined;
  const { value, end } = found;
  parts?.addList(bytes.subarray(start, end), value);
  return { value, length: end - start };
}

/** Behind a colon and the white space around it; anything else the reader of the outline takes exception to. */
function valueStart(bytes: Buffer, keyEnd: number): number {
  let at = keyEnd;
  while ((bytes[at] as number) <= SPACE || bytes[at] === COLON) at++;
  return at;
}
