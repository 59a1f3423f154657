import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readCertificates } from '../../src/openpgp/certificate.ts';
import { generateKey } from '../../src/openpgp/generate.ts';
import type { RevocationReason } from '../../src/openpgp/revoke.ts';
import { makeRevocation } from '../../src/openpgp/revoke.ts';
import type { KeyError } from '../../src/openpgp/signer.ts';
import { findSigner } from '../../src/openpgp/signer.ts';
import { OwnKeyStore } from '../../src/openpgp/store.ts';
import { failure } from '../support/failure.ts';
import { addGpgSubkey, exportGpgSecret, makeGpgKey } from '../support/gpg.ts';
import type { Person } from '../support/person.ts';
import { makePerson } from '../support/person.ts';

let person: Person;
let store: OwnKeyStore;

test.before.each(async () => {
  person = await makePerson('Alice');
  store = OwnKeyStore.open(person.env);
});

test.after.each(() => person.cleanup());

async function newKey(passphrase?: string): Promise<string> {
  const { armoredSecret, certificate } = await generateKey({
    ...{ name: 'Alice', email: 'alice@example.org', type: 'ed25519', passphrase },
  });
  await store.import(armoredSecret);
  return certificate.fingerprint;
}

const silent = { mayPrompt: false };

for (const [reason, kind] of [
  ['compromised', 'hard'],
  ['superseded', 'soft'],
  ['retired', 'soft'],
] as const satisfies readonly (readonly [RevocationReason, string])[]) {
  test(`a key revoked as ${reason} is ${kind} revoked, here and for GnuPG, and signs no more`, async () => {
    const fingerprint = await newKey();
    const revoked = await makeRevocation(await store.only(), reason, { ...silent, env: person.env });
    const [certificate] = await readCertificates(revoked);
    const revocation = certificate?.keys.get(fingerprint.toLowerCase())?.revocation;
    assert.is(revocation?.kind, kind);
    assert.is(revocation?.reason, reason);

    await person.gpg(['--import'], { input: revoked });
    const { stdout } = await person.gpg(['--with-colons', '--list-keys', fingerprint]);
    assert.match(stdout, /^pub:r:/m);

    const [imported] = await store.import(revoked);
    assert.is(imported?.change, 'updated');
    const request = { ...silent, choices: [], gpgProgram: 'gpg', env: person.env };
    assert.match((await failure<KeyError>(findSigner(request))).hint ?? '', /revoked/);
  });
}

test('a locked key is revoked only with its passphrase', async () => {
  await newKey('correct horse');
  const key = await store.only();
  const locked = makeRevocation(key, 'compromised', { ...silent, env: person.env });
  assert.is((await failure<KeyError>(locked)).reason, 'locked');
  const askPassphrase = async () => 'correct horse';
  await makeRevocation(key, 'compromised', { mayPrompt: true, askPassphrase, env: person.env });
});

test('where only a subkey is here, its owner is told', async () => {
  const primary = await makeGpgKey(person, 'Alice <alice@example.org>');
  await addGpgSubkey(person, primary);
  await store.import((await person.gpg(['--armor', '--export-secret-subkeys', primary])).stdout);
  const error = await failure<KeyError>(
    makeRevocation(await store.only(), 'retired', { ...silent, env: person.env }),
  );
  assert.is(error.reason, 'unusable');
  assert.match(error.message, /secret part/);
});

test('subkeys stay on the certificate and are revoked with it', async () => {
  const primary = await makeGpgKey(person, 'Alice <alice@example.org>');
  const subkey = await addGpgSubkey(person, primary);
  await store.import(await exportGpgSecret(person, primary));
  const revoked = await makeRevocation(await store.only(), 'compromised', { ...silent, env: person.env });
  const [certificate] = await readCertificates(revoked);
  assert.is(certificate?.keys.get(subkey.toLowerCase())?.revocation?.kind, 'hard');
});

test.run();
