import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readCertificates, readKeys } from '../../src/openpgp/certificate.ts';
import { generateKey } from '../../src/openpgp/generate.ts';
import { loadOpenPgp } from '../../src/openpgp/library.ts';
import { Tag } from '../../src/openpgp/packet.ts';
import type { Component, TransferableKey } from '../../src/openpgp/transferable-key.ts';
import { withoutSecrets, writeTransferableKey } from '../../src/openpgp/transferable-key.ts';
import { failure } from '../support/failure.ts';
import { addGpgSubkey, exportGpg, gpgDialogue, makeGpgKey } from '../support/gpg.ts';
import type { Person } from '../support/person.ts';
import { makePerson } from '../support/person.ts';

let alice: Person;
let mallory: Person;
let fingerprint: string;
let signing: string;
let encrypting: string;
let honest: string;

test.before(async () => {
  alice = await makePerson('Alice');
  mallory = await makePerson('Mallory');
  fingerprint = await makeGpgKey(alice, 'Alice <alice@example.org>', { usage: 'cert' });
  signing = (await addGpgSubkey(alice, fingerprint)).toLowerCase();
  const encryption = { algorithm: 'cv25519', usage: 'encr' };
  encrypting = (await addGpgSubkey(alice, fingerprint, encryption)).toLowerCase();
  honest = await exportGpg(alice, fingerprint);
});

test.after(async () => {
  await alice.cleanup();
  await mallory.cleanup();
});

async function judged(input: string | Uint8Array) {
  const [certificate, ...more] = await readCertificates(input);
  assert.is(more.length, 0);
  assert.ok(certificate);
  return certificate;
}

function parts(input: string | Uint8Array): TransferableKey {
  const [key] = readKeys(input);
  assert.ok(key);
  return key;
}

/** Mallory's key and a function that binds any subkey to it, with what she can make and nothing else. */
async function malloryBinds(subkey: Component, withForeignBackSignature: boolean): Promise<Uint8Array> {
  const { armoredSecret } = await generateKey({ name: 'Mallory', email: 'm@example.org', type: 'ed25519' });
  const library = await loadOpenPgp();
  const secret = await library.readPrivateKey({ armoredKey: armoredSecret });
  const bound = new library.PublicSubkeyPacket();
  await bound.read(subkey.packet.body);
  const data = { key: secret.keyPacket, bind: bound };
  const binding = Object.assign(new library.SignaturePacket(), {
    signatureType: library.enums.signature.subkeyBinding,
    publicKeyAlgorithm: secret.keyPacket.algorithm,
    hashAlgorithm: library.enums.hash.sha256,
    keyFlags: [2],
    ...(withForeignBackSignature ? { embeddedSignature: await embeddedIn(subkey) } : {}),
  });
  // The types want octets; what the library signs for a binding is the two keys.
  const sign = binding.sign as unknown as (...args: unknown[]) => Promise<void>;
  await sign.call(binding, secret.keyPacket, data, new Date(), false, library.config);
  const own = withoutSecrets(parts(armoredSecret));
  const signatures = [{ tag: Tag.signature, body: Buffer.from(binding.write()) }];
  return writeTransferableKey({ ...own, subkeys: [{ packet: subkey.packet, signatures }] });
}

async function embeddedIn(subkey: Component) {
  const { SignaturePacket } = await loadOpenPgp();
  const binding = new SignaturePacket();
  binding.read(subkey.signatures[0]?.body ?? new Uint8Array());
  return binding.embeddedSignature;
}

test('honest: a signing subkey with its back-signature signs; encryption and certification keys do not', async () => {
  const { keys, publicKey, userIds } = await judged(honest);
  assert.is(keys.get(signing)?.maySign, true);
  assert.is(keys.get(encrypting)?.maySign, false);
  assert.match(keys.get(encrypting)?.whyNot ?? '', /only encrypts/);
  assert.is(keys.get(fingerprint.toLowerCase())?.maySign, false);
  assert.match(keys.get(fingerprint.toLowerCase())?.whyNot ?? '', /flags/);
  assert.equal([...publicKey.subkeys.keys()], [signing]);
  assert.equal(userIds, ['Alice <alice@example.org>']);
});

test("attack: Mallory binds Alice's signing subkey to her own certificate, without a back-signature", async () => {
  const [subkey] = parts(honest).subkeys;
  assert.ok(subkey);
  const { keys, publicKey } = await judged(await malloryBinds(subkey, false));
  assert.is(keys.get(signing)?.maySign, false);
  assert.match(keys.get(signing)?.whyNot ?? '', /back-signature/);
  assert.is(publicKey.subkeys.size, 0);
});

test("attack: … or with the back-signature that the subkey made for Alice's certificate", async () => {
  const [subkey] = parts(honest).subkeys;
  assert.ok(subkey);
  const { keys } = await judged(await malloryBinds(subkey, true));
  assert.is(keys.get(signing)?.maySign, false);
  assert.match(keys.get(signing)?.whyNot ?? '', /back-signature/);
});

