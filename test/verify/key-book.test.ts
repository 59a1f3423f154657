import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Certificate, KeyFacts } from '../../src/openpgp/certificate.ts';
import { KeyBook } from '../../src/verify/key-book.ts';
import { makeKey } from '../support/layout.ts';

const DAY = 24 * 3600;
const CREATED = 1_000_000_000;
const NOW = CREATED + 1000 * DAY;
const KEYID = 'a'.repeat(40);
const FINGERPRINT = KEYID.toUpperCase();

/** What a certificate says of its only key, and what a test says otherwise. */
function certificate(facts: Partial<KeyFacts> = {}): Certificate {
  const key: KeyFacts = {
    keyid: KEYID,
    isPrimary: true,
    maySign: true,
    whyNot: undefined,
    created: CREATED,
    expires: undefined,
    revocation: undefined,
    weak: undefined,
    ...facts,
  };
  return {
    fingerprint: FINGERPRINT,
    userIds: ['Alice <alice@example.org>'],
    publicKey: makeKey('a'),
    keys: new Map([[KEYID, key]]),
    armored: '',
  };
}

const revoked = (kind: 'hard' | 'soft', at: number) => ({ revocation: { kind, at, reason: 'said so' } });

function problem(
  certificates: readonly Certificate[],
  created: number,
  more: { now?: number; layoutAge?: number; arrivedAfter?: (moment: number) => boolean } = {},
) {
  const { now = NOW, layoutAge = CREATED, arrivedAfter } = more;
  const times = { created, layoutAge, arrivedAfter, now };
  return new KeyBook(certificates).problem(KEYID, times)?.code;
}

test('nothing is known against a key without a certificate, or with a good one', () => {
  assert.is(problem([], CREATED + DAY), undefined);
  assert.is(problem([certificate()], CREATED + DAY), undefined);
});

test('what a clone first saw after the end of the key, having known the notes before, was dated back', () => {
  const at = CREATED + 100 * DAY;
  const since = { layoutAge: CREATED + 90 * DAY, arrivedAfter: (moment: number) => moment === at };
  for (const [facts, code] of [
    [revoked('soft', at), 'key-revoked'],
    [{ expires: at }, 'key-expired'],
  ] as const) {
    assert.is(problem([certificate(facts)], at - DAY, since), code);
    assert.is(problem([certificate(facts)], at - DAY, { ...since, now: at - 1 }), undefined, 'not ended yet');
    assert.is(problem([certificate(facts)], at - DAY, { layoutAge: since.layoutAge }), undefined);
  }
  assert.is(problem([certificate()], at - DAY, { ...since, arrivedAfter: () => true }), undefined);
});

test('it tells at which moments keys have ended', () => {
  const endings = (facts: Partial<KeyFacts>, now: number) =>
    [...new KeyBook([certificate(facts)]).endings(now)].map(([signer, moments]) => [signer, ...moments]);
  const both = { ...revoked('soft', CREATED + DAY), expires: CREATED + 2 * DAY };
  assert.equal(endings(both, NOW), [[FINGERPRINT, CREATED + DAY, CREATED + 2 * DAY]]);
  assert.equal(endings(both, CREATED), []);
  assert.equal(endings(revoked('hard', CREATED + DAY), NOW), []);
});

test('a hard revocation voids everything, also what was signed long before', () => {
  assert.is(problem([certificate(revoked('hard', NOW))], CREATED + DAY), 'key-revoked');
});

test('a soft revocation voids what was signed after it, and leaves what came before', () => {
  const ended = certificate(revoked('soft', CREATED + 100 * DAY));
  assert.is(problem([ended], CREATED + 99 * DAY, { layoutAge: CREATED + 90 * DAY }), undefined);
  assert.is(problem([ended], CREATED + 100 * DAY), 'key-revoked');
});

test('expiry voids what was signed after it, and leaves what came before', () => {
  const ended = certificate({ expires: CREATED + 100 * DAY });
  assert.is(problem([ended], CREATED + 99 * DAY, { layoutAge: CREATED + 90 * DAY }), undefined);
  assert.is(problem([ended], CREATED + 101 * DAY), 'key-expired');
});

test('the thief of an ended key cannot date a link to before the layout it would count under', () => {
  const ended = certificate({ expires: CREATED + 100 * DAY });
  const layoutAge = CREATED + 200 * DAY;
  assert.is(problem([ended], CREATED + 99 * DAY, { layoutAge }), 'key-expired');
  assert.is(problem([ended], CREATED + 99 * DAY, { layoutAge: CREATED + 99 * DAY + DAY }), undefined);
});

test('while the key lives nothing is asked about the age of the layout', () => {
  const living = certificate({ expires: NOW + DAY });
  assert.is(problem([living], CREATED + DAY, { layoutAge: CREATED + 200 * DAY }), undefined);
});

test('an older certificate put back takes no revocation away', () => {
  const versions = [certificate(), certificate(revoked('hard', NOW))];
  assert.is(problem(versions, CREATED + DAY), 'key-revoked');
  assert.is(problem([...versions].reverse(), CREATED + DAY), 'key-revoked');
});

test('the newest certificate says when a key expires: expiry can be moved', () => {
  const [renewed, old] = [certificate({ expires: NOW + DAY }), certificate({ expires: CREATED + DAY })];
  assert.is(problem([renewed, old], NOW), undefined);
  assert.is(problem([old, renewed], NOW), 'key-expired');
});

test('a key that may not sign, and a weak one, count for nothing', () => {
  assert.is(
    problem([certificate({ maySign: false, whyNot: 'no back-signature' })], CREATED + DAY),
    'unauthorised',
  );
  assert.is(problem([certificate({ weak: 'RSA of 1024 bits' })], CREATED + DAY), 'weak-key');
});

test('nothing can be older than the key that signed it, but for clocks that differ', () => {
  assert.is(problem([certificate()], CREATED - 2 * DAY), 'bad-signature');
  assert.is(problem([certificate()], CREATED - 600), undefined);
});

test('a subkey ends with its primary key', () => {
  const subkey = 'b'.repeat(40);
  const primary = certificate(revoked('hard', NOW));
  const facts = { ...certificate().keys.get(KEYID), keyid: subkey, isPrimary: false } as KeyFacts;
  const book = new KeyBook([{ ...primary, keys: new Map([...primary.keys, [subkey, facts]]) }]);
  assert.is(book.problem(subkey, { created: CREATED, layoutAge: CREATED, now: NOW })?.code, 'key-revoked');
  assert.is(book.primaryOf(subkey), FINGERPRINT);
});

test('a certificate cannot claim the key of another', () => {
  const stolen: Certificate = { ...certificate(), fingerprint: 'B'.repeat(40) };
  const book = new KeyBook([certificate(), stolen]);
  assert.is(book.primaryOf(KEYID), FINGERPRINT);
});

test.run();
