import type { ChildProcess, ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { MlchainError } from '../errors.ts';
import { childEnvironment, localEnvironment } from './environment.ts';
import { GitError } from './git-error.ts';
import { isCleanPath } from './paths.ts';

export interface RunOptions {
  /** Standard input; without it the child reads nothing (a hook's own input is not ours to give away). */
  readonly input?: Uint8Array | string;
  /** Variables on top of the hardened environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** Exit codes that are answers, not failures. */
  readonly okCodes?: readonly number[];
  /** The command talks to a remote (fetch, push, ls-remote): transports and the user's hooks stay on. */
  readonly network?: boolean;
}

export interface RunResult {
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly code: number;
}

/** A hostile remote may talk for ever; the last words are the telling ones. */
const STDERR_KEPT = 1 << 20;

/** Settings that must not depend on whose clone this is. */
const HARDENED = [
  '--no-pager',
  ...config('core.fsmonitor', 'false'),
  ...config('core.quotePath', 'false'),
  ...config('core.useReplaceRefs', 'false'),
  ...config('color.ui', 'false'),
  ...config('diff.external', ''),
  ...config('log.showSignature', 'false'),
  ...config('gc.auto', '0'),
  ...config('maintenance.auto', 'false'),
];

/** Nothing that only reads or moves our own refs has a hook to run. */
const LOCAL = config('core.hooksPath', '/dev/null');

/** The only place where git is started: one hardened environment, no shell, every child known and ended. */
export class Git {
  readonly cwd: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #globals: readonly string[];
  /** Made once: going through a process's own variables takes longer than most of what git is asked. */
  readonly #environments = new Map<boolean, NodeJS.ProcessEnv>();
  readonly #children = new Set<ChildProcess>();

  /** `globals` go before the subcommand: `--git-dir=…`. */
  constructor(cwd: string, env: NodeJS.ProcessEnv = process.env, globals: readonly string[] = []) {
    this.cwd = cwd;
    this.#env = env;
    this.#globals = globals;
  }

  /** Runs to the end. Throws {@link GitError} unless the exit code is one of `okCodes` (default: 0). */
  async run(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const child = this.spawn(args, options);
    const stdout: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    const end = ending(child, args);
    child.stdin.end(options.input);
    const { code, stderr } = await end;
    if (!(options.okCodes ?? [0]).includes(code)) {
      throw new GitError({ args, exitCode: code, stderr });
    }
    return { stdout: Buffer.concat(stdout), stderr, code };
  }

  /** Standard output as UTF-8, without the newline at its end. */
  async text(args: readonly string[], options: RunOptions = {}): Promise<string> {
    const { stdout } = await this.run(args, options);
    return stdout.toString('utf8').replace(/\n$/, '');
  }

  /** Standard output as it comes; rejects at the end when git failed. Leaving the loop early ends the child. */
  async *stream(args: readonly string[], options: RunOptions = {}): AsyncGenerator<Buffer, void, undefined> {
    const child = this.spawn(args, options);
    const end = ending(child, args);
    // Looked at below; until then a failure must not count as unhandled.
    end.catch(() => undefined);
    child.stdin.end(options.input);
    try {
      yield* child.stdout as AsyncIterable<Buffer>;
      const { code, stderr } = await end;
      if (!(options.okCodes ?? [0]).includes(code)) {
        throw new GitError({ args, exitCode: code, stderr });
      }
    } finally {
      child.kill();
    }
  }

  /** A child whose streams the caller handles; it is killed by {@link close}. */
  spawn(args: readonly string[], options: RunOptions = {}): ChildProcessWithoutNullStreams {
    if (!args.every(isCleanPath)) {
      // Node would hand git another name than the one meant, and git would find nothing there.
      throw new MlchainError(
        'input',
        `not an argument: ${JSON.stringify(args.find((arg) => !isCleanPath(arg)))}`,
      );
    }
    const { network = false } = options;
    const hardened = network ? HARDENED : [...HARDENED, ...LOCAL];
    const child = spawn('git', [...hardened, ...this.#globals, ...args], {
      cwd: this.cwd,
      env: { ...this.#environment(network), ...options.env },
      stdio: 'pipe',
      windowsHide: true,
    });
    this.#children.add(child);
    child.once('close', () => this.#children.delete(child));
    // A child that ends before it has read everything breaks our pipe; its exit code says why, EPIPE says nothing.
    child.stdin.on('error', () => undefined);
    return child;
  }

  #environment(network: boolean): NodeJS.ProcessEnv {
    const known = this.#environments.get(network);
    if (known !== undefined) return known;
    const made = network ? networkEnvironment(this.#env) : localEnvironment(this.#env);
    this.#environments.set(network, made);
    return made;
  }

  /** Ends every child still running and waits until they are gone. */
  async close(): Promise<void> {
    const gone = [...this.#children].map((child) => once(child, 'close'));
    for (const child of this.#children) {
      child.kill();
    }
    await Promise.all(gone);
  }
}

/** How a child ended. Rejects only when it never started or was killed. */
export async function ending(
  child: ChildProcessWithoutNullStreams,
  args: readonly string[],
): Promise<{ code: number; stderr: string }> {
  let stderr = Buffer.alloc(0);
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = Buffer.concat([stderr, chunk]).subarray(-STDERR_KEPT);
  });
  return await new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(notStarted(args, cause)));
    child.once('close', (code, signal) => {
      const text = stderr.toString('utf8');
      if (code === null) {
        reject(new GitError({ args, exitCode: undefined, stderr: `${text}\nfatal: killed by ${signal}` }));
      } else {
        resolve({ code, stderr: text });
      }
    });
  });
}

function notStarted(args: readonly string[], cause: Error): Error {
  if ('code' in cause && cause.code === 'ENOENT') {
    return new MlchainError('git', 'cannot start git: not found on PATH', { hint: 'install git', cause });
  }
  return new GitError({ args, exitCode: undefined, stderr: `cannot start git: ${cause.message}` }, cause);
}

/** Without a terminal there is nobody to answer: git must fail, not wait. */
function networkEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const environment = childEnvironment(env);
  return process.stderr.isTTY ? environment : { ...environment, GIT_TERMINAL_PROMPT: '0' };
}

function config(name: string, value: string): readonly string[] {
  return ['-c', `${name}=${value}`];
}
