import { Digester } from '../artifact/digester.ts';
import { readHistory } from '../git/history.ts';
import type { RepositoryReader } from '../git/reader.ts';
import { KEYS_DIR, LAYOUT_PATH, OWN_DIR } from '../layout/paths.ts';
import type { Certificate } from '../openpgp/certificate.ts';
import type { Progress } from '../progress.ts';
import type { HistoryFacts, LayoutFacts, OwnersFacts, Trust } from '../verify/facts.ts';
import { KeyBook } from '../verify/key-book.ts';
import { readCertificateBlobs } from './certificates.ts';
import { digestCommits } from './commit-facts.ts';
import type { ReadEvidence } from './evidence-reader.ts';
import { lateLines } from './late-lines.ts';
import { layoutFacts } from './layout-at.ts';
import { isOwnersFile, readOwnersFiles } from './owners-files.ts';
import { PointedHistory } from './pointed-history.ts';
import { recallRevoked } from './revoked-keys.ts';
import { type Scope, scopeOf } from './scope.ts';
import { readCommits, type Source } from './scoped-commits.ts';
import { SideTable } from './side-table.ts';

export interface HistoryFactsRequest {
  /** Commit ids. */
  readonly tips: readonly string[];
  /** Read while the history is; undefined where it cannot be known whole, and then nothing can. */
  readonly evidence: (scope: Scope) => Promise<Omit<ReadEvidence, 'problems'> | undefined>;
  readonly trust: Trust;
  /** Seconds. */
  readonly now: number;
  /** Whether digests of an earlier run are believed. */
  readonly remembers: boolean;
  readonly progress?: Progress | undefined;
}

/** Everything the judge must know of the history of some commits. Reads, hashes and parses; judges nothing. */
export async function readHistoryFacts(
  repo: RepositoryReader,
  { layouts, scope, owners, certificates }: OwnFiles,
  { tips, evidence: read, trust, now, remembers, progress }: HistoryFactsRequest,
): Promise<HistoryFacts | undefined> {
  const pointed = new PointedHistory(repo, scope.isControlled);
  const sides = new SideTable(new Digester(repo, remembers, progress));
  const source: Source = { repo, scope, pointed, sides };
  const reading = readCommits(source, { tips });
  // Looked at below; what is wrong with the evidence is told first.
  reading.catch(() => undefined);
  const evidence = await read(scope);
  if (evidence === undefined) return undefined;
  const commits = await digestCommits(source, await reading, evidence.entries);
  return {
    pointed: pointed.hasAny,
    commits,
    layouts,
    owners,
    certificates,
    evidence: evidence.entries,
    late: await lateLines(repo, { keys: new KeyBook(certificates), owners: trust.owners, now }),
    fitting: await evidence.fitting,
    trust,
    now,
  };
}

/** What the chain itself rests on, in all versions that ever lay in a history, by the blobs that its trees hold. */
export interface OwnFiles {
  readonly layouts: ReadonlyMap<string, LayoutFacts>;
  /** Of all these layouts. */
  readonly scope: Scope;
  readonly owners: readonly OwnersFacts[];
  /** Newest first; and what this clone knows to be revoked. */
  readonly certificates: readonly Certificate[];
  /** The commits that changed any of them, or whatever else lies beside them. */
  readonly changedBy: ReadonlySet<string>;
}

/** All layouts and certificates that ever lay in this history: what was revoked once stays revoked (threat 47). */
export async function readOwnFiles(repo: RepositoryReader, tips: readonly string[]): Promise<OwnFiles> {
  const { blobs, certificateBlobs, ownersBlobs, changedBy } = await ownBlobs(repo, tips);
  const layouts = new Map<string, LayoutFacts>();
  for (const blob of blobs) layouts.set(blob, await layoutFacts(repo, blob));
  return {
    layouts,
    scope: scopeOf(layouts.values()),
    owners: await readOwnersFiles(repo, ownersBlobs),
    certificates: [...(await readCertificateBlobs(repo, certificateBlobs)), ...(await recallRevoked(repo))],
    changedBy,
  };
}

async function ownBlobs(repo: RepositoryReader, tips: readonly string[]) {
  const blobs = new Set<string>();
  const certificateBlobs = new Set<string>();
  const ownersBlobs = new Set<string>();
  const changedBy = new Set<string>();
  const request = { tips, order: 'newest-first', paths: [OWN_DIR] } as const;
  for await (const { id, changes } of readHistory(repo, request)) {
    changedBy.add(id);
    for (const { path, after } of changes.flat()) {
      if (after === undefined) continue;
      if (path === LAYOUT_PATH) blobs.add(after.id);
      else if (isOwnersFile(path)) ownersBlobs.add(after.id);
      else if (path.startsWith(`${KEYS_DIR}/`)) certificateBlobs.add(after.id);
    }
  }
  return { blobs, certificateBlobs, ownersBlobs, changedBy };
}
