import { MlchainError } from '../errors.ts';

/** What in-toto leaves out unless told otherwise: its own link files, git's directory, Python's and editors' leavings. */
export const DEFAULT_EXCLUDES: readonly string[] = ['*.link*', '.git', '*.pyc', '*~'];

interface ExcludePattern {
  readonly excludes: boolean;
  readonly regex: RegExp;
}

/**
 * Whether a path is left out: in-toto's `--exclude`, which are .gitignore patterns as Python's pathspec reads them.
 * The last pattern that matches decides; `!` takes a path back in. Here and only here: everywhere else a pattern is
 * in-toto's own (`intoto/pattern.ts`).
 * @throws MlchainError usage for a pattern that cannot be read.
 */
export function excludeFilter(patterns: readonly string[]): (path: string) => boolean {
  const compiled = patterns.map(compile).filter((pattern) => pattern !== undefined);
  return (path) => compiled.findLast(({ regex }) => regex.test(path))?.excludes ?? false;
}

/** Undefined for a comment, a blank line and a lone slash, which match nothing. */
function compile(pattern: string): ExcludePattern | undefined {
  const text = pattern.trim();
  if (text === '' || text === '/' || text.startsWith('#')) return undefined;
  const isNegated = text.startsWith('!');
  try {
    return { excludes: !isNegated, regex: new RegExp(toRegex(isNegated ? text.slice(1) : text), 'u') };
  } catch (cause) {
    const found = JSON.stringify(pattern);
    throw new MlchainError('usage', `expected an exclude pattern in .gitignore syntax, found ${found}`, {
      cause,
    });
  }
}

/** A pattern with a slash inside or in front is anchored; one without matches at any depth. */
function toRegex(pattern: string): string {
  const segments = pattern.split('/').filter((segment, at, all) => segment !== '**' || all[at - 1] !== '**');
  if (segments.join('/') === '**/') return '^.+/.*$';
  if (segments[0] === '') segments.shift();
  else if (isUnanchored(segments)) segments.unshift('**');
  if (segments.length > 1 && segments.at(-1) === '') segments[segments.length - 1] = '**';
  return `^${segments.map((segment, at) => segmentRegex(segment, at, segments)).join('')}$`;
}

function isUnanchored(segments: readonly string[]): boolean {
  const hasOneName = segments.length === 1 || (segments.length === 2 && segments[1] === '');
  return hasOneName && segments[0] !== '**';
}

function segmentRegex(segment: string, at: number, segments: readonly string[]): string {
  const isLast = at === segments.length - 1;
  if (segment === '**') {
    if (isLast) return at === 0 ? '[^/]+(?:/.*)?' : '/.*';
    return at === 0 ? '(?:.+/)?' : '(?:/.+)?';
  }
  const slash = at === 0 || (at === 1 && segments[0] === '**') ? '' : '/';
  // A name stands for a file and for a directory with all below it.
  return `${slash}${segment === '*' ? '[^/]+' : globRegex(segment)}${isLast ? '(?:/.*)?' : ''}`;
}

/** One path segment: escapes, brackets (literal where never closed), `*`, `?`, text. */
function globRegex(segment: string): string {
  return segment.replace(/\\[\s\S]?|\[!?\]?[^\]]*\]|[\s\S]/gu, (part) => {
    if (part === '\\') throw new SyntaxError('a backslash with nothing to escape');
    if (part.startsWith('\\')) return literal(part.slice(1));
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    return part.length > 2 && part.startsWith('[') ? bracketRegex(part.slice(1, -1)) : literal(part);
  });
}

function bracketRegex(inside: string): string {
  const negated = inside.startsWith('!');
  const members = (negated ? inside.slice(1) : inside).replace(/[\\[\]^]/g, '\\$&');
  return `[${negated ? '^' : ''}${members}]`;
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
