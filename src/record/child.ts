import type { ChildProcess, StdioOptions } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { MlchainError } from '../errors.ts';

export interface CommandRequest {
  readonly command: readonly [program: string, ...args: string[]];
  /** Absolute. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Undefined: as long as it takes. */
  readonly timeoutMs?: number | undefined;
  /** Keep what it says, beside showing it. */
  readonly recordStreams: boolean;
  /** Where its standard output goes: our own carries a JSON document where one was asked for. */
  readonly outputTo: 'stdout' | 'stderr';
}

export interface CommandEnd {
  /** Undefined where a signal ended it. */
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly isTimedOut: boolean;
  /** Empty unless `recordStreams`. */
  readonly stdout: string;
  readonly stderr: string;
}

const KEPT_BYTES = 64 * 1024;
/** Between asking the command to end and ending it. */
const GRACE_MS = 10_000;
/** How long output is waited for that has not arrived when the command has ended. */
const OUTPUT_AFTER_END_MS = 2_000;
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/**
 * Runs a command as if it had been typed: same terminal, same input, its output as it comes. While it runs, signals are
 * the command's: it may want to write a checkpoint before it ends, and we have to be there when it has.
 * @throws MlchainError `failed` where it cannot be started
 */
export async function runCommand(request: CommandRequest): Promise<CommandEnd> {
  const [program, ...args] = request.command;
  // On a terminal the command must stay in its foreground group; elsewhere a group of its own can be ended as a whole.
  const ownGroup = process.stdin.isTTY !== true && process.platform !== 'win32';
  const child = spawn(program, args, {
    cwd: request.cwd,
    env: request.env,
    stdio: stdioOf(request),
    detached: ownGroup,
  });
  const stdout = new Tee(child.stdout, request.outputTo === 'stdout' ? process.stdout : process.stderr);
  const stderr = new Tee(child.stderr, process.stderr);
  const restore = handOverSignals(child, ownGroup);
  const limit = limitTime(child, ownGroup, request.timeoutMs);
  try {
    const { code, signal } = await ended(child, program);
    return { code, signal, isTimedOut: limit.isOver(), stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    limit.stop();
    restore();
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
}

function stdioOf({ recordStreams, outputTo }: CommandRequest): StdioOptions {
  if (recordStreams) return ['inherit', 'pipe', 'pipe'];
  return ['inherit', outputTo === 'stdout' ? 'inherit' : process.stderr, 'inherit'];
}

function ended(
  child: ChildProcess,
  program: string,
): Promise<{ code: number | undefined; signal: NodeJS.Signals | undefined }> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'ENOENT' ? 'not found' : cause.message;
      reject(new MlchainError('failed', `cannot start '${program}': ${reason}`, { cause }));
    });
    child.once('exit', (code, signal) => {
      const end = { code: code ?? undefined, signal: signal ?? undefined };
      // Something it left running in the background may hold its output open for ever.
      const enough = setTimeout(() => resolve(end), OUTPUT_AFTER_END_MS);
      child.once('close', () => {
        clearTimeout(enough);
        resolve(end);
      });
    });
  });
}

/** Takes our own handlers away, so that Ctrl-C does not end us before the command; gives them back afterwards. */
function handOverSignals(child: ChildProcess, ownGroup: boolean): () => void {
  const restores = FORWARDED.map((signal) => {
    const before = process.listeners(signal);
    process.removeAllListeners(signal);
    // The terminal has sent Ctrl-C to the whole foreground group already; the command need not get it twice.
    const isFromTerminal = !ownGroup && (signal === 'SIGINT' || signal === 'SIGQUIT');
    process.on(signal, () => isFromTerminal || send(child, ownGroup, signal));
    return () => {
      process.removeAllListeners(signal);
      for (const listener of before) process.on(signal, listener);
    };
  });
  return () => {
    for (const restore of restores) restore();
  };
}

function limitTime(child: ChildProcess, ownGroup: boolean, timeoutMs: number | undefined) {
  let isOver = false;
  let kill: NodeJS.Timeout | undefined;
  const end = () => {
    isOver = true;
    send(child, ownGroup, 'SIGTERM');
    kill = setTimeout(() => send(child, ownGroup, 'SIGKILL'), GRACE_MS);
  };
  const ask = timeoutMs === undefined ? undefined : setTimeout(end, timeoutMs);
  return {
    isOver: () => isOver,
    stop() {
      clearTimeout(ask);
      clearTimeout(kill);
    },
  };
}

function send(child: ChildProcess, ownGroup: boolean, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(ownGroup ? -child.pid : child.pid, signal);
  } catch (error) {
    // It ended between the question and the signal.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Passes a stream on and keeps its beginning. */
class Tee {
  readonly #kept: Buffer[] = [];
  #keptBytes = 0;
  #allBytes = 0;

  constructor(from: Readable | null, to: NodeJS.WritableStream) {
    from?.on('data', (chunk: Buffer) => {
      to.write(chunk);
      this.#allBytes += chunk.length;
      const part = chunk.subarray(0, KEPT_BYTES - this.#keptBytes);
      this.#keptBytes += part.length;
      if (part.length > 0) this.#kept.push(part);
    });
  }

  /** At most 64 KiB, and a note where that is not all (`formats.md` §3). A character that was cut in two is left out. */
  text(): string {
    const isCut = this.#allBytes > this.#keptBytes;
    const text = new TextDecoder().decode(Buffer.concat(this.#kept), { stream: isCut });
    return isCut ? `${text}\n[cut by git-mlchain after ${KEPT_BYTES} of ${this.#allBytes} bytes]\n` : text;
  }
}
