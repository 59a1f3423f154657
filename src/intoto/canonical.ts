import { sortByCodePoint } from './code-point-order.ts';
import { FormatError } from './format-error.ts';
import { hasLoneSurrogate, isJsonObject, type Json, type JsonObject } from './json-value.ts';
import { scalarText } from './json-writer.ts';

/**
 * The bytes that in-toto signs: canonical JSON of the OLPC project. No white space, keys by code point, strings with
 * only `\` and `"` escaped (control characters stand raw), integers of any size.
 * @throws FormatError for what has no canonical form: a lone surrogate, a number that is no integer.
 */
export function canonicalize(json: Json): Buffer {
  const out: string[] = [];
  write(json, out);
  return Buffer.from(out.join(''), 'utf8');
}

function write(json: Json, out: string[]): void {
  if (typeof json === 'string') out.push(quote(json));
  else if (isJsonObject(json)) writeObject(json, out);
  else if (Array.isArray(json)) writeList(json, out);
  else out.push(scalarText(json as null | boolean | number | bigint));
}

function writeObject(object: JsonObject, out: string[]): void {
  let separator = '{';
  for (const key of sortByCodePoint(object.keys())) {
    out.push(separator, quote(key), ':');
    write(object.get(key) as Json, out);
    separator = ',';
  }
  out.push(object.size === 0 ? '{}' : '}');
}

function writeList(list: readonly Json[], out: string[]): void {
  let separator = '[';
  for (const item of list) {
    out.push(separator);
    write(item, out);
    separator = ',';
  }
  out.push(list.length === 0 ? '[]' : ']');
}

function quote(text: string): string {
  if (!/["\\\ud800-\udfff]/.test(text)) return `"${text}"`;
  if (hasLoneSurrogate(text))
    throw new FormatError(`expected text that UTF-8 can hold, found ${JSON.stringify(text)}`);
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
