import * as path from 'node:path';
import { MlchainError } from '../errors.ts';
import type { Repository } from '../git/repository.ts';
import { expectArtifactName } from './artifact-name.ts';
import type { Scope } from './commit-tree.ts';
import { neededFor, neededPrefixes, selectArtifacts } from './commit-tree.ts';
import { conversionsOf } from './conversion.ts';
import type { Digester } from './digester.ts';
import { storedAsIs } from './file-content.ts';
import { FileHasher } from './hash-file.ts';
import type { IndexEntry } from './index-state.ts';
import { readIndex, readUntracked } from './index-state.ts';
import type { Listing } from './kind.ts';
import { digestLooseFiles } from './loose-files.ts';

export interface WorkTreeScope extends Scope {
  /** Also what git ignores. */
  readonly ignored?: boolean;
}

const SYMLINK = '120000';
const SUBMODULE = '160000';

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
): Promise<Listing> {
  const root = topOf(repo);
  const needs = neededFor(wants, scope);
  const directories = directoriesOf(neededPrefixes(scope));
  const index = needed(await readIndex(repo, directories), needs);
  const untracked = (await readUntracked(repo, directories, scope.ignored ?? false)).filter((name) =>
    needs(withoutSlash(name)),
  );
  const clean = await digestClean(repo, digester, root, index);
  const loose = await digestLooseFiles(
    repo,
    root,
    index,
    untracked.map(withoutSlash).map(expectArtifactName),
  );
  return selectArtifacts(new Map([...clean, ...loose]), wants, scope);
}

function topOf(repo: Repository): string {
  if (repo.workTree !== undefined) return repo.workTree;
  throw new MlchainError('input', 'expected a work tree, found a bare repository', {
    hint: 'run this in a clone with files',
  });
}

function needed(
  index: ReadonlyMap<string, IndexEntry>,
  needs: (path: string) => boolean,
): Map<string, IndexEntry> {
  const entries = [...index].filter(([name, { state }]) => state !== 'absent' && needs(name));
  return new Map(entries.map(([name, entry]) => [expectArtifactName(name), entry]));
}

/**
 * What is as the index says has the digest of its blob. A blob not met before is cheaper to read from the file: where
 * git converts nothing, a file whose content has the very id of the blob is the blob.
 */
async function digestClean(
  repo: Repository,
  digester: Digester,
  root: string,
  index: ReadonlyMap<string, IndexEntry>,
): Promise<Listing> {
  const clean = [...index].filter(([, { state }]) => state === 'clean');
  const unknown = clean.filter(([, { mode, id }]) => isFile(mode) && digester.known(id) === undefined);
  const conversions = await conversionsOf(
    repo,
    unknown.map(([name]) => name),
  );
  const hasher = new FileHasher();
  for (const [name, { id }] of unknown) {
    if (conversions.has(name)) continue;
    const found = hasher.hashIfThere(path.join(root, name), repo.objectFormat);
    if (found?.blobId === id) digester.remember(id, storedAsIs(found));
  }
  digester.save();
  return await digester.digestEntries(clean);
}

function isFile(mode: string): boolean {
  return mode !== SYMLINK && mode !== SUBMODULE;
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
