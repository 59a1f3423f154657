import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { count, nameOnly, shortDigest, shortId, signerWords } from '../../src/report/words.ts';

test('an id is cut to seven digits, anything else is left whole and harmless', () => {
  assert.is(shortId('2be8810c0ffee'), '2be8810');
  assert.is(shortId('refs/heads/main'), 'refs/heads/main');
  assert.is(shortId('𐀀𐀀𐀀𐀀\x1b'), '𐀀𐀀𐀀𐀀\\033');
});

test('digests in a text are cut to what the eye compares, words are not', () => {
  const digest = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
  assert.is(shortDigest(`sha256:${digest}`), 'sha256:9f86d081884c…');
  assert.is(shortDigest(`lfs ${digest}, not ${digest}`), 'lfs 9f86d081884c…, not 9f86d081884c…');
  assert.is(shortDigest('deadbeef'), 'deadbeef');
  assert.is(shortDigest('2026-11-22T08:00:00Z'), '2026-11-22T08:00:00Z');
});

test('a person is called by name; an address alone stays', () => {
  assert.is(nameOnly('Bob <bob@example.org>'), 'Bob');
  assert.is(nameOnly('<bob@example.org>'), '<bob@example.org>');
  assert.is(nameOnly('Bob'), 'Bob');
  assert.is(nameOnly('Bob <a> <bob@example.org>'), 'Bob <a>');
  assert.is(nameOnly('\x1b[32mBob <x@y>'), '\\033[32mBob');
});

test('a signer is a name and the end of a fingerprint', () => {
  const fingerprint = '0123456789ABCDEF0123456789ABCDEF7E5D0C11';
  assert.is(signerWords({ fingerprint, name: 'Bob <b@x>' }), 'Bob (key 89ABCDEF7E5D0C11)');
  assert.is(signerWords({ fingerprint, name: '' }), 'key 89ABCDEF7E5D0C11');
});

test('one is one', () => {
  assert.equal([count(0, 'link'), count(1, 'link'), count(2, 'link')], ['0 links', '1 link', '2 links']);
  assert.is(count(2, 'entry', 'entries'), '2 entries');
});

test.run();
