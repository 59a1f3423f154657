import { compilePattern } from '../intoto/pattern.ts';
import { directoryOf } from './control.ts';

/** One element of a pattern: `*`, or something that stands for exactly one character. */
type Token =
  | { readonly kind: 'star' }
  | { readonly kind: 'any' }
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'set'; readonly text: string; readonly holds: (character: string) => boolean };

/**
 * Can some path match both patterns? Errs towards yes: two character sets are taken to meet. Time is the product of
 * the two lengths. A `dir:P` meets whatever can lie below P.
 */
export function patternsMeet(one: string, other: string): boolean {
  const oneDirectory = directoryOf(one);
  const otherDirectory = directoryOf(other);
  if (oneDirectory === undefined && otherDirectory === undefined)
    return tokensMeet(tokens(one), tokens(other));
  return tokensMeet(tokensBelow(one, oneDirectory), tokensBelow(other, otherDirectory));
}

/**
 * Does every path that matches `narrow` match `wide` too? Errs towards no: true only where `wide` takes the very
 * elements of `narrow`.
 */
export function patternCovers(wide: string, narrow: string): boolean {
  if (directoryOf(wide) !== undefined || directoryOf(narrow) !== undefined) {
    return directoryOf(wide) === directoryOf(narrow);
  }
  const inner = tokens(narrow);
  return walk(tokens(wide), inner, (wideToken, token) => takes(wideToken, token));
}

/** The narrower of two patterns that meet; `first` where neither covers the other. */
export function narrower(first: string, second: string): string {
  return patternCovers(first, second) ? second : first;
}

function tokensBelow(pattern: string, directory: string | undefined): readonly Token[] {
  if (directory === undefined) return tokens(pattern);
  const literal = directory === '' ? '' : `${directory}/`;
  return [...[...literal].map((text): Token => ({ kind: 'literal', text })), { kind: 'star' }];
}

/** The elements of an `fnmatch` pattern; an unclosed `[` is an ordinary character, as in Python. */
function tokens(pattern: string): readonly Token[] {
  const found: Token[] = [];
  const characters = [...pattern];
  for (let index = 0; index < characters.length; index++) {
    const text = characters[index] ?? '';
    const end = text === '[' ? endOfSet(characters, index) : -1;
    if (text === '*') found.push({ kind: 'star' });
    else if (text === '?') found.push({ kind: 'any' });
    else if (end < 0) found.push({ kind: 'literal', text });
    else {
      const set = characters.slice(index, end + 1).join('');
      found.push({ kind: 'set', text: set, holds: compilePattern(set) });
      index = end;
    }
  }
  return found;
}

function endOfSet(characters: readonly string[], start: number): number {
  let from = start + 1;
  if (characters[from] === '!') from++;
  if (characters[from] === ']') from++;
  return characters.indexOf(']', from);
}

/** `wide` walks over `narrow`: a star of `wide` takes any number of its elements, everything else exactly one. */
function walk(
  wide: readonly Token[],
  narrow: readonly Token[],
  takesOne: (wide: Token, narrow: Token) => boolean,
) {
  let reached: readonly number[] = [0];
  for (const token of wide) {
    if (token.kind === 'star') reached = from(reached, narrow.length);
    else {
      reached = reached.flatMap((at) => {
        const element = narrow[at];
        return element !== undefined && takesOne(token, element) ? [at + 1] : [];
      });
    }
  }
  return reached.includes(narrow.length);
}

/** Every place from the first one reached to the end: what a star leads to. Places are in ascending order. */
function from(reached: readonly number[], end: number): readonly number[] {
  const [first] = reached;
  return first === undefined ? [] : Array.from({ length: end - first + 1 }, (_, step) => first + step);
}

function takes(wide: Token, narrow: Token): boolean {
  if (narrow.kind === 'star') return false;
  if (wide.kind === 'any') return true;
  if (wide.kind === 'literal') return narrow.kind === 'literal' && wide.text === narrow.text;
  if (wide.kind === 'set') return narrow.kind === 'literal' ? wide.holds(narrow.text) : sameSet(wide, narrow);
  return false;
}

function sameSet(wide: Token, narrow: Token): boolean {
  return wide.kind === 'set' && narrow.kind === 'set' && wide.text === narrow.text;
}

/** Both patterns walk at once: the places in `other` that some beginning of `one` can share with it. */
function tokensMeet(one: readonly Token[], other: readonly Token[]): boolean {
  let reached = overStars([0], other);
  for (const token of one) {
    if (token.kind === 'star') reached = from(reached, other.length);
    else {
      const next = reached.flatMap((at) => {
        const element = other[at];
        if (element?.kind === 'star') return [at];
        return element !== undefined && shareOne(token, element) ? [at + 1] : [];
      });
      reached = overStars(next, other);
    }
  }
  return reached.includes(other.length);
}

/** A star may stand for nothing: from a place before it one may stand behind it. Keeps the places ascending. */
function overStars(places: readonly number[], pattern: readonly Token[]): readonly number[] {
  const all = new Set<number>();
  for (const place of places) {
    all.add(place);
    for (let at = place; pattern[at]?.kind === 'star'; at++) all.add(at + 1);
  }
  return [...all].sort((a, b) => a - b);
}

function shareOne(one: Token, other: Token): boolean {
  if (one.kind === 'any' || other.kind === 'any') return true;
  if (one.kind === 'literal' && other.kind === 'literal') return one.text === other.text;
  if (one.kind === 'set' && other.kind === 'literal') return one.holds(other.text);
  if (one.kind === 'literal' && other.kind === 'set') return other.holds(one.text);
  return true;
}
