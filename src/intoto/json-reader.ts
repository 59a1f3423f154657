import { isAscii } from 'node:buffer';
import { compareCodePoints } from './code-point-order.ts';
import { FormatError } from './format-error.ts';
import type { JsonPart, JsonParts } from './json-parts.ts';
import { JsonTokens, quote } from './json-tokens.ts';
import { type Json, type JsonObject, OneEntry } from './json-value.ts';
import { type Outline, outlineOf } from './outline.ts';
import { type PlacedPart, PlainText } from './plain-text.ts';

/** Deeper text is refused: a foreign line of 10^5 brackets must not exhaust the stack. in-toto's own is 7 deep. */
const MAX_DEPTH = 128;

/** What is shorter has no list that would be worth a look of its own. */
const LARGE = 4096;

const QUOTE = 0x22;

/**
 * Reads exactly one JSON value (RFC 8259), stricter than `JSON.parse` where signed metadata needs it: duplicate keys,
 * floats (in any spelling, `1.0` and `1e3` too), lone surrogates, malformed UTF-8 and a byte order mark are errors –
 * two readers could otherwise see two different things behind one signature.
 * @throws FormatError with line and column.
 */
export function parseJson(text: string | Uint8Array): Json {
  return parseDocument(text).json;
}

export interface JsonDocument {
  readonly json: Json;
  /**
   * Where the document is an object: the text of those of its members that are spelt as their canonical form is, but for
   * white space between the tokens. What was signed then need not be put together again from what was read.
   */
  readonly plainMembers: ReadonlyMap<string, PlainText>;
}

/**
 * As `parseJson`. The octets are not kept: where they lie, another text may be read.
 * @param parts of other texts, which are not read again where they come again.
 * @throws FormatError
 */
export function parseDocument(text: string | Uint8Array, parts?: JsonParts): JsonDocument {
  if (typeof text === 'string') return new Reader(text, parts).document();
  if (!isAscii(text)) return new Reader(decodeUtf8(text), parts).document();
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  if (bytes.length < LARGE) return new Reader(bytes.toString('latin1'), parts).document();
  const outline = outlineOf(bytes, parts);
  return (
    (outline && documentFrom(outline, parts)) ??
    new Reader(bytes.toString('latin1'), parts, Buffer.from(bytes)).document()
  );
}

/** Undefined where the whole text has to be read: for what it says after all, or for what is wrong with it, and where. */
function documentFrom({ text, lists }: Outline, parts: JsonParts | undefined): JsonDocument | undefined {
  const reader = new Reader(text, parts, Buffer.from(text, 'latin1'), lists);
  try {
    const document = reader.document();
    return reader.holes === lists.size ? document : undefined;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new FormatError('expected JSON in UTF-8, found bytes that are not UTF-8', { cause });
  }
}

class Reader extends JsonTokens {
  readonly #parts: JsonParts | undefined;
  /** One for each character, where all of them are ASCII and there are many. */
  readonly #bytes: Buffer | undefined;
  readonly #lists: Outline['lists'] | undefined;
  /** To how many of an outline's holes it has come. */
  holes = 0;
  readonly #plainMembers = new Map<string, PlainText>();
  /** Those of the member that is being read, as far as they may come again. */
  #placed: PlacedPart[] = [];
  #depth = 0;
  #loneKey = '';

  constructor(text: string, parts: JsonParts | undefined, bytes?: Buffer, lists?: Outline['lists']) {
    super(text);
    this.#parts = parts;
    this.#bytes = bytes;
    this.#lists = lists;
  }

  document(): JsonDocument {
    const json = this.#value();
    this.skipSpace();
    if (this.at < this.text.length) this.fail('the end of the text');
    return { json, plainMembers: this.#plainMembers };
  }

  #value(): Json {
    this.skipSpace();
    switch (this.text.charCodeAt(this.at)) {
      case 0x7b:
        return this.#object();
      case 0x5b:
        return this.#list();
      case QUOTE:
        return this.string();
      case 0x74:
        return this.word('true', true);
      case 0x66:
        return this.word('false', false);
      case 0x6e:
        return this.word('null', null);
      default:
        return this.integer();
    }
  }

  #object(): JsonObject {
    this.#open();
    if (this.take('}')) return this.#close(new Map());
    const firstKey = this.#key();
    const firstValue = this.#member(firstKey);
    if (this.take('}')) return this.#close(this.#oneEntry(firstKey, firstValue));
    const entries = new Map([[firstKey, firstValue]]);
    for (let before = firstKey; ; ) {
      if (!this.take(',')) this.fail("',' or '}'");
      this.skipSpace();
      const start = this.at;
      const key = this.#key();
      if (compareCodePoints(before, key) >= 0) this.oddAt = start;
      const size = entries.size;
      entries.set(key, this.#member(key));
      if (entries.size === size) this.fail('each key once', start, `${quote(key)} again`);
      if (this.take('}')) return this.#close(entries);
      before = key;
    }
  }

  /** Its key is mostly the one of the entry before: `sha256`, a hundred thousand times, is one string. */
  #oneEntry(key: string, value: Json): JsonObject {
    if (key !== this.#loneKey) this.#loneKey = key;
    return new OneEntry(this.#loneKey, value);
  }

  #key(): string {
    this.skipSpace();
    if (this.text.charCodeAt(this.at) !== QUOTE) this.fail('a key in double quotes');
    return this.string();
  }

  #member(key: string): Json {
    if (!this.take(':')) this.fail("':' after the key");
    this.skipSpace();
    const start = this.at;
    const value = this.#depth === 2 ? this.#part() : this.#value();
    if (this.#depth === 1) this.#plainMember(key, start);
    return value;
  }

  #plainMember(key: string, start: number): void {
    const text = this.text.slice(start, this.at);
    // The octets themselves only where they have parts: a note's are part of a larger buffer.
    const bytes = (this.#parts ?? this.#lists) && this.#bytes?.subarray(start, this.at);
    if (this.oddAt < start) this.#plainMembers.set(key, new PlainText(bytes ?? text, start, this.#placed));
    this.#placed = [];
  }

  /** A value two levels down, where a link has its lists of artifacts. */
  #part(): Json {
    const start = this.at;
    const list = this.#lists?.get(start);
    const known = list ?? this.#parts?.find(this.text, start);
    if (list !== undefined) this.holes += 1;
    if (known !== undefined) return this.#known(start, known);
    const value = this.#value();
    const part = this.oddAt < start && this.#parts?.add(this.text.slice(start, this.at), value);
    if (part) this.#placed.push({ start, part });
    return value;
  }

  #known(start: number, part: JsonPart): Json {
    this.#placed.push({ start, part });
    this.at += part.text.length;
    return part.value;
  }

  #list(): readonly Json[] {
    const items: Json[] = [];
    this.#open();
    if (this.take(']')) return this.#close(items);
    for (;;) {
      items.push(this.#value());
      if (this.take(']')) return this.#close(items);
      if (!this.take(',')) this.fail("',' or ']'");
    }
  }

  #open(): void {
    this.at++;
    this.#depth++;
    if (this.#depth > MAX_DEPTH) this.fail(`at most ${MAX_DEPTH} levels of nesting`, this.at - 1, 'more');
  }

  #close<T>(value: T): T {
    this.#depth--;
    return value;
  }
}
