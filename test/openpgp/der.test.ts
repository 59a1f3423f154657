import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bitString, integer, objectIdentifier, sequence } from '../../src/openpgp/der.ts';

test('an integer takes the fewest octets, and never looks negative', () => {
  assert.is(integer(Buffer.from('00', 'hex')).toString('hex'), '020100');
  assert.is(integer(Buffer.from('7f', 'hex')).toString('hex'), '02017f');
  assert.is(integer(Buffer.from('80', 'hex')).toString('hex'), '02020080');
  assert.is(integer(Buffer.from('0000ff', 'hex')).toString('hex'), '020200ff');
  assert.is(integer(Buffer.from('0001', 'hex')).toString('hex'), '020101');
});

test('lengths beyond 127 say first in how many octets they are told', () => {
  assert.is(sequence(Buffer.alloc(127)).subarray(0, 2).toString('hex'), '307f');
  assert.is(sequence(Buffer.alloc(128)).subarray(0, 3).toString('hex'), '308180');
  assert.is(sequence(Buffer.alloc(256)).subarray(0, 4).toString('hex'), '30820100');
  assert.is(sequence(Buffer.alloc(65536)).subarray(0, 5).toString('hex'), '3083010000');
});

test('a sequence holds its elements one after the other', () => {
  const inner = [integer(Buffer.of(1)), objectIdentifier('2a03'), bitString(Buffer.of(0xff))];
  assert.is(sequence(...inner).toString('hex'), '300b02010106022a03030200ff');
});

test('OpenSSL reads an RSA key put together of these as the key it was', () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  const numbers = sequence(integer(Buffer.from(n, 'base64url')), integer(Buffer.from(e, 'base64url')));
  const algorithm = sequence(objectIdentifier('2a864886f70d010101'), Buffer.of(5, 0));
  const key = createPublicKey({ key: sequence(algorithm, bitString(numbers)), format: 'der', type: 'spki' });
  assert.ok(key.equals(publicKey));
});

test('an integer keeps its value whatever zeros stood before it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(3), (octets, zeros) => {
      const padded = Buffer.concat([Buffer.alloc(zeros), octets]);
      assert.equal(integer(padded), integer(octets));
    }),
  );
});

test.run();
