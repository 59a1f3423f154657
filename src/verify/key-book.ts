import type { PublicKey } from '../intoto/key.ts';
import type { Certificate, KeyFacts } from '../openpgp/certificate.ts';
import { findKey } from '../openpgp/check.ts';
import type { Revocation } from '../openpgp/key-facts.ts';
import type { FindingCode, Person } from './finding.ts';

const DAY = 24 * 60 * 60;

/** Why a key's signature does not count. */
export interface KeyProblem {
  readonly code: Extract<
    FindingCode,
    'key-expired' | 'key-revoked' | 'weak-key' | 'unauthorised' | 'bad-signature'
  >;
  readonly detail: string;
}

export interface SignatureTimes {
  /** When the signature claims to have been made, seconds. */
  readonly created: number;
  /** Age of the layout in force where it is to count, seconds: what a key that has ended since may not pre-date. */
  readonly layoutAge: number;
  /** Whether this clone, which had the signer's notes before that moment, first saw the line after it (`late-lines.ts`). */
  readonly arrivedAfter?: ((moment: number) => boolean) | undefined;
  readonly now: number;
}

interface KnownKey {
  readonly primary: string;
  readonly facts: KeyFacts[];
}

/**
 * All certificates this clone knows. A certificate can take from a key – expiry, revocation, being no signing key –
 * but never authorise it: that is the layout's word alone (`product.md` §3).
 */
export class KeyBook {
  readonly #keys = new Map<string, KnownKey>();
  readonly #certificates = new Map<string, Certificate>();

  /** @param certificates all versions seen, newest first; the newest decides expiry, any of them can revoke. */
  constructor(certificates: readonly Certificate[]) {
    for (const certificate of certificates) this.#add(certificate);
  }

  certificate(fingerprint: string): Certificate | undefined {
    return this.#certificates.get(fingerprint);
  }

  /** Upper-hex primary fingerprint of a key or subkey, if a certificate tells. */
  primaryOf(keyid: string): string | undefined {
    return this.#keys.get(keyid)?.primary;
  }

  /** The signing (sub)key with that id, as its own certificate has it. */
  signingKey(keyid: string): PublicKey | undefined {
    const certificate = this.#certificates.get(this.#keys.get(keyid)?.primary ?? '');
    if (certificate === undefined) return undefined;
    return findKey(new Map([[certificate.publicKey.keyid, certificate.publicKey]]), keyid)?.key;
  }

  person(fingerprint: string): Person {
    return { fingerprint, name: this.#certificates.get(fingerprint)?.userIds[0] ?? '' };
  }

  /** What speaks against a signature by this key made at that time; undefined where nothing is known against it. */
  problem(keyid: string, times: SignatureTimes): KeyProblem | undefined {
    const known = this.#keys.get(keyid);
    if (known === undefined) return undefined;
    const newest = known.facts[0];
    if (newest?.weak !== undefined) return { code: 'weak-key', detail: newest.weak };
    if (newest !== undefined && !newest.maySign && newest.revocation === undefined) {
      return { code: 'unauthorised', detail: newest.whyNot ?? 'not a signing key' };
    }
    // A day for clocks that differ; what is older than its key was dated by somebody who lies.
    if (newest !== undefined && times.created < newest.created - DAY) {
      return { code: 'bad-signature', detail: 'dated before its key was made' };
    }
    const primary = this.#keys.get(known.primary.toLowerCase());
    return lifeProblem(known.facts, times) ?? (primary && lifeProblem(primary.facts, times));
  }

  /** When keys ended, as far as that leaves what they signed before: primary fingerprint → seconds, up to `now`. */
  endings(now: number): ReadonlyMap<string, ReadonlySet<number>> {
    const endings = new Map<string, Set<number>>();
    for (const { primary, facts } of this.#keys.values()) {
      for (const moment of [softlyRevokedAt(facts), expiryOf(facts)]) {
        if (moment <= now) endings.set(primary, (endings.get(primary) ?? new Set()).add(moment));
      }
    }
    return endings;
  }

  #add(certificate: Certificate): void {
    if (!this.#certificates.has(certificate.fingerprint)) {
      this.#certificates.set(certificate.fingerprint, certificate);
    }
    for (const facts of certificate.keys.values()) {
      const known = this.#keys.get(facts.keyid);
      if (known === undefined) {
        this.#keys.set(facts.keyid, { primary: certificate.fingerprint, facts: [facts] });
      } else if (known.primary === certificate.fingerprint) {
        known.facts.push(facts);
      }
    }
  }
}

/**
 * A hard revocation voids everything; a soft one, or expiry, voids what was signed after it – and what a thief of an
 * ended key would have dated back (§7): what claims to be over a day older than the layout in force, and what came to
 * a clone only afterwards that had had the signer's notes before.
 */
function lifeProblem(versions: readonly KeyFacts[], times: SignatureTimes): KeyProblem | undefined {
  const hard = revocationsIn(versions).find(({ kind }) => kind === 'hard');
  if (hard !== undefined) return { code: 'key-revoked', detail: hard.reason };
  const revoked = ended(softlyRevokedAt(versions), times);
  if (revoked !== undefined) return { code: 'key-revoked', detail: `revoked before ${revoked}` };
  const expired = ended(expiryOf(versions), times);
  return expired === undefined ? undefined : { code: 'key-expired', detail: `expired before ${expired}` };
}

function revocationsIn(versions: readonly KeyFacts[]): Revocation[] {
  return versions.flatMap((facts) => facts.revocation ?? []);
}

function softlyRevokedAt(versions: readonly KeyFacts[]): number {
  return Math.min(...revocationsIn(versions).flatMap(({ kind, at }) => (kind === 'soft' ? [at] : [])));
}

function expiryOf([newest]: readonly KeyFacts[]): number {
  return newest?.expires ?? Number.POSITIVE_INFINITY;
}

/** Before what the key had ended, in words; undefined where the signature is from its lifetime. */
function ended(at: number, { created, layoutAge, arrivedAfter, now }: SignatureTimes): string | undefined {
  if (created >= at || (at <= now && created < layoutAge - DAY)) return 'the signature was made';
  return at <= now && arrivedAfter?.(at) === true ? 'this clone first saw the signature' : undefined;
}
