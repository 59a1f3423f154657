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

interface OpenBlock extends LogBlock {
  readonly changes: Change[];
}

const HEAD = /^commit ([0-9a-f]{40,64})(?: \(from ([0-9a-f]{40,64})\))?\n/;
const RAW = /^:(\d+) (\d+) ([0-9a-f]+) ([0-9a-f]+) [A-Z]$/;
const ABSENT = '000000';
const COLON = 0x3a;

/**
 * Reads `git log --pretty=raw --raw -z`, cut at NUL bytes: `commit <id> (from <parent>) LF headers LF LF message LF
 * [LF change]`, path, change, path, …, an empty record, the next commit. Git indents every line of the message by four
 * spaces, so nothing a commit says can pass for a header or a change; and for git a commit ends at its first NUL.
 */
export class LogParser {
  #block: OpenBlock | undefined;
  /** A change whose path is the next record. */
  #change: string | undefined;

  /** Takes a record; returns the block that it shows to be complete. */
  take(record: Buffer): LogBlock | undefined {
    if (this.#change !== undefined) {
      this.#block?.changes.push(parseChange(this.#change, record));
      this.#change = undefined;
    } else if (record[0] === COLON) {
      this.#change = record.toString('latin1');
    } else if (record.length > 0) {
      const complete = this.#block;
      [this.#block, this.#change] = openBlock(record.toString('utf8'));
      return complete;
    }
    return undefined;
  }

  /** The last block, when there is nothing left to take. */
  end(): LogBlock | undefined {
    return this.#block;
  }
}

function openBlock(text: string): [block: OpenBlock, change: string | undefined] {
  const [head, id, from] = HEAD.exec(text) ?? [];
  if (head === undefined || id === undefined) {
    throw new MlchainError('git', `git log: expected a commit, found ${JSON.stringify(text.slice(0, 60))}`);
  }
  const last = text.lastIndexOf('\n') + 1;
  const change = text[last] === ':' ? text.slice(last) : undefined;
  const object = text.slice(head.length, change === undefined ? undefined : last);
  return [{ id, from, commit: parseCommit(unindented(object)), changes: [] }, change];
}

/** A commit object again: the message as it was before git indented it. */
function unindented(object: string): string {
  const blank = object.indexOf('\n\n');
  return blank === -1
    ? object
    : object.slice(0, blank + 1) + object.slice(blank + 1).replaceAll('\n    ', '\n');
}

function parseChange(change: string, path: Buffer): Change {
  const [, oldMode, newMode, oldId = '', newId = ''] = RAW.exec(change) ?? [];
  if (oldMode === undefined || newMode === undefined) {
    throw new MlchainError('git', `git log: expected a change, found ${JSON.stringify(change)}`);
  }
  return { path: decodePath(path), before: entry(oldMode, oldId), after: entry(newMode, newId) };
}

function entry(mode: string, id: string): TreeEntry | undefined {
  return mode === ABSENT ? undefined : { mode, id };
}
