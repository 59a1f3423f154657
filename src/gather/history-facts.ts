import { Digester } from '../artifact/digester.ts';
import { type CommitChanges, readHistory } from '../git/history.ts';
import { isCleanPath } from '../git/paths.ts';
import type { RepositoryReader } from '../git/reader.ts';
import { entriesAt, listTree } from '../git/tree.ts';
import type { PathDifference } from '../layout/changed.ts';
import { type Control, directoryOf, isOwnFile } from '../layout/control.ts';
import { KEYS_DIR, LAYOUT_PATH, OWN_DIR, OWNERS_DIR } from '../layout/paths.ts';
import type { Entry } from '../ledger/entry.ts';
import type { Progress } from '../progress.ts';
import { Ancestry } from '../verify/ancestry.ts';
import type { CommitFacts, HistoryFacts, LayoutFacts, OwnersFiles, Side, Trust } from '../verify/facts.ts';
import { KeyBook } from '../verify/key-book.ts';
import { readCertificateBlobs } from './certificates.ts';
import { lateLines } from './late-lines.ts';
import { layoutFacts } from './layout-at.ts';
import { pairsOf } from './merge-pairs.ts';
import { isOwnersFile, ownersFilesAfter, readOwnersFiles } from './owners-files.ts';
import { PointedHistory } from './pointed-history.ts';
import { recallRevoked } from './revoked-keys.ts';
import { type Scope, scopeOf } from './scope.ts';
import { type RawSide, SideTable } from './side-table.ts';

export interface HistoryFactsRequest {
  /** Commit ids. */
  readonly tips: readonly string[];
  readonly evidence: readonly Entry[];
  readonly trust: Trust;
  /** Seconds. */
  readonly now: number;
  /** Whether digests of an earlier run are believed. */
  readonly remembers: boolean;
  readonly progress?: Progress | undefined;
}

/** What every part of a history is read by. */
export interface Source {
  readonly repo: RepositoryReader;
  readonly scope: Scope;
  readonly pointed: PointedHistory;
  readonly sides: SideTable;
}

