import { textRecords } from '../git/records.ts';
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
  const [entries, deviations] = await Promise.all([
    readEntries(repo, directories),
    readDeviations(repo, directories),
  ]);
  return withDeviations(entries, deviations);
}

/** In place. */
export function withDeviations(
  entries: Map<string, IndexEntry>,
  deviations: Deviations,
): Map<string, IndexEntry> {
  for (const [path, state] of deviations) {
    const entry = entries.get(path);
    if (entry?.state === 'clean') entries.set(path, { ...entry, state });
  }
  return entries;
}

/** As if nothing of the work tree had changed. */
export async function readEntries(
  repo: Repository,
  directories: readonly string[],
): Promise<Map<string, IndexEntry>> {
  const entries = new Map<string, IndexEntry>();
  for await (const batch of indexTexts(repo, directories)) {
    for (const record of batch) {
      const tab = record.indexOf('\t');
      const isVouched = record.startsWith('H') && record[tab - 1] === '0';
      entries.set(record.slice(tab + 1), {
        mode: modeOf(record),
        id: record.slice(ID_START, tab - 2),
        state: isVouched ? 'clean' : 'unchecked',
      });
    }
  }
  return entries;
}

async function collect<T>(batches: AsyncIterable<readonly T[]>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const batch of batches) for (const each of batch) all.push(each);
  return all;
}

interface IndexRecord extends TreeEntry {
  /** `H`, or why git does not look at the file (git-ls-files(1), `-t` and `-v`). */
  readonly tag: string;
  /** `0`, or the side of an unfinished merge: the path then comes several times. */
  readonly stage: string;
  readonly path: string;
}

/** The index as it is, in batches. @param env further variables for git, such as another index. */
export async function* indexRecords(
  repo: Repository,
  directories: readonly string[],
  env: NodeJS.ProcessEnv = {},
): AsyncGenerator<readonly IndexRecord[]> {
  for await (const batch of indexTexts(repo, directories, env)) yield batch.map(indexRecord);
}

function indexTexts(repo: Repository, directories: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return textRecords(repo.git.stream(['ls-files', '-z', '-s', '-v', '--', ...directories], { env }));
}

/** `H 100644 ` */
const ID_START = 9;
const USUAL_MODE = '100644';

/** Nearly all have the same one: one string for all of them. */
function modeOf(record: string): string {
  return record.startsWith(USUAL_MODE, 2) ? USUAL_MODE : record.slice(2, ID_START - 1);
}

/** `H 100644 <id> 0<tab><path>` */
function indexRecord(record: string): IndexRecord {
  const tab = record.indexOf('\t');
  return {
    tag: record.slice(0, 1),
    mode: modeOf(record),
    id: record.slice(ID_START, tab - 2),
    stage: record.slice(tab - 1, tab),
    path: record.slice(tab + 1),
  };
}

/** Tracked paths that are not as the index says. */
export type Deviations = ReadonlyMap<string, 'dirty' | 'absent'>;

/** Whatever the user's configuration says: a change time cannot be put back as a modification time can. */
const STRICT = ['-c', 'core.trustctime=true', '-c', 'core.checkStat=default'];

/** Plumbing, so it only compares stat data; a submodule is compared by its HEAD alone. */
export async function readDeviations(repo: Repository, directories: readonly string[]): Promise<Deviations> {
  const args = [
    ...STRICT,
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
  for await (const batch of textRecords(repo.git.stream(args))) {
    for (const record of batch) {
      if (status === undefined) {
        status = record.slice(-1);
        continue;
      }
      deviations.set(record, status === 'D' ? 'absent' : 'dirty');
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
  const args = ['ls-files', '-z', '--others', ...exclude, '--', ...directories];
  return [...(await collect(textRecords(repo.git.stream(args))))];
}

/** Of paths that git does not track, those that it ignores: products that no commit will hold. */
export async function ignoredPaths(repo: Repository, untracked: readonly string[]): Promise<Set<string>> {
  if (untracked.length === 0) return new Set();
  // check-ignore knows no literal pathspecs; behind `./` nothing is magic. Left to look into the index by itself it would
  // go through all of it for every path: minutes, for a hundred thousand files.
  const input = untracked.map((path) => `./${path}\0`).join('');
  const { stdout } = await repo.git.run(['check-ignore', '-z', '--no-index', '--stdin'], {
    input,
    env: { GIT_LITERAL_PATHSPECS: '0' },
    // 1: none is ignored (git-check-ignore(1)).
    okCodes: [0, 1],
  });
  const ignored = stdout.toString('utf8').split('\0').slice(0, -1);
  return new Set(ignored.map((path) => path.slice('./'.length)));
}
