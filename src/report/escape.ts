/**
 * Text from a repository – names, messages, paths, user ids, reasons – is somebody else's. Shown raw it could move the
 * cursor over the verdict, colour it green, or turn its words round (threats 34). Escapes follow git's own quoting:
 * `\n`, `\t` …, else the octal bytes of the UTF-8 form, so that `\342\200\256` is what git shows for the same name.
 */

/** Controls (C0, DEL, C1), format characters (bidi, zero-width, tags), line separators, lone surrogates, non-characters (no XML). */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\uFFFE\uFFFF]/gu;

const LETTERS = new Map([
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\v', '\\v'],
  ['\f', '\\f'],
  ['\r', '\\r'],
]);

/** One line, safe for a terminal, a log file and a CI page. */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, escapeCharacter);
}

/** As `escapeText`, but line feeds stay: for text of several lines, such as what git said on standard error. */
export function escapeLines(text: string): string {
  return text.split('\n').map(escapeText).join('\n');
}

/** A path as git shows it with `core.quotePath=false`: in double quotes where anything in it needs an escape. */
export function quotePath(path: string): string {
  const escaped = escapeText(path.replace(/["\\]/g, '\\$&'));
  return escaped === path ? path : `"${escaped}"`;
}

/** Makes JSON text safe to look at: what could steer a terminal becomes `\uXXXX`, which parses back to the same. */
export function escapeJson(json: string): string {
  return json
    .split('\n')
    .map((line) => line.replace(UNSAFE, unicodeEscape))
    .join('\n');
}

/**
 * For element content and for attribute values in double or single quotes, of HTML and of XML: XML 1.0 has no way to
 * write most controls at all, so they arrive as git's escapes.
 */
export function escapeMarkup(text: string): string {
  return escapeText(text).replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}

function escapeCharacter(character: string): string {
  return LETTERS.get(character) ?? bytesOf(character).map(octal).join('');
}

/** A lone surrogate U+DC80–U+DCFF is a byte that was not UTF-8 (`git/paths.ts`); any other becomes U+FFFD's bytes. */
function bytesOf(character: string): number[] {
  const code = character.charCodeAt(0);
  if (character.length === 1 && code >= 0xdc80 && code <= 0xdcff) return [code - 0xdc00];
  return [...Buffer.from(character)];
}

function unicodeEscape(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

function octal(byte: number): string {
  return `\\${byte.toString(8).padStart(3, '0')}`;
}
