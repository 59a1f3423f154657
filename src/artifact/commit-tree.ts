import type { Repository } from '../git/repository.ts';
import type { TreeEntry } from '../git/tree.ts';
import { listTree } from '../git/tree.ts';
import type { Digester } from './digester.ts';
import { directoryArtifacts, isBelow } from './directory.ts';
import type { Artifact, Listing } from './kind.ts';

/** Which artifacts are asked for, beside a predicate over paths. */
export interface Scope {
  /** Literal beginnings of every wanted path, on no particular boundary: saves reading the rest. Default: anywhere. */
  readonly prefixes?: readonly string[];
  /** Directories wanted as one artifact `dir:P` each: P without `dir:` and without a trailing slash. */
  readonly directories?: readonly string[];
}

/**
 * The wanted artifacts in the tree of a commit, outputs of DVC that it points at among them, and the wanted directories.
 * @throws ArtifactError for a wanted path whose name is not UTF-8 or whose content is not in this clone. A judge of
 * foreign commits leaves such names out by `wants` (`isCleanPath`) and reports them from the history.
 */
export async function listCommit(
  repo: Repository,
  digester: Digester,
  commit: string,
  wants: (path: string) => boolean,
  scope: Scope = {},
): Promise<Listing> {
  const entries: (readonly [string, TreeEntry])[] = [];
  const needs = neededFor(wants, scope);
  const prefixes = neededPrefixes(scope);
  for await (const [path, entry] of listTree(repo, commit, prefixes)) {
    if (needs(path)) entries.push([path, entry]);
  }
  for (const [path, entry] of await digester.dvc.entriesOf(commit, prefixes)) {
    if (needs(path)) entries.push([path, entry]);
  }
  return selectArtifacts(await digester.digestEntries(entries), wants, scope);
}

/** A path is needed for itself, or for the directory artifact it lies in. */
export function neededFor(wants: (path: string) => boolean, scope: Scope): (path: string) => boolean {
  const directories = scope.directories ?? [];
  return (path) => wants(path) || directories.some((directory) => isBelow(directory, path));
}

export function neededPrefixes({ prefixes = [''], directories = [] }: Scope): readonly string[] {
  return [...prefixes, ...directories.map((directory) => (directory === '' ? '' : `${directory}/`))];
}

/** Of all that was digested, what is wanted for itself, and one artifact for each directory. */
export function selectArtifacts(
  files: ReadonlyMap<string, Artifact>,
  wants: (path: string) => boolean,
  scope: Scope,
): Listing {
  const selected: Listing = new Map();
  for (const [path, artifact] of files) if (wants(path)) selected.set(path, artifact);
  for (const [name, artifact] of directoryArtifacts(files, scope.directories ?? []))
    selected.set(name, artifact);
  return selected;
}
