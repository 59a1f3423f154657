import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseMetadata } from '../../src/intoto/dsse.ts';
import { type Envelope, makeEnvelope } from '../../src/intoto/envelope.ts';
import type { SslibKey } from '../../src/intoto/sslib-key.ts';
import { makeSslibKey } from '../../src/intoto/sslib-key.ts';
import type { SupplyChain } from '../../src/verify/supply-chain-facts.ts';
import { codesOf, fileName, linkJson, type Signing, signed, verifyChain } from '../support/chain.ts';
import { type LayoutText, makeLayoutJson } from '../support/layout.ts';
import { makeSigningKey } from '../support/signing-key.ts';
import { dsse, generate, makeSslibSigningKey } from '../support/sslib-key.ts';

/* Keys of in-toto's own kind (`in-toto-run --key`): a chain by them is judged as a chain by OpenPGP keys is. */
const [olivia, alice, bob] = [
  makeSslibSigningKey('rsassa-pss-sha256'),
  makeSslibSigningKey('ed25519'),
  makeSslibSigningKey('ecdsa-sha2-nistp256'),
];
const gina = makeSigningKey();
const train = linkJson({ name: 'train', products: { 'model.pt': 'w' } });

interface Story {
  readonly keys?: LayoutText['keys'];
  readonly threshold?: number;
  readonly files: ReadonlyMap<string, Envelope>;
  readonly owner?: Signing & { readonly key: SupplyChain['owners'][number] };
}

async function violations(
  { keys = [alice.key], threshold = 1, files, owner = olivia }: Story,
  more: Partial<SupplyChain> = {},
) {
  const layout = { keys, steps: { train: { threshold, products: ['CREATE *', 'DISALLOW *'] } } };
  return codesOf(await verifyChain({ owner, layout, files }, more), 'violation');
}

function linkBy(...by: readonly Signing[]): ReadonlyMap<string, Envelope> {
  return new Map(by.map((one) => [fileName('train', one), signed(train, [one])]));
}

test('a layout and links signed by RSA, Ed25519 and ECDSA keys are verified', async () => {
  for (const functionary of [alice, bob, olivia]) {
    assert.equal(await violations({ keys: [functionary.key], files: linkBy(functionary) }), []);
  }
});

test('an OpenPGP owner may name such functionaries, and the other way round', async () => {
  assert.equal(await violations({ owner: gina, files: linkBy(alice) }), []);
  assert.equal(await violations({ keys: [gina.key], files: linkBy(gina) }), []);
});

test('a functionary whom the layout does not name is nobody', async () => {
  assert.equal(await violations({ files: linkBy(bob) }), ['link-missing']);
});

test('a signature by another key under the functionary’s key id does not count', async () => {
  const forged = {
    key: alice.key,
    sign: (content: Uint8Array) => ({ ...bob.sign(content), keyid: alice.key.keyid }),
  };
  const files = linkBy(forged);
  assert.equal(await violations({ files }), ['link-missing']);
  assert.equal(await violations({ files: linkBy(alice) }), []);
});

test('a link that was changed after it was signed does not count', async () => {
  const { signatures } = signed(train, [alice]);
  const other = linkJson({ name: 'train', products: { 'model.pt': 'other' } });
  const files = new Map([[fileName('train', alice), makeEnvelope(other, signatures)]]);
  assert.equal(await violations({ files }), ['link-missing']);
});

test('an OpenPGP signature is none by such a key, and the other way round', async () => {
  const mixed = [
    { key: alice.key, sign: (content: Uint8Array) => ({ ...gina.sign(content), keyid: alice.key.keyid }) },
    { key: gina.key, sign: (content: Uint8Array) => ({ ...alice.sign(content), keyid: gina.key.keyid }) },
  ];
  for (const signer of mixed) {
    assert.equal(await violations({ keys: [alice.key, gina.key], files: linkBy(signer) }), ['link-missing']);
  }
});

test('a layout that the owner did not sign is not looked into', async () => {
  const [mallory, other] = [makeSslibSigningKey('ed25519'), makeSslibSigningKey('rsassa-pss-sha256')];
  assert.equal(await violations({ owner: mallory, files: linkBy(alice) }, { owners: [olivia.key] }), [
    'layout-untrusted',
  ]);
  const forged = {
    key: olivia.key,
    sign: (content: Uint8Array) => ({ ...other.sign(content), keyid: olivia.key.keyid }),
  };
  assert.equal(await violations({ owner: forged, files: linkBy(alice) }), ['layout-bad-signature']);
});

