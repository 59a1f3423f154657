import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_EXCLUDES, excludeFilter } from '../../src/artifact/exclude-pattern.ts';
import { MlchainError } from '../../src/errors.ts';
import { askPython } from '../support/python.ts';

function excluded(patterns: readonly string[], paths: readonly string[]): readonly string[] {
  return paths.filter(excludeFilter(patterns));
}

test('a name without a slash matches at any depth, and all below a directory of that name', () => {
  const paths = ['build', 'build/x', 'a/build/y', 'rebuild', 'builds/x'];
  assert.equal(excluded(['build'], paths), ['build', 'build/x', 'a/build/y']);
});

test('a slash in front or inside anchors a pattern', () => {
  assert.equal(excluded(['/x.txt'], ['x.txt', 'a/x.txt']), ['x.txt']);
  assert.equal(excluded(['a/*.txt'], ['a/x.txt', 'b/a/x.txt', 'a/b/x.txt']), ['a/x.txt']);
});

test('a slash at the end takes only what lies below a directory', () => {
  assert.equal(excluded(['data/'], ['data', 'data/x', 'a/data/y']), ['data/x', 'a/data/y']);
});

test('two stars cross directories, one does not', () => {
  const paths = ['z', 'a/z', 'a/b/z', 'a/x/y/z'];
  assert.equal(excluded(['**/z'], paths), paths);
  assert.equal(excluded(['a/**/z'], paths), ['a/z', 'a/b/z', 'a/x/y/z']);
  assert.equal(excluded(['a/*/z'], paths), ['a/b/z']);
  assert.equal(excluded(['a/**'], paths), ['a/z', 'a/b/z', 'a/x/y/z']);
  assert.equal(excluded(['**'], paths), paths);
});

test('the last pattern that matches decides, and ! takes back in', () => {
  assert.equal(excluded(['*.pt', '!m2.pt'], ['m1.pt', 'm2.pt']), ['m1.pt']);
  assert.equal(excluded(['!m2.pt', '*.pt'], ['m1.pt', 'm2.pt']), ['m1.pt', 'm2.pt']);
});

test('blank lines, comments and a lone slash match nothing; a backslash makes them names', () => {
  assert.equal(excluded(['', '  ', '# x', '/'], ['x', '# x', '/']), []);
  assert.equal(excluded(['\\#x', '\\!y'], ['#x', '!y', 'x']), ['#x', '!y']);
});

test('what is magic to a regular expression is text here', () => {
  assert.equal(
    excluded(
      ['a.b', 'c+d', '(e)', 'f|g', '$h', '{i}'],
      ['axb', 'a.b', 'c+d', 'ccd', '(e)', 'f|g', '$h', '{i}'],
    ),
    ['a.b', 'c+d', '(e)', 'f|g', '$h', '{i}'],
  );
});

test('brackets are one character, an unclosed one is itself', () => {
  assert.equal(excluded(['[ab].c'], ['a.c', 'c.c']), ['a.c']);
  assert.equal(excluded(['[!ab].c'], ['a.c', 'c.c']), ['c.c']);
  assert.equal(excluded(['[a'], ['[a', 'a']), ['[a']);
  assert.equal(excluded(['x?y'], ['x😀y', 'x/y']), ['x😀y']);
});

test('in-toto leaves out link files, git, compiled Python and backups', () => {
  const paths = [
    'step.0badf00d.link',
    'x.link-unfinished',
    'a/.git/HEAD',
    'm.pyc',
    'x~',
    'kept.txt',
    '.hidden',
  ];
  assert.equal(excluded(DEFAULT_EXCLUDES, paths), paths.slice(0, 5));
});

test('a pattern that cannot be read is an error that shows it', () => {
  for (const pattern of ['x\\', '[z-a]']) {
    assert.throws(
      () => excludeFilter([pattern]),
      (error: unknown) =>
        error instanceof MlchainError && error.code === 'usage' && error.message.includes('.gitignore'),
    );
  }
});

test('the peer leaves out the same', () => {
  const parts = fc.constantFrom(
    'a',
    'b',
    'c',
    '*',
    '**',
    '?',
    '[ab]',
    '[!a]',
    'a*',
    '*.c',
    '.',
    '\\*',
    'x.y',
  );
  const anyPattern = fc
    .tuple(
      fc.constantFrom('', '', '', '!', '/'),
      fc.array(parts, { minLength: 1, maxLength: 4 }),
      fc.constantFrom('', '', '/'),
    )
    .map(([front, segments, end]) => front + segments.join('/') + end);
  const anyPath = fc.array(fc.constantFrom('a', 'b', 'c', 'x.y', 'b.c', '*', '.', 'ab'), {
    minLength: 1,
    maxLength: 4,
  });
  const anyCase = fc.tuple(
    fc.array(anyPattern, { minLength: 1, maxLength: 3 }),
    anyPath.map((names) => names.join('/')),
  );
  const cases = fc.sample(
    anyCase.filter(([, path]) => !path.startsWith('./')),
    { numRuns: 5000, seed: 4 },
  );
  const body = 'answer = PathSpec.from_lines("gitwildmatch", value[0]).match_file(value[1])';
  const answers = askPython<boolean>('from pathspec import PathSpec', body, cases);
  const differing = cases.filter(([patterns, path], at) => excludeFilter(patterns)(path) !== answers[at]);
  assert.equal(differing, []);
});

test.run();
