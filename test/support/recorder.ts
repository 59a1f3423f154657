import * as fs from 'node:fs';
import * as path from 'node:path';
import { Repository } from '../../src/git/repository.ts';
import type { Installed, Uninstalled } from '../../src/hooks/install.ts';
import { installHooks, uninstallHooks } from '../../src/hooks/install.ts';
import type { HookName } from '../../src/hooks/script.ts';
import { hookScript } from '../../src/hooks/script.ts';
import type { HooksStatus } from '../../src/hooks/status.ts';
import { hooksStatus } from '../../src/hooks/status.ts';
import type { Person } from './person.ts';
import { makePerson } from './person.ts';

/** What stood in for git-mlchain was started with. */
interface Call {
  readonly hook: string;
  readonly args: readonly string[];
  readonly input: string;
  readonly caCerts: string | undefined;
}

/** A person whose hooks start a program that only writes down how it was called. */
export interface Recorder {
  readonly person: Person;
  readonly node: string;
  readonly program: string;
  /** The calls since the last time, oldest first. */
  calls(): readonly Call[];
  /** What the program says and ends with from now on. */
  answer(exitCode: number, message?: string): void;
}

const PROGRAM = `
import * as fs from 'node:fs';
const here = import.meta.dirname;
const [command, hook, dashes, ...args] = process.argv.slice(2);
if (command === '--version') process.exit(0);
if (command !== 'hook' || dashes !== '--') throw new Error('called as ' + process.argv.join(' '));
const call = { hook, args, input: fs.readFileSync(0, 'latin1'), caCerts: process.env.NODE_EXTRA_CA_CERTS };
fs.appendFileSync(here + '/calls', JSON.stringify(call) + '\\n');
const { exitCode, message } = JSON.parse(fs.readFileSync(here + '/answer', 'utf8'));
if (message) console.error(message);
process.exitCode = exitCode;
`;

export async function makeRecorder(name = 'Alice'): Promise<Recorder> {
  const person = await makePerson(name);
  // The name of the directory needs quoting: it must survive the way into the hook.
  const directory = person.at("it's the program");
  fs.mkdirSync(directory);
  const program = path.join(directory, 'program.mjs');
  fs.writeFileSync(program, PROGRAM);
  fs.writeFileSync(path.join(directory, 'calls'), '');
  const answer = (exitCode: number, message = '') =>
    fs.writeFileSync(path.join(directory, 'answer'), JSON.stringify({ exitCode, message }));
  answer(0);
  return {
    person,
    node: process.execPath,
    program,
    answer,
    calls() {
      const lines = fs.readFileSync(path.join(directory, 'calls'), 'utf8').split('\n').slice(0, -1);
      fs.writeFileSync(path.join(directory, 'calls'), '');
      return lines.map((line) => JSON.parse(line) as Call);
    },
  };
}

/** Puts a hook where git finds it, as the installer would. */
export function putHook(recorder: Recorder, repository: string, hook: HookName): void {
  putScript(path.join(repository, hook), hookScript(hook, recorder, { beside: false }));
}

export function putScript(file: string, text: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text, { mode: 0o755 });
}

/** `hooks install`, `hooks uninstall` and `hooks status` in the repository at `directory`. */
export async function install(recorder: Recorder, directory: string): Promise<Installed> {
  return await withRepository(recorder, directory, (repository) => installHooks(repository, recorder));
}

export async function uninstall(recorder: Recorder, directory: string): Promise<Uninstalled> {
  return await withRepository(recorder, directory, uninstallHooks);
}

export async function statusOf(recorder: Recorder, directory: string): Promise<HooksStatus> {
  return await withRepository(recorder, directory, (repository) => hooksStatus(repository, recorder));
}

async function withRepository<T>(
  { person }: Recorder,
  directory: string,
  use: (repository: Repository) => Promise<T>,
): Promise<T> {
  const repository = await Repository.open(directory, person.env);
  try {
    return await use(repository);
  } finally {
    await repository.close();
  }
}
