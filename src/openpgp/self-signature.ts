import { holds } from './certificate-check.ts';
import { type CertificateSignature, readCertificateSignature } from './certificate-signature.ts';
import type { KeyMaterial } from './key-material.ts';
import { malformed } from './malformed.ts';
import type { Component } from './transferable-key.ts';

/** A signature that the owner of a certificate made over a part of it, and that holds mathematically. */
export interface SelfSignature {
  readonly packet: CertificateSignature;
  /** Seconds since 1970. */
  readonly created: number;
  /** Made over MD5, SHA-1 or RIPEMD-160, where a second document with the same digest can be had for money. */
  readonly isWeak: boolean;
}

/** Ten times what a long-lived certificate has; who sends more wants the judge to be busy. */
const MAX_SELF_SIGNATURES = 500;
/** RFC 4880 §9.4: MD5, SHA-1, RIPEMD-160. */
const WEAK_HASHES: readonly number[] = [1, 2, 3];

/** Reads the signatures of one key's certificate and keeps those that the key itself made. */
export class SelfSignatures {
  readonly #primary: KeyMaterial;
  #count = 0;

  constructor(primary: KeyMaterial) {
    this.#primary = primary;
  }

  /** The good self-signatures of one of `types` on a component, newest first. @param signed what they are over. */
  of(component: Component, types: readonly number[], signed: Uint8Array): readonly SelfSignature[] {
    const candidates = this.#claimed(component, types);
    this.#count += candidates.length;
    if (this.#count > MAX_SELF_SIGNATURES)
      throw malformed(`at most ${MAX_SELF_SIGNATURES} self-signatures`, 'more');
    const good = candidates.flatMap((packet) => goodSignature(packet, this.#primary, signed) ?? []);
    return good.toSorted((a, b) => b.created - a.created);
  }

  /**
   * Whether there is one over a broken digest, good or not: some are not even computed (EdDSA over SHA-1), and a key
   * that has nothing better shall be called weak and not a stranger's.
   */
  hasWeak(component: Component, types: readonly number[]): boolean {
    return this.#claimed(component, types).some(isWeak);
  }

  #claimed({ signatures }: Component, types: readonly number[]): readonly CertificateSignature[] {
    return signatures
      .flatMap(({ body }) => readCertificateSignature(body) ?? [])
      .filter(({ type }) => types.includes(type))
      .filter(({ issuer }) => issuer === keyIdOf(this.#primary));
  }
}

/** Undefined for a signature that does not hold, or demands something unknown: beside it there may well be good ones. */
export function goodSignature(
  packet: CertificateSignature,
  signer: KeyMaterial,
  signed: Uint8Array,
): SelfSignature | undefined {
  if (packet.isDemanding || packet.issuer !== keyIdOf(signer) || !holds(packet, signer, signed))
    return undefined;
  return { packet, created: packet.created, isWeak: isWeak(packet) };
}

function keyIdOf({ fingerprint }: KeyMaterial): string {
  return fingerprint.slice(-16);
}

function isWeak({ hashAlgorithm }: CertificateSignature): boolean {
  return WEAK_HASHES.includes(hashAlgorithm);
}
