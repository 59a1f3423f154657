import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type LogEntry, newestEntries } from '../../src/verify/log-entry.ts';

const NOTHING_NEW = { commits: new Map<string, never>(), healed: new Set<string>() };

function entry(number: number, names: number): LogEntry {
  const controlled = Array.from({ length: names }, (_, at) => {
    return { path: `data/${at}`, change: 'added' as const, sha256: null };
  });
  const [subject, author] = ['dataset', 'Alice <alice@example.org>'];
  return { commit: `${number}`, subject, author, time: number, state: 'verified', links: [], controlled };
}

const many = (count: number, names: number) => Array.from({ length: count }, (_, at) => entry(at, names));
const kept = (entries: readonly LogEntry[]) => newestEntries(NOTHING_NEW, undefined, entries);

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

test.run();
