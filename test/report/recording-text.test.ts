import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MlchainError } from '../../src/errors.ts';
import type { Foreign, Outcome, Refusal } from '../../src/record/outcome.ts';
import { recordingLines } from '../../src/report/recording-text.ts';
import { bob, commit } from './sample.ts';

const blame = { commit, author: 'Mallory <mallory@example.org>' };

function line(outcome: Outcome): string {
  const lines = recordingLines([outcome]);
  assert.is(lines.length, 1);
  return lines[0] ?? '';
}

function refused(refusal: Refusal): string {
  return line({ kind: 'refused', commit, step: 'train', refusal });
}

test('what was signed names the step, the commit and the products', () => {
  const signed = { kind: 'signed', commit, step: 'train', recorder: 'run' } as const;
  assert.is(line({ ...signed, products: ['model/a'], external: [] }), 'train: signed 2be8810, model/a');
  assert.is(
    line({ ...signed, products: ['model/a', 'model/b', 'opt.pt'], external: ['opt.pt'] }),
    'train: signed 2be8810, model/a and 1 more, 1 product outside of git',
  );
  assert.is(line({ ...signed, products: [], external: [] }), 'train: signed 2be8810, no products');
  assert.match(line({ ...signed, kind: 'already-signed', products: [], external: [] }), /was signed before/);
});

test('a run that does not fit the commit names the file and both digests', () => {
  const text = refused({
    kind: 'differs',
    differences: [
      {
        list: 'materials',
        name: 'data/train.csv',
        recorded: { kind: 'file', digest: 'a'.repeat(64) },
        committed: { kind: 'lfs', digest: 'b'.repeat(64) },
      },
      {
        list: 'products',
        name: 'model/a',
        recorded: { kind: 'file', digest: 'c'.repeat(64) },
        committed: undefined,
      },
    ],
  });
  assert.match(text, /data\/train\.csv, a material, was recorded as a{12}… and is lfs b{12}… in the commit/);
  assert.match(text, /model\/a, a product, was recorded as c{12}… and is not in the commit/);
  assert.match(text, /'git mlchain run --discard train' drops it/);
});

test('many differences are counted after the first few', () => {
  const one = { list: 'products', name: 'm', recorded: undefined, committed: undefined } as const;
  assert.match(refused({ kind: 'differs', differences: [one, one, one, one, one] }), /; and 2 more \(/);
});

test('what nobody explained, and what arrived, name commit and author', () => {
  assert.match(
    refused({ kind: 'unexplained', files: ['raw/a.csv', 'raw/b.csv'], blame }),
    /^train: 2be8810 is not signed: nobody has explained raw\/a\.csv and 1 more, last changed in 2be8810 by Mallory /,
  );
  assert.match(refused({ kind: 'unexplained', files: ['a'], blame: undefined }), /nobody has explained a \(/);
  assert.match(
    refused({ kind: 'arrived', path: 'data/x', blame }),
    /data\/x is as Mallory committed it in 2be8810/,
  );
});

test('a symbolic link and a stranger are refused in a line each', () => {
  const refusal = { kind: 'unexplainable', path: 'data/x' } as const;
  assert.match(refused({ ...refusal, what: 'symlink' }), /data\/x is a symbolic link/);
  assert.match(
    refused({ ...refusal, what: 'dvc:unreadable:1' }),
    /sign for data\/x: its DVC pointer cannot be read/,
  );
  assert.match(
    refused({ kind: 'not-functionary', ...bob }),
    /^train: 2be8810 is not signed: Bob \(key 89ABCDEF7E5D0C11\) is not among the functionaries/,
  );
});

test('somebody who may sign none of several steps is told so once', () => {
  const refusal = { kind: 'not-functionary', ...bob } as const;
  const both = recordingLines(
    ['train', 'test'].map((step) => ({ kind: 'refused', commit, step, refusal }) as const),
  );
  assert.is(both.length, 1);
  assert.match(both[0] ?? '', /^train, test: 2be8810 is not signed/);
});

test('a commit made in a foreign way is not signed, and told how it would be', () => {
  const ways: readonly Foreign[] = [
    'rebase',
    'cherry-pick',
    'am',
    'other-author',
    'amended-foreign',
    'unknown',
  ];
  for (const how of ways) {
    const text = line({ kind: 'foreign', commit, how, steps: ['train'], author: blame.author });
    assert.match(text, /^2be8810 is not signed, .*'git mlchain record 2be8810' if it is your work$/, how);
  }
});

test('what is queued says what to do first and then', () => {
  const error = new MlchainError('key', 'the key is locked', { hint: "'git mlchain key unlock'\nor else" });
  assert.is(
    line({ kind: 'queued', commit, error }),
    "2be8810 is not signed yet: the key is locked: 'git mlchain key unlock'; then 'git mlchain record --missing'",
  );
  assert.is(
    line({ kind: 'unsigned', commit, error: new MlchainError('key', 'there is no key') }),
    '2be8810 is not signed: there is no key',
  );
});

test('an unknown step names those that there are', () => {
  assert.match(
    line({ kind: 'unknown-step', commit, step: 'trian', known: ['prepare', 'train'] }),
    /^no step is called 'trian', as 2be8810 has it: the layout has prepare, train$/,
  );
});

test('a link that could not be made again says which file is in the way', () => {
  assert.match(line({ kind: 'not-renewed', commit, step: 'train', path: 'a' }), /a is not as it was/);
  assert.match(
    line({ kind: 'not-renewed', commit, step: 'train', path: undefined }),
    /no longer says the same/,
  );
});

test('each thing is one line, whatever it is called (threat 34)', () => {
  const evil = 'x\u001b[2J\nsigned\u202e';
  const hostile: readonly Outcome[] = [
    { kind: 'signed', commit, step: evil, recorder: 'run', products: [evil], external: [] },
    {
      kind: 'refused',
      commit,
      step: evil,
      refusal: { kind: 'unexplained', files: [evil], blame: { commit, author: evil } },
    },
    { kind: 'unknown-step', commit, step: evil, known: [evil] },
    { kind: 'foreign', commit, how: 'other-author', steps: [evil], author: evil },
    { kind: 'queued', commit, error: new MlchainError('key', evil, { hint: evil }) },
    { kind: 'not-renewed', commit, step: evil, path: evil },
  ];
  for (const text of recordingLines(hostile)) assert.not.match(text, /[\p{Cc}\p{Cf}]/u);
});

test.run();
