import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readKeys } from '../../src/openpgp/certificate.ts';
import type { NewKey } from '../../src/openpgp/generate.ts';
import { generateKey } from '../../src/openpgp/generate.ts';
import { failure } from '../support/failure.ts';

const alice: NewKey = { name: 'Alice Able', email: 'alice@example.org', type: 'ed25519' };

for (const [type, method] of [
  ['ed25519', 'pgp+eddsa-ed25519'],
  ['rsa3072', 'pgp+rsa-pkcsv1.5'],
] as const) {
  test(`an ${type} key certifies and signs, has one user id and no subkeys`, async () => {
    const { certificate, armoredSecret } = await generateKey({ ...alice, type });
    assert.equal(certificate.userIds, ['Alice Able <alice@example.org>']);
    assert.is(certificate.publicKey.method, method);
    assert.is(certificate.keys.size, 1);
    const [facts] = certificate.keys.values();
    assert.is(facts?.maySign, true);
    assert.is(facts?.expires, undefined);
    assert.is(facts?.weak, undefined);
    const [key] = readKeys(armoredSecret);
    // Version 4, algorithm 22 or 1: what GnuPG 2.2 and in-toto know.
    assert.is(key?.primary.packet.body[0], 4);
    assert.is(key?.primary.packet.body[5], type === 'ed25519' ? 22 : 1);
  });
}

test('creation and expiry are as asked for', async () => {
  const { certificate } = await generateKey({ ...alice, created: 1_700_000_000, expires: 1_800_000_000 });
  const [facts] = certificate.keys.values();
  assert.is(facts?.created, 1_700_000_000);
  assert.is(facts?.expires, 1_800_000_000);
  const early = generateKey({ ...alice, created: 1_700_000_000, expires: 1_700_000_000 });
  assert.match((await failure(early)).message, /expires after it was made/);
});

test('every self-signature is over a sound digest: the library takes SHA-512, which GnuPG and in-toto know', async () => {
  for (const type of ['ed25519', 'rsa3072'] as const) {
    const { certificate } = await generateKey({ ...alice, type });
    const [key] = readKeys(certificate.armored);
    const signatures = [key?.primary, ...(key?.users ?? [])].flatMap(
      (component) => component?.signatures ?? [],
    );
    assert.equal(
      signatures.map(({ body }) => body[3]),
      [10],
    );
  }
});

test('addresses without a dot, and names in any script, make a user id', async () => {
  const { certificate } = await generateKey({ ...alice, name: 'Ólivía Ægir 海', email: 'olivia@localhost' });
  assert.equal(certificate.userIds, ['Ólivía Ægir 海 <olivia@localhost>']);
});

test('names and addresses that would read as somebody else are refused', async () => {
  const names = ['', '  ', 'Bob <bob@example.org>', 'a\nb', 'a\x1b[31mb', 'a\u202Eb', 'a\ud800b'];
  for (const name of names) {
    assert.match(
      (await failure(generateKey({ ...alice, name }))).message,
      /expected a name/,
      JSON.stringify(name),
    );
  }
  for (const email of ['', 'alice', 'a b@c', 'a@b>', 'a@b@c', 'a@\u200Bb']) {
    const error = await failure(generateKey({ ...alice, email }));
    assert.match(error.message, /expected a mail address/, JSON.stringify(email));
    assert.is(error.code, 'usage');
  }
});

test.run();
