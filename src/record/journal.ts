import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { Repository } from '../git/repository.ts';

/** What this clone remembers of the commits it saw being made. */
export interface Memory {
  /** Commits that this clone's own hooks saw being made by this person: only these may be signed unasked. */
  readonly made: ReadonlySet<string>;
  /** Of those, the ones still to be signed, oldest first, with the steps that were named outright for them. */
  readonly queue: ReadonlyMap<string, readonly string[]>;
}

const ENTRY = /^(made|done) ([0-9a-f]{40}|[0-9a-f]{64})(?: (.*))?$/;

/**
 * `<git common dir>/mlchain/journal`: `made COMMIT [STEP…]` when a hook saw a commit being made, before anything else
 * is done about it, `done COMMIT` when nothing is left to do. What is made and not done is the queue, so a hook that
 * is killed at any point – or finds the key locked – leaves the commit queued and loses nothing (threat 41).
 *
 * It is shared by all worktrees: a commit made in one is pushed from another. One append is one write of one short
 * line to a file opened for appending, so concurrent hooks never mix their lines.
 */
export class Journal {
  readonly #file: string;

  constructor(repo: Repository) {
    this.#file = path.join(repo.commonDir, 'mlchain', 'journal');
  }

  async made(commit: string, steps: readonly string[] = []): Promise<void> {
    await this.#append(['made', commit, ...steps.map(encodeURIComponent)].join(' '));
  }

  async done(commit: string): Promise<void> {
    await this.#append(`done ${commit}`);
  }

  async read(): Promise<Memory> {
    return replay(await this.#text());
  }

  async #text(): Promise<string> {
    try {
      return await fs.readFile(this.#file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    }
  }

  /** The line feed in front ends whatever a write cut short by a full disk left behind; empty lines mean nothing. */
  async #append(entry: string): Promise<void> {
    await fs.mkdir(path.dirname(this.#file), { recursive: true });
    await fs.appendFile(this.#file, `\n${entry}\n`, { mode: 0o600 });
  }
}

/** A line that is not one of ours is a write cut short: the entry it would have been was never made. */
function replay(text: string): Memory {
  const made = new Set<string>();
  const queue = new Map<string, readonly string[]>();
  for (const line of text.split('\n')) {
    const [, verb, commit, steps] = ENTRY.exec(line) ?? [];
    if (commit === undefined) continue;
    if (verb === 'done') queue.delete(commit);
    else {
      made.add(commit);
      queue.set(commit, stepsFrom(steps));
    }
  }
  return { made, queue };
}

function stepsFrom(text: string | undefined): readonly string[] {
  return text === undefined ? [] : text.split(' ').filter(isEncoded).map(decodeURIComponent);
}

/** What `encodeURIComponent` writes, and nothing that `decodeURIComponent` would throw at. */
function isEncoded(word: string): boolean {
  try {
    return decodeURIComponent(word) !== '';
  } catch (error) {
    if (error instanceof URIError) return false;
    throw error;
  }
}
