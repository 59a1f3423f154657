import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compareCodePoints, sortByCodePoint } from '../../src/intoto/code-point-order.ts';
import { anyText } from '../support/arbitrary.ts';

test('the order is that of UTF-8 bytes', () => {
  fc.assert(
    fc.property(anyText, anyText, (a, b) => {
      assert.is(Math.sign(compareCodePoints(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
});

test('an astral character comes after all of the basic plane, though its first UTF-16 unit does not', () => {
  assert.ok(compareCodePoints('😀', '\ufffd') > 0);
  assert.ok('😀' < '\ufffd');
  assert.ok(compareCodePoints('\ue000', '\ud7ff') > 0);
});

test('sorting gives the order of bytes, from any order', () => {
  fc.assert(
    fc.property(fc.uniqueArray(anyText, { maxLength: 20 }), (texts) => {
      const expected = texts.map((text) => Buffer.from(text)).sort(Buffer.compare);
      assert.equal(
        sortByCodePoint(texts).map((text) => Buffer.from(text)),
        expected,
      );
    }),
  );
});

test('what is given is not changed', () => {
  const texts = ['b', 'a'];
  assert.equal(sortByCodePoint(texts), ['a', 'b']);
  assert.equal(texts, ['b', 'a']);
});

test.run();
