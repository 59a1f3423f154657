import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseJson } from '../../src/intoto/json.ts';
import { signatureFromJson } from '../../src/intoto/signature.ts';
import { signatureFromPacket } from '../../src/openpgp/signature-packet.ts';
import { vectorsDir } from '../support/person.ts';

interface Row {
  readonly name: string;
  readonly key: string;
  readonly packet: string;
  readonly sig: object;
}

const rows = fs
  .readFileSync(path.join(vectorsDir, 'sig-packets.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

for (const { name, packet, sig } of rows) {
  test(`the packet of '${name}' becomes in-toto's signature object`, () => {
    const expected = signatureFromJson(parseJson(JSON.stringify(sig)));
    assert.equal(signatureFromPacket(Buffer.from(packet, 'hex')), expected);
  });
}

test('all vectors were there', () => {
  assert.is(rows.length, 14);
});

const [{ packet }] = rows as [Row];
const good = Buffer.from(packet, 'hex');

test('a packet cut off anywhere is malformed, never a shorter signature', () => {
  for (let length = 0; length < good.length; length += 1) {
    assert.throws(() => signatureFromPacket(good.subarray(0, length)), /malformed|expected/, `at ${length}`);
  }
});

test('octets after the packet, two packets or another packet are malformed', () => {
  assert.throws(() => signatureFromPacket(Buffer.concat([good, Buffer.of(0)])), /packet header/);
  assert.throws(() => signatureFromPacket(Buffer.concat([good, good])), /one signature packet/);
  assert.throws(() => signatureFromPacket(Buffer.of(0xb4, 1, 65)), /one signature packet/);
});

test('a version 3 signature and one that names no issuer are refused with words', () => {
  const old = Buffer.from(good);
  old[3] = 3;
  assert.throws(() => signatureFromPacket(old), /expected a version 4 signature, found version 3/);
  const body = Buffer.from('0400160800060502000000000000abcd', 'hex');
  const nameless = Buffer.concat([
    Buffer.of(0xc2, body.length + 6),
    body,
    Buffer.from('000801000801', 'hex'),
  ]);
  assert.throws(() => signatureFromPacket(nameless), /fingerprint of the issuer/);
});

test.run();
