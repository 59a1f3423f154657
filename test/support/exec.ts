import { spawn } from 'node:child_process';

export interface ExecOptions {
  readonly cwd?: string;
  /** Bytes for standard input; without it standard input is empty. */
  readonly input?: string | Uint8Array;
  /** Laid over the environment; `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The exit code (or codes) the caller expects, default 0; `any` accepts all. */
  readonly code?: number | readonly number[] | 'any';
  /** A hanging child is killed, with all it started, after this many milliseconds (default two minutes). */
  readonly timeout?: number;
}

export interface ExecResult {
  readonly stdout: string;
  readonly stdoutBytes: Buffer;
  readonly stderr: string;
  readonly code: number;
}

/**
 * Runs a program without a terminal (its own session, so that /dev/tty is not there either) and throws, with all it
 * said, unless it ends with an expected code. A child that is killed by its time limit always throws.
 */
export async function exec(
  program: string,
  args: readonly string[],
  base: NodeJS.ProcessEnv,
  options: ExecOptions = {},
): Promise<ExecResult> {
  const result = await collect(program, args, { ...base, ...options.env }, options);
  if (!isExpected(result.code, options.code ?? 0)) {
    const shown = [program, ...args].join(' ');
    throw new Error(
      `${shown}\nended with ${result.code}\n--- stdout\n${result.stdout}\n--- stderr\n${result.stderr}`,
    );
  }
  return result;
}

function isExpected(code: number, expected: number | readonly number[] | 'any'): boolean {
  if (expected === 'any') return code >= 0;
  return typeof expected === 'number' ? code === expected : expected.includes(code);
}

/** A child ended by a signal (or by its time limit) has the code -1, which no test can expect. */
function collect(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  options: ExecOptions,
): Promise<ExecResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: options.cwd, env, detached: true, stdio: 'pipe' });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    const limit = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), options.timeout ?? 120_000);
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    // A child that does not read its input closes the pipe: its exit code tells the story, not EPIPE.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    child.on('error', (cause) => {
      clearTimeout(limit);
      reject(cause);
    });
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      const stdoutBytes = Buffer.concat(out);
      const stderr = Buffer.concat(err).toString() + (signal === null ? '' : `\n(killed by ${signal})`);
      resolve({ stdout: stdoutBytes.toString(), stdoutBytes, stderr, code: code ?? -1 });
    });
  });
}
