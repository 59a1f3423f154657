import { isCleanPath } from '../git/paths.ts';
import { entriesAt, listTree } from '../git/tree.ts';
import type { PathDifference } from '../layout/changed.ts';
import { type Control, directoryOf, isOwnFile } from '../layout/control.ts';
import type { Entry } from '../ledger/entry.ts';
import { Ancestry } from '../verify/ancestry.ts';
import type { CommitFacts, OwnersFiles, Side } from '../verify/facts.ts';
import { pairsOf } from './merge-pairs.ts';
import { NO_OWNERS, type ScopedCommit, type Source } from './scoped-commits.ts';
import type { RawSide, SideTable } from './side-table.ts';

/**
 * Second half: listings where the layout changes, merge bases, links' own products – and one pass over all blobs.
 * @param base the commit that all of them descend from, where it is known otherwise what its tree holds
 */
export async function digestCommits(
  source: Source,
  commits: readonly ScopedCommit[],
  evidence: readonly Entry[],
  base?: ScopedCommit,
): Promise<CommitFacts[]> {
  const known = base === undefined ? commits : [base, ...commits];
  const byId = new Map(known.map((commit) => [commit.id, commit]));
  const ancestry = new Ancestry(known);
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
