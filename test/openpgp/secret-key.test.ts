import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readKeys } from '../../src/openpgp/certificate.ts';
import type { NewKey } from '../../src/openpgp/generate.ts';
import { generateKey } from '../../src/openpgp/generate.ts';
import type { KeyError } from '../../src/openpgp/key-error.ts';
import { openPacket } from '../../src/openpgp/open-packet.ts';
import type { Packet } from '../../src/openpgp/packet.ts';
import { Tag } from '../../src/openpgp/packet.ts';
import { openSecretKey, protectionOf } from '../../src/openpgp/secret-key.ts';
import {
  readTransferableKeys,
  withoutSecrets,
  writeTransferableKey,
} from '../../src/openpgp/transferable-key.ts';
import { failure } from '../support/failure.ts';
import { addGpgSubkey, exportGpgSecret, makeGpgKey } from '../support/gpg.ts';
import { makePerson } from '../support/person.ts';

async function newPacket(options: Partial<NewKey> = {}): Promise<Packet> {
  const { armoredSecret } = await generateKey({
    ...{ name: 'Alice', email: 'alice@example.org', type: 'ed25519' },
    ...options,
  });
  const [key] = readKeys(armoredSecret);
  assert.ok(key);
  return key.primary.packet;
}

test('how a secret key lies there is told apart: plain, locked, absent', async () => {
  const plain = await newPacket();
  const locked = await newPacket({ passphrase: 'correct horse' });
  const material = plain.body.subarray(0, 51);
  const stub = Buffer.concat([
    material,
    Buffer.from('ff0065004e550147'.replace('4e550147', '474e5501'), 'hex'),
  ]);
  assert.is(protectionOf(plain), 'plain');
  assert.is(protectionOf(locked), 'locked');
  assert.is(protectionOf({ tag: Tag.publicKey, body: material }), 'absent');
  assert.is(protectionOf({ tag: Tag.secretKey, body: stub }), 'absent');
});

for (const type of ['ed25519', 'rsa3072'] as const) {
  test(`an ${type} key opens for node:crypto; with its passphrase taken off it is the same key`, async () => {
    const locked = await newPacket({ type, passphrase: 'correct horse' });
    assert.is(await openPacket(locked, 'wrong'), undefined);
    const open = await openPacket(locked, 'correct horse');
    assert.ok(open);
    assert.is(protectionOf(open), 'plain');
    assert.equal(await openPacket(open, 'whatever'), open);
    const { key, material } = openSecretKey(open);
    assert.is(key.asymmetricKeyType, type === 'ed25519' ? 'ed25519' : 'rsa');
    assert.equal(
      open.body.subarray(0, material.publicLength),
      locked.body.subarray(0, material.publicLength),
    );
  });

  test(`a damaged ${type} key is malformed at every octet of its secret half, never a wrong signature`, async () => {
    const { tag, body } = await newPacket({ type });
    const { material } = openSecretKey({ tag, body });
    for (let at = material.publicLength + 1; at < body.length; at += type === 'ed25519' ? 1 : 37) {
      const damaged = Buffer.from(body);
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      assert.throws(() => openSecretKey({ tag, body: damaged }), undefined, `octet ${at}`);
    }
    assert.throws(() => openSecretKey({ tag, body: body.subarray(0, -1) }), /malformed/);
    assert.throws(() => openSecretKey({ tag, body: Buffer.concat([body, Buffer.of(0)]) }), /malformed/);
  });
}

test('a locked key does not open without its passphrase', async () => {
  const locked = await newPacket({ passphrase: 'correct horse' });
  assert.throws(() => openSecretKey(locked), /expected an open secret key/);
});

test('a cipher or digest that is not known is unusable, not a wrong passphrase', async () => {
  const { tag, body } = await newPacket({ passphrase: 'correct horse' });
  const altered = Buffer.from(body);
  altered[52] = 99;
  const error = await failure<KeyError>(openPacket({ tag, body: altered }, 'correct horse'));
  assert.is(error.reason, 'unusable');
});

test('nothing secret is left in what withoutSecrets makes, and all else is', async () => {
  const person = await makePerson('Alice');
  const fingerprint = await makeGpgKey(person, 'Alice <alice@example.org>', { algorithm: 'rsa2048' });
  await addGpgSubkey(person, fingerprint);
  await addGpgSubkey(person, fingerprint, { algorithm: 'cv25519', usage: 'encr' });
  const [secret] = readKeys(await exportGpgSecret(person, fingerprint));
  const { stdoutBytes } = await person.gpg(['--export', fingerprint]);
  await person.cleanup();
  assert.ok(secret);
  const [expected] = readKeys(stdoutBytes);
  assert.equal(withoutSecrets(secret), expected);
  assert.is(
    secret.subkeys.every(({ packet }) => protectionOf(packet) === 'plain'),
    true,
  );
});

test('a packet that belongs to no key, or none at all, is malformed or nothing', () => {
  assert.equal(readTransferableKeys([]), []);
  assert.throws(
    () => readTransferableKeys([{ tag: Tag.signature, body: Buffer.of(4) }]),
    /a key packet first/,
  );
  const key = { tag: Tag.publicKey, body: Buffer.of(4) };
  assert.throws(() => readTransferableKeys([key, { tag: 11, body: Buffer.of(0) }]), /part of a key/);
  const [read] = readTransferableKeys([
    key,
    { tag: 12, body: Buffer.of(0) },
    { tag: 60, body: Buffer.of(0) },
  ]);
  assert.ok(read);
  assert.equal(writeTransferableKey(read), Buffer.of(0xc6, 1, 4));
});

test.run();
