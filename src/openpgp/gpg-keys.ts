import type { Certificate } from './certificate.ts';
import { runGpg } from './gpg.ts';
import { findGpgCertificate } from './gpg-certificate.ts';
import { KeyError } from './key-error.ts';
import { ambiguous, fingerprintDigits } from './store.ts';

/** A secret key in the user's GnuPG keyring, on a card or on disk. */
export interface GpgKey {
  readonly certificate: Certificate;
  /** Lower fingerprints of the secret (sub)keys at hand. */
  readonly available: ReadonlySet<string>;
  /** Lower hex, where a subkey was asked for by its fingerprint. */
  readonly subkey: string | undefined;
}

interface ListedKey {
  readonly fingerprints: readonly string[];
  readonly available: readonly string[];
  readonly userId: string;
}

/**
 * Finds a secret key as gpg itself finds it: by fingerprint, key id, user id or address. Undefined where gpg has none
 * of that name, or there is no gpg.
 * @throws KeyError `ambiguous` when several keys fit
 */
export async function findGpgKey(
  program: string,
  env: NodeJS.ProcessEnv,
  choice: string,
): Promise<GpgKey | undefined> {
  const listing = await runGpg(
    program,
    ['--batch', '--with-colons', '--list-secret-keys', '--', choice],
    env,
  );
  const listed = listing === undefined ? [] : readListing(listing.stdout.toString());
  const names = listed.map(({ fingerprints, userId }) => `${fingerprints[0]?.toUpperCase()} ${userId}`);
  if (listed.length > 1) throw ambiguous(choice, names);
  const [key] = listed;
  const fingerprint = key?.fingerprints[0];
  if (key === undefined || fingerprint === undefined) return undefined;
  const digits = fingerprintDigits(choice);
  const subkey = key.fingerprints.slice(1).find((one) => digits !== undefined && one.endsWith(digits));
  const certificate = await findGpgCertificate(program, env, fingerprint.toUpperCase());
  if (certificate === undefined)
    throw new KeyError('gpg-failed', `gpg did not export the key ${fingerprint}`);
  return { certificate, available: new Set(key.available), subkey };
}

/**
 * GnuPG's doc/DETAILS, "Format of the colon listings": each `sec` begins a key; `fpr` follows each `sec` and `ssb`,
 * whose field 15 is `#` where the secret part is elsewhere; `uid` has the name in field 10, with C's escapes.
 */
function readListing(text: string): readonly ListedKey[] {
  const keys: { fingerprints: string[]; available: string[]; userId: string }[] = [];
  let isHere = false;
  for (const fields of text.split('\n').map((line) => line.split(':'))) {
    const [type] = fields;
    const name = fields[9] ?? '';
    if (type === 'sec') keys.push({ fingerprints: [], available: [], userId: '' });
    if (type === 'sec' || type === 'ssb') isHere = fields[14] !== '#';
    const key = keys.at(-1);
    if (key === undefined) continue;
    if (type === 'fpr') key.fingerprints.push(name.toLowerCase());
    if (type === 'fpr' && isHere) key.available.push(name.toLowerCase());
    if (type === 'uid' && key.userId === '') key.userId = name;
  }
  return keys;
}
