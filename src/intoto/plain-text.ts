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
    if (typeof this.#bytes === 'string') return withoutSpace(Buffer.from(this.#bytes, 'utf8'));
    const pieces: Buffer[] = [];
    let at = 0;
    for (const { start, part } of this.#parts) {
      const from = start - this.#start;
      const to = from + part.text.length;
      part.canonical ??= withoutSpace(this.#bytes.subarray(from, to));
      pieces.push(withoutSpace(this.#bytes.subarray(at, from)), part.canonical);
      at = to;
    }
    return Buffer.concat([...pieces, withoutSpace(this.#bytes.subarray(at))]);
  }
}

/** Without a backslash in it, every quotation mark begins or ends a string; and no piece begins or ends within one. */
function withoutSpace(bytes: Uint8Array): Buffer {
  const out = Buffer.allocUnsafe(bytes.length);
  let [at, end] = [0, 0];
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
  return out.subarray(0, end);
}
