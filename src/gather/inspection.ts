import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import * as path from 'node:path';
import type { Readable } from 'node:stream';
import { killMarked } from './survivors.ts';

export interface InspectionRun {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly timeoutMs: number;
  /** The whole environment; `inspectionEnvironment` makes a clean one. */
  readonly env: NodeJS.ProcessEnv;
}

export interface InspectionResult {
  /** Exit code; undefined when the command could not start or was ended by a signal. */
  readonly returnValue: number | undefined;
  readonly timedOut: boolean;
  /** Why there is no return value, in words. */
  readonly problem: string | undefined;
  /** At most 64 KiB each, decoded as UTF-8: enough for a message, whatever a command prints. */
  readonly stdout: string;
  readonly stderr: string;
}

const MAX_OUTPUT = 64 * 1024;
/** By its value, other than for any other run, whatever an inspection started is found again. */
const MARK = 'MLCHAIN_INSPECTION';
/** How long output may still trickle in after the command has ended and its group was killed. */
const DRAIN_MS = 200;

/**
 * Runs one inspection command: no shell, empty standard input, no terminal, its own session. When the command ends or
 * its time is up, its whole process group is killed – on Linux also what left the group –, so that nothing it forked goes
 * on changing what was verified.
 * A command that fails is a result, not an error.
 */
export async function runInspection(run: InspectionRun): Promise<InspectionResult> {
  const [program, ...args] = run.argv;
  if (program === undefined) return notRun('expected a command, found an empty one');
  const mark = randomUUID();
  const child = spawn(program, args, {
    cwd: run.cwd,
    env: { ...run.env, [MARK]: mark },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Promise((resolve) => {
    const stdout = keepStart(child.stdout);
    const stderr = keepStart(child.stderr);
    let timedOut = false;
    const kill = (): void => {
      killGroup(child);
      killMarked(`${MARK}=${mark}`);
    };
    const limit = setTimeout(() => {
      timedOut = true;
      kill();
    }, run.timeoutMs);
    // Should this process be told to leave meanwhile, the inspection must not outlive it.
    process.once('exit', kill);
    const finish = (result: Pick<InspectionResult, 'returnValue' | 'problem'>): void => {
      process.removeListener('exit', kill);
      clearTimeout(limit);
      resolve({ ...result, timedOut, stdout: stdout(), stderr: stderr() });
    };
    child.once('error', (cause) => finish({ returnValue: undefined, problem: cause.message }));
    child.once('exit', (code, signal) => {
      kill();
      // A survivor that left the group may hold the pipes for ever: waiting for them has an end, too.
      const ended = { returnValue: code ?? undefined, problem: endedBy(signal, timedOut, run.timeoutMs) };
      const drain = setTimeout(() => child.stdout.destroy() && child.stderr.destroy(), DRAIN_MS);
      child.once('close', () => {
        clearTimeout(drain);
        finish(ended);
      });
    });
  });
}

/**
 * A clean environment: nothing of the verifier's own – no keys, tokens, proxies, `GIT_*`, `NODE_OPTIONS`, `LD_PRELOAD` –
 * but PATH, of which relative parts are dropped: the current directory holds files that a stranger delivered, and one
 * of them may be called `sh`.
 * @param home a directory of the inspection's own, for HOME and TMPDIR.
 */
export function inspectionEnvironment(
  home: string,
  outer: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const parts = (outer.PATH ?? '').split(path.delimiter).filter((part) => path.isAbsolute(part));
  return {
    PATH: parts.join(path.delimiter),
    HOME: home,
    TMPDIR: home,
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
  };
}

function notRun(problem: string): InspectionResult {
  return { returnValue: undefined, timedOut: false, problem, stdout: '', stderr: '' };
}

function endedBy(signal: NodeJS.Signals | null, timedOut: boolean, timeoutMs: number): string | undefined {
  if (timedOut) return `expected an end within ${timeoutMs / 1000} s, found it still running`;
  return signal === null ? undefined : `expected an exit code, found it killed by ${signal}`;
}

/** SIGKILL to the group that `detached` made; when nobody is left in it (macOS then says EPERM), that is what was wanted. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

/** Keeps the first octets of a stream and lets the rest flow past; returns the way to ask for them. */
function keepStart(stream: Readable): () => string {
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    if (size < MAX_OUTPUT) chunks.push(chunk.subarray(0, MAX_OUTPUT - size));
    size += chunk.length;
  });
  return () => Buffer.concat(chunks).toString('utf8');
}
