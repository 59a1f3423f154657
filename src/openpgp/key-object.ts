import { createPublicKey, type KeyObject } from 'node:crypto';
import type { KeyType, PublicKey } from '../intoto/key.ts';
import { Algorithm, type Curve, curveOfMethod } from './algorithm.ts';
import { bitString, integer, objectIdentifier, sequence } from './der.ts';
import type { KeyMaterial } from './key-material.ts';

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
  const { type, method } = key;
  const object = makeObject({ type, curve: curveOfMethod(method), number: (name) => numberOf(key, name) });
  made.set(key, object);
  return object;
}

/** A key whose numbers are not what its method says. */
export class UnusableKey extends Error {}

/** Octets of one of R and S of an ECDSA signature by this key. */
export function coordinateSize(key: PublicKey): number {
  return curveOf(key).size;
}

/** The same of a key in a certificate. @throws UnusableKey */
export function materialObject({ algorithm, curve, values }: KeyMaterial): KeyObject {
  const number = (name: string) => values.get(name) ?? Buffer.alloc(0);
  switch (algorithm) {
    case Algorithm.dsa:
      return makeObject({ type: 'dsa', curve, number });
    case Algorithm.ecdsa:
      return makeObject({ type: 'ecdsa', curve, number });
    case Algorithm.eddsa:
      return makeObject({ type: 'eddsa', curve, number: () => withoutPrefix(number('q')) });
    default:
      return makeObject({ type: 'rsa', curve, number });
  }
}

/** The one octet that OpenPGP puts in front of an Ed25519 point (RFC 9580 §11.2). */
function withoutPrefix(point: Buffer): Buffer {
  if (point.length !== 33 || point[0] !== 0x40) throw new UnusableKey('expected a point of Ed25519');
  return point.subarray(1);
}

/** A key's numbers by RFC 4880's letters, big-endian. */
interface Numbers {
  readonly type: KeyType;
  readonly curve: Curve | undefined;
  number(name: string): Buffer;
}

function makeObject(key: Numbers): KeyObject {
  const base64url = (name: string) => key.number(name).toString('base64url');
  try {
    switch (key.type) {
      case 'rsa':
        return fromJwk({ kty: 'RSA', n: base64url('n'), e: base64url('e') });
      case 'eddsa':
        return fromJwk({ kty: 'OKP', crv: 'Ed25519', x: base64url('q') });
      case 'ecdsa':
        return ecdsaKey(key);
      case 'dsa':
        return dsaKey(key);
    }
  } catch (cause) {
    throw new UnusableKey(`expected a key of type ${key.type}`, { cause });
  }
}

function fromJwk(key: Record<string, string>): KeyObject {
  return createPublicKey({ key, format: 'jwk' });
}

/** An uncompressed point, `04 ‖ x ‖ y` (RFC 9580 §11.2.1). */
function ecdsaKey({ curve, number }: Numbers): KeyObject {
  if (curve === undefined) throw new UnusableKey('expected a curve');
  const { jwk, name, size } = curve;
  const point = number('q');
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
function dsaKey({ number }: Numbers): KeyObject {
  const parameters = sequence(...['p', 'q', 'g'].map((name) => integer(number(name))));
  const algorithm = sequence(objectIdentifier(DSA), parameters);
  const info = sequence(algorithm, bitString(integer(number('y'))));
  return createPublicKey({ key: info, format: 'der', type: 'spki' });
}

/** One of the key's numbers, big-endian, an odd digit in front padded. */
export function numberOf(key: PublicKey, name: string): Buffer {
  const hex = key.public.get(name) ?? '';
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}
