import { MlchainError } from '../errors.ts';
import type { CommitObject } from './commit-object.ts';
import type { Change, LogBlock } from './log-parser.ts';
import { LogParser } from './log-parser.ts';
import { isCleanPath } from './paths.ts';
import { records } from './records.ts';
import type { Repository } from './repository.ts';

export type { Person } from './commit-object.ts';
export type { Change } from './log-parser.ts';

export interface Commit extends CommitObject {
  readonly id: string;
}

export interface CommitChanges extends Commit {
  /** One list per parent, in order; one list, against nothing, for a root commit and for a `boundary`. */
  readonly changes: readonly (readonly Change[])[];
  /** Edge of a shallow clone: the commit names `parents`, but they are not here to be compared with. */
  readonly boundary: boolean;
}

export interface HistoryRequest {
  /** Commit ids; none: no history. */
  readonly tips: readonly string[];
  /** Commit ids; they and their ancestors are left out. */
  readonly exclude?: readonly string[];
  /** `by-date` is what `git log` shows: it starts at once, but a wrong clock can put a parent before its child. */
  readonly order: 'oldest-first' | 'newest-first' | 'by-date';
  /** `false`: nothing is compared, the lists mean nothing. */
  readonly changes?: boolean;
  /** Only commits that change one of these paths (files, or directories without a final `/`), and only these changes. */
  readonly paths?: readonly string[];
}

/** Everything that a setting, an attribute or a foreign `.gitmodules` could change is said outright. */
const OPTIONS = [
  '--pretty=raw',
  '-z',
  '--root',
  '--diff-merges=separate',
  '--no-abbrev',
  '--no-renames',
  '--no-relative',
  '--no-ext-diff',
  '--no-textconv',
  '--no-notes',
  '--no-mailmap',
  '--no-decorate',
  '--no-show-signature',
  '--no-color',
  '--no-follow',
  '--no-expand-tabs',
  '--ignore-submodules=none',
  '--full-history',
  '--encoding=UTF-8',
  '-O/dev/null',
];

/** Commits with what each changed, as git finds them; a child of its own, ended when the loop is left. */
export async function* readHistory(
  repo: Repository,
  request: HistoryRequest,
): AsyncGenerator<CommitChanges, void, undefined> {
  const { tips, exclude = [], changes = true, paths = [] } = request;
  if (tips.length === 0) {
    return;
  }
  // An argument is text: a path that is no UTF-8 would reach git as another one, and nothing would be found.
  const canAsk = paths.every(isCleanPath);
  const args = [...OPTIONS, changes || !canAsk ? '--raw' : '--no-patch', ...ORDER[request.order]];
  const input = [...tips.map(safeId), ...exclude.map((id) => `^${safeId(id)}`), ''].join('\n');
  const commits = readLog(repo, args, input, canAsk ? paths : []);
  yield* canAsk ? commits : touching(commits, paths);
}

/** One commit. Throws when it is not here. */
export async function readCommit(repo: Repository, id: string): Promise<CommitChanges> {
  for await (const commit of readLog(repo, [...OPTIONS, '--raw', '--no-walk'], `${safeId(id)}\n`, [])) {
    return commit;
  }
  throw new MlchainError('input', `not a commit: '${id}'`);
}

/** Whether everything in `ancestor` is also in `descendant`; a commit is its own ancestor. */
export async function isAncestor(repo: Repository, ancestor: string, descendant: string): Promise<boolean> {
  const args = ['merge-base', '--is-ancestor', safeId(ancestor), safeId(descendant)];
  const { code } = await repo.git.run(args, { okCodes: [0, 1] });
  return code === 0;
}

/** All best common ancestors; several after criss-cross merges, none for unrelated histories. */
export async function mergeBases(repo: Repository, a: string, b: string): Promise<string[]> {
  const { stdout } = await repo.git.run(['merge-base', '--all', safeId(a), safeId(b)], { okCodes: [0, 1] });
  return stdout.toString('latin1').split('\n').slice(0, -1);
}

const ORDER = {
  'oldest-first': ['--topo-order', '--reverse'],
  'newest-first': ['--topo-order'],
  'by-date': [],
} as const;

async function* readLog(
  repo: Repository,
  args: readonly string[],
  input: string,
  paths: readonly string[],
): AsyncGenerator<CommitChanges, void, undefined> {
  const shallow = await repo.shallowCommits();
  const pathspec = paths.length === 0 ? [] : ['--', ...paths];
  let blocks: LogBlock[] = [];
  for await (const block of logBlocks(repo.git.stream(['log', ...args, '--stdin', ...pathspec], { input }))) {
    if (blocks.length > 0 && blocks[0]?.id !== block.id) {
      yield join(blocks, shallow);
      blocks = [];
    }
    blocks.push(block);
  }
  if (blocks.length > 0) {
    yield join(blocks, shallow);
  }
}

/** Only commits that change one of the paths or something below it, and only these changes. */
async function* touching(
  commits: AsyncIterable<CommitChanges>,
  paths: readonly string[],
): AsyncGenerator<CommitChanges, void, undefined> {
  const touches = (change: Change) => paths.some((path) => `${change.path}/`.startsWith(`${path}/`));
  for await (const commit of commits) {
    const changes = commit.changes.map((list) => list.filter(touches));
    if (changes.some((list) => list.length > 0)) {
      yield { ...commit, changes };
    }
  }
}

async function* logBlocks(output: AsyncIterable<Buffer>): AsyncGenerator<LogBlock, void, undefined> {
  const parser = new LogParser();
  for await (const batch of records(output)) {
    for (const record of batch) {
      const block = parser.take(record);
      if (block !== undefined) {
        yield block;
      }
    }
  }
  const last = parser.end();
  if (last !== undefined) {
    yield last;
  }
}

/** Git leaves out the block of a parent that does not differ; its list is empty. */
function join(blocks: readonly LogBlock[], shallow: ReadonlySet<string>): CommitChanges {
  const [first] = blocks;
  if (first === undefined) {
    throw new MlchainError('git', 'git log: no block for a commit');
  }
  const { id, commit } = first;
  const boundary = shallow.has(id);
  const isMerge = commit.parents.length > 1 && !boundary;
  const changes = isMerge
    ? commit.parents.map((parent) => blocks.find((block) => block.from === parent)?.changes ?? [])
    : [first.changes];
  return { id, ...commit, changes, boundary };
}

/** A whole id: with `--stdin` newer git also reads options there, and a branch may be named like an abbreviated id. */
function safeId(id: string): string {
  if (!/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(id)) {
    throw new MlchainError('input', `not a commit id: '${id}'`);
  }
  return id;
}
