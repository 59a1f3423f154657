import { createHash, createVerify, type KeyObject, verify } from 'node:crypto';
import { FormatError } from '../intoto/format-error.ts';
import type { KeyType, PublicKey } from '../intoto/key.ts';
import {
  type AnySignature,
  parseSignatureHeader,
  type Signature,
  type SignatureHeader,
  signatureTrailer,
} from '../intoto/signature.ts';
import type { VerificationKey } from '../intoto/verification-key.ts';
import { Algorithm } from './algorithm.ts';
import { type Fitting, nameOf, SIGNATURE_OCTETS } from './ed25519.ts';
import { bitLength } from './key-material.ts';
import { coordinateSize, keyObject, numberOf, UnusableKey } from './key-object.ts';
import { MAX_BITS, MIN_BITS } from './strength.ts';

/** What a signature is worth by itself; whether the key was allowed to, and valid then, is asked elsewhere. */
export type SignatureCheck =
  | {
      readonly good: true;
      /** Seconds since 1970: when the signer says it was made. */
      readonly created: number;
      /** Seconds since 1970 after which the signer does not want it to count. */
      readonly expires: number | undefined;
    }
  | { readonly good: false; readonly code: 'bad-signature' | 'weak-key'; readonly reason: string };

/** The algorithms a signature may name, by key type. */
const ALGORITHMS: ReadonlyMap<KeyType, readonly number[]> = new Map([
  ['rsa', [Algorithm.rsa, Algorithm.rsaSignOnly]],
  ['dsa', [Algorithm.dsa]],
  ['ecdsa', [Algorithm.ecdsa]],
  ['eddsa', [Algorithm.eddsa]],
]);

const SHA256 = 8;
/** SHA-384 and SHA-512 only where in-toto cannot check the signature anyway: it takes every digest for SHA-256. */
const HASHES: ReadonlyMap<number, { readonly name: string; readonly only: KeyType | undefined }> = new Map([
  [SHA256, { name: 'sha256', only: undefined }],
  [9, { name: 'sha384', only: 'ecdsa' }],
  [10, { name: 'sha512', only: 'ecdsa' }],
]);

const BINARY_DOCUMENT = 0x00;

/**
 * Checks one OpenPGP signature by the very key – primary or subkey – that is said to have made it. A signature or a key
 * of another kind is none here: it says nothing of its time, which all that lies in a repository is judged by.
 * @param signed the canonical form of what was signed, or that in pieces
 * @param fitting what the arithmetic need not be done again for; all else is asked as ever
 */
export function checkSignature(
  key: VerificationKey,
  signature: AnySignature,
  signed: Uint8Array | readonly Uint8Array[],
  fitting?: Fitting,
): SignatureCheck {
  if (key.kind !== 'openpgp' || signature.kind !== 'openpgp') {
    return { good: false, code: 'bad-signature', reason: 'expected an OpenPGP key and signature' };
  }
  try {
    const header = parseSignatureHeader(signature.otherHeaders);
    const objection = objectionToHeader(key, signature, header);
    if (objection !== undefined) return { good: false, code: 'bad-signature', reason: objection };
    const weakness = weaknessOf(key);
    if (weakness !== undefined) return { good: false, code: 'weak-key', reason: weakness };
    const document = signed instanceof Uint8Array ? [signed] : signed;
    if (!verifySignature(key, signature, header, document, fitting)) {
      return {
        good: false,
        code: 'bad-signature',
        reason: 'the signature does not fit the content and the key',
      };
    }
    const { created = 0, expiresAfter } = header;
    return { good: true, created, expires: expiresAfter === undefined ? undefined : created + expiresAfter };
  } catch (error) {
    // A malformed header and a key that is none are the signer's; anything else is a defect of ours.
    if (error instanceof FormatError) return { good: false, code: 'bad-signature', reason: error.message };
    if (error instanceof UnusableKey) return { good: false, code: 'weak-key', reason: error.message };
    throw error;
  }
}

interface Found<Key> {
  readonly master: Key;
  readonly key: Key;
}

