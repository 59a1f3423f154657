import type { JsonPart } from './json-parts.ts';

const QUOTE = 0x22;
/** The highest of JSON's four. */
const SPACE = 0x20;

/** A part of a text that other texts may have as well. */
export interface PlacedPart {
  readonly start: number;
  readonly part: JsonPart;
}

/**
 * A text that is spelt as its canonical form is, but for white space between the tokens: what was signed is what is left
 * without that. Of a part that came in another text already, it is taken from there.
 */
export class PlainText {
  readonly #bytes: string | Buffer;
  readonly #start: number;
  readonly #parts: readonly PlacedPart[];

  /**
   * @param text or its octets, where they are one for each character
   * @param start where in the document it begins, as the parts do
   */
  constructor(text: string | Buffer, start: number, parts: readonly PlacedPart[]) {
    this.#bytes = text;
    this.#start = start;
    this.#parts = parts;
  }

  canonical(): Buffer {
    const bytes = typeof this.#bytes === 'string' ? Buffer.from(this.#bytes, 'utf8') : this.#bytes;
    const parts = bytes === this.#bytes ? this.#parts : [];
    // A hole in an outline is shorter than what stands in it.
    const size = parts.reduce((sum, { part }) => sum + (part.canonical?.length ?? 0), bytes.length);
    const out = Buffer.allocUnsafe(size);
    let [at, end] = [0, 0];
    for (const { start, part } of parts) {
      const from = start - this.#start;
      const partAt = withoutSpace(bytes.subarray(at, from), out, end);
      at = from + part.text.length;
      if (part.canonical === undefined) end = withoutSpace(bytes.subarray(from, at), out, partAt);
      else end = partAt + part.canonical.copy(out, partAt);
      part.canonical ??= out.subarray(partAt, end);
    }
    return out.subarray(0, withoutSpace(bytes.subarray(at), out, end));
  }
}

/**
 * Without a backslash in it, every quotation mark begins or ends a string; and no piece begins or ends within one.
 * @returns where what was written to `out` from `start` on ends.
 */
function withoutSpace(bytes: Uint8Array, out: Uint8Array, start: number): number {
  let [at, end] = [0, start];
  while (at < bytes.length) {
    let byte = bytes[at++] as number;
    if (byte <= SPACE) continue;
    out[end++] = byte;
    if (byte !== QUOTE) continue;
    do {
      byte = bytes[at++] as number;
      out[end++] = byte;
    } while (byte !== QUOTE);
  }
  return end;
}
