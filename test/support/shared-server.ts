import { appendNotes } from '../../src/git/notes.ts';
import { localRef } from '../../src/ledger/refs.ts';
import type { WorkingClone } from './working-clone.ts';
import { makeClone } from './working-clone.ts';

/** A bare repository and somebody's clones of it, the first with a published commit. */
export interface SharedServer {
  /** Path of the bare repository. */
  readonly url: string;
  readonly clone: WorkingClone;
  /** A second clone of the same person, under another name. */
  another(name: string): Promise<WorkingClone>;
  /** Runs git in the bare repository. */
  git(...args: string[]): Promise<string>;
  /** The lines that the server has of a signer on a commit. */
  lines(signer: string, commit: string): Promise<string[]>;
  cleanup(): Promise<void>;
}

export async function makeServer(): Promise<SharedServer> {
  const clone = await makeClone();
  const { person } = clone;
  const url = person.at('server.git');
  await person.git(['init', '-q', '--bare', url]);
  await clone.git('remote', 'add', 'origin', url);
  await clone.commit('first');
  await clone.git('push', '-q', '-u', 'origin', 'main');
  const others: WorkingClone[] = [];
  const git = async (...args: string[]) => (await person.git(args, { cwd: url })).stdout.replace(/\n$/, '');
  return {
    url,
    clone,
    git,
    async another(name) {
      const other = await makeClone({ person, name, from: url });
      others.push(other);
      return other;
    },
    async lines(signer, commit) {
      const args = ['notes', `--ref=${localRef(signer)}`, 'show', commit];
      const { stdout, code } = await person.git(args, { cwd: url, code: 'any' });
      return code === 0 ? stdout.split('\n').filter((line) => line !== '') : [];
    },
    async cleanup() {
      await Promise.all(others.map((other) => other.cleanup()));
      await clone.cleanup();
    },
  };
}

/** Puts lines into a signer's ref in a clone, as recording them would. */
export async function record(
  clone: WorkingClone,
  ref: string,
  commit: string,
  ...lines: readonly string[]
): Promise<string> {
  return await appendNotes(clone.repo, ref, new Map([[commit, lines]]), 'test');
}
