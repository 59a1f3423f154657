import { canSign } from './algorithm.ts';
import type { Revocation } from './key-facts.ts';
import { soonest } from './key-facts.ts';
import type { KeyMaterial } from './key-material.ts';
import type { SelfSignature } from './self-signature.ts';

/** Key flag: may sign data. RFC 4880 §5.2.3.21. */
const SIGN_DATA = 0x02;
/** RFC 4880 §5.2.3.23. All other codes, and none, void the key altogether. */
const SOFT_REASONS: ReadonlyMap<number, string> = new Map([
  [1, 'superseded'],
  [3, 'retired'],
  [32, 'user id no longer valid'],
]);
const COMPROMISED = 2;

/** The newest over a sound digest; only where there is none, the newest over a weak one. Given newest first. */
export function strongest(signatures: readonly SelfSignature[]): SelfSignature | undefined {
  return signatures.find(({ isWeak }) => !isWeak) ?? signatures[0];
}

/** A key without key flags may do whatever its algorithm can (RFC 4880 §5.2.3.21 leaves it open; GnuPG's reading). */
export function whyNoSigning(
  material: KeyMaterial,
  binding: SelfSignature | undefined,
  bound: string,
): string | undefined {
  if (!canSign(material.algorithm)) return 'its algorithm only encrypts';
  if (binding === undefined) return `it is not ${bound} (no valid self-signature)`;
  const flags = binding.packet.keyFlags;
  return flags === undefined || ((flags[0] ?? 0) & SIGN_DATA) !== 0
    ? undefined
    : 'its key flags do not allow signing data';
}

/** @param hasWeak whether there is such a signature over a broken digest, in case there is no good one */
export function weakDigest(
  signature: SelfSignature | undefined,
  hasWeak: boolean,
  bound: string,
): string | undefined {
  const isWeak = signature === undefined ? hasWeak : signature.isWeak;
  return isWeak ? `it is ${bound} over a broken digest only (SHA-1 or MD5)` : undefined;
}

/** RFC 4880 §5.2.3.6: seconds after the key's creation, 0 for never. */
export function validityOf(binding: SelfSignature | undefined): number | undefined {
  return binding?.packet.keyExpiresAfter;
}

/** A binding may end, too (RFC 4880 §5.2.3.10), and the key with it. */
export function expiryOf({ created }: KeyMaterial, binding: SelfSignature | undefined): number | undefined {
  const validity = validityOf(binding);
  const bindingValidity = binding?.packet.expiresAfter;
  return soonest(
    validity === undefined ? undefined : created + validity,
    binding === undefined || bindingValidity === undefined ? undefined : binding.created + bindingValidity,
  );
}

export function toRevocation({ packet, created }: SelfSignature): Revocation {
  const code = packet.revocationReason?.code ?? 0;
  const soft = SOFT_REASONS.get(code);
  const name = soft ?? (code === COMPROMISED ? 'compromised' : 'no reason given');
  const text = packet.revocationReason?.text ?? '';
  return {
    kind: soft === undefined ? 'hard' : 'soft',
    at: created,
    reason: text === '' ? name : `${name}: ${text}`,
  };
}
