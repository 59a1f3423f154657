import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';

export const KEY_OCTETS = 32;
const DIGEST_OCTETS = 32;
export const SIGNATURE_OCTETS = 64;
/** Of `nameOf`. */
export const NAME_LENGTH = KEY_OCTETS + SIGNATURE_OCTETS + DIGEST_OCTETS;

/**
 * Whether an Ed25519 signature fits a digest and a key is a question of 128 octets: key, signature, digest (SHA-256).
 * Where it was answered with yes before, it is known by all of them, so no answer can be taken for that to another.
 */
export type Fitting = ReadonlySet<string>;

export interface Question {
  readonly key: Uint8Array;
  readonly signature: Uint8Array;
  readonly digest: Uint8Array;
}

/** How `Fitting` knows a question; undefined for one that has another length anywhere, which is never known. */
export function nameOf({ key, signature, digest }: Question): string | undefined {
  const isWhole =
    key.length === KEY_OCTETS && signature.length === SIGNATURE_OCTETS && digest.length === DIGEST_OCTETS;
  return isWhole ? Buffer.concat([key, signature, digest]).toString('latin1') : undefined;
}

/** Which of many signatures fit: the arithmetic alone. Whether they count is for nobody to say who asks here. */
export class Ed25519 {
  readonly #keys = new Map<string, KeyObject>();

  /** @param signed what OpenPGP hashes: the document, the signature's headers, the trailer */
  answer(key: Buffer, signature: Buffer, signed: Uint8Array): string | undefined {
    const digest = hash('sha256', signed, 'buffer');
    return verify(null, digest, this.#object(key), signature)
      ? nameOf({ key, signature, digest })
      : undefined;
  }

  #object(octets: Buffer): KeyObject {
    const x = octets.toString('base64url');
    const object =
      this.#keys.get(x) ?? createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    this.#keys.set(x, object);
    return object;
  }
}
