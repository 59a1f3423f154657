import type { Json } from './json-value.ts';

export interface JsonPart {
  readonly text: string;
  readonly value: Json;
  /** Its canonical form, once that was made (`plain-text.ts`). */
  canonical: Buffer | undefined;
}

/** Shorter text is read again as fast as it is looked up. */
const MIN_LENGTH = 4096;
/** By so many characters a part is looked up; then it is compared whole. */
const HEAD_LENGTH = 256;

/**
 * Values that were read from several texts, by the text they were read from. Links of one chain say much in the same
 * words: one step's products are the next one's materials, and who signs a step for the second time records the same. To
 * compare a text is a hundred times faster than to read it, and what is the same object is then seen to be equal at once.
 */
export class JsonParts {
  readonly #byHead = new Map<string, JsonPart[]>();

  /** The part that begins at `at`. */
  find(text: string, at: number): JsonPart | undefined {
    const parts = this.#byHead.get(text.slice(at, at + HEAD_LENGTH));
    return parts?.find((part) => text.slice(at, at + part.text.length) === part.text);
  }

  /** Objects and lists only: where a number ends, only the text behind it tells. */
  add(text: string, value: Json): JsonPart | undefined {
    if (text.length < MIN_LENGTH || typeof value !== 'object') return undefined;
    const part: JsonPart = { text, value, canonical: undefined };
    const head = text.slice(0, HEAD_LENGTH);
    const parts = this.#byHead.get(head);
    if (parts === undefined) this.#byHead.set(head, [part]);
    else parts.push(part);
    return part;
  }
}
