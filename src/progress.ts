/** What is counted. */
export type ProgressUnit = 'files' | 'bytes' | 'links' | 'commits';

/** Told now and then how far long work is, and at its end that all is done. It only shows, and must not throw. */
export type Progress = (unit: ProgressUnit, done: number, total: number) => void;

export const noProgress: Progress = () => undefined;

/** Milliseconds between two words of long work. */
const INTERVAL_MS = 100;

/**
 * Counts the steps of long work that leaves the process no time of its own: every tenth of a second it tells how far it
 * is and lets be heard what has happened meanwhile – Ctrl-C, above all.
 */
export class Steps {
  readonly #progress: Progress;
  readonly #unit: ProgressUnit;
  readonly #total: number;
  #done = 0;
  #last = performance.now();

  constructor(progress: Progress, unit: ProgressUnit, total: number) {
    this.#progress = progress;
    this.#unit = unit;
    this.#total = total;
  }

  /** @param count how much was done since the last call */
  async next(count = 1): Promise<void> {
    this.#done += count;
    if (this.#done >= this.#total) return this.end();
    const now = performance.now();
    if (now - this.#last < INTERVAL_MS) return;
    this.#last = now;
    this.#progress(this.#unit, this.#done, this.#total);
    await new Promise(setImmediate);
  }

  /** For work that may end before everything was counted. */
  end(): void {
    this.#progress(this.#unit, this.#total, this.#total);
  }
}
