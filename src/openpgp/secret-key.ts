import type { JsonWebKey, KeyObject } from 'node:crypto';
import { createPrivateKey } from 'node:crypto';
import { Algorithm } from './algorithm.ts';
import type { KeyMaterial } from './key-material.ts';
import { readKeyMaterial } from './key-material.ts';
import { malformed } from './malformed.ts';
import { Octets } from './octets.ts';
import type { Packet } from './packet.ts';
import { Tag } from './packet.ts';

/**
 * How the secret half of a key packet lies there. RFC 4880 §5.5.3: `plain` (usage octet 0), `locked` by a passphrase,
 * `absent` (GnuPG's stub for a primary key kept offline or on a card; its private string-to-key type 101).
 */
export type Protection = 'plain' | 'locked' | 'absent';

const GNU_DUMMY = 101;

export function protectionOf(packet: Packet): Protection {
  const material = isSecretPacket(packet) ? readKeyMaterial(packet.body) : undefined;
  if (material === undefined) return 'absent';
  const octets = new Octets(packet.body.subarray(material.publicLength));
  const usage = octets.octet();
  if (usage === 0) return 'plain';
  // 253 (authenticated, RFC 9580 §3.7.2) has one octet more before the string-to-key specifier.
  if (usage < 253) return 'locked';
  octets.take(usage === 253 ? 2 : 1);
  return octets.octet() === GNU_DUMMY ? 'absent' : 'locked';
}

function isSecretPacket({ tag }: Packet): boolean {
  return tag === Tag.secretKey || tag === Tag.secretSubkey;
}

/** A key that can sign, ready for `node:crypto`. */
export interface SecretKey {
  readonly material: KeyMaterial;
  readonly key: KeyObject;
}

/** Opens an unprotected secret key packet. DSA is for reading what others signed: it is refused here. */
export function openSecretKey(packet: Packet): SecretKey {
  const material = readKeyMaterial(packet.body);
  if (material === undefined || protectionOf(packet) !== 'plain')
    throw malformed('an open secret key', 'none');
  const octets = new Octets(packet.body.subarray(material.publicLength + 1));
  const jwk = secretJwk(material, octets);
  checkSum(packet.body.subarray(material.publicLength + 1), octets);
  return { material, key: createPrivateKey({ key: jwk, format: 'jwk' }) };
}

function secretJwk(material: KeyMaterial, octets: Octets): JsonWebKey {
  switch (material.algorithm) {
    case Algorithm.rsa:
    case Algorithm.rsaSignOnly:
      return rsaJwk(material, octets);
    case Algorithm.eddsa:
    case Algorithm.ecdsa:
      return curveJwk(material, octets.mpi());
    default:
      throw malformed('a secret key that can sign', `algorithm ${material.algorithm}`);
  }
}

/**
 * OpenPGP keeps u = p⁻¹ mod q (RFC 4880 §5.5.3), a JSON Web Key qi = q⁻¹ mod p (RFC 7518 §6.3.2.6): with p and q
 * changed over, one is the other.
 */
function rsaJwk({ values }: KeyMaterial, octets: Octets): JsonWebKey {
  const [d, q, p, u] = [octets.mpi(), octets.mpi(), octets.mpi(), octets.mpi()];
  const exponent = (prime: Buffer) => toOctets(toInteger(d) % (toInteger(prime) - 1n));
  const [n, e] = [values.get('n') ?? Buffer.alloc(0), values.get('e') ?? Buffer.alloc(0)];
  const numbers = { n, e, d, p, q, dp: exponent(p), dq: exponent(q), qi: u };
  return {
    kty: 'RSA',
    ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, url(value)])),
  };
}

/** The secret number is padded to the curve's size: a big number has lost its leading zeros. */
function curveJwk({ curve, values }: KeyMaterial, secret: Buffer): JsonWebKey {
  const point = values.get('q')?.subarray(1);
  if (curve === undefined || point === undefined) throw malformed('a supported curve', 'an unknown one');
  const d = url(leftPad(secret, curve.size));
  if (curve.jwk === 'Ed25519') return { kty: 'OKP', crv: curve.jwk, x: url(point), d };
  const [x, y] = [point.subarray(0, curve.size), point.subarray(curve.size)];
  return { kty: 'EC', crv: curve.jwk, x: url(x), y: url(y), d };
}

/** The sum of all octets mod 65536, after them. RFC 4880 §5.5.3. */
function checkSum(secret: Buffer, octets: Octets): void {
  const sum = secret.subarray(0, octets.position).reduce((total, octet) => (total + octet) & 0xffff, 0);
  if (sum !== octets.uint16() || octets.left > 0)
    throw malformed('the checksum of the secret key', 'another');
}

export function leftPad(number: Buffer, size: number): Buffer {
  return number.length >= size ? number : Buffer.concat([Buffer.alloc(size - number.length), number]);
}

function toInteger(number: Buffer): bigint {
  return BigInt(`0x${number.toString('hex') || '0'}`);
}

function toOctets(number: bigint): Buffer {
  const hex = number.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}

function url(value: Buffer): string {
  return value.toString('base64url');
}
