import type { Envelope } from '../intoto/envelope.ts';
import type { AnySignature } from '../intoto/signature.ts';
import { checkSslibSignature, sslibIdentity } from '../intoto/sslib-check.ts';
import type { VerificationKey } from '../intoto/verification-key.ts';
import { checkSignature } from '../openpgp/check.ts';
import type { FindingCode, Person } from './finding.ts';
import type { KeyBook } from './key-book.ts';

const DAY = 24 * 60 * 60;

export interface ChainSigner {
  readonly person: Person;
  /** What tells people apart: one certificate is one person, and so is one key under two key ids. */
  readonly identity: string;
  /** Of the very key that signed. */
  readonly keyid: string;
}

export interface ChainSignatureProblem {
  readonly code: Extract<
    FindingCode,
    'unauthorised' | 'bad-signature' | 'weak-key' | 'key-expired' | 'key-revoked'
  >;
  readonly detail: string;
}

export interface ChainClock {
  readonly keys: KeyBook;
  /** Seconds since 1970. */
  readonly now: number;
}

/**
 * Whether one holder – a primary key with its subkeys – signed, as of today. Only the holder's first signature counts,
 * as in in-toto: nobody shall find a good envelope here that the peer refuses.
 */
export function judgeHolder(
  envelope: Envelope,
  holder: VerificationKey,
  clock: ChainClock,
): ChainSigner | ChainSignatureProblem {
  const signature = envelope.signatures.find(({ keyid }) => keyOf(holder, keyid) !== undefined);
  const key = signature && keyOf(holder, signature.keyid);
  if (signature === undefined || key === undefined) {
    return { code: 'unauthorised', detail: `no signature of ${holder.keyid}` };
  }
  const problem = signatureProblem(key, signature, envelope, clock.now) ?? keyProblem(key, holder, clock);
  if (problem !== undefined) return problem;
  const person = personOf(key, holder, clock);
  const identity = key.kind === 'sslib' ? sslibIdentity(key) : person.fingerprint;
  return { person, identity, keyid: key.keyid };
}

function keyOf(holder: VerificationKey, keyid: string): VerificationKey | undefined {
  return keyid === holder.keyid ? holder : holder.subkeys.get(keyid);
}

/** Subkeys of one certificate are one person, even where the layout lists them apart. */
function personOf({ keyid }: VerificationKey, holder: VerificationKey, { keys }: ChainClock): Person {
  return keys.person(keys.primaryOf(keyid) ?? holder.keyid.toUpperCase());
}

/** A key's own kind of signature only: in-toto, too, checks no other. */
function signatureProblem(
  key: VerificationKey,
  signature: AnySignature,
  envelope: Envelope,
  now: number,
): ChainSignatureProblem | undefined {
  if (key.kind === 'sslib' && signature.kind === 'sslib') {
    const check = checkSslibSignature(key, signature, envelope.signedBytes);
    return check.good ? undefined : { code: check.code, detail: check.reason };
  }
  const check = checkSignature(key, signature, envelope.signedPieces);
  return check.good ? timeProblem(check, now) : { code: check.code, detail: check.reason };
}

function timeProblem(check: { created: number; expires: number | undefined }, now: number) {
  const code = 'bad-signature' as const;
  if (check.created > now + DAY) return { code, detail: 'dated in the future' };
  if (check.expires !== undefined && check.expires <= now)
    return { code, detail: 'the signature has expired' };
  return undefined;
}

/**
 * Nothing in a directory tells when a signature was really made: a key that has ended by now could have been stolen
 * since, and the signature back-dated. So it does not count (`product.md` §11), as in in-toto.
 */
function keyProblem(
  key: VerificationKey,
  holder: VerificationKey,
  { keys, now }: ChainClock,
): ChainSignatureProblem | undefined {
  if (hasExpired(key, now) || hasExpired(holder, now)) {
    return { code: 'key-expired', detail: 'the validity period in the layout is over' };
  }
  return keys.problem(key.keyid, { created: now, layoutAge: 0, now });
}

function hasExpired({ creationTime, validityPeriod }: VerificationKey, now: number): boolean {
  return creationTime !== undefined && !!validityPeriod && creationTime + validityPeriod <= now;
}
