import type { Certificate } from '../openpgp/certificate.ts';
import type { Unlocked } from '../openpgp/unlock.ts';
import { escapeText } from '../report/escape.ts';

/** How a secret key is kept: without a passphrase, under one, or under one with an open copy for a while. */
export type Kept = 'open' | 'locked' | Unlocked;

/** What `key list --json` says of a key. Times as in RFC 3339. */
export interface KeyDocument {
  readonly fingerprint: string;
  readonly userIds: readonly string[];
  readonly type: string;
  readonly created: string;
  readonly expires: string | null;
  readonly revoked: { readonly kind: 'hard' | 'soft'; readonly at: string; readonly reason: string } | null;
  readonly passphrase: boolean;
  readonly unlockedUntil: string | null;
}

export function keyDocument({ fingerprint, userIds, publicKey, keys }: Certificate, kept: Kept): KeyDocument {
  const facts = keys.get(publicKey.keyid);
  const revocation = facts?.revocation;
  return {
    fingerprint,
    userIds,
    type: publicKey.method.replace(/^pgp\+/, ''),
    created: instant(facts?.created ?? 0),
    expires: facts?.expires === undefined ? null : instant(facts.expires),
    revoked: revocation === undefined ? null : { ...revocation, at: instant(revocation.at) },
    passphrase: kept !== 'open',
    unlockedUntil: typeof kept === 'object' ? instant(kept.until / 1000) : null,
  };
}

/** Two lines for people. */
export function keyLines(key: KeyDocument): readonly string[] {
  const life =
    key.expires === null ? `since ${day(key.created)}` : `${day(key.created)} to ${day(key.expires)}`;
  const lock = key.passphrase ? 'passphrase' : 'no passphrase';
  const words = [
    life,
    key.unlockedUntil === null ? lock : `unlocked until ${key.unlockedUntil}`,
    ...(key.revoked === null ? [] : [`revoked ${day(key.revoked.at)}: ${escapeText(key.revoked.reason)}`]),
  ];
  return [
    `${key.fingerprint}  ${escapeText(key.userIds[0] ?? '(no user id)')}`,
    `  ${key.type}, ${words.join(', ')}`,
  ];
}

function instant(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

function day(time: string): string {
  return time.slice(0, 10);
}
