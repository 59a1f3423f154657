import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isEvidenceRef, localRef, seenRef, signerOf, trackingRef } from '../../src/ledger/refs.ts';

const SIGNER = 'ABCDEF0123'.repeat(4);

test('a signer is read from the name of their local and tracking refs, whatever the remote is called', () => {
  for (const ref of [
    localRef(SIGNER),
    trackingRef('origin', SIGNER),
    trackingRef('team/fork', SIGNER),
    trackingRef('mlchain', SIGNER),
    trackingRef('a/mlchain/b', SIGNER),
  ]) {
    assert.ok(isEvidenceRef(ref), ref);
    assert.is(signerOf(ref), SIGNER, ref);
  }
  assert.is(localRef(SIGNER), `refs/notes/mlchain/${SIGNER}`);
  assert.is(trackingRef('origin', SIGNER), `refs/notes/remotes/origin/mlchain/${SIGNER}`);
  assert.is(seenRef('origin', SIGNER), `refs/mlchain/seen/origin/${SIGNER}`);
});

test('fingerprints of later key versions, with 64 digits, are names too', () => {
  assert.is(signerOf(localRef('AB'.repeat(32))), 'AB'.repeat(32));
});

test('an evidence ref that is not named by a fingerprint in upper hex has no signer', () => {
  for (const name of [
    SIGNER.toLowerCase(),
    SIGNER.slice(1),
    `${SIGNER}0`,
    `${SIGNER}/x`,
    `x/${SIGNER}`,
    '',
    'alice',
  ]) {
    assert.ok(isEvidenceRef(localRef(name)), name);
    assert.is(signerOf(localRef(name)), undefined, name);
  }
});

test('refs elsewhere are no evidence', () => {
  for (const ref of [
    'refs/notes/commits',
    `refs/notes/${SIGNER}`,
    `refs/heads/mlchain/${SIGNER}`,
    `refs/notes/remotes/origin/commits`,
    `refs/notes/remotes/${SIGNER}`,
    seenRef('origin', SIGNER),
  ]) {
    assert.not.ok(isEvidenceRef(ref), ref);
    assert.is(signerOf(ref), undefined, ref);
  }
});

test.run();
