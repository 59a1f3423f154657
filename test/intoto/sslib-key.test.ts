import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FormatError } from '../../src/intoto/format-error.ts';
import { type Json, type JsonObject, jsonObject } from '../../src/intoto/json.ts';
import { makeSslibKey, sslibKeyFromJson } from '../../src/intoto/sslib-key.ts';
import { readSslibKeyFile } from '../../src/intoto/sslib-key-file.ts';
import { verificationKeyFromJson } from '../../src/intoto/verification-key.ts';
import { askPython } from '../support/python.ts';
import { makeSigningKey } from '../support/signing-key.ts';
import { generate, makeSslibSigningKey } from '../support/sslib-key.ts';

const honest = makeSslibSigningKey('rsassa-pss-sha256').key;

function changed(
  changes: Readonly<Record<string, Json | undefined>>,
  json: JsonObject = honest.json,
): JsonObject {
  const entries = new Map(json);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) entries.delete(name);
    else entries.set(name, value);
  }
  return entries;
}

function keyval(value: Json, secret?: string): JsonObject {
  return jsonObject([['public', value], ...(secret === undefined ? [] : [['private', secret] as const])]);
}

const malformed = (error: unknown): boolean => error instanceof FormatError;

test('a key as in-toto writes it is read whole, and told from an OpenPGP key', () => {
  const read = verificationKeyFromJson(honest.json);
  assert.equal(read, honest);
  assert.is(verificationKeyFromJson(makeSigningKey().key.json).kind, 'openpgp');
});

test('an empty private part is fine, a private part is refused', () => {
  const json = changed({ keyval: keyval(honest.public, '') });
  assert.is(sslibKeyFromJson(json).public, honest.public);
  assert.throws(() => sslibKeyFromJson(changed({ keyval: keyval(honest.public, 'x') })), /private part/);
});

test('every scheme is read with its own key type, and none with another', () => {
  for (const scheme of ['ed25519', 'rsa-pkcs1v15-sha512', 'ecdsa-sha2-nistp384'] as const) {
    const { json } = makeSslibSigningKey(scheme).key;
    assert.is(sslibKeyFromJson(json).scheme, scheme);
    const type = scheme === 'ed25519' ? 'rsa' : 'ed25519';
    assert.throws(() => sslibKeyFromJson(changed({ keytype: type }, json)), malformed);
  }
});

test('a curve may be named in the key type, its own and no other', () => {
  const { json } = makeSslibSigningKey('ecdsa-sha2-nistp256').key;
  assert.is(
    sslibKeyFromJson(changed({ keytype: 'ecdsa-sha2-nistp256' }, json)).scheme,
    'ecdsa-sha2-nistp256',
  );
  assert.throws(() => sslibKeyFromJson(changed({ keytype: 'ecdsa-sha2-nistp384' }, json)), malformed);
});

test('schemes with a broken digest, and schemes nobody knows, are no schemes', () => {
  for (const scheme of [
    'rsassa-pss-sha1',
    'rsa-pkcs1v15-md5',
    'rsassa-pss-sha224',
    'sphincs-shake-128s',
    'toString',
  ]) {
    assert.throws(() => sslibKeyFromJson(changed({ scheme })), /expected a scheme/, scheme);
  }
});

test('what is not exactly one public key in PEM is refused', () => {
  const { privateKey } = generate('rsassa-pss-sha256');
  const pem = honest.public;
  const secret = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  for (const text of [
    '',
    'x',
    secret,
    `${pem}\n${pem}`,
    `${pem}\n${secret}`,
    pem.replaceAll('PUBLIC KEY', 'CERTIFICATE'),
  ]) {
    assert.throws(() => sslibKeyFromJson(changed({ keyval: keyval(text) })), malformed, text.slice(0, 30));
  }
  for (const value of [null, 3, ['x']]) {
    assert.throws(() => sslibKeyFromJson(changed({ keyval: keyval(value) })), malformed);
  }
});

test('an Ed25519 key is 64 hex digits of either case', () => {
  const { json, public: hex } = makeSslibSigningKey('ed25519').key;
  assert.is(sslibKeyFromJson(changed({ keyval: keyval(hex.toUpperCase()) }, json)).public, hex);
  for (const value of [hex.slice(2), `${hex}00`, `${hex.slice(1)}g`]) {
    assert.throws(() => sslibKeyFromJson(changed({ keyval: keyval(value) }, json)), malformed);
  }
});

test('a key without an id, or with one that is no lower-case hex, is refused', () => {
  for (const keyid of [undefined, '', 'xyz', honest.keyid.toUpperCase()]) {
    assert.throws(() => sslibKeyFromJson(changed({ keyid })), /key id/);
  }
});

test('key ids are those that securesystemslib makes up', () => {
  const keys = (['rsassa-pss-sha256', 'ed25519', 'ecdsa-sha2-nistp256'] as const).map(
    (scheme) => makeSslibSigningKey(scheme).key,
  );
  const questions = keys.map((key) => [key.json.get('keytype'), key.scheme, key.public]);
  const body = 'answer = _get_keyid(value[0], value[1], {"public": value[2]})';
  const answers = askPython<string>('from securesystemslib.keys import _get_keyid', body, questions);
  assert.equal(
    answers,
    keys.map(({ keyid }) => keyid),
  );
});

test('a PEM file stands for one key under each id that it may have', () => {
  for (const scheme of ['rsassa-pss-sha256', 'ed25519', 'ecdsa-sha2-nistp384'] as const) {
    const { key, pem } = makeSslibSigningKey(scheme);
    const found = readSslibKeyFile(Buffer.from(pem)) ?? [];
    assert.ok(
      found.some(({ keyid }) => keyid === key.keyid),
      scheme,
    );
    assert.ok(
      found.some(
        ({ keyid }) =>
          keyid === makeSslibKey(scheme, scheme === 'ed25519' ? key.public : pem, 'current').keyid,
      ),
    );
    assert.ok(found.every((each) => each.scheme === scheme));
  }
});

test('a file of in-toto-keygen in JSON is read, with its own key id or without', () => {
  const { key } = makeSslibSigningKey('ed25519');
  const json = { ...Object.fromEntries(key.json), keyval: { public: key.public } };
  for (const text of [JSON.stringify(json), JSON.stringify({ ...json, keyid: undefined })]) {
    const found = readSslibKeyFile(Buffer.from(text)) ?? [];
    assert.ok(found.some(({ keyid }) => keyid === key.keyid));
  }
});

test('a file that is meant to be a key and is none is an error; an OpenPGP certificate is not meant', () => {
  const secret = generate('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const torn = '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----';
  for (const text of ['{', '{}', secret, torn]) {
    assert.throws(() => readSslibKeyFile(Buffer.from(text)), malformed, text.slice(0, 40));
  }
  assert.is(readSslibKeyFile(Buffer.from('-----BEGIN PGP PUBLIC KEY BLOCK-----\n')), undefined);
  assert.is(readSslibKeyFile(Buffer.from([0x99, 1, 2])), undefined);
});

test.run();
