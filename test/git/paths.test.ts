import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MlchainError } from '../../src/errors.ts';
import { decodePath, encodePath, isCleanPath } from '../../src/git/paths.ts';

test('a UTF-8 path is read as it is', () => {
  const path = 'données/größe – 数据/🐙.csv';
  assert.is(decodePath(Buffer.from(path)), path);
  assert.equal(encodePath(path), Buffer.from(path));
  assert.ok(isCleanPath(path));
});

test('a byte that is no UTF-8 becomes the surrogate that Python would show', () => {
  assert.is(decodePath(Buffer.from([0x61, 0xff, 0x62])), 'a\udcffb');
  assert.is(decodePath(Buffer.from([0xe2, 0x82, 0x41])), '\udce2\udc82A');
  assert.is(decodePath(Buffer.from([0x80])), '\udc80');
  assert.not(isCleanPath('a\udcffb'));
});

test('encoded surrogates, overlong forms and truncated characters are bytes, not characters', () => {
  for (const bytes of [
    [0xed, 0xb2, 0x80],
    [0xc0, 0xaf],
    [0xf4, 0x90, 0x80, 0x80],
    [0xf0, 0x9f, 0x90],
  ]) {
    const path = decodePath(Buffer.from(bytes));
    assert.is(path.length, bytes.length);
    assert.equal(encodePath(path), Buffer.from(bytes));
  }
});

test('two different files never get one name: every path survives the way there and back', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      assert.equal(encodePath(decodePath(Buffer.from(bytes))), Buffer.from(bytes));
    }),
  );
  const nearlyUtf8 = fc.array(fc.constantFrom(0x2f, 0x41, 0x80, 0xbf, 0xc3, 0xa9, 0xe2, 0xed, 0xf0, 0x9f));
  fc.assert(
    fc.property(nearlyUtf8, (bytes) => {
      const path = decodePath(Buffer.from(bytes));
      assert.equal(encodePath(path), Buffer.from(bytes));
      assert.is(isCleanPath(path), Buffer.from(Buffer.from(bytes).toString()).equals(Buffer.from(bytes)));
    }),
  );
});

test('a character beyond the BMP beside an escaped byte stays one character', () => {
  const path = '🐙\udcff';
  assert.equal(encodePath(path), Buffer.from([...Buffer.from('🐙'), 0xff]));
  assert.is(decodePath(encodePath(path)), path);
});

test('a lone surrogate that stands for no byte is refused', () => {
  for (const path of ['\ud800', 'a\udc41', '\udd00']) {
    assert.throws(
      () => encodePath(path),
      (error: unknown) => error instanceof MlchainError && error.code === 'input',
    );
  }
});

test.run();
