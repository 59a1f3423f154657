import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { recallRevoked, rememberRevoked } from '../../src/gather/revoked-keys.ts';
import { type Certificate, readCertificates } from '../../src/openpgp/certificate.ts';
import { generateKey } from '../../src/openpgp/generate.ts';
import { makeRevocation, type RevocationReason } from '../../src/openpgp/revoke.ts';
import { OwnKeyStore } from '../../src/openpgp/store.ts';
import { makeClone, type WorkingClone } from '../support/working-clone.ts';

async function newKey({ person }: WorkingClone): Promise<string> {
  const key = await generateKey({ name: 'Alice', email: 'alice@example.org', type: 'ed25519' });
  await OwnKeyStore.open(person.env).import(key.armoredSecret);
  return key.certificate.fingerprint;
}

async function revoked(
  { person }: WorkingClone,
  fingerprint: string,
  reason: RevocationReason,
): Promise<Certificate> {
  const key = await OwnKeyStore.open(person.env).get(fingerprint);
  const [certificate] = await readCertificates(
    await makeRevocation(key, reason, { mayPrompt: false, env: person.env }),
  );
  if (certificate === undefined) throw new Error('no certificate');
  return certificate;
}

/** As when a history was judged in which these lay, and in which only that owner matters. */
async function remember(
  clone: WorkingClone,
  owner: string,
  certificates: readonly Certificate[],
): Promise<void> {
  const trust = { owners: [owner], threshold: 1, id: undefined, strict: false };
  await rememberRevoked(clone.repo, { certificates, trust }, { commits: new Map() });
}

const kindsIn = (certificates: readonly Certificate[]) =>
  certificates.flatMap(({ keys }) => [...keys.values()].map(({ revocation }) => revocation?.kind));

test('a revocation once seen is known, and a graver one afterwards', async () => {
  const clone = await makeClone();
  const alice = await newKey(clone);
  assert.equal(await recallRevoked(clone.repo), []);
  await remember(clone, alice, [await revoked(clone, alice, 'retired')]);
  assert.equal(kindsIn(await recallRevoked(clone.repo)), ['soft']);
  await remember(clone, alice, [await revoked(clone, alice, 'compromised')]);
  assert.equal(kindsIn(await recallRevoked(clone.repo)), ['hard']);
  await remember(clone, alice, []);
  assert.equal(kindsIn(await recallRevoked(clone.repo)), ['hard']);
  await clone.cleanup();
});

test('nobody fills a clone with certificates of their own, or with what they added to somebody else`s', async () => {
  const clone = await makeClone();
  const [alice, mallory] = [await newKey(clone), await newKey(clone)];
  const [hers, theirs] = [await revoked(clone, alice, 'retired'), await revoked(clone, mallory, 'retired')];
  const claiming = { ...theirs, keys: new Map([...theirs.keys, ...hers.keys]) };
  const padded = { ...hers, armored: `${'x'.repeat(5 * 1024 * 1024)}\n${hers.armored}` };
  await remember(clone, alice, [claiming, padded]);
  assert.equal(await recallRevoked(clone.repo), []);
  await remember(clone, alice, [padded, hers, padded]);
  const [known, ...others] = await recallRevoked(clone.repo);
  assert.is(known?.armored, hers.armored);
  assert.is(others.length, 0);
  await clone.cleanup();
});

test.run();
