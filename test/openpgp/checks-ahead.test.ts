import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Signature, signatureFromJson, signatureToJson } from '../../src/intoto/signature.ts';
import { checkSignature } from '../../src/openpgp/check.ts';
import { ChecksAhead } from '../../src/openpgp/checks-ahead.ts';
import type { Fitting } from '../../src/openpgp/ed25519.ts';
import { makeSigningKey } from '../support/signing-key.ts';

const CONTENT = Buffer.from('{"_type":"link","name":"train"}');
const OTHER = Buffer.from('{"_type":"link","name":"test"}');
const alice = makeSigningKey('ed25519');
const bob = makeSigningKey('ed25519');
const ron = makeSigningKey('rsa2048');

function spoilt(signature: Signature): Signature {
  const { signature: octets } = signature;
  const other = octets.slice(0, -1) + (octets.endsWith('0') ? '1' : '0');
  return signatureFromJson(signatureToJson({ ...signature, signature: other }));
}

async function ahead(ask: (checks: ChecksAhead) => void): Promise<Fitting> {
  const checks = ChecksAhead.start();
  assert.ok(checks, 'built, on a machine with more than one core');
  ask(checks);
  const fitting = await checks.fitting();
  await checks.end();
  return fitting;
}

test('of what is asked, a thread names what fits, and the judge takes its word for just that', async () => {
  const good = alice.sign(CONTENT);
  const bad = spoilt(good);
  const fitting = await ahead((checks) => {
    checks.ask(alice.key, good, CONTENT);
    checks.ask(alice.key, bad, CONTENT);
    checks.ask(alice.key, good, OTHER);
    checks.ask(bob.key, good, CONTENT);
  });
  assert.is(fitting.size, 1);
  assert.ok(checkSignature(alice.key, good, CONTENT, fitting).good);
  assert.not(checkSignature(alice.key, bad, CONTENT, fitting).good);
  assert.not(checkSignature(alice.key, good, OTHER, fitting).good);
  assert.not(checkSignature({ ...bob.key, keyid: alice.key.keyid }, good, CONTENT, fitting).good);
});

test('what is said of one signature is said of no other: key, content and signature are all in the name', async () => {
  const [one, two] = [alice.sign(CONTENT), alice.sign(OTHER)];
  const fitting = await ahead((checks) => {
    checks.ask(alice.key, one, CONTENT);
    checks.ask(alice.key, two, OTHER);
  });
  assert.is(fitting.size, 2);
  assert.not(checkSignature(alice.key, one, OTHER, fitting).good);
  assert.not(checkSignature(alice.key, two, CONTENT, fitting).good);
});

test('it is the arithmetic alone that is not done again: what speaks against a header does so still', async () => {
  const old = alice.sign(CONTENT, { created: null });
  const fitting = await ahead((checks) => checks.ask(alice.key, old, CONTENT));
  assert.is(fitting.size, 1);
  assert.match(JSON.stringify(checkSignature(alice.key, old, CONTENT, fitting)), /expected a creation time/);
});

test('the word is used: a name in the table stands for the arithmetic', () => {
  const bad = spoilt(alice.sign(CONTENT));
  const everything = { has: () => true } as unknown as Fitting;
  assert.not(checkSignature(alice.key, bad, CONTENT).good);
  assert.ok(checkSignature(alice.key, bad, CONTENT, everything).good);
});

test('many are answered, whatever the size of a batch; keys of another kind are not asked about', async () => {
  const signed = Array.from({ length: 501 }, (_, at) => {
    const content = Buffer.from(`${at}`);
    return { content, signature: alice.sign(content) };
  });
  const fitting = await ahead((checks) => {
    for (const { content, signature } of signed) checks.ask(alice.key, signature, content);
    checks.ask(ron.key, ron.sign(CONTENT), CONTENT);
  });
  assert.is(fitting.size, 501);
});

test('a thread that ends has said nothing more, and nobody waits for it', async () => {
  const checks = ChecksAhead.start();
  assert.ok(checks);
  checks.ask(alice.key, alice.sign(CONTENT), CONTENT);
  await checks.end();
  checks.ask(alice.key, alice.sign(OTHER), OTHER);
  assert.is((await checks.fitting()).size, 0);
});

test.run();
