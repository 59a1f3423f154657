import type { LogEntry, LogLink, LogState } from '../verify/log-entry.ts';
import { escapeText, quotePath } from './escape.ts';
import type { Style } from './style.ts';
import { shortId, signerWords } from './words.ts';

/** One mark a state, one column wide, so that a log can be read down its left edge. */
const MARKS: Readonly<Record<LogState, string>> = {
  verified: '✓',
  carried: '↷',
  endorsed: '✓',
  healed: '!',
  violated: '✗',
  plain: '·',
  unknown: '?',
};

const NAMED_PATHS = 3;

/** `✓ 2be8810 dataset v2 (verified)` */
export function logHeading(entry: LogEntry, style: Style): string {
  const mark = paintFor(entry.state, style)(MARKS[entry.state]);
  const state = entry.state === 'plain' ? '' : style.dim(` (${entry.state})`);
  return `${mark} ${style.yellow(shortId(entry.commit))} ${escapeText(entry.subject)}${state}`;
}

/** One commit of the log: its heading; below it who did which step, from what, how long ago. */
export function logText(entry: LogEntry, style: Style, now: number): string {
  const lines = [logHeading(entry, style)];
  for (const link of entry.links) lines.push(linkLine(link, style, now));
  if (entry.links.length === 0 && entry.controlled.length > 0) {
    const paths = entry.controlled.map(({ path }) => path);
    lines.push(style.dim(`    no link: ${pathList(paths)} by ${escapeText(entry.author)}`));
  }
  return lines.join('\n');
}

function linkLine(link: LogLink, style: Style, now: number): string {
  const good = link.state === 'verified' || link.state === 'carried';
  const step = (good ? style.green : style.red)(escapeText(link.step));
  const why = link.state === 'verified' ? '' : ` ${(good ? style.dim : style.red)(`[${link.state}]`)}`;
  const from = link.materials.length === 0 ? '' : ` ← ${pathList(link.materials)}`;
  const age = agoWords(Date.parse(link.recorded), now);
  const who = style.dim(`${signerWords(link.signer)}, ${age}`);
  return `    ${step}${why} ${who}\n      ${pathList(link.products)}${from}`;
}

/** The first few by name, the rest as a number: a dataset may have a million files. */
function pathList(paths: readonly string[]): string {
  if (paths.length === 0) return 'nothing';
  const named = paths.slice(0, NAMED_PATHS).map(quotePath).join(', ');
  return paths.length > NAMED_PATHS ? `${named} and ${paths.length - NAMED_PATHS} more` : named;
}

/** `3 hours ago`, in git's manner; times are milliseconds. */
function agoWords(then: number, now: number): string {
  const seconds = Math.max(0, Math.round((now - then) / 1000));
  const steps = [
    [365 * 86400, 'year'],
    [30 * 86400, 'month'],
    [7 * 86400, 'week'],
    [86400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
  ] as const;
  const unit = steps.find(([length]) => seconds >= 2 * length);
  if (unit === undefined) return seconds < 120 ? 'just now' : `${Math.floor(seconds / 60)} minutes ago`;
  return `${Math.floor(seconds / unit[0])} ${unit[1]}s ago`;
}

function paintFor(state: LogState, style: Style) {
  switch (state) {
    case 'verified':
    case 'carried':
    case 'endorsed':
      return style.green;
    case 'healed':
    case 'unknown':
      return style.yellow;
    case 'violated':
      return style.red;
    case 'plain':
      return style.dim;
  }
}

/** `log --json`: one element a commit (`formats.md` §7, stable). */
export function logJson(entry: LogEntry) {
  return {
    commit: entry.commit,
    subject: entry.subject,
    author: entry.author,
    date: isoTime(entry.time),
    state: entry.state,
    links: entry.links.map(({ step, signer, recorded, recorder, state }) => ({
      step,
      signer: { fingerprint: signer.fingerprint, name: signer.name },
      recorded,
      recorder,
      state,
    })),
    controlled: entry.controlled,
  };
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
