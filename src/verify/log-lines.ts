import type { HistoryJudgment } from './history.ts';
import { type LogEntry, logEntry } from './log-entry.ts';

/** More than anybody reads. */
const MOST_ENTRIES = 500;
/** In all of them: links of a dataset of many files are not to be remembered with every commit. */
const MOST_NAMES = 100_000;

/**
 * The newest commits of a log, newest first, a line each: `<commit> SP <how many names it has> SP <JSON>`. They are
 * remembered with every verified history and looked at by `git mlchain log` alone: so each is written once, handed on as
 * it is, and read when somebody asks.
 */
export class LogLines {
  readonly #lines: readonly string[];
  readonly #commits: ReadonlySet<string>;

  private constructor(lines: readonly string[]) {
    this.#lines = lines;
    this.#commits = new Set(lines.map((line) => line.slice(0, line.indexOf(' '))));
  }

  /** @param text as {@link toString} made it, by this program */
  static from(text: string): LogLines {
    return new LogLines(text === '' ? [] : text.split('\n'));
  }

  toString(): string {
    return this.#lines.join('\n');
  }

  has(commit: string): boolean {
    return this.#commits.has(commit);
  }

  entries(): LogEntry[] {
    return this.#lines.map((line) => JSON.parse(line.slice(line.indexOf('{'))) as LogEntry);
  }

  /** With newer ones above, as many as are remembered. */
  below(newer: readonly LogEntry[]): LogLines {
    const lines = [...newer.map(lineOf), ...this.#lines];
    let names = 0;
    const end = lines.findIndex((line, at) => {
      names += namesIn(line);
      return at >= MOST_ENTRIES || names > MOST_NAMES;
    });
    return new LogLines(end === -1 ? lines : lines.slice(0, end));
  }
}

/** The newest commits of a history, newest first, on top of what an earlier one left behind. */
export function newestEntries(
  history: Pick<HistoryJudgment, 'commits' | 'healed'>,
  tip: string | undefined,
  before: LogLines,
): LogLines {
  const judged = [...history.commits.values()].filter(({ commit }) => !before.has(commit.id));
  // What a verified commit did is not told by the judgment that stands for it later.
  const told = judged.filter(({ commit }) => commit.id !== tip).slice(-MOST_ENTRIES);
  return before.below(told.reverse().map((each) => logEntry(each, history)));
}

function lineOf(entry: LogEntry): string {
  const { commit, links, controlled } = entry;
  const inLinks = links.map(({ products, materials }) => products.length + materials.length);
  const names = inLinks.reduce((sum, each) => sum + each, controlled.length);
  return `${commit} ${names} ${JSON.stringify(entry)}`;
}

function namesIn(line: string): number {
  return Number.parseInt(line.slice(line.indexOf(' ') + 1), 10);
}
