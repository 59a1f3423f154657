import { Algorithm } from './algorithm.ts';
import type { KeyMaterial } from './key-material.ts';
import { bitLength } from './key-material.ts';

/** Below, factoring and logarithms are within reach. NIST SP 800-131A rev. 2; the same for RSA and DSA. */
export const MIN_BITS = 2048;
/** Above, OpenSSL refuses, and one check could keep the judge busy for minutes. */
export const MAX_BITS = 16384;

/** Why a key is too weak to rely on, in words; undefined for one that is not. */
export function weaknessOf({ algorithm, values }: KeyMaterial): string | undefined {
  const bits = bitLength(values.get('n') ?? values.get('p'));
  if (bits === 0 || bits >= MIN_BITS) return undefined;
  return `${algorithm === Algorithm.dsa ? 'DSA' : 'RSA'} with ${bits} bits, where ${MIN_BITS} are the least`;
}

/** Whether mathematics with the key can be done at all: a known curve of the right kind, numbers of a sane size. */
export function isSupported({ algorithm, values, curve }: KeyMaterial): boolean {
  const isEdwards = curve?.jwk === 'Ed25519';
  if (algorithm === Algorithm.eddsa && !isEdwards) return false;
  if (algorithm === Algorithm.ecdsa && (curve === undefined || isEdwards)) return false;
  return [...values.values()].map(bitLength).every((bits) => bits > 0 && bits <= MAX_BITS);
}
