import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inTurn } from '../../src/git/turn.ts';
import { failure } from '../support/failure.ts';
import { makeClone } from '../support/working-clone.ts';

test('who comes at the same time comes one after the other, and the way is free afterwards', async () => {
  const clone = await makeClone();
  let inside = 0;
  let most = 0;
  const work = async (answer: number) => {
    inside += 1;
    most = Math.max(most, inside);
    await sleep(5);
    inside -= 1;
    return answer;
  };
  const answers = await Promise.all([1, 2, 3, 4].map((each) => inTurn(clone.repo, 'x', () => work(each))));
  assert.equal([answers, most], [[1, 2, 3, 4], 1]);
  assert.equal(fs.readdirSync(path.join(clone.path, '.git/mlchain')), []);
  await clone.cleanup();
});

test('work that fails gives its turn back', async () => {
  const clone = await makeClone();
  const error = await failure(inTurn(clone.repo, 'x', () => Promise.reject(new Error('no'))));
  assert.is(error.message, 'no');
  assert.equal(fs.readdirSync(path.join(clone.path, '.git/mlchain')), []);
  await clone.cleanup();
});

test('a turn that a killed process left holds nobody up for long', async () => {
  const clone = await makeClone();
  clone.write('.git/mlchain/turn-x', '');
  fs.utimesSync(path.join(clone.path, '.git/mlchain/turn-x'), 1, 1);
  assert.is(await inTurn(clone.repo, 'x', () => Promise.resolve('done')), 'done');
  assert.equal(fs.readdirSync(path.join(clone.path, '.git/mlchain')), []);
  await clone.cleanup();
});

test('whoever waits too long, or cannot wait at all, goes ahead', async () => {
  const clone = await makeClone();
  const ahead = new Date(Date.now() + 3_600_000);
  clone.write('.git/mlchain/turn-x', '');
  fs.utimesSync(path.join(clone.path, '.git/mlchain/turn-x'), ahead, ahead);
  assert.is(await inTurn(clone.repo, 'x', () => Promise.resolve('done')), 'done');
  assert.ok(fs.existsSync(path.join(clone.path, '.git/mlchain/turn-x')), 'it was not ours to give back');
  fs.rmSync(path.join(clone.path, '.git/mlchain'), { recursive: true });
  clone.write('.git/mlchain', 'a file where the directory should be');
  assert.is(await inTurn(clone.repo, 'x', () => Promise.resolve('done')), 'done');
  await clone.cleanup();
});

test.run();
