import * as fs from 'node:fs';
import * as path from 'node:path';
import { Repository } from '../../src/git/repository.ts';
import type { Person } from './person.ts';
import { makePerson } from './person.ts';

/** A person's repository, by git itself (`git`) and as the code under test sees it (`repo`). */
export interface WorkingClone {
  readonly person: Person;
  readonly path: string;
  readonly repo: Repository;
  /** Runs git in the repository; standard output without the newline at its end. */
  git(...args: string[]): Promise<string>;
  write(name: string, content: string | Uint8Array): void;
  remove(name: string): void;
  /** Adds everything and commits; the commit's id. */
  commit(message?: string): Promise<string>;
  /** The same repository opened anew, as the next process would. */
  reopen(): Promise<Repository>;
  cleanup(): Promise<void>;
}

export interface CloneOptions {
  readonly objectFormat?: 'sha1' | 'sha256';
  /** An existing person, who is left alone by `cleanup`. */
  readonly person?: Person;
  readonly name?: string;
  /** Clone from here instead of starting empty. */
  readonly from?: string;
  readonly config?: ReadonlyMap<string, string>;
}

export async function makeClone(options: CloneOptions = {}): Promise<WorkingClone> {
  const person =
    options.person ?? (await makePerson('Alice', options.config ? { config: options.config } : {}));
  const directory = person.at(options.name ?? 'repo');
  const format = `--object-format=${options.objectFormat ?? 'sha1'}`;
  if (options.from === undefined) await person.git(['init', '-q', format, directory]);
  else await person.git(['clone', '-q', options.from, directory]);
  const git = async (...args: string[]) =>
    (await person.git(args, { cwd: directory })).stdout.replace(/\n$/, '');
  // A gc in the background would still be writing while the test tidies up.
  await git('config', 'gc.auto', '0');
  const opened: Repository[] = [];
  const reopen = async () => {
    const repo = await Repository.open(directory, person.env);
    opened.push(repo);
    return repo;
  };
  return {
    person,
    path: directory,
    repo: await reopen(),
    git,
    write(name, content) {
      const file = path.join(directory, name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, content);
    },
    remove: (name) => fs.rmSync(path.join(directory, name), { recursive: true }),
    async commit(message = 'change') {
      await git('add', '-A');
      await git('commit', '-q', '--allow-empty', '-m', message);
      return await git('rev-parse', 'HEAD');
    },
    reopen,
    async cleanup() {
      await Promise.all(opened.map((repo) => repo.close()));
      if (options.person === undefined) await person.cleanup();
    },
  };
}
