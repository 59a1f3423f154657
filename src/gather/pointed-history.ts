import { sourceOf } from '../artifact/dvc/pointer.ts';
import { joinKinds, PointerReader, type SourceRequest } from '../artifact/dvc/reader.ts';
import { type Claims, DvcTrees } from '../artifact/dvc/trees.ts';
import type { Change, CommitChanges } from '../git/history.ts';
import type { RepositoryReader } from '../git/reader.ts';
import { entriesAt, type TreeEntry } from '../git/tree.ts';

/** What the pointers of a commit say, as far as they say other than those of its first parent. */
interface PointedState {
  readonly before: PointedState | undefined;
  readonly claims: Claims;
}

/** Source → kind, of one path. */
type Kinds = ReadonlyMap<string, string>;

/** Of the names of sources, and of others. */
const ENDINGS = ['.dvc', 'dvc.lock', 'dvc.yaml', 'Dvcfile'];

const NONE: Kinds = new Map();

/**
 * What commits did to outputs of DVC, by the pointers that they changed (`product.md` §4). A history without pointers
 * costs a look at the names of what it changed; one with them, the reading of those that changed, each blob once.
 */
export class PointedHistory {
  readonly #repo: RepositoryReader;
  readonly #isWanted: (path: string) => boolean;
  readonly #reader: PointerReader;
  readonly #trees: DvcTrees;
  readonly #states = new Map<string, PointedState | undefined>();
  /** Every path that a pointer was seen to name: what is not among them need not be looked for. */
  readonly #named = new Set<string>();

  /** @param isWanted the paths that anybody will ask about */
  constructor(repo: RepositoryReader, isWanted: (path: string) => boolean) {
    this.#repo = repo;
    this.#isWanted = isWanted;
    this.#reader = new PointerReader(repo);
    this.#trees = new DvcTrees(repo);
  }

  /** Whether any pointer was seen that names a path which somebody asks about. */
  get hasAny(): boolean {
    return this.#named.size > 0;
  }

  /** Says of a commit whose history is not read that none of its pointers named anything wanted. */
  startWithout(commit: string): void {
    this.#states.set(commit, undefined);
  }