/** Finds a key by the id of itself or of a subkey; `master` is the person, whichever key was used. */
export function findKey(keys: ReadonlyMap<string, PublicKey>, keyid: string): Found<PublicKey> | undefined;
export function findKey(
  keys: ReadonlyMap<string, VerificationKey>,
  keyid: string,
): Found<VerificationKey> | undefined;
export function findKey(
  keys: ReadonlyMap<string, VerificationKey>,
  keyid: string,
): Found<VerificationKey> | undefined {
  for (const master of keys.values()) {
    const key = master.subkeys.get(keyid);
    if (key !== undefined) return { master, key };
  }
  const master = keys.get(keyid);
  return master && { master, key: master };
}

/** What the signer's own words say against the signature, before any arithmetic. */
function objectionToHeader(
  key: PublicKey,
  signature: Signature,
  header: SignatureHeader,
): string | undefined {
  const hash = HASHES.get(header.hashAlgorithm);
  if (signature.keyid !== key.keyid)
    return `expected a signature of ${key.keyid}, found one of ${signature.keyid}`;
  if (header.type !== BINARY_DOCUMENT)
    return `expected a signature of type 0x00, found 0x0${header.type.toString(16)}`;
  if (!ALGORITHMS.get(key.type)?.includes(header.publicKeyAlgorithm)) {
    return `expected an ${key.type} signature, found public-key algorithm ${header.publicKeyAlgorithm}`;
  }
  if (hash === undefined || (hash.only ?? key.type) !== key.type) {
    return `expected SHA-256, found hash algorithm ${header.hashAlgorithm}`;
  }
  if (header.created === undefined) return 'expected a creation time, found none';
  // Otherwise somebody else's signature could be passed off under a keyid written beside it.
  if (header.issuerFingerprint !== undefined && header.issuerFingerprint !== key.keyid) {
    return `expected the issuer ${key.keyid}, found ${header.issuerFingerprint}`;
  }
  const [critical] = header.unknownCritical;
  return critical === undefined ? undefined : `found a critical subpacket of unknown type ${critical}`;
}

function weaknessOf(key: PublicKey): string | undefined {
  if (key.type !== 'rsa' && key.type !== 'dsa') return undefined;
  const bits = bitLength(numberOf(key, key.type === 'rsa' ? 'n' : 'p'));
  if (bits < MIN_BITS || bits > MAX_BITS)
    return `expected ${MIN_BITS} to ${MAX_BITS} bits, found ${key.type} of ${bits}`;
  const exponent = key.type === 'rsa' ? numberOf(key, 'e') : undefined;
  if (exponent === undefined) return undefined;
  const isOdd = ((exponent.at(-1) ?? 0) & 1) === 1;
  return isOdd && bitLength(exponent) > 1 ? undefined : 'expected an odd public exponent of at least 3';
}

function verifySignature(
  key: PublicKey,
  signature: Signature,
  header: SignatureHeader,
  document: readonly Uint8Array[],
  fitting: Fitting | undefined,
): boolean {
  const octets = Buffer.from(signature.signature, 'hex');
  const hash = HASHES.get(header.hashAlgorithm)?.name ?? 'sha256';
  const pieces = [...document, signatureTrailer(signature.otherHeaders)];
  const object = keyObject(key);
  if (key.type === 'eddsa') {
    const digest = pieces.reduce((sum, piece) => sum.update(piece), createHash(hash)).digest();
    const name = fitting && nameOf({ key: numberOf(key, 'q'), signature: octets, digest });
    if (name !== undefined && fitting?.has(name) === true) return true;
    return octets.length === SIGNATURE_OCTETS && verify(null, digest, object, octets);
  }
  const verifier = pieces.reduce((sum, piece) => sum.update(piece), createVerify(hash));
  switch (key.type) {
    case 'rsa':
      return verifyRsa(object, octets, (padded) => verifier.verify(object, padded));
    case 'dsa':
      return verifier.verify(object, octets);
    case 'ecdsa':
      return (
        octets.length === 2 * coordinateSize(key) &&
        verifier.verify({ key: object, dsaEncoding: 'ieee-p1363' }, octets)
      );
  }
}

/** PKCS#1 v1.5. An MPI drops leading zeros, OpenSSL wants the modulus' full length; a longer one is no signature. */
function verifyRsa(object: KeyObject, octets: Buffer, verifyPadded: (padded: Buffer) => boolean): boolean {
  const size = Math.ceil((object.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
  if (octets.length > size) return false;
  return verifyPadded(Buffer.concat([Buffer.alloc(size - octets.length), octets]));
}
