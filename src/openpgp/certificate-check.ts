import { createHash, createVerify, type KeyObject, verify } from 'node:crypto';
import { signatureTrailer } from '../intoto/signature.ts';
import { Algorithm } from './algorithm.ts';
import type { CertificateSignature } from './certificate-signature.ts';
import type { KeyMaterial } from './key-material.ts';
import { materialObject, UnusableKey } from './key-object.ts';

/** RFC 4880 §9.4, RFC 9580 §9.5; broken ones, too, for what is signed over them is not thereby unsaid. */
const HASHES: ReadonlyMap<number, { readonly name: string; readonly size: number }> = new Map([
  [1, { name: 'md5', size: 16 }],
  [2, { name: 'sha1', size: 20 }],
  [3, { name: 'ripemd160', size: 20 }],
  [8, { name: 'sha256', size: 32 }],
  [9, { name: 'sha384', size: 48 }],
  [10, { name: 'sha512', size: 64 }],
  [11, { name: 'sha224', size: 28 }],
  [12, { name: 'sha3-256', size: 32 }],
  [14, { name: 'sha3-512', size: 64 }],
]);
/** RFC 9580 §5.2.3.3: EdDSA signs no shorter digest. */
const EDDSA_DIGEST = 32;

/**
 * Whether a signature over a part of a certificate was made by the key: mathematics, and nothing else.
 * @param signed the octets of that part, RFC 4880 §5.2.4
 */
export function holds(signature: CertificateSignature, signer: KeyMaterial, signed: Uint8Array): boolean {
  const hash = HASHES.get(signature.hashAlgorithm);
  if (hash === undefined || signature.algorithm !== signer.algorithm) return false;
  const data = Buffer.concat([signed, signatureTrailer(signature.headers.toString('hex'))]);
  const digest = createHash(hash.name).update(data).digest();
  if (!digest.subarray(0, 2).equals(signature.digestStart)) return false;
  try {
    const object = materialObject(signer);
    if (signer.algorithm !== Algorithm.eddsa) return holdsOver(hash.name, data, signature, object, signer);
    const octets = joined(signature, 32);
    return hash.size >= EDDSA_DIGEST && octets !== undefined && verify(null, digest, object, octets);
  } catch (error) {
    // Numbers that make no key have signed nothing.
    if (error instanceof UnusableKey) return false;
    throw error;
  }
}

function holdsOver(
  hash: string,
  data: Buffer,
  signature: CertificateSignature,
  key: KeyObject,
  { algorithm, values, curve }: KeyMaterial,
): boolean {
  const size =
    algorithm === Algorithm.ecdsa ? curve?.size : values.get(algorithm === Algorithm.dsa ? 'q' : 'n')?.length;
  const octets = joined(signature, size ?? 0);
  if (octets === undefined) return false;
  const verifier = createVerify(hash).update(data);
  return verifier.verify({ key, dsaEncoding: 'ieee-p1363' }, octets);
}

/** The numbers in their full length, one behind the other; undefined where one is longer than the key can make it. */
function joined({ numbers }: CertificateSignature, size: number): Buffer | undefined {
  if (numbers.some(({ length }) => length > size)) return undefined;
  return Buffer.concat(numbers.flatMap((number) => [Buffer.alloc(size - number.length), number]));
}
