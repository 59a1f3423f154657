import type { OpenPgp } from './library.ts';
import { malformed } from './malformed.ts';
import type { Component } from './transferable-key.ts';

/** A signature that the owner of a certificate made over a part of it, and that holds mathematically. */
export interface SelfSignature {
  readonly packet: OpenPgp.SignaturePacket;
  /** Seconds since 1970. */
  readonly created: number;
  /** Made over MD5, SHA-1 or RIPEMD-160, where a second document with the same digest can be had for money. */
  readonly isWeak: boolean;
}

/** OpenPGP.js's objects for what is signed: RFC 4880 §5.2.4. */
export interface SignedParts {
  readonly key: OpenPgp.AnyKeyPacket;
  readonly bind?: OpenPgp.AnyKeyPacket;
  readonly userID?: Writable;
  readonly userAttribute?: Writable;
}

/** The octets that were signed, as they are: the library would spell a user id that is not UTF-8 in another way. */
interface Writable {
  write(): Uint8Array;
}

/** Ten times what a long-lived certificate has; who sends more wants the judge to be busy. */
const MAX_SELF_SIGNATURES = 500;
/** RFC 4880 §9.4: MD5, SHA-1, RIPEMD-160. */
const WEAK_HASHES: readonly number[] = [1, 2, 3];

/** Reads the signatures of one key's certificate and keeps those that the key itself made. */
export class SelfSignatures {
  readonly #library: typeof OpenPgp;
  readonly #config: OpenPgp.Config;
  readonly #primary: OpenPgp.AnyKeyPacket;
  #count = 0;

  constructor(library: typeof OpenPgp, primary: OpenPgp.AnyKeyPacket) {
    this.#library = library;
    this.#primary = primary;
    // What is too weak, and why, is said in our own words; the library only does the mathematics.
    const nothing = { rejectHashAlgorithms: new Set<never>(), rejectMessageHashAlgorithms: new Set<never>() };
    this.#config = { ...library.config, ...nothing };
  }

  /** The good self-signatures of one of `types` on a component, newest first. */
  async of(
    component: Component,
    types: readonly number[],
    parts: SignedParts,
  ): Promise<readonly SelfSignature[]> {
    const candidates = this.#claimed(component, types);
    this.#count += candidates.length;
    if (this.#count > MAX_SELF_SIGNATURES)
      throw malformed(`at most ${MAX_SELF_SIGNATURES} self-signatures`, 'more');
    const good = await Promise.all(candidates.map((packet) => this.verify(packet, this.#primary, parts)));
    return good.filter((one) => one !== undefined).toSorted((a, b) => b.created - a.created);
  }

  /**
   * Whether there is one over a broken digest, good or not: the library does not even compute some (EdDSA over SHA-1),
   * and a key that has nothing better shall be called weak and not a stranger's.
   */
  hasWeak(component: Component, types: readonly number[]): boolean {
    return this.#claimed(component, types).some(({ hashAlgorithm }) => isWeakHash(hashAlgorithm));
  }

  #claimed({ signatures }: Component, types: readonly number[]): readonly OpenPgp.SignaturePacket[] {
    return signatures
      .flatMap(({ body }) => this.#read(body) ?? [])
      .filter((packet) => types.includes(packet.signatureType ?? -1))
      .filter((packet) => packet.issuerKeyID.equals(this.#primary.getKeyID()));
  }

  /**
   * Undefined for a signature that does not hold, or that demands something unknown (a critical subpacket or notation,
   * a designated revoker: RFC 4880 §5.2.3.1, .15, .16): throwing is how the library says no, and a certificate may well
   * carry such a signature beside good ones. It asks about time, too, and is given the signature's own.
   */
  async verify(
    packet: OpenPgp.SignaturePacket,
    signer: OpenPgp.AnyKeyPacket,
    parts: SignedParts,
  ): Promise<SelfSignature | undefined> {
    const { created, signatureType, hashAlgorithm } = packet;
    if (created === null || signatureType === null || hashAlgorithm === null) return undefined;
    try {
      await packet.verify(signer, signatureType, parts, created, true, this.#config);
    } catch {
      return undefined;
    }
    return { packet, created: created.getTime() / 1000, isWeak: isWeakHash(hashAlgorithm) };
  }

  /** Old versions and unknown algorithms, as strangers' certifications have them, are passed over (RFC 4880 §5.2.3). */
  #read(body: Uint8Array): OpenPgp.SignaturePacket | undefined {
    const packet = new this.#library.SignaturePacket();
    try {
      packet.read(body);
    } catch (cause) {
      if (cause instanceof Error && cause.name === 'UnsupportedError') return undefined;
      throw malformed('a signature in a certificate', 'one that cannot be read', cause);
    }
    return packet;
  }
}

function isWeakHash(algorithm: number | null): boolean {
  return algorithm !== null && WEAK_HASHES.includes(algorithm);
}
