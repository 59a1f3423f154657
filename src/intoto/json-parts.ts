import type { DigestList } from './digest-list.ts';
import type { Json } from './json-value.ts';

export interface JsonPart {
  readonly text: string;
  readonly value: Json;
  /** Its canonical form, once that was made (`plain-text.ts`). */
  canonical: Buffer | undefined;
}

/** A list that was read from octets. */
interface ListPart {
  readonly octets: Buffer;
  readonly value: DigestList;
  readonly length: number;
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
  readonly #listsByHead = new Map<string, ListPart[]>();

  /** The part that begins at `at`. */
  find(text: string, at: number): JsonPart | undefined {
    const parts = this.#byHead.get(text.slice(at, at + HEAD_LENGTH));
    return parts?.find((part) => text.slice(at, at + part.text.length) === part.text);
  }

  /** Objects and lists only: where a number ends, only the text behind it tells. */
  add(text: string, value: Json): JsonPart | undefined {
    if (text.length < MIN_LENGTH || typeof value !== 'object') return undefined;
    const part: JsonPart = { text, value, canonical: undefined };
    remember(this.#byHead, text.slice(0, HEAD_LENGTH), part);
    return part;
  }

  /** The list that begins at `at`. */
  findList(bytes: Buffer, at: number): ListPart | undefined {
    const lists = this.#listsByHead.get(bytes.toString('latin1', at, at + HEAD_LENGTH));
    return lists?.find(
      ({ octets, length }) => octets.compare(bytes, at, Math.min(at + length, bytes.length)) === 0,
    );
  }

  /** @param octets they are copied. */
  addList(octets: Buffer, value: DigestList): void {
    const { length } = octets;
    if (length < MIN_LENGTH) return;
    const head = octets.toString('latin1', 0, HEAD_LENGTH);
    remember(this.#listsByHead, head, { octets: Buffer.from(octets), value, length });
  }
}

function remember<Part>(byHead: Map<string, Part[]>, head: string, part: Part): void {
  const parts = byHead.get(head);
  if (parts === undefined) byHead.set(head, [part]);
  else parts.push(part);
}
