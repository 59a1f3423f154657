/**
 * The public-key algorithms and curves this tool knows (RFC 4880 §9.1, RFC 6637 §5, RFC 9580 §9.1–9.2), and what each
 * is called in in-toto. Everything else is unsupported, which is neither weak nor malformed.
 */
export const Algorithm = {
  rsa: 1,
  rsaEncryptOnly: 2,
  rsaSignOnly: 3,
  elgamal: 16,
  dsa: 17,
  ecdh: 18,
  ecdsa: 19,
  eddsa: 22,
} as const;

export interface Digest {
  /** RFC 4880 §9.4. */
  readonly id: number;
  /** As `node:crypto` and, in capitals, GnuPG call it. */
  readonly name: 'sha256' | 'sha384' | 'sha512';
}

/** What in-toto takes every signature for, so what everything is signed over that in-toto can check. */
export const sha256: Digest = { id: 8, name: 'sha256' };
const sha384: Digest = { id: 9, name: 'sha384' };
const sha512: Digest = { id: 10, name: 'sha512' };

export interface Curve {
  readonly name: string;
  /** As `node:crypto` writes it in a JSON Web Key. */
  readonly jwk: 'Ed25519' | 'P-256' | 'P-384' | 'P-521';
  /** in-toto's name; for ECDSA ours, as in-toto has none. */
  readonly method: string;
  /** Octets of one coordinate, and of each half of a signature. */
  readonly size: number;
  /** What is signed over: a digest as long as the curve, which GnuPG insists on (RFC 6637 §13). */
  readonly digest: Digest;
}

/** By object identifier, in hex without its length. RFC 6637 §11, RFC 9580 §9.2. */
const CURVES: ReadonlyMap<string, Curve> = new Map([
  [
    '2b06010401da470f01',
    { name: 'Ed25519', jwk: 'Ed25519', method: 'pgp+eddsa-ed25519', size: 32, digest: sha256 },
  ],
  [
    '2a8648ce3d030107',
    { name: 'NIST P-256', jwk: 'P-256', method: 'pgp+ecdsa-nistp256', size: 32, digest: sha256 },
  ],
  [
    '2b81040022',
    { name: 'NIST P-384', jwk: 'P-384', method: 'pgp+ecdsa-nistp384', size: 48, digest: sha384 },
  ],
  [
    '2b81040023',
    { name: 'NIST P-521', jwk: 'P-521', method: 'pgp+ecdsa-nistp521', size: 66, digest: sha512 },
  ],
]);

export function curveOf(oid: Uint8Array): Curve | undefined {
  return CURVES.get(Buffer.from(oid).toString('hex'));
}

export function curveOfMethod(method: string): Curve | undefined {
  return [...CURVES.values()].find((curve) => curve.method === method);
}

/** By in-toto's method: what a key signs over. */
export function digestOf(method: string): Digest {
  return curveOfMethod(method)?.digest ?? sha256;
}

/** Whether the algorithm can sign at all, whatever the key's flags say. */
export function canSign(algorithm: number): boolean {
  const signing: readonly number[] = [
    Algorithm.rsa,
    Algorithm.rsaSignOnly,
    Algorithm.dsa,
    Algorithm.ecdsa,
    Algorithm.eddsa,
  ];
  return signing.includes(algorithm);
}
