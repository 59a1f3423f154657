import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Envelope } from '../../src/intoto/envelope.ts';
import { makeEnvelope } from '../../src/intoto/envelope.ts';
import type { AnySignature, Signature } from '../../src/intoto/signature.ts';
import { signatureFromJson } from '../../src/intoto/signature.ts';
import { holdersOf } from '../../src/layout/holders.ts';
import { signingState, withSignature } from '../../src/layout/sign.ts';
import { makeLayoutJson } from '../support/layout.ts';

const idOf = (digit: string) => digit.repeat(40);
const fingerprintOf = (digit: string) => digit.toUpperCase().repeat(40);

/** Olivia has the keys a and b, Oscar has c. */
const holders = holdersOf([
  {
    fingerprint: fingerprintOf('a'),
    userIds: ['Olivia', 'Liv'],
    keys: new Map([
      [idOf('a'), 0],
      [idOf('b'), 0],
    ]),
  },
  { fingerprint: fingerprintOf('c'), userIds: [], keys: new Map([[idOf('c'), 0]]) },
]);

/** `time` only tells two signatures of one key apart: who judges them here never looks inside. */
function signature(digit: string, time = '00'): Signature {
  const json = new Map([
    ['keyid', idOf(digit)],
    ['other_headers', '04'],
    ['signature', time],
  ]);
  return signatureFromJson(json);
}

function layoutSignedBy(...signatures: readonly Signature[]): Envelope {
  return makeEnvelope(makeLayoutJson({ steps: {} }), signatures);
}

const good = () => true;
const owners = { fingerprints: [fingerprintOf('a'), fingerprintOf('c')], threshold: 2 };

test('owners sign in turn', () => {
  const once = withSignature(layoutSignedBy(), signature('a'), fingerprintOf('a'), holders, good);
  const twice = withSignature(once, signature('c'), fingerprintOf('c'), holders, good);
  assert.equal(
    twice.signatures.map(({ keyid }) => keyid),
    [idOf('a'), idOf('c')],
  );
  assert.is(twice.signed, once.signed);
});

test('signing again renews the signature, also with another key of the same certificate', () => {
  const before = layoutSignedBy(signature('a'), signature('c'));
  const after = withSignature(before, signature('b', '11'), fingerprintOf('a'), holders, good);
  assert.equal(
    after.signatures.map(({ keyid }) => keyid),
    [idOf('c'), idOf('b')],
  );
});

test('signatures over an earlier text go, those that nobody can judge stay', () => {
  const judge = ({ keyid }: AnySignature) => (keyid === idOf('c') ? false : undefined);
  const after = withSignature(
    layoutSignedBy(signature('c'), signature('d')),
    signature('a'),
    fingerprintOf('a'),
    holders,
    judge,
  );
  assert.equal(
    after.signatures.map(({ keyid }) => keyid),
    [idOf('d'), idOf('a')],
  );
});

test('an unfinished layout says who is missing', () => {
  const state = signingState(layoutSignedBy(signature('b')), owners, holders, good);
  assert.equal(state.signed, [{ fingerprint: fingerprintOf('a'), name: 'Olivia' }]);
  assert.equal(state.missing, [{ fingerprint: fingerprintOf('c'), name: '' }]);
  assert.not(state.isComplete);
});

test('it is finished when the threshold of distinct owners has signed', () => {
  const both = layoutSignedBy(signature('a'), signature('c'));
  assert.ok(signingState(both, owners, holders, good).isComplete);
  const state = signingState(layoutSignedBy(signature('c')), { ...owners, threshold: 1 }, holders, good);
  assert.ok(state.isComplete);
  assert.is(state.missing.length, 1);
});

test('two keys of one owner are one owner', () => {
  assert.not(signingState(layoutSignedBy(signature('a'), signature('b')), owners, holders, good).isComplete);
});

test('bad signatures and those of nobody known count for nothing', () => {
  const both = layoutSignedBy(signature('a'), signature('c'));
  assert.equal(signingState(both, owners, holders, () => false).signed, []);
  assert.equal(signingState(both, owners, holders, () => undefined).signed, []);
});

test('who signed without being a pinned owner is told apart', () => {
  const state = signingState(layoutSignedBy(signature('d'), signature('a')), owners, holders, good);
  assert.equal(state.others, [{ fingerprint: fingerprintOf('d'), name: '' }]);
  assert.not(state.isComplete);
});

test('with nothing pinned no layout is ever finished', () => {
  const state = signingState(
    layoutSignedBy(signature('a')),
    { fingerprints: [], threshold: 1 },
    holders,
    good,
  );
  assert.not(state.isComplete);
  assert.equal(state.missing, []);
  assert.not(signingState(layoutSignedBy(), { fingerprints: [], threshold: 0 }, holders, good).isComplete);
});

test.run();
