import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { expectFingerprint, readFingerprint } from '../../src/cli/fingerprint.ts';

const FINGERPRINT = '5A3F0C11D2E495B7A6F8C0D1E2F3A4B5C6D7E8F9';

test('a fingerprint may be written as people and programs write it', () => {
  for (const text of [
    FINGERPRINT,
    FINGERPRINT.toLowerCase(),
    `0x${FINGERPRINT}`,
    `0X${FINGERPRINT}`,
    ` ${FINGERPRINT}\n`,
    '5A3F 0C11 D2E4 95B7 A6F8  C0D1 E2F3 A4B5 C6D7 E8F9',
    '5a:3f:0c:11:d2:e4:95:b7:a6:f8:c0:d1:e2:f3:a4:b5:c6:d7:e8:f9',
  ]) {
    assert.is(readFingerprint(text), FINGERPRINT, text);
  }
});

test('nothing shorter, longer or other is one', () => {
  for (const text of [
    '',
    '0x',
    FINGERPRINT.slice(1),
    `${FINGERPRINT}0`,
    FINGERPRINT.replace('5', 'G'),
    `${FINGERPRINT}-`,
  ]) {
    assert.is(readFingerprint(text), undefined, text);
    assert.throws(() => expectFingerprint(text), /expected a fingerprint of 40 hex digits/);
  }
});

test('digits that only look like hex are refused', () => {
  assert.is(readFingerprint(FINGERPRINT.replace('A', 'Α')), undefined);
  assert.is(readFingerprint(FINGERPRINT.replace('0', '０')), undefined);
});

test.run();
