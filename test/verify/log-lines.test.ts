import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { LogEntry } from '../../src/verify/log-entry.ts';
import { LogLines, newestEntries } from '../../src/verify/log-lines.ts';

const NOTHING_NEW = { commits: new Map<string, never>(), healed: new Set<string>() };

function entry(number: number, names: number): LogEntry {
  const controlled = Array.from({ length: names }, (_, at) => {
    return { path: `data/${at}`, change: 'added' as const, sha256: null };
  });
  const [subject, author] = ['dataset', 'Alice <alice@example.org>'];
  return { commit: `${number}`, subject, author, time: number, state: 'verified', links: [], controlled };
}

const many = (count: number, names: number) => Array.from({ length: count }, (_, at) => entry(at, names));
const NONE = LogLines.from('');
const kept = (entries: readonly LogEntry[]) =>
  newestEntries(NOTHING_NEW, undefined, NONE.below(entries)).entries();

test('of a long log the newest commits are remembered', () => {
  const entries = many(600, 1);
  assert.equal(kept(entries), entries.slice(0, 500));
  assert.equal(kept(entries.slice(0, 3)), entries.slice(0, 3));
});

test('commits that name very many files are not remembered one and all', () => {
  const entries = many(9, 30_000);
  assert.equal(kept(entries), entries.slice(0, 3));
});

test('the newest are remembered up to the first that names too many, so that none is missing between', () => {
  const entries = [entry(1, 2), entry(2, 100_000), entry(3, 2)];
  assert.equal(kept(entries), entries.slice(0, 1));
});

test('what was remembered is handed on as it was written, whatever is in it', () => {
  const odd = { ...entry(1, 2), subject: 'two\nlines { and \u2028 \ud800', author: '{"x" <y>' };
  const lines = NONE.below([odd, entry(2, 0)]);
  const again = LogLines.from(`${lines}`);
  assert.equal(again.entries(), [odd, entry(2, 0)]);
  assert.equal([again.has('1'), again.has('3')], [true, false]);
  assert.equal(again.below([entry(3, 1)]).entries(), [entry(3, 1), odd, entry(2, 0)]);
  assert.equal(LogLines.from('').entries(), []);
});

test('what is new and what is remembered are bounded together', () => {
  const lines = NONE.below(many(499, 1));
  assert.is(lines.below([entry(1000, 1)]).entries().length, 500);
  assert.is(lines.below([entry(1000, 1), entry(1001, 1)]).entries().length, 500);
  assert.equal(lines.below([entry(1000, 99_999)]).entries().length, 2);
});

test.run();
