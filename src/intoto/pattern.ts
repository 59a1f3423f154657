import { parseBracket } from './pattern-bracket.ts';

/** Text to be found as it is, any run of characters, or one character that passes a test (by code point). */
type Token = string | typeof STAR | ((codePoint: number) => boolean);

const STAR = Symbol('*');
const ANY = (): boolean => true;

export interface Pattern {
  (name: string): boolean;
  /** Where it is a text and a star, or a star alone: what matches is what begins so. */
  readonly prefix?: string | undefined;
}

/**
 * Python's `fnmatch.fnmatchcase` (3.11), which decides in in-toto: `*` `?` `[…]` `[!…]`, all of them crossing `/`,
 * line feeds and leading dots; no escapes; an unclosed `[` is itself. One character is one code point.
 *
 * A pattern is foreign text and is asked about foreign names, so matching takes time in the order of
 * pattern × name at worst: after a star only the *last* star is ever tried again, which loses no match.
 */
export function compilePattern(pattern: string): Pattern {
  const tokens = parsePattern(pattern);
  if (tokens.every((token) => typeof token === 'string')) return (name) => name === pattern;
  if (tokens.every((token) => token === STAR)) return beginning('');
  const [first, ...others] = tokens;
  const last = tokens.at(-1);
  if (typeof first === 'string' && last === STAR && others.length === 1) return beginning(first);
  if (typeof last === 'string') return (name) => name.endsWith(last) && matches(tokens, name);
  return (name) => matches(tokens, name);
}

function beginning(prefix: string): Pattern {
  return Object.assign((name: string) => name.startsWith(prefix), { prefix });
}

/** What every match begins with: the text before the first `*`, `?` or closed `[…]`. */
export function literalPrefix(pattern: string): string {
  const first = parsePattern(pattern).at(0);
  return typeof first === 'string' ? first : '';
}

/** The pattern as tokens: neighbouring literals are one text, stars in a row one star. */
function parsePattern(pattern: string): readonly Token[] {
  const tokens: Token[] = [];
  let text = '';
  const push = (token: Token): void => {
    if (text !== '') tokens.push(text);
    text = '';
    if (token !== STAR || tokens.at(-1) !== STAR) tokens.push(token);
  };
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    const end = character === '[' ? bracketEnd(pattern, at) : -1;
    if (character === '*') push(STAR);
    else if (character === '?') push(ANY);
    else if (end < 0) text += character;
    else {
      push(parseBracket(pattern.slice(at + 1, end)));
      at = end;
    }
  }
  return text === '' ? tokens : [...tokens, text];
}

/** Where the `]` of the bracket at `start` stands; -1 if it is never closed. A `]` right at the start is a member. */
function bracketEnd(pattern: string, start: number): number {
  let first = start + 1;
  if (pattern.charAt(first) === '!') first++;
  return pattern.indexOf(']', pattern.charAt(first) === ']' ? first + 1 : first);
}

function matches(tokens: readonly Token[], name: string): boolean {
  let at = 0;
  let next = 0;
  let afterStar = -1;
  let starEnd = 0;
  while (at < name.length || next < tokens.length) {
    const token = tokens[next];
    if (token === STAR) {
      afterStar = ++next;
      starEnd = at;
      continue;
    }
    const end = consume(token, name, at);
    if (end >= 0) {
      at = end;
      next++;
    } else {
      if (afterStar < 0 || starEnd >= name.length) return false;
      starEnd += width(name, starEnd);
      at = starEnd;
      next = afterStar;
    }
  }
  return true;
}

/** Where the token's match at `at` ends, or -1. */
function consume(token: Exclude<Token, typeof STAR> | undefined, name: string, at: number): number {
  if (token === undefined) return -1;
  if (typeof token === 'string') return name.startsWith(token, at) ? at + token.length : -1;
  const codePoint = name.codePointAt(at);
  return codePoint !== undefined && token(codePoint) ? at + width(name, at) : -1;
}

/** UTF-16 units of the code point at `at`: a star must never end inside a surrogate pair. */
function width(name: string, at: number): number {
  return (name.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}
