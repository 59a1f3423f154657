import { holderText } from '../layout/explain-text.ts';
import { type Holders, holderOf } from '../layout/holders.ts';
import type { Certificate } from '../openpgp/certificate.ts';
import { escapeText } from '../report/escape.ts';
import type { Trust } from '../verify/facts.ts';
import { judgeWith } from './layout-signing.ts';
import { type OwnersFile, readOwnersVersions } from './owners-version.ts';

/** Who owns a repository, and how far the signing of that has got. Upper-hex fingerprints. */
export interface OwnersState {
  /** 0: there is no version, only what is pinned. */
  readonly version: number;
  readonly owners: readonly string[];
  readonly threshold: number;
  /** ISO 8601; null where they are only pinned. */
  readonly expires: string | null;
  /** Whose good signatures it has. */
  readonly signed: readonly string[];
  /** For each threshold that is not met, of whom how many signatures are missing. */
  readonly missing: readonly { readonly count: number; readonly of: readonly string[] }[];
}

export async function readOwnersState(
  workTree: string,
  certificates: readonly Certificate[],
  { owners, threshold }: Trust,
): Promise<OwnersState> {
  const [newest, before] = (await readOwnersVersions(workTree)).toReversed();
  if (newest === undefined) {
    return { version: 0, owners, threshold, expires: null, signed: [], missing: [] };
  }
  const signed = signersOf(newest, certificates);
  const own = thresholdOf(newest);
  const former = before === undefined ? { owners, threshold } : thresholdOf(before);
  const due = newest.version === 1 ? [former] : [former, own];
  const missing = due.flatMap((each) => {
    const of = each.owners.filter((owner) => !signed.includes(owner));
    const count = each.threshold - (each.owners.length - of.length);
    return count > 0 ? [{ count, of }] : [];
  });
  const expires = new Date(newest.owners.expires).toISOString();
  return { version: newest.version, ...own, expires, signed, missing };
}

function thresholdOf({ owners }: OwnersFile): { owners: readonly string[]; threshold: number } {
  return { owners: [...owners.keys.keys()], threshold: owners.threshold };
}

function signersOf({ envelope }: OwnersFile, certificates: readonly Certificate[]): string[] {
  const isGood = judgeWith(certificates, envelope);
  return certificates
    .filter(({ publicKey }) => {
      const ids = [publicKey.keyid, ...publicKey.subkeys.keys()];
      return envelope.signatures.some((each) => ids.includes(each.keyid) && isGood(each) === true);
    })
    .map(({ fingerprint }) => fingerprint);
}

/** Safe to print. */
export function ownersLines(state: OwnersState, holders: Holders): readonly string[] {
  const named = (fingerprint: string) => {
    return escapeText(
      holderText(holders.get(fingerprint.toLowerCase()) ?? holderOf(fingerprint.toLowerCase(), holders)),
    );
  };
  const { version, owners, threshold, expires, signed, missing } = state;
  const until = expires === null ? 'pinned in this clone, no version of them is kept' : `until ${expires}`;
  return [
    `owners${version === 0 ? '' : `, version ${version}`}: ${threshold} of ${owners.length} sign, ${until}`,
    ...owners.map((each) => `  ${named(each)}`),
    ...signed.map((each) => `signed by ${named(each)}`),
    ...missing.flatMap(({ count, of }) => [
      `${count} more signature${count === 1 ? '' : 's'} needed, of:`,
      ...of.map((each) => `  ${named(each)}`),
    ]),
  ];
}
