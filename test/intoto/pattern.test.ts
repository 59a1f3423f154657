import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compilePattern, literalPrefix } from '../../src/intoto/pattern.ts';
import { askPython } from '../support/python.ts';

function matching(pattern: string, names: readonly string[]): readonly string[] {
  return names.filter(compilePattern(pattern));
}

test('a pattern without magic matches itself and nothing else', () => {
  assert.equal(matching('data/x.csv', ['data/x.csv', 'data/x.csvx', 'xdata/x.csv', 'data/x_csv', '']), [
    'data/x.csv',
  ]);
  assert.equal(matching('', ['', 'a']), ['']);
});

test('a star crosses slashes, leading dots and line feeds, and may be empty', () => {
  assert.equal(matching('*', ['', 'a', 'a/b', '.hidden', 'a\nb']), ['', 'a', 'a/b', '.hidden', 'a\nb']);
  assert.equal(matching('data/*', ['data/', 'data/a/b', 'data', 'xdata/a']), ['data/', 'data/a/b']);
  assert.equal(matching('*.pt', ['.pt', 'm/x.pt', 'x.pts']), ['.pt', 'm/x.pt']);
  assert.equal(matching('a**b', ['ab', 'a//b']), ['ab', 'a//b']);
});

test('a question mark is one character: one code point, a slash too', () => {
  assert.equal(matching('a?b', ['a/b', 'axb', 'ab', 'axxb', 'a😀b']), ['a/b', 'axb', 'a😀b']);
  assert.equal(matching('??', ['😀', '😀😀', 'ab']), ['😀😀', 'ab']);
  assert.equal(matching('*??', ['😀', 'a😀']), ['a😀']);
});

test('a bracket is one of its characters or ranges, with ! none of them', () => {
  assert.equal(matching('[abc]', ['a', 'b', 'd', 'ab', '']), ['a', 'b']);
  assert.equal(matching('[a-c]x', ['ax', 'cx', 'dx']), ['ax', 'cx']);
  assert.equal(matching('[!a-c]', ['a', 'd', '/', '😀']), ['d', '/', '😀']);
  assert.equal(matching('[😀-😂]', ['😁', '😃', '\ude00']), ['😁']);
});

test('brackets have no escapes, and ] may stand first', () => {
  assert.equal(matching('[]]', [']', '[']), [']']);
  assert.equal(matching('[!]]', [']', '[']), ['[']);
  assert.equal(matching('[\\]', ['\\', ']']), ['\\']);
  assert.equal(matching('[^a]', ['^', 'a', 'b']), ['^', 'a']);
  assert.equal(matching('[a-]', ['a', '-', 'b']), ['a', '-']);
  assert.equal(matching('[-a]', ['a', '-', 'b']), ['a', '-']);
});

test('an unclosed bracket is itself', () => {
  assert.equal(matching('[a', ['[a', 'a']), ['[a']);
  assert.equal(matching('a[!', ['a[!', 'ab']), ['a[!']);
  assert.equal(matching('[]', ['[]', ']']), ['[]']);
});

test('a range that runs backwards is nothing, and negated everything', () => {
  assert.equal(matching('[z-a]', ['z', 'a', 'm', '-']), []);
  assert.equal(matching('[!z-a]', ['z', 'a', '-']), ['z', 'a', '-']);
  assert.equal(matching('[c-az]', ['z', 'a', 'c']), ['z']);
});

test('a backslash is a backslash', () => {
  assert.equal(matching('a\\*', ['a\\', 'a\\b', 'a*']), ['a\\', 'a\\b']);
});

test('the peer decides the same, brackets of every shape included', () => {
  const parts = fc.constantFrom(
    '*',
    '?',
    '[',
    ']',
    '!',
    '-',
    'a',
    'b',
    'c',
    '\\',
    '^',
    '/',
    '.',
    '😀',
    '\n',
    '&',
    '|',
    '~',
  );
  const anyPattern = fc.string({ unit: parts, maxLength: 9 });
  const anyName = fc.string({
    unit: fc.constantFrom('a', 'b', 'c', '-', '!', '^', ']', '[', '/', '😀', '\\', '\n'),
    maxLength: 5,
  });
  const pairs = fc.sample(fc.tuple(anyPattern, anyName), { numRuns: 6000, seed: 5 });
  const answers = askPython<boolean>(
    'import fnmatch',
    'answer = fnmatch.fnmatchcase(value[1], value[0])',
    pairs,
  );
  const differing = pairs.filter(([pattern, name], at) => compilePattern(pattern)(name) !== answers[at]);
  assert.equal(differing, []);
});

test('the peer decides the same about single characters in crowded brackets', () => {
  const anyInside = fc.string({
    unit: fc.constantFrom('a', 'b', 'c', 'd', '-', '!', '^', '[', '\\', '&'),
    minLength: 1,
    maxLength: 8,
  });
  const anyName = fc.constantFrom('a', 'b', 'c', 'd', '-', '!', '^', '[', '\\', '&', 'e');
  const pairs = fc.sample(fc.tuple(anyInside, anyName), { numRuns: 8000, seed: 6 });
  const inputs = pairs.map(([inside, name]) => [`[${inside}]`, name] as const);
  const answers = askPython<boolean>(
    'import fnmatch',
    'answer = fnmatch.fnmatchcase(value[1], value[0])',
    inputs,
  );
  const differing = inputs.filter(([pattern, name], at) => compilePattern(pattern)(name) !== answers[at]);
  assert.equal(differing, []);
});

test('the last star alone decides: the same as trying every way', () => {
  const anyPattern = fc.string({ unit: fc.constantFrom('*', '?', 'a', 'b'), maxLength: 10 });
  const anyName = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 });
  fc.assert(
    fc.property(anyPattern, anyName, (pattern, name) => {
      assert.is(compilePattern(pattern)(name), naiveMatch(pattern, name));
    }),
    { numRuns: 3000 },
  );
});

test('a pattern made to take for ever does not', () => {
  const pattern = `${'*a'.repeat(100)}*b`;
  assert.not(compilePattern(pattern)('a'.repeat(50_000)));
  assert.ok(compilePattern(`${'*a'.repeat(100)}*`)('a'.repeat(50_000)));
  assert.not(compilePattern(`${'*?'.repeat(100)}[!a]`)('a'.repeat(50_000)));
  assert.not(compilePattern(`a${'*'.repeat(50_000)}b`)('a'.repeat(50_000)));
});

test('the literal beginning of a pattern is what every match begins with', () => {
  const cases = [
    ['data/*.csv', 'data/'],
    ['*', ''],
    ['a?c', 'a'],
    ['plain', 'plain'],
    ['a[bc]', 'a'],
    ['a[unclosed', 'a[unclosed'],
    ['', ''],
  ] as const;
  for (const [pattern, prefix] of cases) assert.is(literalPrefix(pattern), prefix);
});

/** All ways to place the stars: exponential, and so plainly right. */
function naiveMatch(pattern: string, name: string): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return name === '';
  if (first === '*') {
    return Array.from({ length: name.length + 1 }, (_, at) => at).some((at) =>
      naiveMatch(rest.join(''), name.slice(at)),
    );
  }
  return name !== '' && (first === '?' || first === name[0]) && naiveMatch(rest.join(''), name.slice(1));
}

test.run();
