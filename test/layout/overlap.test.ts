import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compilePattern } from '../../src/intoto/pattern.ts';
import { narrower, patternCovers, patternsMeet } from '../../src/layout/overlap.ts';

test('a directory covers what lies in it, and the two meet', () => {
  assert.ok(patternCovers('data/*', 'data/test.csv'));
  assert.ok(patternCovers('data/*', 'data/raw/*'));
  assert.ok(patternCovers('data/*', 'data/*'));
  assert.ok(patternCovers('*', 'data/*'));
  assert.not(patternCovers('data/test.csv', 'data/*'));
  assert.not(patternCovers('data/*', 'database/*'));
  assert.ok(patternsMeet('data/*', 'data/test.csv'));
  assert.not(patternsMeet('data/*', 'database/x'));
  assert.not(patternsMeet('data/*', 'model/*'));
});

test('patterns of which neither covers the other can still meet', () => {
  assert.ok(patternsMeet('data/*.csv', 'data/train*'));
  assert.not(patternCovers('data/*.csv', 'data/train*'));
  assert.not(patternCovers('data/train*', 'data/*.csv'));
  assert.ok(patternsMeet('*.csv', 'data/*'));
  assert.not(patternsMeet('*.csv', '*.json'));
});

test('question marks and character sets stand for one character', () => {
  assert.ok(patternCovers('part-?', 'part-1'));
  assert.ok(patternCovers('part-[0-9]', 'part-7'));
  assert.not(patternCovers('part-[0-9]', 'part-x'));
  assert.not(patternCovers('part-[!0-9]', 'part-7'));
  assert.ok(patternCovers('part-?', 'part-[0-9]'));
  assert.ok(patternCovers('part-[0-9]', 'part-[0-9]'));
  assert.not(patternCovers('part-?', 'part-10'));
  assert.not(patternCovers('part-?', 'part-*'));
  assert.ok(patternsMeet('part-[0-9]', 'part-?'));
  assert.ok(patternsMeet('part-7', 'part-[0-9]'));
  assert.not(patternsMeet('part-[0-9]', 'part-x'));
});

test('an unclosed bracket is itself, a bracket right after the opening one is a member', () => {
  assert.ok(patternCovers('a[b', 'a[b'));
  assert.not(patternsMeet('a[b', 'ab'));
  assert.ok(patternCovers('a[]]', 'a]'));
  assert.not(patternsMeet('a[!]]', 'a]'));
});

test('a directory that is one artifact meets whatever can lie below it', () => {
  assert.ok(patternsMeet('dir:data', 'data/test.csv'));
  assert.ok(patternsMeet('*.csv', 'dir:data'));
  assert.ok(patternsMeet('dir:data', 'dir:data/raw'));
  assert.not(patternsMeet('dir:data', 'database/x'));
  assert.not(patternsMeet('dir:data', 'data'));
  assert.ok(patternsMeet('dir:', 'anything'));
});

test('a directory that is one artifact covers itself only', () => {
  assert.ok(patternCovers('dir:data', 'dir:data/'));
  assert.not(patternCovers('dir:data', 'data/*'));
  assert.not(patternCovers('*', 'dir:data'));
  assert.not(patternCovers('dir:data', 'dir:data/raw'));
});

test('the narrower of two patterns, or the first', () => {
  assert.is(narrower('data/*', 'data/test.csv'), 'data/test.csv');
  assert.is(narrower('data/test.csv', 'data/*'), 'data/test.csv');
  assert.is(narrower('*.csv', 'data/*'), '*.csv');
});

const piece = fc.constantFrom('a', 'b', '/', '*', '?', '[ab]', '[!a]', '[');
const pattern = fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join(''));
const name = fc
  .array(fc.constantFrom('a', 'b', 'c', '/', '['), { maxLength: 7 })
  .map((letters) => letters.join(''));

test('whatever matches both of two patterns proves that they meet', () => {
  fc.assert(
    fc.property(pattern, pattern, fc.array(name, { minLength: 20, maxLength: 40 }), (one, other, names) => {
      const [matchesOne, matchesOther] = [compilePattern(one), compilePattern(other)];
      if (names.some((path) => matchesOne(path) && matchesOther(path))) assert.ok(patternsMeet(one, other));
      assert.is(patternsMeet(one, other), patternsMeet(other, one));
    }),
    { numRuns: 500 },
  );
});

test('where one pattern covers another, nothing matches the narrow one alone', () => {
  fc.assert(
    fc.property(pattern, pattern, fc.array(name, { minLength: 20, maxLength: 40 }), (wide, narrow, names) => {
      if (!patternCovers(wide, narrow)) return;
      const [matchesWide, matchesNarrow] = [compilePattern(wide), compilePattern(narrow)];
      for (const path of names) assert.ok(!matchesNarrow(path) || matchesWide(path), path);
    }),
    { numRuns: 500 },
  );
});

test('long patterns full of stars are compared in bounded time', () => {
  const stars = '*a'.repeat(400);
  assert.ok(patternsMeet(stars, `${stars}*`));
  assert.not(patternsMeet(`${stars}b`, `${stars}c`));
  assert.not(patternCovers(`${stars}b`, stars));
});

test.run();
