import type { KeyType } from '../intoto/key.ts';
import type { Certificate } from './certificate.ts';
import { KeyError } from './key-error.ts';
import type { KeyFacts } from './key-facts.ts';
import { nameOf } from './store.ts';

/**
 * The key of a certificate to sign with: the one asked for, else the newest signing subkey, else the primary key, as
 * GnuPG chooses.
 * @param available lower fingerprints of the secret keys at hand
 * @param wanted lower fingerprint of a subkey, if one was named
 * @param now seconds since 1970
 * @throws KeyError `unusable`, with the reason of each key that was no good
 */
export function chooseSigningKey(
  certificate: Certificate,
  available: ReadonlySet<string>,
  wanted: string | undefined,
  now: number,
): KeyFacts {
  const asked = [...certificate.keys.values()].filter(
    ({ keyid }) => wanted === undefined || keyid === wanted,
  );
  const usable = asked.filter((facts) => objection(facts, certificate, available, now) === undefined);
  const newestFirst = usable.toSorted((a, b) => b.created - a.created);
  const chosen = newestFirst.find(({ isPrimary }) => !isPrimary) ?? newestFirst[0];
  if (chosen !== undefined) return chosen;
  const reasons = asked.map((facts) => `${facts.keyid}: ${objection(facts, certificate, available, now)}`);
  throw new KeyError('unusable', `nothing in the key of ${nameOf(certificate)} can sign now`, {
    hint: reasons.join('\n'),
  });
}

/** Why a key must not sign now, in words. */
function objection(
  facts: KeyFacts,
  certificate: Certificate,
  available: ReadonlySet<string>,
  now: number,
): string | undefined {
  const { whyNot, weak, revocation, expires, created } = facts;
  if (!facts.maySign) return whyNot;
  if (weak !== undefined) return weak;
  if (revocation !== undefined) return `revoked (${revocation.reason})`;
  if (expires !== undefined && expires <= now) return `expired on ${day(expires)}`;
  if (created > now) return `made on ${day(created)}, which is in the future: is the clock right?`;
  if (typeOf(certificate, facts.keyid) === 'dsa') return 'DSA, which this tool reads but does not sign with';
  return available.has(facts.keyid) ? undefined : 'its secret part is not here';
}

function typeOf({ publicKey }: Certificate, keyid: string): KeyType | undefined {
  return publicKey.keyid === keyid ? publicKey.type : publicKey.subkeys.get(keyid)?.type;
}

function day(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}
