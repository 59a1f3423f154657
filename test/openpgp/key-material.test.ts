import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readKeys } from '../../src/openpgp/certificate.ts';
import { bitLength, readKeyMaterial } from '../../src/openpgp/key-material.ts';
import { isSupported, weaknessOf } from '../../src/openpgp/strength.ts';
import { vectorsDir } from '../support/person.ts';

function bodyOf(name: string): Buffer {
  const [key] = readKeys(fs.readFileSync(path.join(vectorsDir, 'keys', `${name}.pub.asc`)));
  assert.ok(key);
  return key.primary.packet.body;
}

test('each algorithm gives its own numbers, and its fingerprint', () => {
  for (const [name, algorithm, names] of [
    ['rsa2048', 1, ['n', 'e']],
    ['dsa2048', 17, ['p', 'q', 'g', 'y']],
    ['nistp256', 19, ['oid', 'q']],
    ['ed25519', 22, ['oid', 'q']],
  ] as const) {
    const material = readKeyMaterial(bodyOf(name));
    assert.is(material?.algorithm, algorithm);
    assert.equal([...(material?.values.keys() ?? [])], [...names]);
    assert.is(material?.publicLength, bodyOf(name).length);
    assert.is(material?.created, 1_735_689_600);
    assert.match(material?.fingerprint ?? '', /^[0-9a-f]{40}$/);
  }
});

test('another version or algorithm is unknown, not malformed; a cut-off body is malformed', () => {
  const body = bodyOf('ed25519');
  const altered = (at: number, octet: number) =>
    Buffer.concat([body.subarray(0, at), Buffer.of(octet), body.subarray(at + 1)]);
  assert.is(readKeyMaterial(altered(0, 6)), undefined);
  assert.is(readKeyMaterial(altered(5, 27)), undefined);
  for (let length = 0; length < body.length; length += 1) {
    assert.throws(() => readKeyMaterial(body.subarray(0, length)), /malformed OpenPGP data/, `${length}`);
  }
});

test('bits are counted from the first that is set', () => {
  assert.is(bitLength(undefined), 0);
  assert.is(bitLength(Buffer.alloc(3)), 0);
  assert.is(bitLength(Buffer.of(1)), 1);
  assert.is(bitLength(Buffer.of(0, 0x80, 0)), 16);
  assert.is(bitLength(Buffer.alloc(256, 0xff)), 2048);
});

function rsa(bits: number): Buffer {
  const octets = bits / 8;
  const head = Buffer.from('0467758580 01'.replace(' ', ''), 'hex');
  const length = Buffer.of(bits >> 8, bits & 0xff);
  return Buffer.concat([head, length, Buffer.alloc(octets, 0xff), Buffer.from('0011010001', 'hex')]);
}

test('RSA below 2048 bits is weak, above 16384 it is not even looked at', () => {
  for (const [bits, isWeak, supported] of [
    [1024, true, true],
    [2040, true, true],
    [2048, false, true],
    [16384, false, true],
    [16392, false, false],
    [65528, false, false],
  ] as const) {
    const material = readKeyMaterial(rsa(bits));
    assert.ok(material);
    assert.is(weaknessOf(material) !== undefined, isWeak, `${bits}`);
    assert.is(isSupported(material), supported, `${bits}`);
  }
});

test('a curve that is not known is not supported', () => {
  const body = bodyOf('nistp256');
  const secp256k1 = Buffer.from('052b8104000a', 'hex');
  const other = Buffer.concat([body.subarray(0, 6), secp256k1, body.subarray(6 + 9)]);
  const material = readKeyMaterial(other);
  assert.ok(material);
  assert.is(material.curve, undefined);
  assert.is(isSupported(material), false);
});

test.run();
