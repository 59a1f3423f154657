import { sortByCodePoint } from './code-point-order.ts';
import { FormatError } from './format-error.ts';
import { hasLoneSurrogate, isJsonObject, type Json, type JsonObject } from './json-value.ts';
import { scalarText } from './json-writer.ts';

/** Characters gathered before they become octets: large enough to be few, small enough to stay in the cache. */
const CHUNK = 64 * 1024;

/**
 * The bytes that in-toto signs: canonical JSON of the OLPC project. No white space, keys by code point, strings with
 * only `\` and `"` escaped (control characters stand raw), integers of any size.
 * @throws FormatError for what has no canonical form: a lone surrogate, a number that is no integer.
 */
export function canonicalize(json: Json): Buffer {
  const writer = new Writer();
  writer.value(json);
  return writer.bytes();
}

class Writer {
  readonly #chunks: Buffer[] = [];
  #text = '';

  value(json: Json): void {
    if (typeof json === 'string') this.#add(quote(json));
    else if (isJsonObject(json)) this.#object(json);
    else if (Array.isArray(json)) this.#list(json);
    else this.#add(scalarText(json as null | boolean | number | bigint));
  }

  bytes(): Buffer {
    return Buffer.concat([...this.#chunks, Buffer.from(this.#text, 'utf8')]);
  }

  #object(object: JsonObject): void {
    let separator = '{';
    for (const key of sortByCodePoint(object.keys())) {
      this.#add(`${separator}${quote(key)}:`);
      this.value(object.get(key) as Json);
      separator = ',';
    }
    this.#add(object.size === 0 ? '{}' : '}');
  }

  #list(list: readonly Json[]): void {
    let separator = '[';
    for (const item of list) {
      this.#add(separator);
      this.value(item);
      separator = ',';
    }
    this.#add(list.length === 0 ? '[]' : ']');
  }

  /** Every piece is well-formed by itself, so no chunk ends inside a surrogate pair. */
  #add(piece: string): void {
    this.#text += piece;
    if (this.#text.length < CHUNK) return;
    this.#chunks.push(Buffer.from(this.#text, 'utf8'));
    this.#text = '';
  }
}

function quote(text: string): string {
  if (!/["\\\ud800-\udfff]/.test(text)) return `"${text}"`;
  if (hasLoneSurrogate(text)) {
    throw new FormatError(`expected text that UTF-8 can hold, found ${JSON.stringify(text)}`);
  }
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
