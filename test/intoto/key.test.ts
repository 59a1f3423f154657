import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { canonicalize } from '../../src/intoto/canonical.ts';
import { FormatError } from '../../src/intoto/format-error.ts';
import { type Json, type JsonObject, parseJson } from '../../src/intoto/json.ts';
import { publicKeyFromJson, publicKeyToJson } from '../../src/intoto/key.ts';
import { makeSigningKey } from '../support/signing-key.ts';

const KEYID = 'ab'.repeat(20);

function keyText(fields: Record<string, unknown> = {}): string {
  return JSON.stringify({
    keyid: KEYID,
    type: 'eddsa',
    method: 'pgp+eddsa-ed25519',
    hashes: ['pgp+SHA2'],
    keyval: { private: '', public: { q: '11'.repeat(32) } },
    ...fields,
  });
}

function refusal(fields: Record<string, unknown>): string {
  try {
    publicKeyFromJson(parseJson(keyText(fields)), 'keys["x"]');
  } catch (error) {
    assert.instance(error, FormatError);
    return (error as FormatError).message;
  }
  throw new Error('accepted');
}

test('a key is read with its times', () => {
  const key = publicKeyFromJson(parseJson(keyText({ creation_time: 1735689600, validity_period: 86400 })));
  assert.is(key.keyid, KEYID);
  assert.is(key.type, 'eddsa');
  assert.equal(key.public, new Map([['q', '11'.repeat(32)]]));
  assert.is(key.creationTime, 1735689600);
  assert.is(key.validityPeriod, 86400);
  assert.is(key.subkeys.size, 0);
});

test('a key without times has none', () => {
  const key = publicKeyFromJson(parseJson(keyText()));
  assert.is(key.creationTime, undefined);
  assert.is(key.validityPeriod, undefined);
});

test('unknown fields of a key survive', () => {
  const json = parseJson(keyText({ note: 'kept', __proto__2: [1] })) as JsonObject;
  assert.is(publicKeyFromJson(json).json, json);
});

test('each method has its numbers', () => {
  const methods = [
    ['rsa', 'pgp+rsa-pkcsv1.5', ['e', 'n']],
    ['dsa', 'pgp+dsa-fips-180-2', ['p', 'q', 'g', 'y']],
    ['ecdsa', 'pgp+ecdsa-nistp256', ['q']],
    ['ecdsa', 'pgp+ecdsa-nistp521', ['q']],
  ] as const;
  for (const [type, method, names] of methods) {
    const numbers = Object.fromEntries(names.map((name) => [name, '0a']));
    const key = publicKeyFromJson(
      parseJson(keyText({ type, method, keyval: { private: '', public: numbers } })),
    );
    assert.equal([...key.public.keys()], [...names]);
    const [first] = names;
    const { [first]: _, ...missing } = numbers;
    assert.match(
      refusal({ type, method, keyval: { private: '', public: missing } }),
      /expected hex digits, found nothing/,
    );
  }
});

test('subkeys are keys of their own, of any algorithm', () => {
  const subkeys = [makeSigningKey('rsa2048'), makeSigningKey('ed25519')];
  const { key } = makeSigningKey('ed25519', { subkeys });
  const again = publicKeyFromJson(key.json);
  assert.equal(
    [...again.subkeys.values()].map(({ keyid, type }) => [keyid, type]),
    subkeys.map((subkey) => [subkey.key.keyid, subkey.key.type]),
  );
});

test('a subkey under another id than its own is refused: it would answer for somebody else', () => {
  const { key } = makeSigningKey();
  const wire = JSON.parse(canonicalize(key.json).toString()) as unknown;
  assert.match(refusal({ subkeys: { [KEYID]: wire } }), /subkeys\["(ab){20}"\]\.keyid: expected the key id/);
});

test('subkeys of subkeys are not looked at', () => {
  const { key } = makeSigningKey();
  const wire = JSON.parse(canonicalize(key.json).toString()) as Record<string, unknown>;
  const nested = { ...wire, subkeys: 'anything' };
  const read = publicKeyFromJson(parseJson(keyText({ subkeys: { [key.keyid]: nested } })));
  assert.is(read.subkeys.get(key.keyid)?.subkeys.size, 0);
});

test('a private part is refused, and not shown', () => {
  const message = refusal({ keyval: { private: 'deadbeef', public: { q: '11' } } });
  assert.match(message, /keyval\.private: expected an empty string/);
  assert.not.match(message, /deadbeef/);
});

test('what is no key is refused, with where and what', () => {
  const cases: [Record<string, unknown>, RegExp][] = [
    [
      { method: 'rsassa-pss-sha256' },
      /^keys\["x"\]\.method: expected an OpenPGP method .*found "rsassa-pss-sha256"/,
    ],
    [{ method: 5 }, /found 5/],
    [{ type: 'rsa' }, /type: expected "eddsa", found "rsa"/],
    [{ keyid: KEYID.toUpperCase() }, /keyid: expected a key id in lower-case hex/],
    [{ keyid: '' }, /keyid: expected/],
    [{ hashes: ['pgp+SHA1'] }, /hashes: expected "pgp\+SHA2"/],
    [{ hashes: 'pgp+SHA2' }, /hashes: expected a list/],
    [{ keyval: null }, /keyval: expected an object, found null/],
    [{ keyval: { private: '', public: { q: 'xyz' } } }, /public\.q: expected hex digits, found "xyz"/],
    [{ creation_time: -1 }, /creation_time: expected an integer of at least 0, found -1/],
    [{ creation_time: 2 ** 32 }, /creation_time: expected seconds in 32 bits/],
    [{ validity_period: '1' }, /validity_period: expected an integer/],
    [{ subkeys: [] }, /subkeys: expected an object/],
  ];
  for (const [fields, message] of cases) assert.match(refusal(fields), message);
});

test('a key written is the object the peer exports, without what does not apply', () => {
  const json = publicKeyToJson({ keyid: KEYID, method: 'pgp+eddsa-ed25519', public: new Map([['q', '11']]) });
  assert.is(
    canonicalize(json).toString(),
    `{"hashes":["pgp+SHA2"],"keyid":"${KEYID}","keyval":{"private":"","public":{"q":"11"}},"method":"pgp+eddsa-ed25519","type":"eddsa"}`,
  );
});

test('a key written with everything is read as it was', () => {
  const subkey = makeSigningKey('rsa2048', { creationTime: 5 });
  const { key } = makeSigningKey('ed25519', { creationTime: 1, validityPeriod: 2, subkeys: [subkey] });
  const written = publicKeyToJson({
    ...key,
    subkeys: new Map([...key.subkeys].map(([id, { json }]) => [id, json])),
  });
  assert.ok(canonicalize(written).equals(canonicalize(key.json)));
});

test('an unknown method cannot be written', () => {
  const parts = { keyid: KEYID, method: 'pgp+rot13', public: new Map<string, string>() };
  assert.throws(() => publicKeyToJson(parts), /method: expected one of pgp\+rsa/);
});

test('keys are told apart from anything else', () => {
  for (const json of [null, true, 'key', ['key']] satisfies Json[]) {
    assert.throws(() => publicKeyFromJson(json), /key: expected an object/);
  }
});

test.run();