test('an owner whose key file may have several ids is one owner, whichever id the layout has', async () => {
  const ids: readonly SslibKey[] = [makeSslibKey('rsassa-pss-sha256', olivia.pem, 'current'), olivia.key];
  assert.equal(await violations({ files: linkBy(alice) }, { owners: ids }), []);
  assert.equal(await violations({ files: linkBy(alice) }, { owners: ids, ownerThreshold: 2 }), [
    'layout-untrusted',
  ]);
  const both = [...ids, alice.key];
  assert.equal(await violations({ files: linkBy(alice) }, { owners: both, ownerThreshold: 2 }), [
    'layout-untrusted',
  ]);
});

test('two functionaries meet a threshold of two; one key under two ids does not', async () => {
  const keys = [alice.key, bob.key];
  assert.equal(await violations({ keys, threshold: 2, files: linkBy(alice, bob) }), []);
  const pair = generate('rsassa-pss-sha256');
  const twice = [
    makeSslibSigningKey('rsassa-pss-sha256', pair),
    makeSslibSigningKey('rsa-pkcs1v15-sha256', pair),
  ];
  const [one, other] = twice.map(({ key }) => key);
  assert.ok(one && other && one.keyid !== other.keyid);
  assert.equal(await violations({ keys: [one, other], threshold: 2, files: linkBy(...twice) }), [
    'threshold-unmet',
  ]);
  assert.equal(await violations({ keys: [one, other], threshold: 1, files: linkBy(...twice) }), []);
});

test('a sublayout by such a key answers for what it delegates', async () => {
  const inner = makeLayoutJson({ keys: [bob.key], steps: { fit: { products: ['CREATE *', 'DISALLOW *'] } } });
  const fit = signed(linkJson({ name: 'fit', products: { 'model.pt': 'w' } }), [bob]);
  const place = `${fileName('train', alice, '')}/${fileName('fit', bob)}`;
  const files = new Map([
    [fileName('train', alice), signed(inner, [alice])],
    [place, fit],
  ]);
  assert.equal(await violations({ files }), []);
  files.set(fileName('train', alice), signed(inner, [bob]));
  assert.equal(await violations({ files }), ['link-missing']);
});

test('links and layouts in DSSE count, signed over what they say and over nothing else', async () => {
  const name = fileName('train', alice);
  const envelope = parseMetadata(dsse(train, [alice]));
  assert.equal(await violations({ files: new Map([[name, envelope]]) }), []);
  const canonical = parseMetadata(dsse(train, [alice], { over: signed(train, []).signedBytes }));
  assert.equal(await violations({ files: new Map([[name, canonical]]) }), ['link-missing']);
  const layout = makeLayoutJson({ keys: [alice.key], steps: { train: {} } });
  const wrapped = parseMetadata(dsse(layout, [olivia]));
  assert.equal(await violations({ files: linkBy(alice) }, { layout: wrapped }), []);
  const unsigned = parseMetadata(dsse(layout, [alice]));
  assert.equal(await violations({ files: linkBy(alice) }, { layout: unsigned }), ['layout-untrusted']);
});

test('a DSSE signature does not count in in-toto’s own wrapping', async () => {
  const { signatures } = parseMetadata(dsse(train, [alice]));
  const files = new Map([[fileName('train', alice), makeEnvelope(train, signatures)]]);
  assert.equal(await violations({ files }), ['link-missing']);
});

test('in DSSE an OpenPGP key signs nothing', async () => {
  const name = fileName('train', gina);
  const envelope = parseMetadata(dsse(train, [{ ...alice, key: { ...alice.key, keyid: gina.key.keyid } }]));
  assert.equal(await violations({ keys: [gina.key], files: new Map([[name, envelope]]) }), ['link-missing']);
});

test('a weak key is told from a bad signature', async () => {
  const weak = makeSslibSigningKey('rsassa-pss-sha256', generate('rsassa-pss-sha256', 1024));
  const layout = { keys: [weak.key], steps: { train: {} } };
  const verdict = await verifyChain({ owner: olivia, layout, files: linkBy(weak) });
  assert.equal(codesOf(verdict, 'warning'), ['weak-key']);
  assert.equal(codesOf(verdict, 'violation'), ['link-missing']);
});

test.run();
