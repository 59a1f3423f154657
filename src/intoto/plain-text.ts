import type { JsonPart } from './json-parts.ts';

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
    const pieces = this.pieces();
    const [only] = pieces;
    return only !== undefined && pieces.length === 1 ? only : Buffer.concat(pieces);
  }

  /** The same, not put together: large parts are where they are, and to copy them costs more than to hash them. */
  pieces(): readonly Buffer[] {
    if (typeof this.#bytes === 'string') return [Buffer.from(withoutSpace(this.#bytes), 'utf8')];
    const bytes = this.#bytes;
    const piece = (from: number, to?: number) =>
      Buffer.from(withoutSpace(bytes.toString('latin1', from, to)), 'latin1');
    const pieces: Buffer[] = [];
    let at = 0;
    for (const { start, part } of this.#parts) {
      const from = start - this.#start;
      const before = piece(at, from);
      at = from + part.text.length;
      part.canonical ??= piece(from, at);
      pieces.push(before, part.canonical);
    }
    return [...pieces, piece(at)];
  }
}

/** Without a backslash in it, every quotation mark begins or ends a string; and no piece begins or ends within one. */
function withoutSpace(text: string): string {
  return text.replace(/("[^"]*")|[ \t\n\r]+/g, '$1');
}
