import { MlchainError } from '../errors.ts';
import { type Commit, type CommitChanges, type HistoryRequest, touching } from './commit-changes.ts';
import { parseCommit } from './commit-object.ts';
import { fewCommits, oneCommit } from './few-commits.ts';
import type { LogBlock } from './log-parser.ts';
import { LogParser } from './log-parser.ts';
import { isCleanPath } from './paths.ts';
import type { RepositoryReader } from './reader.ts';
import { records } from './records.ts';
import type { Repository } from './repository.ts';

export type { Commit, CommitChanges, HistoryRequest } from './commit-changes.ts';
export type { Person } from './commit-object.ts';
export type { Change } from './log-parser.ts';

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
  repo: RepositoryReader,
  request: HistoryRequest,
): AsyncGenerator<CommitChanges, void, undefined> {
  const { tips, exclude = [], changes = true, paths = [] } = request;
  if (tips.length === 0) {
    return;
  }
  if (repo.git === undefined) {
    yield* repo.walk.history(request);
    return;
  }
  const few = await fewCommits(repo, request);
  if (few !== undefined) {
    yield* few;
    return;
  }
  // An argument is text: a path that is no UTF-8 would reach git as another one, and nothing would be found.
  const canAsk = paths.every(isCleanPath);
  const args = [...OPTIONS, changes || !canAsk ? '--raw' : '--no-patch', ...ORDER[request.order]];
  const input = [...tips.map(safeId), ...exclude.map((id) => `^${safeId(id)}`), ''].join('\n');
  const commits = readLog(repo, args, input, canAsk ? paths : []);
  for await (const commit of commits) {
    const wanted = canAsk ? commit : touching(commit, paths);
    if (wanted !== undefined) {
      yield wanted;
    }
  }
}

/** One commit. Throws when it is not here. */
export async function readCommit(repo: RepositoryReader, id: string): Promise<CommitChanges> {
  if (repo.git === undefined) {
    return await repo.walk.commit(id);
  }
  const few = await oneCommit(repo, safeId(id));
  if (few !== undefined) return few;
  for await (const commit of readLog(repo, [...OPTIONS, '--raw', '--no-walk'], `${safeId(id)}\n`, [])) {
    return commit;
  }
  throw new MlchainError('input', `not a commit: '${id}'`);
}

/** A commit alone, without what it changed; `undefined` when it is not here or no commit. */
export async function readCommitObject(repo: RepositoryReader, id: string): Promise<Commit | undefined> {
  const object = await repo.objects.read(id);
  return object?.type === 'commit'
    ? { id: object.id, ...parseCommit(object.data.toString('utf8')) }
    : undefined;
}

/** Whether everything in `ancestor` is also in `descendant`; a commit is its own ancestor. */
export async function isAncestor(
  repo: RepositoryReader,
  ancestor: string,
  descendant: string,
): Promise<boolean> {
  if (repo.git === undefined) {
    return (await repo.walk.reachable([descendant])).has(ancestor);
  }
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
