import { MlchainError } from '../errors.ts';
import type { Repository } from '../git/repository.ts';
import { expectArtifactName } from './artifact-name.ts';
import { digestClean, isFile } from './clean-files.ts';
import type { Scope } from './commit-tree.ts';
import { neededFor, neededPrefixes, selectArtifacts } from './commit-tree.ts';
import type { Digester } from './digester.ts';
import type { IndexStamp } from './index-stamp.ts';
import { indexStamp } from './index-stamp.ts';
import type { IndexEntry } from './index-state.ts';
import { readIndex, readUntracked } from './index-state.ts';
import type { Listing } from './kind.ts';
import { digestLooseFiles } from './loose-files.ts';

export interface WorkTreeScope extends Scope {
  /** Also what git ignores. */
  readonly ignored?: boolean;
}

export interface WorkTreeListing {
  readonly files: Listing;
  /** Those of them that git does not track. */
  readonly untracked: readonly string[];
  readonly look: Look;
}

/** What a second look has to know of the first, so that it need not read what git's index vouches for. */
export interface Look {
  /** When it began, by the clock that files are dated by: milliseconds since the epoch. */
  readonly since: number;
  /** The index that it believed; undefined where there was none. */
  readonly index: IndexStamp | undefined;
  /** Paths whose digests are not those of the index: changed, untracked, links, submodules. */
  readonly doubtful: ReadonlySet<string>;
}

/**
 * The wanted artifacts in the work tree, tracked and untracked, with the digests that a commit of them would have:
 * after git's filters and line-end conversion, git-lfs content under its oid.
 * @throws MlchainError `input` in a bare repository; ArtifactError for a wanted name that is not UTF-8.
 */
export async function listWorkTree(
  repo: Repository,
  digester: Digester,
  wants: (path: string) => boolean,
  scope: WorkTreeScope = {},
): Promise<WorkTreeListing> {
  const root = topOf(repo);
  const needs = neededFor(wants, scope);
  const prefixes = neededPrefixes(scope);
  const begun = { since: Date.now(), index: indexStamp(repo) };
  if (prefixes.length === 0) {
    return { files: new Map(), untracked: [], look: { ...begun, doubtful: new Set() } };
  }
  const directories = directoriesOf(prefixes);
  const [index, others] = await Promise.all([
    readIndex(repo, directories),
    readUntracked(repo, directories, scope.ignored ?? false),
  ]);
  keepNeeded(index, needs);
  const names = others.map(withoutSlash).filter(needs).map(expectArtifactName);
  const clean = await digestClean(repo, digester, root, index);
  const loose = await digestLooseFiles(repo, root, index, names, digester.progress);
  for (const [name, artifact] of loose) clean.set(name, artifact);
  const files = scope.directories === undefined ? clean : selectArtifacts(clean, wants, scope);
  const doubtful = new Set([...names, ...unvouched(index)]);
  return { files, untracked: names.filter((name) => files.has(name)), look: { ...begun, doubtful } };
}

function* unvouched(index: ReadonlyMap<string, IndexEntry>): Iterable<string> {
  for (const [name, { state, mode }] of index) if (state !== 'clean' || !isFile(mode)) yield name;
}

function topOf(repo: Repository): string {
  if (repo.workTree !== undefined) return repo.workTree;
  throw new MlchainError('input', 'expected a work tree, found a bare repository', {
    hint: 'run this in a clone with files',
  });
}

/** In place: most of them are. */
function keepNeeded(index: Map<string, IndexEntry>, needs: (path: string) => boolean): void {
  for (const [name, entry] of index) {
    if (entry.state === 'absent' || !needs(name)) index.delete(name);
    else expectArtifactName(name);
  }
}

/** Directories that hold everything beginning with one of the prefixes; none: the whole tree. */
function directoriesOf(prefixes: readonly string[]): string[] {
  const directories = prefixes.map((prefix) => prefix.slice(0, prefix.lastIndexOf('/') + 1));
  return directories.includes('') ? [] : [...new Set(directories)];
}

/** How git lists a repository that lies inside ours. */
function withoutSlash(name: string): string {
  return name.endsWith('/') ? name.slice(0, -1) : name;
}
