import { constants, sign } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { jsonObject } from '../../src/intoto/json.ts';
import { anySignatureFromJson, type SslibSignature } from '../../src/intoto/signature.ts';
import { checkSslibSignature, sslibIdentity } from '../../src/intoto/sslib-check.ts';
import { makeSslibKey, type SslibKey, type SslibScheme } from '../../src/intoto/sslib-key.ts';
import { checkSignature } from '../../src/openpgp/check.ts';
import { askPython } from '../support/python.ts';
import { makeSigningKey } from '../support/signing-key.ts';
import { generate, makeSslibSigningKey, type SslibSigningKey } from '../support/sslib-key.ts';

const SCHEMES: readonly SslibScheme[] = [
  'ed25519',
  'rsassa-pss-sha256',
  'rsassa-pss-sha384',
  'rsassa-pss-sha512',
  'rsa-pkcs1v15-sha256',
  'rsa-pkcs1v15-sha384',
  'rsa-pkcs1v15-sha512',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
];
const content = Buffer.from('{"_type":"link"}');
const rsa = generate('rsassa-pss-sha256');
const signers = new Map(
  SCHEMES.map((scheme) => [
    scheme,
    makeSslibSigningKey(scheme, scheme.startsWith('rsa') ? rsa : generate(scheme)),
  ]),
);

function signerOf(scheme: SslibScheme): SslibSigningKey {
  const signer = signers.get(scheme);
  if (signer === undefined) throw new Error(scheme);
  return signer;
}

function signature(keyid: string, octets: Uint8Array): SslibSignature {
  const read = anySignatureFromJson(
    jsonObject([
      ['keyid', keyid],
      ['sig', Buffer.from(octets).toString('hex')],
    ]),
  );
  if (read.kind !== 'sslib') throw new Error('expected a signature of in-toto’s own kind');
  return read;
}

function codeOf(key: SslibKey, octets: Uint8Array, bytes: Uint8Array = content): string {
  const check = checkSslibSignature(key, signature(key.keyid, octets), bytes);
  return check.good ? 'good' : check.code;
}

for (const scheme of SCHEMES) {
  test(`${scheme}: an honest signature is good, over anything else it is bad`, () => {
    const { key, octets } = signerOf(scheme);
    const made = octets(content);
    assert.is(codeOf(key, made), 'good');
    assert.is(codeOf(key, made, Buffer.from('{"_type":"Link"}')), 'bad-signature');
    const flipped = Buffer.from(made);
    flipped.writeUInt8(flipped.readUInt8(flipped.length - 1) ^ 1, flipped.length - 1);
    assert.is(codeOf(key, flipped), 'bad-signature');
    assert.is(codeOf(key, made.subarray(1)), 'bad-signature');
  });
}

test('a signature counts only under the key id of the key', () => {
  const { key, octets } = signerOf('ed25519');
  const check = checkSslibSignature(key, signature('ab'.repeat(32), octets(content)), content);
  assert.equal(check.good ? 'good' : check.code, 'bad-signature');
});

test('a signature made for one scheme is bad for another with the same key', () => {
  const made = signerOf('rsassa-pss-sha256').octets(content);
  for (const scheme of SCHEMES.filter((each) => each.startsWith('rsa') && each !== 'rsassa-pss-sha256')) {
    assert.is(codeOf(signerOf(scheme).key, made), 'bad-signature', scheme);
  }
});

test('PSS takes any length of salt, as in-toto does', () => {
  const { key } = signerOf('rsassa-pss-sha256');
  for (const saltLength of [0, 20, 32, constants.RSA_PSS_SALTLEN_MAX_SIGN]) {
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    const made = sign('sha256', content, { key: rsa.privateKey, padding, saltLength });
    assert.is(codeOf(key, made), 'good', `${saltLength}`);
  }
});

test('a short RSA key is weak, and so is a key of another kind than its scheme', () => {
  const short = generate('rsa-pkcs1v15-sha256', 1024);
  const signer = makeSslibSigningKey('rsa-pkcs1v15-sha256', short);
  assert.is(codeOf(signer.key, signer.octets(content)), 'weak-key');
  const { pem, octets } = signerOf('ecdsa-sha2-nistp384');
  for (const scheme of ['ecdsa-sha2-nistp256', 'rsassa-pss-sha256'] as const) {
    assert.is(codeOf(makeSslibKey(scheme, pem, 'legacy'), octets(content)), 'weak-key', scheme);
  }
  const broken = makeSslibKey('ecdsa-sha2-nistp256', pem.replace('M', 'Z'), 'legacy');
  assert.is(codeOf(broken, octets(content)), 'weak-key');
});

test('one key under two names and schemes is one holder, two keys are two', () => {
  const [pss, pkcs] = [signerOf('rsassa-pss-sha256').key, signerOf('rsa-pkcs1v15-sha256').key];
  assert.is.not(pss.keyid, pkcs.keyid);
  assert.is(sslibIdentity(pss), sslibIdentity(pkcs));
  assert.is(
    sslibIdentity(pss),
    sslibIdentity(makeSslibKey('rsassa-pss-sha256', `${pss.public}\n`, 'current')),
  );
  assert.is.not(sslibIdentity(pss), sslibIdentity(makeSslibSigningKey('rsassa-pss-sha256').key));
});

test('for OpenPGP’s checks, neither such a key nor such a signature is any', () => {
  const { key, octets } = signerOf('ed25519');
  const gpg = makeSigningKey();
  const made = signature(key.keyid, octets(content));
  for (const [holder, sig] of [
    [key, made],
    [gpg.key, signature(gpg.key.keyid, octets(content))],
    [key, gpg.sign(content)],
  ] as const) {
    assert.is(checkSignature(holder, sig, content).good, false);
  }
  assert.is(checkSignature(gpg.key, gpg.sign(content), content).good, true);
});

test('the peer finds good what we find good, and bad what we find bad', () => {
  const known = SCHEMES.filter((scheme) => scheme !== 'ecdsa-sha2-nistp521');
  const questions = known.flatMap((scheme) => {
    const { key, octets } = signerOf(scheme);
    return [octets(content), octets(Buffer.from('else'))].map((made) => ({
      key: { ...Object.fromEntries(key.json), keyval: { public: key.public } },
      signature: { keyid: key.keyid, sig: made.toString('hex') },
      content: content.toString(),
    }));
  });
  const body = 'answer = verify_signature(value["key"], value["signature"], value["content"].encode())';
  const answers = askPython<boolean>('from securesystemslib.keys import verify_signature', body, questions);
  assert.equal(
    answers,
    known.flatMap(() => [true, false]),
  );
});

test.run();
