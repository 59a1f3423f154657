import * as fs from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExecOptions, ExecResult } from './exec.ts';
import { exec } from './exec.ts';
import { makeScratch } from './scratch.ts';

export const projectRoot = fileURLToPath(new URL('../../', import.meta.url));

/** The conformance vectors: `MLCHAIN_VECTORS`, or beside the project. */
export const vectorsDir = process.env.MLCHAIN_VECTORS ?? path.join(projectRoot, '../shared/vectors');

export interface PersonOptions {
  /** Default: `<name in lower case>@example.org`. */
  readonly email?: string;
  /** Further global git configuration, `key` → value. */
  readonly config?: ReadonlyMap<string, string>;
  /** An existing directory to live in, somebody's former home perhaps; it is left there by `cleanup`. */
  readonly home?: string;
}

/**
 * Somebody with a home of their own: git, gpg and git-mlchain see nothing of the machine's user. All three run without
 * a terminal. `git mlchain` is on the PATH, for hooks and for git itself.
 */
export interface Person {
  readonly name: string;
  readonly email: string;
  /** Absolute; the default working directory of everything they run. */
  readonly home: string;
  readonly gnupgHome: string;
  readonly env: NodeJS.ProcessEnv;
  /** Absolute path below the home directory. */
  at(...parts: string[]): string;
  git(args: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  gpg(args: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  mlchain(args: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  exec(program: string, args: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  /** Ends their gpg-agent, if any, and removes the home. */
  cleanup(): Promise<void>;
}

export async function makePerson(name: string, options: PersonOptions = {}): Promise<Person> {
  const scratch = options.home === undefined ? makeScratch() : undefined;
  const home = scratch?.path ?? options.home ?? '';
  const email = options.email ?? `${name.toLowerCase().replace(/[^a-z0-9]+/g, '.')}@example.org`;
  const env = environmentIn(home);
  writeGitConfig(path.join(home, '.gitconfig'), name, email, options.config ?? new Map());
  writeProgram(path.join(home, 'bin'));
  for (const dir of ['.gnupg', 'run']) fs.mkdirSync(path.join(home, dir), { mode: 0o700, recursive: true });

  const run = (program: string, args: readonly string[], how: ExecOptions = {}) =>
    exec(program, args, env, { cwd: home, ...how });
  return {
    name,
    email,
    home,
    gnupgHome: path.join(home, '.gnupg'),
    env,
    at: (...parts) => path.join(home, ...parts),
    git: (args, how) => run('git', args, how),
    gpg: (args, how) => run('gpg', ['--batch', '--no-tty', ...args], how),
    mlchain: (args, how) => run(process.execPath, [builtProgram(), ...args], how),
    exec: run,
    async cleanup() {
      await stopAgent(run, path.join(home, '.gnupg'));
      scratch?.cleanup();
    },
  };
}

function builtProgram(): string {
  return path.join(projectRoot, 'dist/git-mlchain.cjs');
}

/** Nothing is inherited but what programs need to be found, so a test means the same on every machine. */
function environmentIn(home: string): NodeJS.ProcessEnv {
  const inherited = ['TMPDIR', 'NODE_V8_COVERAGE', 'SystemRoot'].filter(
    (name) => process.env[name] !== undefined,
  );
  return {
    ...Object.fromEntries(inherited.map((name) => [name, process.env[name]])),
    PATH: `${path.join(home, 'bin')}${path.delimiter}${process.env.PATH}`,
    HOME: home,
    LANG: 'C.UTF-8',
    XDG_CONFIG_HOME: path.join(home, '.config'),
    XDG_DATA_HOME: path.join(home, '.local/share'),
    XDG_CACHE_HOME: path.join(home, '.cache'),
    XDG_STATE_HOME: path.join(home, '.local/state'),
    XDG_RUNTIME_DIR: path.join(home, 'run'),
    GNUPGHOME: path.join(home, '.gnupg'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: path.join(home, '.gitconfig'),
    GIT_TERMINAL_PROMPT: '0',
  };
}

function writeGitConfig(file: string, name: string, email: string, more: ReadonlyMap<string, string>): void {
  const settings = new Map([
    ['user.name', name],
    ['user.email', email],
    ['init.defaultBranch', 'main'],
    ['commit.gpgSign', 'false'],
    ['protocol.file.allow', 'always'],
    ...more,
  ]);
  const lines = [...settings].map(([key, value]) => {
    const dot = key.lastIndexOf('.');
    const [section = '', ...subsection] = key.slice(0, dot).split('.');
    const head = subsection.length === 0 ? section : `${section} ${JSON.stringify(subsection.join('.'))}`;
    return `[${head}]\n\t${key.slice(dot + 1)} = ${JSON.stringify(value)}\n`;
  });
  fs.writeFileSync(file, lines.join(''));
}

function writeProgram(dir: string): void {
  fs.mkdirSync(dir, { recursive: true });
  const script = `#!/bin/sh\nexec ${quote(process.execPath)} ${quote(builtProgram())} "$@"\n`;
  fs.writeFileSync(path.join(dir, 'git-mlchain'), script, { mode: 0o755 });
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

type Run = (program: string, args: readonly string[], how?: ExecOptions) => Promise<ExecResult>;

async function stopAgent(run: Run, gnupgHome: string): Promise<void> {
  if (fs.readdirSync(gnupgHome).length === 0) return;
  await run('gpgconf', ['--homedir', gnupgHome, '--kill', 'all'], { code: 'any' });
}
