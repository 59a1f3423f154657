import { sortByCodePoint } from './code-point-order.ts';
import { FormatError } from './format-error.ts';
import { hasLoneSurrogate, isJsonObject, type Json, type JsonObject } from './json-value.ts';

/**
 * JSON text, keys sorted by code point, everything beyond printable ASCII escaped – byte for byte what Python's
 * `json.dumps(sort_keys=True)` gives: indent 1 with separators `,` and `: ` as in-toto writes its files, indent 0
 * with `,` and `:` as it writes them with `--compact-json` (one line, no line feed).
 * @throws FormatError for a lone surrogate or a number that is no integer.
 */
export function stringify(json: Json, indent: 0 | 1): string {
  const out: string[] = [];
  write(json, indent === 0 ? undefined : '\n', out);
  return out.join('');
}

/** `newline` is the line break and indentation of the enclosing value; undefined for compact text. */
function write(json: Json, newline: string | undefined, out: string[]): void {
  if (typeof json === 'string') out.push(quoteAscii(json));
  else if (isJsonObject(json)) writeObject(json, newline, out);
  else if (Array.isArray(json)) writeList(json, newline, out);
  else out.push(scalarText(json as null | boolean | number | bigint));
}

function writeObject(object: JsonObject, newline: string | undefined, out: string[]): void {
  if (object.size === 0) {
    out.push('{}');
    return;
  }
  const inner = newline && `${newline} `;
  let separator = '{';
  for (const key of sortByCodePoint(object.keys())) {
    out.push(separator, inner ?? '', quoteAscii(key), inner === undefined ? ':' : ': ');
    write(object.get(key) as Json, inner, out);
    separator = ',';
  }
  out.push(newline ?? '', '}');
}

function writeList(list: readonly Json[], newline: string | undefined, out: string[]): void {
  if (list.length === 0) {
    out.push('[]');
    return;
  }
  const inner = newline && `${newline} `;
  let separator = '[';
  for (const item of list) {
    out.push(separator, inner ?? '');
    write(item, inner, out);
    separator = ',';
  }
  out.push(newline ?? '', ']');
}

/** The text of null, true, false and integers, the same in every form of JSON. */
export function scalarText(value: null | boolean | number | bigint): string {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    throw new FormatError(`expected an integer that a number holds exactly, found ${value}`);
  }
  return String(value);
}

/** Escapes what JSON must escape and what is not printable ASCII; the four digits are lower case, as Python's are. */
function quoteAscii(text: string): string {
  if (!/[^ !#-[\]-~]/.test(text)) return `"${text}"`;
  if (hasLoneSurrogate(text))
    throw new FormatError(`expected text that UTF-8 can hold, found ${JSON.stringify(text)}`);
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
