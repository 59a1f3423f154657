import { Digester } from '../artifact/digester.ts';
import { readHistory } from '../git/history.ts';
import type { RepositoryReader } from '../git/reader.ts';
import { KEYS_DIR, LAYOUT_PATH, OWNERS_DIR } from '../layout/paths.ts';
import type { Entry } from '../ledger/entry.ts';
import type { Fitting } from '../openpgp/ed25519.ts';
import type { Progress } from '../progress.ts';
import type { HistoryFacts, LayoutFacts, Trust } from '../verify/facts.ts';
import { KeyBook } from '../verify/key-book.ts';
import { readCertificateBlobs } from './certificates.ts';
import { digestCommits } from './commit-facts.ts';
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
  readonly evidence: (scope: Scope) => Promise<ReadEvidence | undefined>;
  readonly trust: Trust;
  /** Seconds. */
  readonly now: number;
  /** Whether digests of an earlier run are believed. */
  readonly remembers: boolean;
  readonly progress?: Progress | undefined;
}

export interface ReadEvidence {
  readonly entries: readonly Entry[];
  /** Asked last: until then signatures are checked beside whatever else is done. */
  readonly fitting?: () => Promise<Fitting | undefined>;
}

/** Everything the judge must know of the history of some commits. Reads, hashes and parses; judges nothing. */
export async function readHistoryFacts(
  repo: RepositoryReader,
  request: HistoryFactsRequest,
): Promise<HistoryFacts | undefined> {
  const { blobs, certificateBlobs, ownersBlobs } = await ownFiles(repo, request.tips);
  const layouts = new Map<string, LayoutFacts>();
  for (const blob of blobs) layouts.set(blob, await layoutFacts(repo, blob));
  const scope = scopeOf(layouts.values());
  const pointed = new PointedHistory(repo, scope.isControlled);
  const sides = new SideTable(new Digester(repo, request.remembers, request.progress));
  const certificates = [
    ...(await readCertificateBlobs(repo, certificateBlobs)),
    ...(await recallRevoked(repo)),
  ];
  const { trust, now } = request;
  const source: Source = { repo, scope, pointed, sides };
  const reading = readCommits(source, { tips: request.tips });
  // Looked at below; what is wrong with the evidence is told first.
  reading.catch(() => undefined);
  const evidence = await request.evidence(scope);
  if (evidence === undefined) return undefined;
  const { entries } = evidence;
  const commits = await digestCommits(source, await reading, entries);
  return {
    pointed: pointed.hasAny,
    commits,
    layouts,
    owners: await readOwnersFiles(repo, ownersBlobs),
    certificates,
    evidence: entries,
    late: await lateLines(repo, { keys: new KeyBook(certificates), owners: trust.owners, now }),
    fitting: await evidence.fitting?.(),
    trust,
    now,
  };
}

/** All layouts and certificates that ever lay in this history: what was revoked once stays revoked (threat 47). */
async function ownFiles(repo: RepositoryReader, tips: readonly string[]) {
  const blobs = new Set<string>();
  const certificateBlobs = new Set<string>();
  const ownersBlobs = new Set<string>();
  const request = { tips, order: 'newest-first', paths: [LAYOUT_PATH, KEYS_DIR, OWNERS_DIR] } as const;
  for await (const { changes } of readHistory(repo, request)) {
    for (const { path, after } of changes.flat()) {
      if (after === undefined) continue;
      if (path === LAYOUT_PATH) blobs.add(after.id);
      else if (isOwnersFile(path)) ownersBlobs.add(after.id);
      else certificateBlobs.add(after.id);
    }
  }
  return { blobs, certificateBlobs, ownersBlobs };
}
