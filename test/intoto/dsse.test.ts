import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { canonicalize } from '../../src/intoto/canonical.ts';
import { parseMetadata, preAuthenticationEncoding } from '../../src/intoto/dsse.ts';
import { parseEnvelope, writeEnvelopeFile } from '../../src/intoto/envelope.ts';
import { FormatError } from '../../src/intoto/format-error.ts';
import { stringify } from '../../src/intoto/json.ts';
import { linkJson, signed } from '../support/chain.ts';
import { makeSigningKey } from '../support/signing-key.ts';
import { dsse, makeSslibSigningKey } from '../support/sslib-key.ts';

const alice = makeSslibSigningKey('ed25519');
const link = linkJson({ name: 'train', products: { 'model.pt': 'w' } });

function altered(change: (envelope: Record<string, unknown>) => void): string {
  const envelope = JSON.parse(dsse(link, [alice])) as Record<string, unknown>;
  change(envelope);
  return JSON.stringify(envelope);
}

const malformed = (error: unknown): boolean => error instanceof FormatError;

test('what is signed is type and body with their lengths in octets: the example of the specification', () => {
  const encoded = preAuthenticationEncoding('http://example.com/HelloWorld', Buffer.from('hello world'));
  assert.is(encoded.toString(), 'DSSEv1 29 http://example.com/HelloWorld 11 hello world');
  assert.is(preAuthenticationEncoding('é', Buffer.from('ü')).toString(), 'DSSEv1 2 é 2 ü');
  assert.is(preAuthenticationEncoding('', Buffer.alloc(0)).toString(), 'DSSEv1 0  0 ');
});

test('a DSSE envelope is read: what is signed, over which bytes, by whom', () => {
  const envelope = parseMetadata(dsse(link, [alice]));
  assert.is(envelope.signedType, 'link');
  assert.ok(canonicalize(envelope.signed).equals(canonicalize(link)));
  const body = Buffer.from(stringify(link, 0));
  assert.equal(envelope.signedBytes, preAuthenticationEncoding('application/vnd.in-toto+json', body));
  assert.equal(
    envelope.signatures.map(({ kind, keyid }) => ({ kind, keyid })),
    [{ kind: 'sslib', keyid: alice.key.keyid }],
  );
});

test('the signed bytes are those of the body as it stands, not its canonical form', () => {
  const body = stringify(link, 1);
  const envelope = parseMetadata(dsse(link, [alice], { body }));
  assert.ok(envelope.signedBytes.toString().endsWith(body));
  assert.not.equal(envelope.signedBytes, canonicalize(link));
});

test('in-toto’s own wrapping is read by the same function, with signatures of both kinds', () => {
  const both = signed(link, [alice, makeSigningKey()]);
  const text = writeEnvelopeFile(both.signed, both.signatures);
  const envelope = parseMetadata(text);
  assert.equal(
    envelope.signatures.map(({ kind }) => kind),
    ['sslib', 'openpgp'],
  );
  assert.equal(envelope.signedBytes, canonicalize(link));
  assert.equal(writeEnvelopeFile(envelope.signed, envelope.signatures), text);
});

test('where only in-toto’s own wrapping is expected, DSSE is malformed', () => {
  assert.throws(() => parseEnvelope(dsse(link, [alice])), malformed);
});

test('another payload type is refused: what it holds was not signed as in-toto metadata', () => {
  for (const payloadType of ['application/json', '', 'application/vnd.in-toto+JSON']) {
    assert.throws(() => parseMetadata(dsse(link, [alice], { payloadType })), /payloadType/);
  }
});

test('both alphabets of base64 are read, padded; what is none is refused', () => {
  const body = `${stringify(link, 0)}${' '.repeat(4)}`;
  const standard = dsse(link, [alice], { body });
  const urlSafe = JSON.stringify(JSON.parse(standard), (name, value: unknown) =>
    (name === 'payload' || name === 'sig') && typeof value === 'string'
      ? value.replaceAll('+', '-').replaceAll('/', '_')
      : value,
  );
  assert.equal(parseMetadata(urlSafe).signedBytes, parseMetadata(standard).signedBytes);
  for (const payload of ['', 'e30', 'e 30=', 'e30=\n', '!!!!', 3, null]) {
    const text = altered((envelope) => Object.assign(envelope, { payload }));
    assert.throws(() => parseMetadata(text), malformed, String(payload));
  }
});

test('a body with a key twice, or that is no object, is refused', () => {
  for (const body of ['{"_type":"link","_type":"layout"}', '[]', '1.5', '{"_type":1}', 'x']) {
    assert.throws(() => parseMetadata(dsse(link, [alice], { body })), malformed, body);
  }
});

test('signatures without a key id, or that are no list, are refused', () => {
  const cases = [
    { signatures: {} },
    { signatures: [{ sig: 'AAAA' }] },
    { signatures: [{ keyid: 'ab', sig: 'x' }] },
    { signatures: undefined },
  ];
  for (const change of cases) {
    assert.throws(() => parseMetadata(altered((envelope) => Object.assign(envelope, change))), malformed);
  }
});

test.run();
