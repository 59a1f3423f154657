import * as fs from 'node:fs';
import * as path from 'node:path';
import { Repository } from '../../src/git/repository.ts';
import type { ExecOptions } from '../support/exec.ts';
import type { Person } from '../support/person.ts';
import { makePerson } from '../support/person.ts';

export type Format = 'sha1' | 'sha256';
export const FORMATS: readonly Format[] = ['sha1', 'sha256'];

export interface Setting {
  readonly format?: Format;
  readonly bare?: boolean;
}

/** Path → content; `undefined` removes the file. */
export type Files = ReadonlyMap<string, string | Uint8Array | undefined>;

/** One repository of one person, made by git and opened by us. */
export interface Fixture {
  readonly person: Person;
  readonly dir: string;
  readonly repo: Repository;
  /** Standard output of plain git in the repository, without the newline at its end. */
  git(args: readonly string[], options?: ExecOptions): Promise<string>;
  write(files: Files): void;
  /** Commits exactly these files on top of the index; returns the commit's id. */
  commit(message: string, files?: Files): Promise<string>;
  /** Opens another place, closed with the rest. */
  open(dir: string, env?: NodeJS.ProcessEnv): Promise<Repository>;
}

export async function inRepository(
  body: (fixture: Fixture) => Promise<void>,
  setting: Setting = {},
): Promise<void> {
  const person = await makePerson('Alice Able');
  const opened: Repository[] = [];
  try {
    const dir = person.at('repo');
    const bare = setting.bare ? ['--bare'] : [];
    await person.git(['init', '-q', `--object-format=${setting.format ?? 'sha1'}`, ...bare, dir]);
    const open = async (where: string, env: NodeJS.ProcessEnv = person.env) => {
      const repo = await Repository.open(where, env);
      opened.push(repo);
      return repo;
    };
    await body(fixtureOf(person, dir, await open(dir), open));
  } finally {
    await Promise.all(opened.map((repo) => repo.close()));
    await person.cleanup();
  }
}

function fixtureOf(person: Person, dir: string, repo: Repository, open: Fixture['open']): Fixture {
  const git: Fixture['git'] = async (args, options = {}) => {
    const { stdout } = await person.git(args, { cwd: dir, ...options });
    return stdout.replace(/\n$/, '');
  };
  const write = (files: Files) => {
    for (const [name, content] of files) {
      const file = path.join(dir, name);
      if (content === undefined) {
        fs.rmSync(file);
      } else {
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(file, content);
      }
    }
  };
  const commit: Fixture['commit'] = async (message, files = new Map()) => {
    write(files);
    await git(['add', '-A', '--', '.']);
    await git(['commit', '-q', '--allow-empty', '-F', '-'], { input: message });
    return await git(['rev-parse', 'HEAD']);
  };
  return { person, dir, repo, git, write, commit, open };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** What a promise rejects with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => {
      throw new Error('expected a failure, found none');
    },
    (error: unknown) => error,
  );
}
