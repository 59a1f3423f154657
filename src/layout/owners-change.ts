import { MlchainError } from '../errors.ts';
import type { PublicKey } from '../intoto/key.ts';
import type { Owners } from './owners.ts';

/** What a new version of the owners is drafted from: the version before, or, for the first, who is pinned. */
export interface OwnersBefore extends Pick<Owners, 'threshold' | 'keys'> {
  /** 0: there is none yet. */
  readonly version: number;
  /** SHA-256 of its canonical signed part. */
  readonly content: string | null;
}

export interface OwnersChange {
  readonly added: ReadonlyMap<string, PublicKey>;
  /** Upper-hex fingerprints. */
  readonly removed: readonly string[];
  readonly threshold: number | undefined;
  /** Milliseconds since the epoch. */
  readonly expires: number;
}

/** @throws MlchainError `usage` where nobody could sign what comes out */
export function nextOwners(before: OwnersBefore, change: OwnersChange): Owners {
  const keys = new Map([...before.keys, ...change.added]);
  for (const fingerprint of change.removed) {
    if (!keys.delete(fingerprint)) {
      throw new MlchainError('usage', `${fingerprint} is no owner`, {
        hint: "'git mlchain owners show' lists them",
      });
    }
  }
  const threshold = change.threshold ?? before.threshold;
  if (threshold > keys.size) {
    const owners = keys.size === 1 ? 'there is 1 owner' : `there are ${keys.size} owners`;
    throw new MlchainError('usage', `${threshold} signatures cannot come together: ${owners}`, {
      hint: '--threshold N sets how many have to sign',
    });
  }
  const { version, content: previous } = before;
  return { version: version + 1, previous, threshold, keys, expires: change.expires };
}
