import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Digester } from '../artifact/digester.ts';
import type { IndexEntry } from '../artifact/index-state.ts';
import { ignoredPaths, readIndex } from '../artifact/index-state.ts';
import type { Listing } from '../artifact/kind.ts';
import { sameArtifact } from '../artifact/kind.ts';
import { digestLooseFiles } from '../artifact/loose-files.ts';
import { listWorkTree } from '../artifact/work-tree.ts';
import type { Repository } from '../git/repository.ts';
import type { RecordingContext } from './context.ts';
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
): Promise<Found> {
  const { covers, prefixes } = patterns;
  const { files, untracked } = await listWorkTree(repo, digester, covers, { prefixes, ignored: true });
  const ignoredFiles = await ignoredPaths(repo, untracked);
  const ignored = new Set<string>();
  if (ignoredFiles.size === 0) return { files, artifacts: patterns.fold(files), ignored };
  const kept = new Map([...files].filter(([path]) => !ignoredFiles.has(path)));
  const artifacts = patterns.fold(kept);
  for (const [name, artifact] of patterns.fold(files)) {
    if (artifacts.has(name)) continue;
    artifacts.set(name, artifact);
    ignored.add(name);
  }
  return { files, artifacts, ignored };
}

/**
 * The files that no longer are as they were listed. Git's index is believed only where it cannot err: it compares change
 * times, which no command can put back, by the second – so it must have been written in a second before the listing
 * began (Documentation/technical/racy-git), and on Windows, where it knows no change times, never. Else every file is
 * read: a command that writes in place and puts the time stamps back is exactly what must not go unseen.
 * @param since when the listing began, by the clock that files are dated by: milliseconds since the epoch
 */
export async function changedSince(
  { repo, digester }: Pick<RecordingContext, 'repo' | 'digester'>,
  files: Files,
  since: number,
): Promise<readonly string[]> {
  if (repo.workTree === undefined || files.size === 0) return [];
  const isSure = process.platform !== 'win32' && indexSecond(repo) < Math.floor(since / 1000);
  const index = await readIndex(repo, directoriesOf(files.keys()));
  const unread = new Map<string, IndexEntry>();
  for (const [name, entry] of index) {
    const artifact = files.get(name);
    if (artifact === undefined) continue;
    const isAsListed = isSure && entry.state === 'clean' && sameArtifact(digester.known(entry.id), artifact);
    if (!isAsListed) unread.set(name, { ...entry, state: unreadState(entry.state) });
  }
  const others = [...files.keys()].filter((name) => !index.has(name));
  const now = await digestLooseFiles(repo, repo.workTree, unread, others, digester.progress);
  return [...unread.keys(), ...others].filter((name) => !sameArtifact(files.get(name), now.get(name))).sort();
}

/** Second of the epoch in which the index was written; later than any where there is none. */
function indexSecond({ gitDir }: Repository): number {
  const stat = fs.statSync(path.join(gitDir, 'index'), { throwIfNoEntry: false });
  return stat === undefined ? Infinity : Math.floor(stat.mtimeMs / 1000);
}

/** As git pathspecs: the top directories of the files; nothing, which is everything, where one lies at the top. */
function directoriesOf(paths: Iterable<string>): readonly string[] {
  const tops = new Set<string>();
  for (const name of paths) {
    const slash = name.indexOf('/');
    if (slash < 0) return [];
    tops.add(name.slice(0, slash + 1));
  }
  return [...tops];
}

/** `clean` is what the time stamps say. */
function unreadState<State extends string>(state: State): State | 'dirty' {
  return state === 'clean' ? 'dirty' : state;
}
