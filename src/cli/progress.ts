import type { Progress, ProgressUnit } from '../progress.ts';
import type { Streams } from './streams.ts';

/** Milliseconds between two looks of the line: a terminal is slow, and nobody reads faster. */
const INTERVAL_MS = 100;
/** Work that ends before is not worth a word. */
const PATIENCE_MS = 1000;
const ERASE_LINE = '\r\u001b[K';
/** A long line is cut by the terminal, which knows how wide each character is: so each takes one row. */
const WRAP_OFF = '\u001b[?7l';
const WRAP_ON = '\u001b[?7h';

interface Phase {
  readonly unit: ProgressUnit;
  readonly total: number;
  readonly started: number;
  /** What was done when it was first heard of. */
  readonly already: number;
}

/**
 * One line on the terminal that says how far long work is, and is gone when something else is said or the work done.
 * Above it may stand what is known before the work is done.
 */
export class ProgressLine {
  readonly #stream: Streams['stderr'];
  readonly #now: () => number;
  #begun: number | undefined;
  #phase: Phase | undefined;
  #isShown = false;
  #above = 0;
  #drawn = Number.NEGATIVE_INFINITY;

  /** @param now milliseconds, from anywhere */
  constructor(stream: Streams['stderr'], now: () => number = () => performance.now()) {
    this.#stream = stream;
    this.#now = now;
  }

  /** Ctrl-C, too, leaves a clean line. */
  readonly #leave = (): void => this.#eraseLine();

  readonly report: Progress = (unit, done, total) => {
    if (done >= total) {
      this.#phase = undefined;
      this.#eraseLine();
      return;
    }
    const now = this.#now();
    const known = this.#phase;
    const isSame = known?.unit === unit && known.total === total && done >= known.already;
    const phase = isSame ? known : { unit, total, started: now, already: done };
    this.#phase = phase;
    this.#begun ??= now;
    if (now - this.#begun < PATIENCE_MS || now - this.#drawn < INTERVAL_MS) return;
    this.#drawn = now;
    // A terminal that does not know its width says 0.
    const columns = this.#stream.columns || 80;
    this.#stream.write(`${ERASE_LINE}${progressText(phase, done, now).slice(0, Math.max(0, columns - 1))}`);
    if (!this.#isShown) process.once('exit', this.#leave);
    this.#isShown = true;
  };

  /** How many lines {@link above} can take back: what has left the screen stays. 0 on a terminal without a height. */
  get room(): number {
    return Math.max(0, (this.#stream.rows ?? 0) - 2);
  }

  /** Shows lines, at most {@link room} of them and each one a row, until something is said. */
  above(lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.erase();
    this.#above = lines.length;
    this.#stream.write(`${WRAP_OFF}${lines.map((line) => `${line}\n`).join('')}${WRAP_ON}`);
  }

  /** Leaves the terminal as it was. */
  erase(): void {
    this.#eraseLine();
    if (this.#above === 0) return;
    this.#stream.write(`\r\u001b[${this.#above}A\u001b[J`);
    this.#above = 0;
  }

  #eraseLine(): void {
    if (!this.#isShown) return;
    this.#isShown = false;
    process.off('exit', this.#leave);
    this.#stream.write(ERASE_LINE);
  }
}

/** `12345 of 50000 files, 3120/s, 12 s left` */
function progressText({ unit, total, started, already }: Phase, done: number, now: number): string {
  const seconds = (now - started) / 1000;
  const rate = seconds > 0 ? (done - already) / seconds : 0;
  const left = rate > 0 ? `, ${duration((total - done) / rate)} left` : '';
  if (unit !== 'bytes')
    return `${done} of ${total} ${unit}${rate > 0 ? `, ${Math.round(rate)}/s` : ''}${left}`;
  return `${mebibytes(done)} of ${mebibytes(total)} MiB${rate > 0 ? `, ${mebibytes(rate)} MiB/s` : ''}${left}`;
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}

function duration(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  return whole < 100 ? `${whole} s` : `${Math.ceil(whole / 60)} min`;
}
