import type { Change, CommitChanges } from '../../git/history.ts';
import type { RepositoryReader } from '../../git/reader.ts';
import type { PathRequest, TreeEntry } from '../../git/tree.ts';
import { entriesAt, listTree } from '../../git/tree.ts';
import { filesOf, sourceOf } from './pointer.ts';
import { joinKinds, PointerReader } from './reader.ts';

/** Path → what its pointer says, as an entry of the tree (`POINTED`). */
type PointedEntries = ReadonlyMap<string, TreeEntry>;

/** Path → source → kind: who says what of it. */
export type Claims = ReadonlyMap<string, ReadonlyMap<string, string>>;

interface Found {
  readonly claims: Claims;
  readonly entries: PointedEntries;
}

/**
 * The outputs of DVC beside what lies in a tree itself, for whoever looks at few commits. A path that git's own tree
 * holds is git's: DVC names files that git tracks too (`cache: false`).
 */
export class DvcTrees {
  readonly #repo: RepositoryReader;
  readonly #reader: PointerReader;
  readonly #known = new Map<string, Promise<Found>>();

  constructor(repo: RepositoryReader) {
    this.#repo = repo;
    this.#reader = new PointerReader(repo);
  }

  /**
   * What DVC projects name: one lies where `.dvc/config` is, and is looked for at the top and on the way to the paths
   * that are asked for. Most repositories have none, and no tree is listed in vain.
   * @param prefixes literal beginnings of paths
   */
  async entriesOf(commit: string, prefixes: readonly string[]): Promise<PointedEntries> {
    const projects = await this.#projects(commit, prefixes);
    const found = new Map<string, TreeEntry>();
    for (const project of projects) {
      const { entries } = await this.#below(commit, project);
      for (const [path, entry] of entries) found.set(path, entry);
    }
    return found;
  }

  /** What any pointer in the tree says, wherever DVC would work, also of paths that git's tree holds. */
  async claimsIn(commit: string): Promise<Claims> {
    return (await this.#below(commit, '')).claims;
  }

  /** The commit with the changes that its pointers made to outputs among the others. */
  async withOutputs(commit: CommitChanges, prefixes: readonly string[]): Promise<CommitChanges> {
    if (commit.boundary) return commit;
    const own = await this.entriesOf(commit.id, prefixes);
    const parents = await Promise.all(commit.parents.map((id) => this.entriesOf(id, prefixes)));
    if (own.size === 0 && parents.every(({ size }) => size === 0)) return commit;
    const changes = commit.changes.map((list, at) => withPointed(list, parents[at] ?? new Map(), own));
    return { ...commit, changes };
  }

  /** `entriesAt`, with what pointers say where git's tree has nothing. */
  async entriesAt(
    requests: readonly PathRequest[],
    prefixes: readonly string[],
  ): Promise<(TreeEntry | undefined)[]> {
    const entries = await entriesAt(this.#repo, requests);
    return await Promise.all(
      requests.map(
        async ({ commit, path }, at) => entries[at] ?? (await this.entriesOf(commit, prefixes)).get(path),
      ),
    );
  }

  async hasProject(commit: string, prefixes: readonly string[]): Promise<boolean> {
    return (await this.#projects(commit, prefixes)).length > 0;
  }

  async #projects(commit: string, prefixes: readonly string[]): Promise<readonly string[]> {
    const directories = placesOfProjects(prefixes);
    const configs = await entriesAt(
      this.#repo,
      directories.map((directory) => ({ commit, path: `${directory}.dvc/config` })),
    );
    const projects = directories.filter((_, at) => configs[at] !== undefined);
    return projects.filter((one) => !projects.some((other) => other !== one && one.startsWith(other)));
  }

  async #below(commit: string, directory: string): Promise<Found> {
    const key = `${commit} ${directory}`;
    const known = this.#known.get(key) ?? this.#read(commit, directory);
    this.#known.set(key, known);
    return await known;
  }

  async #read(commit: string, directory: string): Promise<Found> {
    const files = new Map<string, TreeEntry>();
    const sources = new Set<string>();
    for await (const [path, entry] of listTree(this.#repo, commit, [directory])) {
      files.set(path, entry);
      const source = sourceOf(path);
      if (source !== undefined) sources.add(source);
    }
    const claims = new Map<string, Map<string, string>>();
    for (const source of sources) {
      const own = filesOf(source).map((path) => files.get(path));
      for (const [path, kind] of await this.#reader.outputsIn(source, own)) {
        claims.set(path, (claims.get(path) ?? new Map()).set(source, kind));
      }
    }
    const entries = [...claims].flatMap(([path, kinds]) => {
      const entry = files.has(path) ? undefined : joinKinds(kinds.values());
      return entry === undefined ? [] : [[path, entry] as const];
    });
    return { claims, entries: new Map(entries) };
  }
}

/** Directories, each with a slash behind it, that would be DVC projects if they held `.dvc/config`. */
export function placesOfProjects(prefixes: readonly string[]): readonly string[] {
  return [...new Set(['', ...prefixes.flatMap(directoriesOnTheWay)])].sort();
}

/** `data/raw/x` → `data/`, `data/raw/`. */
function directoriesOnTheWay(prefix: string): string[] {
  return [...prefix.matchAll(/\//g)].map(({ index }) => prefix.slice(0, index + 1));
}

function withPointed(list: readonly Change[], before: PointedEntries, after: PointedEntries): Change[] {
  const changes = new Map(list.map((change) => [change.path, change]));
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    const own = changes.get(path);
    const change = {
      path,
      before: own?.before ?? before.get(path),
      after: own?.after ?? after.get(path),
    };
    if (own !== undefined || change.before?.id !== change.after?.id) changes.set(path, change);
  }
  return [...changes.values()];
}
