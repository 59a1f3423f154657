import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { StatusReport } from '../../src/report/status-text.ts';
import { statusText } from '../../src/report/status-text.ts';
import { styleFor } from '../../src/report/style.ts';
import { bob, commit } from './sample.ts';

const plain = styleFor(false);
const step = (
  name: string,
  state: StatusReport['steps'][number]['state'],
): StatusReport['steps'][number] => ({
  step: name,
  state,
  commit,
  carried: false,
  signers: [bob],
  functionaries: [bob, { ...bob, name: '' }],
});

const status: StatusReport = {
  layout: { daysLeft: 364 },
  key: { person: bob, steps: ['train', 'test'] },
  next: [
    { step: 'train', paths: ['model/a', 'model/b', 'model/c', 'model/d'], mine: true },
    { step: 'prepare', paths: ['data/train.csv'], mine: false },
  ],
  pending: [{ step: 'train', products: 1 }],
  queued: [commit],
  steps: [step('prepare', 'verified'), step('train', 'stale')],
  evidence: [
    { remote: 'origin', fetched: true, undelivered: 2 },
    { remote: 'fork', fetched: false, undelivered: 0 },
    { remote: 'mirror', fetched: true, undelivered: 0 },
  ],
};

const text = (more: Partial<StatusReport> = {}) => statusText({ ...status, ...more }, plain);

test('it says what holds, what the next commit would record, and what to do next', () => {
  assert.is(
    text(),
    `layout:  in force, expires in 364 days
key:     Bob (key 89ABCDEF7E5D0C11), may sign train, test

the next commit, as it is staged:
  will record train: model/a, model/b, model/c and 1 more
  cannot sign prepare: data/train.csv
pending: train was run; commit its 1 product to bind the link
not signed yet: 2be8810 – 'git mlchain record --missing' signs

steps at HEAD:
  verified  prepare
  stale     train
next: commit what train made

evidence: 2 lines of yours not at origin yet – the next push delivers what it needs
evidence: never fetched from fork – 'git mlchain sync fork'
evidence: mirror has all of yours`,
  );
});

test('what there is not is not talked about', () => {
  assert.is(
    text({ next: [], pending: [], queued: [], steps: [], evidence: [] }),
    'layout:  in force, expires in 364 days\nkey:     Bob (key 89ABCDEF7E5D0C11), may sign train, test',
  );
});

test('where all is well, there is nothing to do next', () => {
  assert.not.match(text({ steps: [step('train', 'verified')] }), /next:/);
});

test('each way of not being verified has its own cure', () => {
  const next = (state: StatusReport['steps'][number]['state']) =>
    /^next: (.*) – by/m.exec(text({ steps: [step('train', state)], pending: [] }))?.[1];
  assert.is(next('missing'), "'git mlchain run train'");
  assert.is(next('stale'), "'git mlchain run train'");
  assert.is(next('diverged'), "'git mlchain record --step train', if what is there is right");
  assert.is(next('threshold'), "a co-signature: 'git mlchain record --step train'");
});

test('a layout that ends soon, or has ended, names the two commands that renew it', () => {
  assert.match(
    text({ layout: { daysLeft: 12 } }),
    /in 12 days – an owner renews it: '.*--expires 1y', then '.*sign'/,
  );
  assert.match(text({ layout: { daysLeft: 0 } }), /^layout: {2}expired – an owner renews it/);
  assert.not.match(text({ layout: { daysLeft: 31 } }), /renews/);
});

test('no layout and no key are told in the words of whoever looked for them', () => {
  const none = text({ layout: { problem: 'no owner is pinned' }, key: { problem: 'there is no key' } });
  assert.match(none, /^layout: {2}no owner is pinned\nkey: {5}there is no key\n/);
  assert.match(text({ key: { person: bob, steps: [] } }), /, authorised for no step\n/);
});

test('hostile names stay on their lines (threat 34)', () => {
  const evil = 'x\u001b[2J\nnext: nothing\u202e';
  const hostile = text({
    layout: { problem: evil },
    key: { person: { ...bob, name: evil }, steps: [evil] },
    next: [{ step: evil, paths: [evil], mine: true }],
    pending: [{ step: evil, products: 2 }],
    steps: [{ ...step(evil, 'stale'), functionaries: [{ ...bob, name: evil }] }],
    evidence: [{ remote: evil, fetched: true, undelivered: 1 }],
  });
  assert.not.match(hostile.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
  assert.is(hostile.split('\n').filter((line) => line.startsWith('next: ')).length, 1);
});

test.run();
