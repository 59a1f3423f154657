import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { canonicalize } from '../../src/intoto/canonical.ts';
import { parseMetadata } from '../../src/intoto/dsse.ts';
import {
  makeEnvelope,
  parseEnvelope,
  respellEnvelope,
  writeEnvelope,
  writeEnvelopeFile,
} from '../../src/intoto/envelope.ts';
import { FormatError } from '../../src/intoto/format-error.ts';
import { jsonObject, stringify } from '../../src/intoto/json.ts';
import { linkToJson } from '../../src/intoto/link.ts';
import { checkSignature } from '../../src/openpgp/check.ts';
import { anyJson } from '../support/arbitrary.ts';
import { makeScratch } from '../support/scratch.ts';
import { makeSigningKey } from '../support/signing-key.ts';

const signer = makeSigningKey();
const link = linkToJson({
  name: 'train é😀',
  command: [],
  materials: new Map(),
  products: new Map([['a\nb', new Map([['sha256', 'ab'.repeat(32)]])]]),
  byproducts: new Map(),
  environment: jsonObject([['n', 9007199254740993n]]),
});
const signature = signer.sign(canonicalize(link));

test('an envelope is one line of ASCII, whatever it holds', () => {
  const line = writeEnvelope(link, [signature]);
  assert.match(line, /^[ -~]*$/);
  assert.ok(line.startsWith('{"signatures":[{"keyid":'));
});

test('written on a line or in a file, it is read as it was and its signature holds', () => {
  for (const text of [writeEnvelope(link, [signature]), writeEnvelopeFile(link, [signature])]) {
    const envelope = parseEnvelope(text);
    assert.is(envelope.signedType, 'link');
    assert.is(envelope.signatures.length, 1);
    assert.ok(envelope.signedBytes.equals(canonicalize(link)));
    const [read = signature] = envelope.signatures;
    assert.ok(checkSignature(signer.key, read, envelope.signedBytes).good);
  }
});

test('a file is what the peer writes: read and written again by it, nothing changes', () => {
  const text = writeEnvelopeFile(link, [signature]);
  const scratch = makeScratch();
  const file = scratch.write('train.link', text);
  const script =
    'import sys; from in_toto.models.metadata import Metablock; Metablock.load(sys.argv[1]).dump(sys.argv[1])';
  const peer = spawnSync('/usr/bin/python3', ['-c', script, file], { encoding: 'utf8' });
  assert.is(peer.status, 0, peer.stderr);
  assert.is(scratch.read('train.link').toString(), text);
  scratch.cleanup();
});

test('what was just signed can be used without reading it again', () => {
  const envelope = makeEnvelope(link, [signature]);
  assert.is(envelope.signedType, 'link');
  assert.ok(envelope.signedBytes.equals(canonicalize(link)));
});

test('the signed bytes are made once', () => {
  const envelope = parseEnvelope(writeEnvelope(link, []));
  assert.is(envelope.signedBytes, envelope.signedBytes);
});

test('the signed bytes are the canonical form, however the text spells it', () => {
  fc.assert(
    fc.property(anyJson, fc.constantFrom<0 | 1>(0, 1), (json, indent) => {
      const body = jsonObject([
        ['_type', 'any'],
        ['a', json],
      ]);
      const { signedBytes } = parseEnvelope(`{"signed":${stringify(body, indent)},"signatures":[]}`);
      assert.ok(signedBytes.equals(canonicalize(body)));
    }),
  );
});

test('what text leaves open is put right before it is signed: order, escapes, zeros, white space in names', () => {
  const spellings = new Map([
    ['{"b":1,"a":2,"_type":"x"}', '{"_type":"x","a":2,"b":1}'],
    ['{"_type":"x","\\ud83d\\ude00":1,"\ufffd":2}', '{"_type":"x","\ufffd":2,"😀":1}'],
    ['{"_type":"x","😀":1,"\ufffd":2}', '{"_type":"x","\ufffd":2,"😀":1}'],
    ['{"_type":"x","a":[ -0 , 0 , {"z":-0} ]}', '{"_type":"x","a":[0,0,{"z":0}]}'],
    ['{ "_type" :\t"x" ,\r\n "a b" : " : , " }', '{"_type":"x","a b":" : , "}'],
    ['{"_type":"x","a":"\\u0041\\n"}', '{"_type":"x","a":"A\n"}'],
    ['{"_type":"x","a":{"":[ ],"b":{ }}}', '{"_type":"x","a":{"":[],"b":{}}}'],
  ]);
  for (const [text, canonical] of spellings) {
    assert.is(parseEnvelope(`{"signatures":[],"signed":${text}}`).signedBytes.toString(), canonical);
  }
});

test('unknown fields that were signed stay signed, those beside are dropped', () => {
  const envelope = parseEnvelope('{"signatures":[],"beside":1,"signed":{"_type":"future","field":[true]}}');
  assert.is(envelope.signedType, 'future');
  assert.is(envelope.signedBytes.toString(), '{"_type":"future","field":[true]}');
});

test('no signatures are an unsigned envelope, no list is none', () => {
  assert.is(parseEnvelope('{"signatures":[],"signed":{"_type":"link"}}').signatures.length, 0);
  assert.throws(
    () => parseEnvelope('{"signed":{"_type":"link"}}'),
    /signatures: expected a list, found nothing/,
  );
});

test('one malformed signature refuses the envelope, as it does for the peer', () => {
  const bad =
    '{"signatures":[{"keyid":"ab","other_headers":"0","signature":"00"}],"signed":{"_type":"link"}}';
  assert.throws(() => parseEnvelope(bad), /signatures\[0\]\.other_headers/);
});

test('what is no envelope is refused', () => {
  for (const text of [
    '',
    '[]',
    '{}',
    'null',
    '{"signatures":[],"signed":[]}',
    '{"signatures":[],"signed":{}}',
    '{"payload":"","payloadType":""}',
  ]) {
    assert.throws(
      () => parseEnvelope(text),
      (error: unknown) => error instanceof FormatError,
      text,
    );
  }
});

test('an envelope is written again in whichever wrapping it came', () => {
  const spaced = '{ "signed": {"_type": "link"}, "signatures": [] , "more": 1}';
  assert.is(respellEnvelope(parseEnvelope(spaced)), '{"signatures":[],"signed":{"_type":"link"}}');
  const payload = Buffer.from('{"_type":"link"}').toString('base64');
  const wrapped = `{"signatures":[], "payloadType":"application/vnd.in-toto+json","payload":"${payload}"}`;
  assert.is(
    respellEnvelope(parseMetadata(wrapped)),
    `{"payload":"${payload}","payloadType":"application/vnd.in-toto+json","signatures":[]}`,
  );
  assert.match(respellEnvelope(parseMetadata(wrapped), 1), /^\{\n "payload": /);
});

test.run();