  /** The changes of a commit, those of outputs among them. To be asked for parents before children. */
  async changesOf(commit: CommitChanges): Promise<CommitChanges['changes']> {
    const touched = commit.changes.map(sourcesIn);
    const isConcerned = touched.some(({ size }) => size > 0) || (await this.#mayUncover(commit));
    const [first] = commit.parents;
    if (!isConcerned) {
      if (first === undefined || this.#states.has(first))
        this.#states.set(commit.id, this.#states.get(first ?? ''));
      return commit.changes;
    }
    const before = first === undefined ? undefined : await this.#stateOf(first);
    const state = await this.#advance(commit, before, touched[0] ?? new Set());
    this.#states.set(commit.id, state);
    const lists: (readonly Change[])[] = [];
    for (const [at, list] of commit.changes.entries()) {
      const parent = commit.parents[at];
      const old = parent === undefined ? undefined : await this.#stateOf(parent);
      const paths = await this.#pathsOf(commit.id, parent, touched[at] ?? new Set());
      lists.push(
        await this.#merge(list, paths, { commit: commit.id, state }, { commit: parent, state: old }),
      );
    }
    return lists;
  }

  /** What the pointers of a commit that was asked about say of a path; what lies in git's tree goes before it. */
  async at(commit: string, path: string): Promise<TreeEntry | undefined> {
    return this.#named.has(path) ? entryIn(await this.#stateOf(commit), path) : undefined;
  }

  /** All of it at a commit that was asked about; what lies in git's tree goes before it. */
  async *listing(commit: string): AsyncGenerator<readonly [string, TreeEntry]> {
    const state = await this.#stateOf(commit);
    for (const path of this.#named) {
      const entry = entryIn(state, path);
      if (entry !== undefined) yield [path, entry];
    }
  }

  /** A file that came or went where a pointer has something to say as well. */
  async #mayUncover({ changes, parents }: CommitChanges): Promise<boolean> {
    const moved = changes.flat().filter(({ before, after }) => before === undefined || after === undefined);
    if (moved.length === 0) return false;
    for (const parent of parents) if (!this.#states.has(parent)) await this.#stateOf(parent);
    return moved.some(({ path }) => this.#named.has(path));
  }

  /** Where a history does not begin at the beginning, the tree of its first commit is read. */
  async #stateOf(commit: string): Promise<PointedState | undefined> {
    if (this.#states.has(commit)) return this.#states.get(commit);
    const claims = await this.#trees.claimsIn(commit);
    for (const path of claims.keys()) if (this.#isWanted(path)) this.#named.add(path);
    const state = claims.size === 0 ? undefined : { before: undefined, claims };
    this.#states.set(commit, state);
    return state;
  }

  async #advance(
    { id, parents }: CommitChanges,
    before: PointedState | undefined,
    touched: ReadonlySet<string>,
  ): Promise<PointedState | undefined> {
    const sources = [...touched];
    const old = await this.#reader.outputs(at(parents[0], sources));
    const own = await this.#reader.outputs(at(id, sources));
    const claims = new Map<string, Kinds>();
    sources.forEach((source, n) => {
      for (const path of new Set([...(old[n]?.keys() ?? []), ...(own[n]?.keys() ?? [])])) {
        const kind = own[n]?.get(path);
        if (!this.#isWanted(path) || old[n]?.get(path) === kind) continue;
        const others = claims.get(path) ?? kindsIn(before, path);
        claims.set(path, withClaim(others, source, kind));
        this.#named.add(path);
      }
    });
    return claims.size === 0 ? before : { before, claims };
  }

  /** The outputs that changed pointers name. */
  async #pathsOf(
    commit: string,
    parent: string | undefined,
    touched: ReadonlySet<string>,
  ): Promise<ReadonlySet<string>> {
    const sources = [...touched];
    const both = await this.#reader.outputs([...at(commit, sources), ...at(parent, sources)]);
    return new Set(both.flatMap((outputs) => [...outputs.keys()]).filter(this.#isWanted));
  }

  async #merge(
    list: readonly Change[],
    paths: ReadonlySet<string>,
    own: Moment,
    old: Moment,
  ): Promise<readonly Change[]> {
    const changes = new Map<string, Change>();
    for (const change of list) {
      const { path } = change;
      const isPointed = this.#named.has(path);
      const before = change.before ?? (isPointed ? entryIn(old.state, path) : undefined);
      const after = change.after ?? (isPointed ? entryIn(own.state, path) : undefined);
      changes.set(path, { path, before, after });
    }
    const others = [...paths].filter((path) => !changes.has(path) && isPointedOtherwise(path, own, old));
    // What git's tree holds before and after is git's, and did not change.
    const held = await this.#heldByGit(own, others);
    others.forEach((path, n) => {
      if (held[n] !== undefined) return;
      changes.set(path, { path, before: entryIn(old.state, path), after: entryIn(own.state, path) });
    });
    return [...changes.values()];
  }

  async #heldByGit({ commit }: Moment, paths: readonly string[]): Promise<(TreeEntry | undefined)[]> {
    if (commit === undefined) return [];
    return await entriesAt(
      this.#repo,
      paths.map((path) => ({ commit, path })),
    );
  }
}

interface Moment {
  readonly commit: string | undefined;
  readonly state: PointedState | undefined;
}

function sourcesIn(list: readonly Change[]): ReadonlySet<string> {
  const sources = new Set<string>();
  for (const { path } of list) {
    // Cheap, for the hundred thousand names that are none.
    if (!ENDINGS.some((ending) => path.endsWith(ending))) continue;
    const source = sourceOf(path);
    if (source !== undefined) sources.add(source);
  }
  return sources;
}

function at(commit: string | undefined, sources: readonly string[]): SourceRequest[] {
  return sources.map((source) => ({ commit, source }));
}

function kindsIn(state: PointedState | undefined, path: string): Kinds {
  for (let each = state; each !== undefined; each = each.before) {
    const kinds = each.claims.get(path);
    if (kinds !== undefined) return kinds;
  }
  return NONE;
}

function withClaim(kinds: Kinds, source: string, kind: string | undefined): Kinds {
  const changed = new Map(kinds);
  if (kind === undefined) changed.delete(source);
  else changed.set(source, kind);
  return changed;
}

function entryIn(state: PointedState | undefined, path: string): TreeEntry | undefined {
  return joinKinds(kindsIn(state, path).values());
}

function isPointedOtherwise(path: string, own: Moment, old: Moment): boolean {
  return entryIn(own.state, path)?.id !== entryIn(old.state, path)?.id;
}
