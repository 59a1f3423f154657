import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { RepositoryReader } from '../git/reader.ts';
import type { Repository } from '../git/repository.ts';
import { ifAbsent, writeWhole } from '../hooks/file.ts';
import { type Certificate, readCertificates } from '../openpgp/certificate.ts';
import { worstRevocation } from '../openpgp/key-facts.ts';
import type { HistoryFacts, Trust } from '../verify/facts.ts';
import type { HistoryJudgment } from '../verify/history.ts';
import { isWritable } from './writable.ts';

const SUFFIX = '.asc';

/**
 * Certificates with a revocation that this clone has seen, whatever the history at hand says: whoever puts an older
 * copy in place of one, or offers a branch from before it, gives no stolen key its word back (threat 47). They lie in
 * `<git dir>/mlchain/revoked`, one file a certificate.
 */
export async function recallRevoked(repo: RepositoryReader): Promise<Certificate[]> {
  return (await Promise.all((await revokedTexts(repo)).map((text) => readCertificates(text)))).flat();
}

/** The same, armored and unread. */
export async function revokedTexts(repo: RepositoryReader): Promise<string[]> {
  const directory = placeOf(repo);
  const names = (await fs.readdir(directory).catch(ifAbsent)) ?? [];
  const files = names.filter((name) => name.endsWith(SUFFIX)).sort();
  return await Promise.all(files.map((name) => fs.readFile(path.join(directory, name), 'utf8')));
}

/** To be called with what a history was judged by. */
export async function rememberRevoked(
  repo: Repository,
  { certificates, trust }: Pick<HistoryFacts, 'certificates' | 'trust'>,
  history: Pick<HistoryJudgment, 'commits'>,
): Promise<void> {
  const isConcerned = concernedKeys(history, trust);
  const revoked = certificates.filter((each) => revocationsIn([each]).size > 0 && isConcerned(each));
  if (revoked.length === 0) return;
  const known = new Map((await recallRevoked(repo)).map((each) => [each.fingerprint, each]));
  for (const fingerprint of new Set(revoked.map((each) => each.fingerprint))) {
    const before = known.get(fingerprint);
    const all = [...(before ? [before] : []), ...revoked.filter((each) => each.fingerprint === fingerprint)];
    const isNews = before === undefined || !sameRevocations(revocationsIn(all), revocationsIn([before]));
    if (!isNews || !(await isWritable(repo.commonDir))) continue;
    const [merged] = await readCertificates(all.map(({ armored }) => armored).join('\n'));
    if (merged !== undefined) {
      await writeWhole(path.join(placeOf(repo), `${fingerprint}${SUFFIX}`), merged.armored, 0o644);
    }
  }
}

/**
 * The pinned owners, and everybody whom a layout that they signed names: anybody can put a thousand revoked
 * certificates of their own into a repository, and a clone shall not carry those along for ever.
 */
function concernedKeys(
  { commits }: Pick<HistoryJudgment, 'commits'>,
  { owners }: Trust,
): (certificate: Certificate) => boolean {
  const layouts = new Set([...commits.values()].flatMap(({ inForce }) => inForce.own?.layout ?? []));
  const named = new Set([...layouts].flatMap(({ keys }) => [...keys.keys()]));
  return ({ fingerprint, keys }) =>
    owners.includes(fingerprint) || [...keys.keys()].some((keyid) => named.has(keyid));
}

function placeOf({ commonDir }: RepositoryReader): string {
  return path.join(commonDir, 'mlchain', 'revoked');
}

/** What voids most of each key: key id → `hard` or the time of the earliest soft revocation. */
function revocationsIn(versions: readonly Certificate[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const keyid of new Set(versions.flatMap(({ keys }) => [...keys.keys()]))) {
    const worst = worstRevocation(versions.map(({ keys }) => keys.get(keyid)?.revocation));
    if (worst !== undefined) found.set(keyid, worst.kind === 'hard' ? 'hard' : `${worst.at}`);
  }
  return found;
}

function sameRevocations(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return one.size === other.size && [...one].every(([keyid, what]) => other.get(keyid) === what);
}
