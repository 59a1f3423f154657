import { MlchainError } from '../errors.ts';
import type { CommitObject } from './commit-object.ts';
import { parseCommit } from './commit-object.ts';
import { decodePath } from './paths.ts';
import type { TreeEntry } from './tree-object.ts';

export interface Change {
  readonly path: string;
  /** `undefined`: the path is new. */
  readonly before: TreeEntry | undefined;
  /** `undefined`: the path is gone. */
  readonly after: TreeEntry | undefined;
}

/** One block of the log: a commit compared with one parent, or with nothing. */
export interface LogBlock {
  readonly id: string;
  /** Set at merges only, where git prints one block for each parent that differs. */
  readonly from: string | undefined;
  readonly commit: CommitObject;
  readonly changes: readonly Change[];
}

const HEAD = /^commit ([0-9a-f]{40,64})(?: \(from ([0-9a-f]{40,64})\))?\n/;
const RAW = /^:(\d+) (\d+) ([0-9a-f]+) ([0-9a-f]+) [A-Z]$/;
const ABSENT = '000000';

/**
 * Reads `git log --pretty=raw --raw -z`: `commit <id> (from <parent>) LF headers LF LF message LF [LF record]`, NUL,
 * then path, NUL, record, NUL, path, … Git indents every line of the message by four spaces, so nothing a commit
 * says can pass for a header or a record; and a commit's text ends, for git, at its first NUL.
 */
export async function* logBlocks(records: AsyncIterable<Buffer>): AsyncGenerator<LogBlock, void, undefined> {
  let block: (LogBlock & { changes: Change[] }) | undefined;
  let record: string | undefined;
  for await (const bytes of records) {
    if (record !== undefined) {
      block?.changes.push(change(record, bytes));
      record = undefined;
    } else if (bytes[0] === COLON) {
      record = bytes.toString('latin1');
    } else if (bytes.length > 0) {
      if (block !== undefined) {
        yield block;
      }
      [block, record] = open(bytes.toString('utf8'));
    }
  }
  if (block !== undefined) {
    yield block;
  }
}

const COLON = 0x3a;

function open(text: string): [block: LogBlock & { changes: Change[] }, record: string | undefined] {
  const [head, id, from] = HEAD.exec(text) ?? [];
  if (head === undefined || id === undefined) {
    throw new MlchainError('git', `git log: expected a commit, found ${JSON.stringify(text.slice(0, 60))}`);
  }
  const last = text.lastIndexOf('\n') + 1;
  const record = text[last] === ':' ? text.slice(last) : undefined;
  const object = text.slice(head.length, record === undefined ? undefined : last);
  const blank = object.indexOf('\n\n');
  const message = blank === -1 ? '' : object.slice(blank + 2).replace(/^ {4}/gm, '');
  const headers = blank === -1 ? object : object.slice(0, blank);
  return [{ id, from, commit: parseCommit(`${headers}\n\n${message}`), changes: [] }, record];
}

function change(record: string, path: Buffer): Change {
  const [, oldMode, newMode, oldId = '', newId = ''] = RAW.exec(record) ?? [];
  if (oldMode === undefined || newMode === undefined) {
    throw new MlchainError('git', `git log: expected a change, found ${JSON.stringify(record)}`);
  }
  return { path: decodePath(path), before: entry(oldMode, oldId), after: entry(newMode, newId) };
}

function entry(mode: string, id: string): TreeEntry | undefined {
  return mode === ABSENT ? undefined : { mode, id };
}
