import type { Digester } from '../artifact/digester.ts';
import { ignoredPaths, readIndex } from '../artifact/index-state.ts';
import type { Artifact, Listing } from '../artifact/kind.ts';
import { sameArtifact } from '../artifact/kind.ts';
import { digestLooseFiles } from '../artifact/loose-files.ts';
import { listWorkTree } from '../artifact/work-tree.ts';
import type { Repository } from '../git/repository.ts';
import type { Files, ListPatterns } from './patterns.ts';

/** What the work tree has for one list of a link. */
export interface Found {
  readonly files: Files;
  /** The same under the names of the link. */
  readonly artifacts: Listing;
  /** Names that no commit will hold, because git ignores them. */
  readonly ignored: ReadonlySet<string>;
}

/**
 * Lists what the patterns name, tracked or not, ignored or not. What git ignores stays out of the digest of a directory
 * – the commit's directory will not have it –, unless git ignores all that is in there.
 */
export async function findInWorkTree(
  repo: Repository,
  digester: Digester,
  patterns: ListPatterns,
  prefixes: readonly string[],
): Promise<Found> {
  const files = await listWorkTree(repo, digester, patterns.covers, { prefixes, ignored: true });
  const ignoredFiles = await ignoredPaths(repo, [...files.keys()]);
  const kept = new Map([...files].filter(([path]) => !ignoredFiles.has(path)));
  const artifacts = patterns.fold(kept);
  const ignored = new Set<string>();
  for (const [name, artifact] of patterns.fold(files)) {
    if (artifacts.has(name)) continue;
    artifacts.set(name, artifact);
    ignored.add(name);
  }
  return { files, artifacts, ignored };
}

/**
 * The files that no longer are as they were listed. Every file is read: git's index would have us believe time stamps,
 * and a command that writes in place and puts them back is exactly what must not go unseen.
 */
export async function changedSince(repo: Repository, files: Files): Promise<readonly string[]> {
  const now = await digestAnew(repo, [...files.keys()]);
  return [...files]
    .filter(([path, artifact]) => !sameArtifact(artifact, now.get(path)))
    .map(([path]) => path);
}

async function digestAnew(
  repo: Repository,
  paths: readonly string[],
): Promise<ReadonlyMap<string, Artifact>> {
  const root = repo.workTree;
  if (root === undefined || paths.length === 0) return new Map();
  const wanted = new Set(paths);
  const index = [...(await readIndex(repo, []))].filter(([path]) => wanted.has(path));
  const unread = new Map(index.map(([path, entry]) => [path, { ...entry, state: unreadState(entry.state) }]));
  return await digestLooseFiles(
    repo,
    root,
    unread,
    paths.filter((path) => !unread.has(path)),
  );
}

/** `clean` is what the time stamps say. */
function unreadState<State extends string>(state: State): State | 'dirty' {
  return state === 'clean' ? 'dirty' : state;
}
