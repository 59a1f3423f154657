import { spawn } from 'node:child_process';
import { KeyError } from './key-error.ts';

export interface GpgResult {
  readonly code: number;
  readonly stdout: Buffer;
  /** What gpg says to people. */
  readonly messages: string;
  /** What it says to programs, a list of words a line: `['SIG_CREATED', 'D', …]`. GnuPG's doc/DETAILS. */
  readonly status: readonly (readonly string[])[];
}

/** Ten signatures of a slow smart card; a GnuPG that asks nobody and takes longer waits for something that never comes. */
const TIME_LIMIT = 60_000;
const STATUS = '[GNUPG:] ';

/**
 * Runs gpg without a terminal of its own. Its exit code is no verdict (it is 0 for revoked and expired keys): read the
 * status lines.
 * @param limited stop it after a minute; not while a person types a PIN
 * @returns undefined where there is no such program
 */
export function runGpg(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  input: Uint8Array = new Uint8Array(),
  limited = true,
): Promise<GpgResult | undefined> {
  const options = ['--no-tty', '--status-fd=2', '--display-charset=utf-8', ...args];
  return new Promise((resolve, reject) => {
    const child = spawn(program, options, { env: { ...env, LC_ALL: 'C' }, stdio: 'pipe' });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    const limit = limited ? setTimeout(() => child.kill('SIGKILL'), TIME_LIMIT) : undefined;
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    // A gpg that has refused does not read on; its status lines tell why, not our broken pipe.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.on('error', (cause: NodeJS.ErrnoException) => {
      clearTimeout(limit);
      if (cause.code === 'ENOENT') resolve(undefined);
      else reject(new KeyError('gpg-failed', `${program} cannot be run: ${cause.message}`, { cause }));
    });
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      if (code !== null) resolve({ code, stdout: Buffer.concat(out), ...splitStatus(Buffer.concat(err)) });
      else reject(new KeyError('gpg-failed', `${program} was ended by ${signal} without an answer`));
    });
  });
}

function splitStatus(stderr: Buffer): Pick<GpgResult, 'messages' | 'status'> {
  const lines = stderr.toString().split('\n');
  const status = lines.filter((line) => line.startsWith(STATUS));
  return {
    messages: lines
      .filter((line) => !line.startsWith(STATUS))
      .join('\n')
      .trim(),
    status: status.map((line) => line.slice(STATUS.length).split(' ')),
  };
}
