import { createHash } from 'node:crypto';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FormatError } from '../../src/intoto/format-error.ts';
import { type JsonObject, parseJson } from '../../src/intoto/json.ts';
import {
  parseSignatureHeader,
  signatureFromJson,
  signatureToJson,
  signatureTrailer,
  signedData,
} from '../../src/intoto/signature.ts';

const KEYID = '382573a8722c875d49678a175a0f0b7b1e8f03a6';
/** As GnuPG 2.2 writes it: RSA, SHA-256, issuer fingerprint, created 2025-03-01T12:00:00Z. */
const HEADERS = `04000108001d162104${KEYID}050267c2f6c0`;

function wire(fields: Record<string, unknown> = {}): JsonObject {
  const parts = { keyid: KEYID, other_headers: HEADERS, signature: '0aff', ...fields };
  return parseJson(JSON.stringify(parts)) as JsonObject;
}

function refusal(fields: Record<string, unknown>): string {
  try {
    signatureFromJson(wire(fields), 'signatures[0]');
  } catch (error) {
    assert.instance(error, FormatError);
    return (error as FormatError).message;
  }
  throw new Error('accepted');
}

/** A header with these hashed subpackets. */
function header(subpackets: string): string {
  return `04000108${(subpackets.length / 2).toString(16).padStart(4, '0')}${subpackets}`;
}

test('a signature is read, and kept with all that stood beside it', () => {
  const json = wire({ short_keyid: '5a0f0b7b1e8f03a6', info: { anything: 1 }, more: true });
  const signature = signatureFromJson(json);
  assert.is(signature.keyid, KEYID);
  assert.is(signature.otherHeaders, HEADERS);
  assert.is(signature.signature, '0aff');
  assert.is(signature.json, json);
});

test('hex in upper case is the same, but for key ids, which are compared as text', () => {
  const signature = signatureFromJson(wire({ other_headers: HEADERS.toUpperCase(), signature: '0AFF' }));
  assert.is(signature.otherHeaders, HEADERS);
  assert.is(signature.signature, '0aff');
  assert.match(refusal({ keyid: KEYID.toUpperCase() }), /expected a key id in lower-case hex/);
});

test('a malformed entry is refused with where and what', () => {
  assert.match(
    refusal({ signature: 'xyz' }),
    /^signatures\[0\]\.signature: expected hex digits of whole octets, found "xyz"/,
  );
  assert.match(refusal({ signature: '' }), /signature: expected/);
  assert.match(refusal({ signature: 'abc' }), /whole octets/);
  assert.match(refusal({ signature: undefined }), /found nothing/);
  assert.match(refusal({ other_headers: 'nothex' }), /other_headers: expected/);
  assert.match(refusal({ other_headers: undefined }), /found nothing/);
  assert.match(refusal({ keyid: 7 }), /found 7/);
  assert.match(refusal({ short_keyid: '' }), /short_keyid: expected hex digits/);
  assert.throws(() => signatureFromJson('ab'), /signature: expected an object/);
});

test('a signature written is read as it was', () => {
  const parts = { keyid: KEYID, otherHeaders: HEADERS, signature: '0aff' };
  const { json, kind, ...read } = signatureFromJson(signatureToJson(parts));
  assert.equal(read, parts);
  assert.is(kind, 'openpgp');
  assert.equal([...json.keys()], ['keyid', 'other_headers', 'signature']);
});

test('what is signed is the document, the headers, 04 FF and the length of the headers', () => {
  const data = signedData(Buffer.from('{}'), HEADERS);
  const length = HEADERS.length / 2;
  assert.is(data.toString('hex'), `7b7d${HEADERS}04ff${length.toString(16).padStart(8, '0')}`);
  const parts = createHash('sha256').update('{}').update(signatureTrailer(HEADERS)).digest();
  assert.equal(createHash('sha256').update(data).digest(), parts);
});

test('a header tells type, algorithms, time and issuer', () => {
  assert.equal(parseSignatureHeader(HEADERS), {
    type: 0,
    publicKeyAlgorithm: 1,
    hashAlgorithm: 8,
    created: 0x67c2f6c0,
    expiresAfter: undefined,
    issuerFingerprint: KEYID,
    unknownCritical: [],
  });
});

test('a header without subpackets tells neither time nor issuer', () => {
  const { created, issuerFingerprint } = parseSignatureHeader('040016080000');
  assert.is(created, undefined);
  assert.is(issuerFingerprint, undefined);
});

test('an expiry counts from the creation, and zero means none', () => {
  assert.is(parseSignatureHeader(header('058300015180')).expiresAfter, 86400);
  assert.is(parseSignatureHeader(header('050300000000')).expiresAfter, undefined);
});

test('subpackets may have their length in one, two or five octets', () => {
  const long = `${'ff'}${'00000005'}${'0267c2f6c0'}`;
  assert.is(parseSignatureHeader(header(long)).created, 0x67c2f6c0);
  const url = `c008${'1a'}${'61'.repeat(199)}`;
  assert.is(parseSignatureHeader(header(`${url}050267c2f6c0`)).created, 0x67c2f6c0);
});

test('critical subpackets that are not understood are told by type', () => {
  assert.equal(parseSignatureHeader(header('02e500')).unknownCritical, [0x65]);
  assert.equal(parseSignatureHeader(header('0294000294ff')).unknownCritical, [20, 20]);
  assert.equal(parseSignatureHeader(header('05827b7b7b7b')).unknownCritical, []);
  assert.equal(parseSignatureHeader(header('026500')).unknownCritical, []);
});

test('a header that is cut off, padded or of another version is refused', () => {
  const cases: [string, RegExp][] = [
    ['', /expected a version 4 signature header/],
    ['0400010800', /version 4/],
    [`05${HEADERS.slice(2)}`, /version 4/],
    [`${HEADERS}00`, /expected 29 octets of subpackets, found 30/],
    [HEADERS.slice(0, -2), /expected 29 octets of subpackets, found 28/],
    [HEADERS.slice(0, -1), /version 4/],
    [header('00'), /a subpacket is cut off/],
    [header('05'), /a subpacket is cut off/],
    [header('0502'), /a subpacket is cut off/],
    [header('c0'), /a subpacket length is cut off/],
    [header('ff000000'), /a subpacket length is cut off/],
    [header('ffffffffff02'), /a subpacket is cut off/],
    [header('0402112233'), /expected a time of 4 octets/],
    [header(`152104${KEYID.slice(2)}`), /expected the fingerprint of a version 4 key/],
    [header(`162105${KEYID}`), /expected the fingerprint of a version 4 key/],
  ];
  for (const [text, message] of cases) assert.throws(() => parseSignatureHeader(text), message, text);
});

test('a header that says a thing twice is refused: readers disagree which one counts', () => {
  const created = '050267c2f6c0';
  assert.throws(
    () => parseSignatureHeader(header(created + created)),
    /expected one subpacket of type 2, found two/,
  );
  const issuer = `162104${KEYID}`;
  assert.throws(() => parseSignatureHeader(header(issuer + issuer)), /one subpacket of type 33/);
});

test.run();
