import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readKeys } from '../../src/openpgp/certificate.ts';
import { generateKey } from '../../src/openpgp/generate.ts';
import { mergeKeys } from '../../src/openpgp/merge.ts';
import { Tag } from '../../src/openpgp/packet.ts';
import type { Component, TransferableKey } from '../../src/openpgp/transferable-key.ts';
import { withoutSecrets, writeTransferableKey } from '../../src/openpgp/transferable-key.ts';

const primary = { tag: Tag.publicKey, body: Buffer.from('0467758580ff', 'hex') };
const anySignatures = fc
  .uniqueArray(fc.integer({ min: 0, max: 9 }), { maxLength: 4 })
  .map((numbers) => numbers.map((number) => ({ tag: Tag.signature, body: Buffer.of(4, number) })));
const anyUsers = fc
  .uniqueArray(fc.tuple(fc.integer({ min: 65, max: 70 }), anySignatures), {
    maxLength: 4,
    selector: ([name]) => name,
  })
  .map((users) =>
    users.map(([name, signatures]) => ({ packet: { tag: 13, body: Buffer.of(name) }, signatures })),
  );
const anyKey: fc.Arbitrary<TransferableKey> = fc.record({
  primary: anySignatures.map((signatures) => ({ packet: primary, signatures })),
  users: anyUsers,
  subkeys: fc.constant([]),
});

/** Everything a key says, as a set: order does not count. */
function statements({ primary: first, users, subkeys }: TransferableKey): readonly string[] {
  const said = ({ packet, signatures }: Component) => {
    const name = `${packet.tag}:${packet.body.toString('hex')}`;
    return [name, ...signatures.map(({ body }) => `${name} ${body.toString('hex')}`)];
  };
  return [first, ...users, ...subkeys].flatMap(said).toSorted();
}

test('two versions of a key become one that says all that either says, once, in either order', () => {
  fc.assert(
    fc.property(anyKey, anyKey, (one, other) => {
      const all = [...new Set([...statements(one), ...statements(other)])].toSorted();
      assert.equal(statements(mergeKeys(one, other)), all);
      assert.equal(statements(mergeKeys(other, one)), all);
    }),
  );
});

test('a key merged with itself, or with less of itself, stays octet by octet as it was', () => {
  fc.assert(
    fc.property(anyKey, (key) => {
      const less = { ...key, users: key.users.slice(1), primary: { ...key.primary, signatures: [] } };
      assert.equal(writeTransferableKey(mergeKeys(key, key)), writeTransferableKey(key));
      assert.equal(writeTransferableKey(mergeKeys(key, less)), writeTransferableKey(key));
    }),
  );
});

async function newKey(passphrase?: string): Promise<TransferableKey> {
  const { armoredSecret } = await generateKey({
    ...{ name: 'Alice', email: 'alice@example.org', type: 'ed25519', passphrase },
  });
  const [key] = readKeys(armoredSecret);
  assert.ok(key);
  return key;
}

test('a certificate takes nothing from a secret key, and a secret key completes a certificate', async () => {
  const secret = await newKey();
  const certificate = withoutSecrets(secret);
  assert.equal(mergeKeys(secret, certificate), secret);
  assert.equal(mergeKeys(certificate, secret), secret);
});

test('of two secret halves the newer stays: it may have another passphrase', async () => {
  const [older, newer] = [await newKey(), await newKey('correct horse')];
  assert.equal(mergeKeys(older, newer).primary.packet, newer.primary.packet);
});

test.run();
