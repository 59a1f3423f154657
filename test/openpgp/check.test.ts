import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type PublicKey, publicKeyFromJson, publicKeyToJson } from '../../src/intoto/key.ts';
import { type Signature, signatureFromJson, signatureToJson } from '../../src/intoto/signature.ts';
import { checkSignature, findKey } from '../../src/openpgp/check.ts';
import { makeSigningKey, type SigningKeyKind, signedAt } from '../support/signing-key.ts';

const CONTENT = Buffer.from('{"_type":"link","name":"train"}');

function changed(
  signature: Signature,
  parts: Partial<Record<'keyid' | 'otherHeaders' | 'signature', string>>,
): Signature {
  return signatureFromJson(signatureToJson({ ...signature, ...parts }));
}

function withNumbers(key: PublicKey, numbers: Record<string, string>): PublicKey {
  const all = new Map([...key.public, ...Object.entries(numbers)]);
  return publicKeyFromJson(publicKeyToJson({ keyid: key.keyid, method: key.method, public: all }));
}

/** The last hex digit of a text, exchanged. */
function flip(text: string): string {
  return text.slice(0, -1) + (text.endsWith('0') ? '1' : '0');
}

function reason(key: PublicKey, signature: Signature, content: Uint8Array = CONTENT): string {
  const check = checkSignature(key, signature, content);
  assert.not(check.good);
  return check.good ? '' : `${check.code}: ${check.reason}`;
}

const KINDS: readonly SigningKeyKind[] = ['ed25519', 'rsa2048', 'dsa2048', 'p256', 'p384', 'p521'];
const signers = new Map(KINDS.map((kind) => [kind, makeSigningKey(kind)]));

for (const [kind, { key, sign }] of signers) {
  test(`${kind}: an honest signature is good, and says when it was made`, () => {
    assert.equal(checkSignature(key, sign(CONTENT), CONTENT), {
      good: true,
      created: signedAt,
      expires: undefined,
    });
  });

  test(`${kind}: altered content, headers and signatures are bad`, () => {
    const signature = sign(CONTENT, { issuer: null });
    assert.match(reason(key, signature, Buffer.from(`${CONTENT} `)), /^bad-signature: .*does not fit/);
    assert.match(
      reason(key, changed(signature, { otherHeaders: flip(signature.otherHeaders) })),
      /does not fit/,
    );
    assert.match(reason(key, changed(signature, { signature: flip(signature.signature) })), /does not fit/);
    assert.match(
      reason(key, changed(signature, { signature: signature.signature.slice(0, -2) })),
      /does not fit/,
    );
    assert.match(reason(key, changed(signature, { signature: `${signature.signature}00` })), /does not fit/);
    assert.match(
      reason(key, changed(signature, { signature: '00'.repeat(signature.signature.length / 2) })),
      /does not fit/,
    );
  });

  test(`${kind}: a signature of somebody else's is bad, though it says it is ours`, () => {
    const other = makeSigningKey(kind === 'dsa2048' ? 'ed25519' : kind, { keyid: key.keyid });
    assert.match(reason(key, other.sign(CONTENT)), /^bad-signature/);
  });
}

test('an RSA signature with a leading zero octet is stored without it, and good', () => {
  const { key, sign } = makeSigningKey('rsa2048');
  let short: Signature | undefined;
  for (let at = 0; short === undefined; at++) {
    const signature = sign(CONTENT, { created: signedAt + at });
    if (signature.signature.startsWith('00'))
      short = changed(signature, { signature: signature.signature.slice(2) });
  }
  assert.ok(checkSignature(key, short, CONTENT).good);
});

test('only a signature over a binary document counts', () => {
  const { key, sign } = makeSigningKey();
  for (const type of [0x01, 0x02, 0x10, 0x13, 0x18, 0x20]) {
    assert.match(reason(key, sign(CONTENT, { type })), /^bad-signature: expected a signature of type 0x00/);
  }
});

test('in-toto takes every digest for SHA-256, so keys it knows must have used that', () => {
  for (const kind of ['ed25519', 'rsa2048'] as const) {
    const { key, sign } = makeSigningKey(kind);
    assert.match(reason(key, sign(CONTENT, { hash: 'sha512' })), /expected SHA-256, found hash algorithm 10/);
    assert.match(reason(key, sign(CONTENT, { hash: 'sha384' })), /expected SHA-256/);
  }
});

test('ECDSA, which in-toto does not know, may have used a longer digest', () => {
  const { key, sign } = makeSigningKey('p384');
  assert.ok(checkSignature(key, sign(CONTENT, { hash: 'sha384' }), CONTENT).good);
  assert.ok(checkSignature(key, sign(CONTENT, { hash: 'sha512' }), CONTENT).good);
});

test('a header that names a weak or unknown digest is refused before any arithmetic', () => {
  const { key, sign } = makeSigningKey();
  for (const id of ['01', '02', '03', '0b', '63']) {
    const signature = sign(CONTENT);
    const otherHeaders = `${signature.otherHeaders.slice(0, 6)}${id}${signature.otherHeaders.slice(8)}`;
    assert.match(reason(key, changed(signature, { otherHeaders })), /found hash algorithm/);
  }
});