test("attack: a subkey grafted onto another's certificate with its old binding is not bound there", async () => {
  const other = parts(await exportGpg(mallory, await makeGpgKey(mallory, 'Mallory <m@example.org>')));
  const grafted = writeTransferableKey({ ...other, subkeys: parts(honest).subkeys });
  const { keys } = await judged(grafted);
  assert.is(keys.get(signing)?.maySign, false);
  assert.match(keys.get(signing)?.whyNot ?? '', /no valid self-signature/);
});

test("attack: a user id without the key's own certification is not its name", async () => {
  const key = parts(honest);
  const users = [{ packet: { tag: 13, body: Buffer.from('Olivia Owner') }, signatures: [] }, ...key.users];
  const { userIds } = await judged(writeTransferableKey({ ...key, users }));
  assert.equal(userIds, ['Alice <alice@example.org>']);
});

test("attack: with the primary key's certifications stripped, nobody knows its expiry, so nothing signs", async () => {
  const key = parts(honest);
  const stripped = { ...key, users: key.users.map((user) => ({ ...user, signatures: [] })) };
  const { keys } = await judged(writeTransferableKey(stripped));
  assert.equal(
    [...keys.values()].map(({ maySign }) => maySign),
    [false, false, false],
  );
});

test('attack: a certification altered by one bit certifies nothing', async () => {
  const key = parts(honest);
  const users = key.users.map(({ packet, signatures }) => {
    const altered = signatures.map(({ tag, body }) => {
      const copy = Buffer.from(body);
      copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1;
      return { tag, body: copy };
    });
    return { packet, signatures: altered };
  });
  const { userIds, keys } = await judged(writeTransferableKey({ ...key, users }));
  assert.equal(userIds, []);
  assert.match(keys.get(fingerprint.toLowerCase())?.whyNot ?? '', /not certified by itself/);
});

for (const algorithm of ['ed25519', 'rsa2048']) {
  test(`attack: an ${algorithm} key that certifies itself over SHA-1 only is weak`, async () => {
    const sha1 = ['--cert-digest-algo', 'SHA1', '--pinentry-mode', 'loopback', '--passphrase', ''];
    const userId = `Sha ${algorithm} <sha-${algorithm}@example.org>`;
    await mallory.gpg([...sha1, '--quick-generate-key', userId, algorithm, 'sign', 'never']);
    const certificate = await judged(await exportGpg(mallory, `sha-${algorithm}@example.org`));
    assert.match(certificate.keys.get(certificate.publicKey.keyid)?.weak ?? '', /SHA-1/);
    assert.equal(certificate.userIds, []);
  });
}

test('honest: … and no longer once it has certified itself over SHA-256, too', async () => {
  await mallory.gpg([
    '--cert-digest-algo',
    'SHA256',
    '--quick-set-expire',
    await fingerprintOf('sha-rsa2048'),
    '2y',
  ]);
  const certificate = await judged(await exportGpg(mallory, 'sha-rsa2048@example.org'));
  const facts = certificate.keys.get(certificate.publicKey.keyid);
  assert.is(facts?.weak, undefined);
  assert.is(facts?.maySign, true);
  assert.is((facts?.expires ?? 0) > (facts?.created ?? 0), true);
});

async function fingerprintOf(name: string): Promise<string> {
  return (await judged(await exportGpg(mallory, `${name}@example.org`))).fingerprint;
}

test('attack: RSA with 1024 bits is weak; with 2048 it is not', async () => {
  const library = await loadOpenPgp();
  const config = { minRSABits: 1024 };
  for (const rsaBits of [1024, 2048]) {
    const { publicKey } = await library.generateKey({
      ...{ type: 'rsa', rsaBits, userIDs: { name: 'Short' }, subkeys: [], format: 'armored', config },
    });
    const { keys } = await judged(publicKey);
    const [facts] = keys.values();
    assert.is(facts?.maySign, true);
    assert.is(facts?.weak !== undefined, rsaBits < 2048);
  }
});

test('a revocation without a reason or for compromise is hard, superseded and retired are soft', async () => {
  const reasons = [
    ['0', 'hard', 'no reason given'],
    ['1', 'hard', 'compromised'],
    ['2', 'soft', 'superseded'],
    ['3', 'soft', 'retired'],
  ] as const;
  for (const [answer, kind, reason] of reasons) {
    const name = `Revoked ${answer} <r${answer}@example.org>`;
    const key = await makeGpgKey(mallory, name);
    const before = await exportGpg(mallory, key);
    const file = mallory.at(`revoke-${answer}.asc`);
    await gpgDialogue(mallory, ['--output', file, '--gen-revoke', key], ['y', answer, 'so it is', '', 'y']);
    await mallory.gpg(['--import', file]);
    const after = await exportGpg(mallory, key);
    assert.is((await judged(before)).keys.get(key.toLowerCase())?.revocation, undefined);
    const revocation = (await judged(after)).keys.get(key.toLowerCase())?.revocation;
    assert.is(revocation?.kind, kind);
    assert.is(revocation?.reason, `${reason}: so it is`);
    assert.equal((await judged(after + before)).keys.get(key.toLowerCase())?.revocation, revocation);
    assert.equal((await judged(before + after)).keys.get(key.toLowerCase())?.revocation, revocation);
  }
});

