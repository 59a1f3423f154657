import type { Digester } from '../artifact/digester.ts';
import { indexStamp } from '../artifact/index-stamp.ts';
import type { IndexEntry } from '../artifact/index-state.ts';
import { readDeviations, readIndex } from '../artifact/index-state.ts';
import { sameArtifact } from '../artifact/kind.ts';
import { digestLooseFiles } from '../artifact/loose-files.ts';
import type { Look } from '../artifact/work-tree.ts';
import { listWorkTree } from '../artifact/work-tree.ts';
import type { Repository } from '../git/repository.ts';
import type { RecordingContext } from './context.ts';
import type { Files, ListPatterns } from './patterns.ts';

/** What the work tree has for one list of a link. */
export interface Found {
  readonly files: Files;
  /** The same under the names of the link. */
  readonly artifacts: Files;
  /** Names that no commit will hold, because git ignores them. */
  readonly ignored: ReadonlySet<string>;
  readonly look: Look;
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
  const { covers, prefixes, question } = patterns;
  const scope = { prefixes, question, ignored: true };
  const { files, untracked, ignored: left, look } = await listWorkTree(repo, digester, covers, scope);
  const ignoredFiles = new Set(untracked.filter((name) => left.has(name)));
  if (question !== undefined) return { files, artifacts: files, ignored: ignoredFiles, look };
  const ignored = new Set<string>();
  if (ignoredFiles.size === 0) return { files, artifacts: patterns.fold(files), ignored, look };
  const kept = new Map([...files].filter(([path]) => !ignoredFiles.has(path)));
  const artifacts = patterns.fold(kept);
  for (const [name, artifact] of patterns.fold(files)) {
    if (artifacts.has(name)) continue;
    artifacts.set(name, artifact);
    ignored.add(name);
  }
  return { files, artifacts, ignored, look };
}

/**
 * Those of the files that no longer are as they were listed. Git's index is believed only where it cannot err: it must be
 * the very one of the first look, and written in a second before that look began – git compares change times, which no
 * command can put back, by the second (Documentation/technical/racy-git) –, and on Windows, where git knows no change
 * times, never. Else every file is read: a command that writes in place and puts the time stamps back is exactly what
 * must not go unseen.
 * @param look the first one; undefined: it was in another process
 * @param isAsked which of the files matter
 */
export async function changedSince(
  { repo, digester }: Pick<RecordingContext, 'repo' | 'digester'>,
  files: Files,
  look: Look | undefined,
  isAsked: (name: string) => boolean = () => true,
): Promise<readonly string[]> {
  if (repo.workTree === undefined) return [];
  const suspects = look && (await suspectsSince(repo, look));
  if (suspects?.size === 0) return [];
  const names = [...(suspects ?? files.keys())].filter((name) => files.has(name) && isAsked(name));
  if (names.length === 0) return [];
  const index = await readIndex(repo, directoriesOf(names));
  const tracked = new Map<string, IndexEntry>();
  for (const name of names) {
    const entry = index.get(name);
    if (entry !== undefined) tracked.set(name, { ...entry, state: unreadState(entry.state) });
  }
  const others = names.filter((name) => !index.has(name));
  const now = await digestLooseFiles(repo, repo.workTree, tracked, others, digester.progress);
  return names.filter((name) => !sameArtifact(files.get(name), now.get(name))).sort();
}

/** What the index does not vouch for, then or now; undefined where it vouches for nothing. */
async function suspectsSince(
  repo: Repository,
  { since, index, directories, doubtful }: Look,
): Promise<ReadonlySet<string> | undefined> {
  if (process.platform === 'win32' || index === undefined) return undefined;
  if (index.second >= Math.floor(since / 1000)) return undefined;
  const deviations = await readDeviations(repo, directories);
  // Afterwards: so it is what git has just read.
  if (indexStamp(repo)?.identity !== index.identity) return undefined;
  return new Set([...doubtful, ...deviations.keys()]);
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
