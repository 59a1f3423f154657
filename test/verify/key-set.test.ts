import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { KeySet } from '../../src/verify/key-set.ts';

const names = fc.array(fc.string({ maxLength: 3 }), { maxLength: 40 });

test('a set has what it was made of and what was added, and nothing else', () => {
  fc.assert(
    fc.property(names, names, names, (first, second, others) => {
      const set = KeySet.of(first).with(second);
      const expected = new Set([...first, ...second]);
      for (const name of [...expected, ...others]) assert.is(set.has(name), expected.has(name), name);
    }),
  );
});

test('in which order names came does not matter', () => {
  fc.assert(
    fc.property(names, names, (first, second) => {
      assert.is(KeySet.of(first).with(second).toText(), KeySet.of([...second, ...first]).toText());
    }),
  );
});

test('a set survives its text', () => {
  const set = KeySet.fromText(KeySet.of(['a', 'b', 'c']).toText());
  assert.equal(
    ['a', 'b', 'c', 'd'].map((name) => set.has(name)),
    [true, true, true, false],
  );
  assert.not(KeySet.fromText('').has(''));
});

test.run();