/** Everything the judge must know of the history of some commits. Reads, hashes and parses; judges nothing. */
export async function readHistoryFacts(
  repo: RepositoryReader,
  request: HistoryFactsRequest,
): Promise<HistoryFacts> {
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
  const commits = await readCommits(source, { tips: request.tips });
  return {
    pointed: pointed.hasAny,
    commits: await digestCommits(source, commits, request.evidence),
    layouts,
    owners: await readOwnersFiles(repo, ownersBlobs),
    certificates,
    evidence: request.evidence,
    late: await lateLines(repo, { keys: new KeyBook(certificates), owners: trust.owners, now }),
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

export interface ScopedCommit extends CommitChanges {
  /** Blob id. */
  readonly layout: string | undefined;
  readonly owners: OwnersFiles;
  readonly bystanders: ReadonlyMap<string, boolean>;
  /** Whether it changed anything of what the chain itself rests on: layout, certificates, owners, revocations. */
  readonly touchesOwnFiles: boolean;
  /** Whether it was verified before: then only what its tree holds is asked. */
  readonly isBase?: true;
}

/** Which commits: all that lead to `tips`, or, given a base that they all descend from, what came after it. */
export interface CommitsRequest {
  readonly tips: readonly string[];
  readonly base?: { readonly id: string; readonly layout: string; readonly owners: OwnersFiles };
}

const NO_OWNERS: OwnersFiles = new Map();

/** The history with only those changes that a layout could ask about, and the layout that each tree holds. */
export async function readCommits(
  { repo, scope, pointed }: Source,
  { tips, base }: CommitsRequest,
): Promise<ScopedCommit[]> {
  const commits: ScopedCommit[] = [];
  const layoutOf = new Map<string, string | undefined>(base && [[base.id, base.layout]]);
  const ownersOf = new Map<string, OwnersFiles>(base && [[base.id, base.owners]]);
  const exclude = base === undefined ? [] : [base.id];
  for await (const commit of readHistory(repo, { tips, exclude, order: 'oldest-first' })) {
    const inherited = commit.parents[0] === undefined ? undefined : layoutOf.get(commit.parents[0]);
    const change = commit.changes[0]?.find(({ path }) => path === LAYOUT_PATH);
    const layout = change === undefined ? inherited : change.after?.id;
    layoutOf.set(commit.id, layout);
    const owners = ownersFilesAfter(
      ownersOf.get(commit.parents[0] ?? '') ?? NO_OWNERS,
      commit.changes[0] ?? [],
    );
    ownersOf.set(commit.id, owners);
    const all = await pointed.changesOf(commit);
    const changes = all.map((list) => list.filter(({ path }) => scope.isControlled(path)));
    const touchesOwnFiles = commit.changes.flat().some(({ path }) => path.startsWith(`${OWN_DIR}/`));
    const bystanders = bystandersOf(commit, scope);
    commits.push({ ...commit, changes, layout, owners, bystanders, touchesOwnFiles });
  }
  return commits;
}

function bystandersOf({ changes: [first = []] }: CommitChanges, scope: Scope): Map<string, boolean> {
  const found = first.filter(({ path }) => scope.isBystander(path));
  return new Map(found.map(({ path, after }) => [path, after !== undefined]));
}

/** Second half: listings where the layout changes, merge bases, links' own products – and one pass over all blobs. */
export async function digestCommits(
  source: Source,
  commits: readonly ScopedCommit[],
  evidence: readonly Entry[],
): Promise<CommitFacts[]> {
  const byId = new Map(commits.map((commit) => [commit.id, commit]));
  const ancestry = new Ancestry(commits);
  const { sides } = source;
  const extras = await extraProducts(source, commits, evidence);
  const drafts: CommitDraft[] = [];
  for (const commit of commits) {
    const listing = needsListing(commit, byId) ? await list(source, commit.id) : undefined;
    const bases = await baseSides(source, commit, ancestry);
    drafts.push({
      commit,
      listing,
      bases,
      extras: extras.get(commit.id) ?? new Map(),
      changes: rawChanges(commit, sides),
    });
  }
  await sides.digest();
  return drafts.map(toFacts);
}

interface CommitDraft {
  readonly commit: ScopedCommit;
  readonly listing: Map<string, RawSide> | undefined;
  readonly bases: ReadonlyMap<string, readonly (RawSide | undefined)[]>;
  readonly extras: Map<string, RawSide>;
  readonly changes: readonly (readonly PathDifference<RawSide>[])[];
}

function toFacts({ commit, listing, bases, extras, changes }: CommitDraft): CommitFacts {
  const { author, committer } = commit;
  return {
    id: commit.id,
    tree: commit.tree,
    parents: commit.parents,
    author: `${author.name} <${author.email}>`,
    time: committer.time,
    subject: commit.subject,
    layout: commit.layout,
    owners: commit.owners,
    changes: changes.map((list) =>
      list.map(({ path, before, after }) => ({ path, before: before?.side, after: after?.side })),
    ),
    listing: listing && digested(listing),
    bases: (a, b, path) => (bases.get(`${a} ${b} ${path}`) ?? []).map((side) => side?.side),
    bystanders: commit.bystanders,
    extras: digested(extras),
  };
}

function digested(raw: ReadonlyMap<string, RawSide>): Map<string, Side> {
  return new Map([...raw].flatMap(([path, { side }]) => (side === undefined ? [] : [[path, side] as const])));
}

function rawChanges(commit: ScopedCommit, sides: SideTable): PathDifference<RawSide>[][] {
  return commit.changes.map((list) =>
    list.map(({ path, before, after }) => ({
      path,
      before: sides.of(path, before),
      after: sides.of(path, after),
    })),
  );
}

/**
 * A layout decides what is controlled: where it is not the parents', the whole tree is asked about anew. So it is where
 * the owners are others: the same file, nobody's word in the parent, may be in force here (threat 56).
 */
function needsListing(commit: ScopedCommit, byId: ReadonlyMap<string, ScopedCommit>): boolean {
  if (commit.isBase) return true;
  return commit.parents.some((id) => {
    const parent = byId.get(id);
    return parent?.layout !== commit.layout || !sameOwners(parent?.owners, commit.owners);
  });
}

function sameOwners(one: OwnersFiles = NO_OWNERS, other: OwnersFiles): boolean {
  return one === other || (one.size === other.size && [...one].every(([n, blob]) => other.get(n) === blob));
}

async function list({ repo, scope, pointed, sides }: Source, commit: string): Promise<Map<string, RawSide>> {
  const listing = new Map<string, RawSide>();
  for await (const [path, entry] of listTree(repo, commit, scope.prefixes)) {
    const side = scope.isControlled(path) ? sides.of(path, entry) : undefined;
    if (side !== undefined) listing.set(path, side);
  }
  for await (const [path, entry] of pointed.listing(commit)) {
    const side = listing.has(path) ? undefined : sides.of(path, entry);
    if (side !== undefined) listing.set(path, side);
  }
  return listing;
}

/** For every pair of parents that disagree about a path: what the path held where the two parted. */
async function baseSides({ repo, pointed, sides }: Source, commit: ScopedCommit, ancestry: Ancestry) {
  const found = new Map<string, (RawSide | undefined)[]>();
  for (const { a, b, paths } of pairsOf(commit)) {
    const bases = ancestry.mergeBases(commit.parents[a] ?? '', commit.parents[b] ?? '');
    for (const base of bases) {
      const entries = await entriesAt(
        repo,
        paths.map((path) => ({ commit: base, path })),
      );
      for (const [at, path] of paths.entries()) {
        const key = `${a} ${b} ${path}`;
        const entry = entries[at] ?? (await pointed.at(base, path));
        found.set(key, [...(found.get(key) ?? []), sides.of(path, entry)]);
      }
    }
  }
  return found;
}

/** What trees hold where links name products that nobody controls: a link may not lie about those either. */
async function extraProducts(
  { repo, scope, sides }: Source,
  commits: readonly ScopedCommit[],
  evidence: readonly Entry[],
): Promise<Map<string, Map<string, RawSide>>> {
  const layoutOf = new Map(commits.map(({ id, layout }) => [id, layout]));
  const requests = evidence.flatMap(({ object, content }) => {
    if (content.kind !== 'link' || !layoutOf.has(object)) return [];
    const control = scope.controls.get(layoutOf.get(object) ?? '');
    const names = [...content.link.products.keys()].filter((name) => isExtra(name, control));
    return names.map((path) => ({ commit: object, path }));
  });
  const entries = await entriesAt(repo, requests);
  const extras = new Map<string, Map<string, RawSide>>();
  requests.forEach(({ commit, path }, at) => {
    const side = sides.of(path, entries[at]);
    if (side === undefined) return;
    extras.set(commit, (extras.get(commit) ?? new Map()).set(path, side));
  });
  return extras;
}

function isExtra(name: string, control: Control | undefined): boolean {
  const isFile = isCleanPath(name) && directoryOf(name) === undefined && !isOwnFile(name);
  return isFile && control?.isControlled(name) !== true;
}
