import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { logJson, logText } from '../../src/report/log-text.ts';
import { styleFor } from '../../src/report/style.ts';
import type { LogEntry, LogLink, LogState } from '../../src/verify/log-entry.ts';
import { bob, commit } from './sample.ts';

const NOW = Date.UTC(2026, 10, 22, 12);
const plain = styleFor(false);

const link: LogLink = {
  step: 'train',
  signer: bob,
  recorded: '2026-11-22T09:00:00Z',
  recorder: 'run',
  state: 'verified',
  products: ['model/digits.json'],
  materials: ['data/train.csv', 'data/test.csv', 'scripts/train.mjs', 'scripts/softmax.mjs'],
};

const entry: LogEntry = {
  commit,
  subject: 'train on the new data',
  author: 'Bob <bob@example.org>',
  time: NOW / 1000 - 3600,
  state: 'verified',
  links: [link],
  controlled: [{ path: 'model/digits.json', change: 'modified', sha256: 'ab'.repeat(32) }],
};

const shown = (more: Partial<LogEntry>) => logText({ ...entry, ...more }, plain, NOW);

test('a commit is its mark, its subject, and who made what from what', () => {
  assert.is(
    shown({}),
    `✓ 2be8810 train on the new data (verified)
    train Bob (key 89ABCDEF7E5D0C11), 3 hours ago
      model/digits.json ← data/train.csv, data/test.csv, scripts/train.mjs and 1 more`,
  );
});

test('every state has a mark of its own at the left edge, and good ones alone a tick', () => {
  const marks: readonly (readonly [LogState, string])[] = [
    ['verified', '✓'],
    ['carried', '↷'],
    ['endorsed', '✓'],
    ['healed', '!'],
    ['violated', '✗'],
    ['plain', '·'],
  ];
  for (const [state, mark] of marks) assert.is([...shown({ state })][0], mark, state);
});

test('a commit that nobody explains names the files and the author', () => {
  const lines = shown({ state: 'violated', links: [], author: 'Mallory <m@example.org>' }).split('\n');
  assert.equal(lines, [
    '✗ 2be8810 train on the new data (violated)',
    '    no link: model/digits.json by Mallory <m@example.org>',
  ]);
});

test('a commit that changes nothing under control is one quiet line', () => {
  assert.is(shown({ state: 'plain', links: [], controlled: [] }), '· 2be8810 train on the new data');
});

test('a link that does not count says why', () => {
  assert.match(shown({ links: [{ ...link, state: 'unauthorised' }] }), /\n {4}train \[unauthorised\] Bob/);
});

test('a link from nothing, and one of nothing, are said to be so', () => {
  assert.match(shown({ links: [{ ...link, materials: [] }] }), /\n {6}model\/digits\.json$/);
  assert.match(shown({ links: [{ ...link, products: [], materials: ['a'] }] }), /\n {6}nothing ← a$/);
});

test('age is told as git tells it, and a clock that is off is no reason for nonsense', () => {
  const age = (recorded: string) => /\), (.*)$/m.exec(shown({ links: [{ ...link, recorded }] }))?.[1];
  assert.is(age('2026-11-22T11:59:30Z'), 'just now');
  assert.is(age('2026-11-22T11:57:00Z'), '3 minutes ago');
  assert.is(age('2026-11-19T12:00:00Z'), '3 days ago');
  assert.is(age('2026-10-22T12:00:00Z'), '4 weeks ago');
  assert.is(age('2026-06-22T12:00:00Z'), '5 months ago');
  assert.is(age('2023-11-22T12:00:00Z'), '3 years ago');
  assert.is(age('2026-11-22T12:05:00Z'), 'just now');
});

test('no subject, name, step or path steers the terminal (threat 34)', () => {
  const foreign = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(foreign, foreign, foreign, foreign, (subject, author, step, path) => {
      const text = logText(
        {
          ...entry,
          subject,
          author,
          links: [{ ...link, step, products: [path], signer: { ...bob, name: author } }],
        },
        plain,
        NOW,
      );
      assert.is(text.split('\n').length, 3);
      assert.not.match(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    }),
  );
});

test('the JSON of a commit has exactly the keys of the format', () => {
  assert.equal(logJson(entry), {
    commit,
    subject: 'train on the new data',
    author: 'Bob <bob@example.org>',
    date: '2026-11-22T11:00:00Z',
    state: 'verified',
    links: [
      { step: 'train', signer: bob, recorded: '2026-11-22T09:00:00Z', recorder: 'run', state: 'verified' },
    ],
    controlled: [{ path: 'model/digits.json', change: 'modified', sha256: 'ab'.repeat(32) }],
  });
});

test.run();
