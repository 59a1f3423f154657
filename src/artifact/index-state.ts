import { decodePath } from '../git/paths.ts';
import { records } from '../git/records.ts';
import type { Repository } from '../git/repository.ts';
import type { TreeEntry } from '../git/tree.ts';

/**
 * How a tracked path in the work tree relates to the index. `clean`: git's own stat data say that it holds what the
 * index names. `dirty`: it may hold something else. `absent`: it is not there. `unchecked`: git was told not to look
 * (assume-unchanged, skip-worktree), so nothing is known.
 */
export type IndexState = 'clean' | 'dirty' | 'absent' | 'unchecked';

export interface IndexEntry extends TreeEntry {
  readonly state: IndexState;
}

/**
 * The index as a stat cache: what of the work tree need not be read again. No filter of the repository runs for it but
 * where git itself cannot tell by the time stamps.
 * @param directories limits the answer, git pathspecs; none: everything.
 */
export async function readIndex(
  repo: Repository,
  directories: readonly string[],
): Promise<Map<string, IndexEntry>> {
  const deviations = await readDeviations(repo, directories);
  const entries = new Map<string, IndexEntry>();
  for await (const { tag, stage, path, mode, id } of indexRecords(repo, directories)) {
    const isChecked = tag === 'H' && stage === '0';
    entries.set(path, { mode, id, state: isChecked ? (deviations.get(path) ?? 'clean') : 'unchecked' });
  }
  return entries;
}

interface IndexRecord extends TreeEntry {
  /** `H`, or why git does not look at the file (git-ls-files(1), `-t` and `-v`). */
  readonly tag: string;
  /** `0`, or the side of an unfinished merge: the path then comes several times. */
  readonly stage: string;
  readonly path: string;
}

/** The index as it is. @param env further variables for git, such as another index. */
export async function* indexRecords(
  repo: Repository,
  directories: readonly string[],
  env: NodeJS.ProcessEnv = {},
): AsyncGenerator<IndexRecord> {
  const args = ['ls-files', '-z', '-s', '-v', '--', ...directories];
  for await (const batch of records(repo.git.stream(args, { env }))) {
    for (const record of batch) {
      const tab = record.indexOf('\t');
      const [tag = '', mode = '', id = '', stage = ''] = record.toString('latin1', 0, tab).split(' ');
      yield { tag, mode, id, stage, path: decodePath(record.subarray(tab + 1)) };
    }
  }
}

/** Plumbing, so it only compares stat data; a submodule is compared by its HEAD alone. */
async function readDeviations(
  repo: Repository,
  directories: readonly string[],
): Promise<Map<string, 'dirty' | 'absent'>> {
  const args = [
    'diff-files',
    '-z',
    '--raw',
    '--no-renames',
    '--ignore-submodules=dirty',
    '--',
    ...directories,
  ];
  const deviations = new Map<string, 'dirty' | 'absent'>();
  let status: string | undefined;
  for await (const batch of records(repo.git.stream(args))) {
    for (const record of batch) {
      if (status === undefined) {
        status = record.toString('latin1').slice(-1);
        continue;
      }
      deviations.set(decodePath(record), status === 'D' ? 'absent' : 'dirty');
      status = undefined;
    }
  }
  return deviations;
}

/** Paths that git does not track; a repository inside ours ends in a slash. @param ignored also those git ignores. */
export async function readUntracked(
  repo: Repository,
  directories: readonly string[],
  ignored: boolean,
): Promise<string[]> {
  const exclude = ignored ? [] : ['--exclude-standard'];
  const paths: string[] = [];
  for await (const batch of records(
    repo.git.stream(['ls-files', '-z', '--others', ...exclude, '--', ...directories]),
  )) {
    for (const record of batch) paths.push(decodePath(record));
  }
  return paths;
}

/** Of `paths`, those that git ignores and does not track: products that no commit will hold. */
export async function ignoredPaths(repo: Repository, paths: readonly string[]): Promise<Set<string>> {
  if (paths.length === 0) return new Set();
  const tracked = await trackedPaths(repo);
  const asked = paths.filter((path) => !tracked.has(path));
  if (asked.length === 0) return new Set();
  // check-ignore knows no literal pathspecs; behind `./` nothing is magic. Left to look into the index by itself it would
  // go through all of it for every path: minutes, for a hundred thousand files.
  const input = asked.map((path) => `./${path}\0`).join('');
  const { stdout } = await repo.git.run(['check-ignore', '-z', '--no-index', '--stdin'], {
    input,
    env: { GIT_LITERAL_PATHSPECS: '0' },
    // 1: none is ignored (git-check-ignore(1)).
    okCodes: [0, 1],
  });
  const ignored = stdout.toString('utf8').split('\0').slice(0, -1);
  return new Set(ignored.map((path) => path.slice('./'.length)));
}

async function trackedPaths(repo: Repository): Promise<ReadonlySet<string>> {
  const tracked = new Set<string>();
  for await (const { path } of indexRecords(repo, [])) tracked.add(path);
  return tracked;
}