test('attack: to move a revocation behind a user id does not remove it', async () => {
  const key = parts(await exportGpg(mallory, 'r1@example.org'));
  const [user, ...users] = key.users;
  assert.ok(user);
  const moved = { ...user, signatures: [...user.signatures, ...key.primary.signatures] };
  const hidden = { ...key, primary: { ...key.primary, signatures: [] }, users: [moved, ...users] };
  const { keys, publicKey } = await judged(writeTransferableKey(hidden));
  assert.is(keys.get(publicKey.keyid)?.revocation?.kind, 'hard');
});

test("attack: a stranger's revocation revokes nothing", async () => {
  const victim = parts(honest);
  const [stolen] = parts(await exportGpg(mallory, 'r1@example.org')).primary.signatures;
  assert.ok(stolen);
  const primary = { ...victim.primary, signatures: [stolen, ...victim.primary.signatures] };
  const { keys } = await judged(writeTransferableKey({ ...victim, primary }));
  assert.is(keys.get(signing)?.revocation, undefined);
});

test('a revoked primary key takes its subkeys with it, a revoked subkey goes alone', async () => {
  const primary = await makeGpgKey(alice, 'Second <second@example.org>');
  const [first, second] = [await addGpgSubkey(alice, primary), await addGpgSubkey(alice, primary)];
  await gpgDialogue(alice, ['--edit-key', primary], ['key 1', 'revkey', 'y', '2', '', 'y', 'save']);
  const one = await judged(await exportGpg(alice, primary));
  assert.is(one.keys.get(first.toLowerCase())?.revocation?.kind, 'soft');
  assert.is(one.keys.get(second.toLowerCase())?.revocation, undefined);
  assert.equal([...one.publicKey.subkeys.keys()], [second.toLowerCase()]);
  const file = alice.at('second.rev');
  await gpgDialogue(alice, ['--output', file, '--gen-revoke', primary], ['y', '1', '', 'y']);
  await alice.gpg(['--import', file]);
  const { keys } = await judged(await exportGpg(alice, primary));
  assert.equal(
    [...keys.values()].map(({ revocation }) => revocation?.kind),
    ['hard', 'hard', 'hard'],
  );
});

test('a subkey ends with its primary key, though its own time is longer', async () => {
  const primary = await makeGpgKey(alice, 'Third <third@example.org>', { expires: '1y' });
  const subkey = (await addGpgSubkey(alice, primary, { expires: '3y' })).toLowerCase();
  const { keys, publicKey } = await judged(await exportGpg(alice, primary));
  assert.is(keys.get(subkey)?.expires, keys.get(publicKey.keyid)?.expires);
  assert.is((publicKey.subkeys.get(subkey)?.validityPeriod ?? 0) > (publicKey.validityPeriod ?? 0), true);
});

test('attack: a key packet with octets after its end would be a second key of the same sense: malformed', async () => {
  const key = parts(honest);
  const packet = { ...key.primary.packet, body: Buffer.concat([key.primary.packet.body, Buffer.of(0)]) };
  const padded = writeTransferableKey({ ...key, primary: { ...key.primary, packet } });
  const { message } = await failure(readCertificates(padded));
  assert.match(message, /one true form/);
});

test('attack: thousands of self-signatures do not keep the judge busy', async () => {
  const key = parts(honest);
  const [user, ...users] = key.users;
  assert.ok(user);
  const flood = Array.from({ length: 2000 }, () => user.signatures).flat();
  const { message } = await failure(
    readCertificates(writeTransferableKey({ ...key, users: [{ ...user, signatures: flood }, ...users] })),
  );
  assert.match(message, /at most 500 self-signatures/);
});

test('a secret key is not taken for a certificate', async () => {
  const { armoredSecret } = await generateKey({ name: 'Carl', email: 'c@example.org', type: 'ed25519' });
  const { message } = await failure(readCertificates(armoredSecret));
  assert.match(message, /secret key, which must not be handed around/);
});

test('a brainpool key and a version 6 key are unsupported, and said to be so', async () => {
  const brainpool = await makeGpgKey(alice, 'Brain <brain@example.org>', { algorithm: 'brainpoolP256r1' });
  const library = await loadOpenPgp();
  const { publicKey: v6 } = await library.generateKey({
    ...{ type: 'curve25519', userIDs: { name: 'Six' }, format: 'armored', config: { v6Keys: true } },
  });
  for (const input of [await exportGpg(alice, brainpool), v6]) {
    const { message } = await failure(readCertificates(input));
    assert.match(message, /supported algorithm/);
  }
});

test.run();