test('the algorithm that the header names has to be the key’s', () => {
  const { key, sign } = makeSigningKey('rsa2048');
  assert.ok(checkSignature(key, sign(CONTENT, { algorithm: 3 }), CONTENT).good);
  assert.match(
    reason(key, sign(CONTENT, { algorithm: 22 })),
    /expected an rsa signature, found public-key algorithm 22/,
  );
});

test('a signature that names another issuer is bad, though the numbers fit', () => {
  const { key, sign } = makeSigningKey();
  assert.ok(checkSignature(key, sign(CONTENT, { issuer: null }), CONTENT).good);
  assert.match(reason(key, sign(CONTENT, { issuer: 'a'.repeat(40) })), /expected the issuer/);
  assert.match(reason(key, sign(CONTENT, { keyid: 'a'.repeat(40) })), /found one of a{40}/);
});

test('a signature has to say when it was made', () => {
  const { key, sign } = makeSigningKey();
  assert.match(reason(key, sign(CONTENT, { created: null })), /expected a creation time/);
});

test('a signature may say how long it wants to count', () => {
  const { key, sign } = makeSigningKey();
  const check = checkSignature(key, sign(CONTENT, { expiresAfter: 60 }), CONTENT);
  assert.equal(check, { good: true, created: signedAt, expires: signedAt + 60 });
  assert.equal(checkSignature(key, sign(CONTENT, { expiresAfter: 0 }), CONTENT), {
    good: true,
    created: signedAt,
    expires: undefined,
  });
});

test('a critical subpacket that nobody here understands makes the signature void; a harmless one does not', () => {
  const { key, sign } = makeSigningKey();
  assert.match(reason(key, sign(CONTENT, { more: '02e500' })), /critical subpacket of unknown type 101/);
  assert.ok(checkSignature(key, sign(CONTENT, { more: '026500' }), CONTENT).good);
  assert.ok(checkSignature(key, sign(CONTENT, { more: '049a6162' + '63' }), CONTENT).good);
});

test('headers that are no v4 header, cut off or saying things twice are bad, not an error', () => {
  const { key, sign } = makeSigningKey();
  const signature = sign(CONTENT);
  for (const otherHeaders of [
    '04',
    '03000108000000',
    `${signature.otherHeaders}00`,
    signature.otherHeaders.slice(0, -2),
  ]) {
    assert.match(
      reason(key, changed(signature, { otherHeaders })),
      /^bad-signature: other_headers: expected/,
    );
  }
  assert.match(reason(key, sign(CONTENT, { more: '050267c2f6c0' })), /expected one subpacket of type 2/);
});

test('RSA below 2048 bits is weak, whoever signed with it', () => {
  const { key, sign } = makeSigningKey('rsa1024');
  assert.match(reason(key, sign(CONTENT)), /^weak-key: expected 2048 to 16384 bits, found rsa of 1024/);
});

test('a modulus that is only there to cost time is refused', () => {
  const { key, sign } = makeSigningKey('rsa2048');
  assert.match(
    reason(withNumbers(key, { n: 'ff'.repeat(4096) }), sign(CONTENT)),
    /^weak-key: .*found rsa of 32768/,
  );
});

test('leading zeros make no modulus longer', () => {
  const { key, sign } = makeSigningKey('rsa1024');
  const padded = withNumbers(key, { n: '00'.repeat(128) + (key.public.get('n') ?? '') });
  assert.match(reason(padded, sign(CONTENT)), /found rsa of 1024/);
});

test('an exponent of one would let anybody sign', () => {
  const { key, sign } = makeSigningKey('rsa2048');
  for (const e of ['01', '00', '010000']) {
    assert.match(
      reason(withNumbers(key, { e }), sign(CONTENT)),
      /^weak-key: expected an odd public exponent/,
    );
  }
});

test('numbers that make no key of their kind are the key’s fault', () => {
  const ed25519 = makeSigningKey();
  assert.match(
    reason(withNumbers(ed25519.key, { q: 'ab'.repeat(31) }), ed25519.sign(CONTENT)),
    /^weak-key: expected a key/,
  );
  const p256 = makeSigningKey('p256');
  assert.match(reason(withNumbers(p256.key, { q: `04${'11'.repeat(64)}` }), p256.sign(CONTENT)), /^weak-key/);
  assert.match(reason(withNumbers(p256.key, { q: `02${'11'.repeat(32)}` }), p256.sign(CONTENT)), /^weak-key/);
});

test('a key is found by the id of itself or of a subkey, which then leads to its primary key', () => {
  const subkey = makeSigningKey();
  const primary = makeSigningKey('ed25519', { subkeys: [subkey] });
  const stranger = makeSigningKey();
  const keys = new Map([stranger, primary].map(({ key }) => [key.keyid, key]));
  assert.is(findKey(keys, primary.key.keyid)?.key, primary.key);
  const found = findKey(keys, subkey.key.keyid);
  assert.is(found?.master, primary.key);
  assert.is(found?.key.keyid, subkey.key.keyid);
  assert.is(findKey(keys, 'b'.repeat(40)), undefined);
});

test('a subkey that is also listed alone still belongs to its primary key: one person', () => {
  const subkey = makeSigningKey();
  const primary = makeSigningKey('ed25519', { subkeys: [subkey] });
  const keys = new Map([subkey, primary].map(({ key }) => [key.keyid, key]));
  assert.is(findKey(keys, subkey.key.keyid)?.master, primary.key);
});

test.run();
