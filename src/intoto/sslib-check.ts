import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { sha256Hex } from './digest.ts';
import type { SslibSignature } from './signature.ts';
import { isPublicPem, type SslibKey, schemeFacts } from './sslib-key.ts';

/** What a signature by a key that is not OpenPGP's is worth. It carries no time: nothing tells when it was made. */
export type SslibCheck =
  | { readonly good: true }
  | { readonly good: false; readonly code: 'bad-signature' | 'weak-key'; readonly reason: string };

/** As for OpenPGP keys: below, factoring is within reach; above, one check could keep the judge busy for minutes. */
const RSA_BITS = { least: 2048, most: 16384 };

const CURVES: ReadonlyMap<string, string> = new Map([
  ['ecdsa-sha2-nistp256', 'prime256v1'],
  ['ecdsa-sha2-nistp384', 'secp384r1'],
  ['ecdsa-sha2-nistp521', 'secp521r1'],
]);

/** The DER head of an Ed25519 SubjectPublicKeyInfo, RFC 8410 §4: the 32 octets of the key follow. */
const ED25519_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * Checks one signature by the very key that is said to have made it.
 * @param signedBytes what was signed: the canonical form, or DSSE's pre-authentication encoding.
 */
export function checkSslibSignature(
  key: SslibKey,
  signature: SslibSignature,
  signedBytes: Uint8Array,
): SslibCheck {
  if (signature.keyid !== key.keyid) {
    const reason = `expected a signature of ${key.keyid}, found one of ${signature.keyid}`;
    return { good: false, code: 'bad-signature', reason };
  }
  const object = keyObject(key);
  const weakness = object === undefined ? `expected a key for ${key.scheme}` : weaknessOf(object, key);
  if (object === undefined || weakness !== undefined) {
    return { good: false, code: 'weak-key', reason: weakness ?? '' };
  }
  if (verifyWith(object, key, signedBytes, Buffer.from(signature.signature, 'hex'))) return { good: true };
  return { good: false, code: 'bad-signature', reason: 'the signature does not fit the content and the key' };
}

/**
 * What tells one holder from another: a digest of the key itself. Key ids are names that a layout's author chooses, and
 * one key under two of them would else be two functionaries.
 */
export function sslibIdentity(key: SslibKey): string {
  const der = keyObject(key)?.export({ format: 'der', type: 'spki' });
  return der === undefined ? key.keyid : sha256Hex(der);
}

/** Making a KeyObject costs more than using it; it is kept as long as the key it was made of. */
const made = new WeakMap<SslibKey, KeyObject>();

/** Undefined where the numbers make no key at all. */
function keyObject(key: SslibKey): KeyObject | undefined {
  const known = made.get(key);
  if (known !== undefined) return known;
  const object = publicKeyObject(key);
  if (object !== undefined) made.set(key, object);
  return object;
}

function publicKeyObject({ scheme, public: value }: SslibKey): KeyObject | undefined {
  if (scheme !== 'ed25519') return pemKeyObject(value);
  const der = Buffer.concat([ED25519_HEAD, Buffer.from(value, 'hex')]);
  return createPublicKey({ key: der, format: 'der', type: 'spki' });
}

/** Undefined for what is no public key in PEM: foreign text, about which OpenSSL has errors of many kinds. */
export function pemKeyObject(text: string): KeyObject | undefined {
  if (!isPublicPem(text)) return undefined;
  try {
    return createPublicKey({ key: text.trim(), format: 'pem' });
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}

function weaknessOf(object: KeyObject, { scheme }: SslibKey): string | undefined {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = object;
  const expected = schemeFacts(scheme).type;
  if (type !== (expected === 'ecdsa' ? 'ec' : expected)) return `expected a key for ${scheme}, found ${type}`;
  if (expected === 'ecdsa' && details?.namedCurve !== CURVES.get(scheme)) {
    return `expected a key for ${scheme}, found the curve ${details?.namedCurve}`;
  }
  return expected === 'rsa'
    ? rsaWeakness(details?.modulusLength ?? 0, details?.publicExponent ?? 0n)
    : undefined;
}

function rsaWeakness(bits: number, exponent: bigint): string | undefined {
  if (bits < RSA_BITS.least || bits > RSA_BITS.most) {
    return `expected ${RSA_BITS.least} to ${RSA_BITS.most} bits, found rsa of ${bits}`;
  }
  return exponent % 2n === 1n && exponent > 1n ? undefined : 'expected an odd public exponent of at least 3';
}

/** PSS with whatever salt length the signer chose, as securesystemslib verifies it; ECDSA signatures are DER. */
function verifyWith(object: KeyObject, { scheme }: SslibKey, data: Uint8Array, octets: Buffer): boolean {
  const { hash } = schemeFacts(scheme);
  if (!scheme.startsWith('rsassa-pss-')) return verify(hash, data, object, octets);
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  return verify(hash, data, { key: object, padding, saltLength: constants.RSA_PSS_SALTLEN_AUTO }, octets);
}
