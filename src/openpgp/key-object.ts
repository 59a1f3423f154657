import { createPublicKey, type KeyObject } from 'node:crypto';
import type { PublicKey } from '../intoto/key.ts';
import { type Curve, curveOfMethod } from './algorithm.ts';
import { bitString, integer, objectIdentifier, sequence } from './der.ts';

/** OID 1.2.840.10040.4.1 (RFC 3279 §2.3.2). */
const DSA = '2a8648ce380401';

/** Making a KeyObject costs more than using it; it is kept as long as the key it was made of. */
const made = new WeakMap<PublicKey, KeyObject>();

/**
 * The key as node:crypto knows it.
 * @throws UnusableKey when its numbers make no key of its kind.
 */
export function keyObject(key: PublicKey): KeyObject {
  const known = made.get(key);
  if (known !== undefined) return known;
  const object = makeKeyObject(key);
  made.set(key, object);
  return object;
}

/** A key whose numbers are not what its method says. */
export class UnusableKey extends Error {}

/** Octets of one of R and S of an ECDSA signature by this key. */
export function coordinateSize(key: PublicKey): number {
  return curveOf(key).size;
}

function makeKeyObject(key: PublicKey): KeyObject {
  try {
    switch (key.type) {
      case 'rsa':
        return fromJwk({ kty: 'RSA', n: base64url(key, 'n'), e: base64url(key, 'e') });
      case 'eddsa':
        return fromJwk({ kty: 'OKP', crv: 'Ed25519', x: base64url(key, 'q') });
      case 'ecdsa':
        return ecdsaKey(key);
      case 'dsa':
        return dsaKey(key);
    }
  } catch (cause) {
    throw new UnusableKey(`expected a key of method ${key.method}`, { cause });
  }
}

function fromJwk(key: Record<string, string>): KeyObject {
  return createPublicKey({ key, format: 'jwk' });
}

/** An uncompressed point, `04 ‖ x ‖ y` (RFC 9580 §11.2.1). */
function ecdsaKey(key: PublicKey): KeyObject {
  const { jwk, name, size } = curveOf(key);
  const point = numberOf(key, 'q');
  if (point.length !== 1 + 2 * size || point[0] !== 4) throw new UnusableKey(`expected a point of ${name}`);
  const x = point.subarray(1, 1 + size).toString('base64url');
  return fromJwk({ kty: 'EC', crv: jwk, x, y: point.subarray(1 + size).toString('base64url') });
}

function curveOf(key: PublicKey): Curve {
  const curve = curveOfMethod(key.method);
  if (curve === undefined) throw new UnusableKey(`expected a curve, found method ${key.method}`);
  return curve;
}

/** JWK has no DSA, so this one is put together as SubjectPublicKeyInfo (RFC 3279 §2.3.2). */
function dsaKey(key: PublicKey): KeyObject {
  const parameters = sequence(...['p', 'q', 'g'].map((name) => integer(numberOf(key, name))));
  const algorithm = sequence(objectIdentifier(DSA), parameters);
  const info = sequence(algorithm, bitString(integer(numberOf(key, 'y'))));
  return createPublicKey({ key: info, format: 'der', type: 'spki' });
}

/** One of the key's numbers, big-endian, an odd digit in front padded. */
export function numberOf(key: PublicKey, name: string): Buffer {
  const hex = key.public.get(name) ?? '';
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}

function base64url(key: PublicKey, name: string): string {
  return numberOf(key, name).toString('base64url');
}
