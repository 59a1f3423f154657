import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  /** Runs before each measurement, unmeasured. */
  readonly before?: () => void;
}

export interface Times {
  /** Milliseconds. */
  readonly median: number;
  /** Half the distance between the quartiles, as a share of the median. */
  readonly spread: number;
}

/** Runs the commands in turn, round by round, so that a slow moment of the machine meets all of them alike. */
export function alternate(rounds: number, ...commands: readonly Command[]): Times[] {
  const times = commands.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [at, command] of commands.entries()) times[at]?.push(once(command));
  }
  return times.map(summary);
}

/** Milliseconds of one run; throws when it fails, for a benchmark of failures measures nothing. */
export function once({ program, args, cwd, env, input, before }: Command): number {
  before?.();
  const started = performance.now();
  const ran = spawnSync(program, args, {
    cwd,
    env,
    input,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    maxBuffer: 1 << 28,
  });
  const elapsed = performance.now() - started;
  if (ran.error !== undefined) throw ran.error;
  if (ran.status !== 0)
    throw new Error(`${program} ${args.join(' ')}: ${ran.status}\n${ran.stdout}${ran.stderr}`);
  return elapsed;
}

export function summary(times: readonly number[]): Times {
  const sorted = [...times].sort((one, other) => one - other);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  const median = at(0.5);
  return { median, spread: (at(0.75) - at(0.25)) / 2 / median };
}

/** Milliseconds that work in this process takes. */
export function timed(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

export interface Row {
  readonly id: string;
  readonly work: string;
  /** What was measured, each with its unit. */
  readonly ours: string;
  readonly peer: string;
  readonly ratio: string;
  readonly wanted: string;
  /** Undefined where nothing was asked of this size. */
  readonly reached: boolean | undefined;
}

export function ms({ median, spread }: Times): string {
  return `${median < 100 ? median.toFixed(1) : median.toFixed(0)} ms ±${Math.round(spread * 100)} %`;
}
