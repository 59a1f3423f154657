import { MlchainError } from '../errors.ts';
import type { Repository } from '../git/repository.ts';
import { expectArtifactName } from './artifact-name.ts';
import type { Scope } from './commit-tree.ts';
import { neededFor, neededPrefixes, selectArtifacts } from './commit-tree.ts';
import type { Digester } from './digester.ts';
import type { IndexStamp } from './index-stamp.ts';
import { indexStamp } from './index-stamp.ts';
import { ignoredPaths, readUntracked } from './index-state.ts';
import type { Artifact, Listing } from './kind.ts';
import { WrittenListing } from './listing-text.ts';
import { digestLooseFiles } from './loose-files.ts';
import { listTracked } from './tracked-files.ts';

export interface WorkTreeScope extends Scope {
  /** What is wanted, in words: equal words, equal paths. By it the answer is remembered; undefined: it is not. */
  readonly question?: string | undefined;
  /** Also what git ignores. */
  readonly ignored?: boolean;
}

export interface WorkTreeListing {
  readonly files: ReadonlyMap<string, Artifact>;
  /** Those of them that git does not track. */
  readonly untracked: readonly string[];
  /** What git ignores of those that it does not track; of none where they were not asked for. */
  readonly ignored: ReadonlySet<string>;
  readonly look: Look;
}

/** What a second look has to know of the first, so that it need not read what git's index vouches for. */
export interface Look {
  /** When it began, by the clock that files are dated by: milliseconds since the epoch. */
  readonly since: number;
  /** The index that it believed; undefined where there was none. */
  readonly index: IndexStamp | undefined;
  /** Git pathspecs that hold all that was looked at. */
  readonly directories: readonly string[];
  /** Paths whose digests are not those of the index: changed, untracked, links, submodules. */
  readonly doubtful: ReadonlySet<string>;
}

/**
 * The wanted artifacts in the work tree, tracked and untracked, with the digests that a commit of them would have:
 * after git's filters and line-end conversion, git-lfs content under its oid.
 * What was learnt is for the caller to save (`Digester.save`), at a moment at which there is something to wait for.
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
  const directories = directoriesOf(prefixes);
  const begun = { since: Date.now(), index: indexStamp(repo), directories };
  if (prefixes.length === 0) return nothing(begun);
  const [tracked, others] = await Promise.all([
    listTracked(repo, digester, { root, needs, directories, question: scope.question }),
    readUntracked(repo, directories, scope.ignored ?? false),
  ]);
  const names = others.map(withoutSlash).filter(needs).map(expectArtifactName);
  const [loose, ignored] = await Promise.all([
    digestLooseFiles(repo, root, tracked.loose, names, digester.progress),
    scope.ignored === true ? ignoredPaths(repo, names) : new Set<string>(),
  ]);
  const all = withOthers(tracked.clean, loose);
  return {
    files: scope.directories === undefined ? all : selectArtifacts(all, wants, scope),
    untracked: names.filter((name) => loose.has(name)),
    ignored,
    look: { ...begun, doubtful: new Set([...names, ...tracked.unvouched]) },
  };
}

function nothing(look: Omit<Look, 'doubtful'>): WorkTreeListing {
  return { files: new Map(), untracked: [], ignored: new Set(), look: { ...look, doubtful: new Set() } };
}

function withOthers(clean: Listing | WrittenListing, others: Listing): Listing | WrittenListing {
  if (clean instanceof WrittenListing) return clean.with(others);
  for (const [name, artifact] of others) clean.set(name, artifact);
  return clean;
}

function topOf(repo: Repository): string {
  if (repo.workTree !== undefined) return repo.workTree;
  throw new MlchainError('input', 'expected a work tree, found a bare repository', {
    hint: 'run this in a clone with files',
  });
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
