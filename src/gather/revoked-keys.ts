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
/** Of what is merged into one file: less than a reader takes. */
const MAX_LENGTH = 2 * 1024 * 1024;

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
    const versions = revoked.filter((each) => each.fingerprint === fingerprint);
    const told = withNews(before, versions);
    const text = told.map(({ armored }) => armored).join('\n');
    const isNews = told.length > (before === undefined ? 0 : 1) && text.length <= MAX_LENGTH;
    if (!isNews || !(await isWritable(repo.commonDir))) continue;
    const [merged] = await readCertificates(text);
    if (merged !== undefined) {
      await writeWhole(path.join(placeOf(repo), `${fingerprint}${SUFFIX}`), merged.armored, 0o644);
    }
  }
}

/**
 * What is remembered, and the smallest versions that say more: anybody can add megabytes of names and signatures of
 * their own to somebody's revoked certificate.
 */
function withNews(before: Certificate | undefined, versions: readonly Certificate[]): readonly Certificate[] {
  const told = before === undefined ? [] : [before];
  for (const version of versions.toSorted((a, b) => a.armored.length - b.armored.length)) {
    if (!sameRevocations(revocationsIn([...told, version]), revocationsIn(told))) told.push(version);
  }
  return told;
}

/**
 * The owners, and everybody whom a layout that they signed names: anybody can put a thousand revoked
 * certificates of their own into a repository, and a clone shall not carry those along for ever.
 */
function concernedKeys(
  { commits }: Pick<HistoryJudgment, 'commits'>,
  { owners }: Trust,
): (certificate: Certificate) => boolean {
  const layouts = new Set([...commits.values()].flatMap(({ inForce }) => inForce.own ?? []));
  const named = new Set(owners);
  for (const { layout, owners: theirs } of layouts) {
    for (const owner of theirs.owners) named.add(owner);
    for (const keyid of layout.keys.keys()) named.add(keyid.toUpperCase());
  }
  // By the primary key alone: a stranger's certificate may claim anybody's key for its subkey.
  return ({ fingerprint }) => named.has(fingerprint);
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
