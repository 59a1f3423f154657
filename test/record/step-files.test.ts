import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MlchainError } from '../../src/errors.ts';
import { jsonObject } from '../../src/intoto/json.ts';
import type { Pending, Started } from '../../src/record/pending.ts';
import { pendingFormat, startedFormat } from '../../src/record/pending.ts';
import { StepFiles } from '../../src/record/step-files.ts';
import { files } from '../support/listings.ts';
import { makeScratch } from '../support/scratch.ts';

function pending(step: string): Pending {
  return {
    step,
    recorder: 'run',
    command: ['python', 'a b.py'],
    started: '2026-11-22T08:00:00Z',
    ended: '2026-11-22T09:00:00Z',
    byproducts: jsonObject([
      ['return-value', 0],
      ['stdout', 'epoch 1\n'],
    ]),
    materials: files({ 'data/a': 'd', __proto__x: 'x', 'data/big': 'lfs big' }),
    products: new Map([
      ...files({ 'model/m': 'm' }),
      ['data/x', { kind: 'dvc:abc', digest: 'e'.repeat(64) }],
    ]),
    ignored: new Set(['model/m']),
    bindAnyway: true,
  };
}

test('a pending link is read back as it was written', async () => {
  const scratch = makeScratch();
  const links = new StepFiles(path.join(scratch.path, 'pending'), pendingFormat);
  assert.is(await links.read('train'), undefined);
  await links.write(pending('train'));
  assert.equal(await links.read('train'), pending('train'));
  await links.write({ ...pending('train'), recorder: 'record', command: [], bindAnyway: false });
  assert.equal((await links.read('train'))?.recorder, 'record');
  scratch.cleanup();
});

test('begun work is read back as it was written', async () => {
  const scratch = makeScratch();
  const started = new StepFiles(scratch.path, startedFormat);
  const work: Started = {
    step: 'explore',
    started: '2026-11-22T08:00:00Z',
    materials: files({ 'dir:data': 'x' }),
    files: files({ 'data/a': 'd' }),
  };
  await started.write(work);
  assert.equal(await started.read('explore'), work);
  scratch.cleanup();
});

test('steps have a file each, however alike, long or odd their names', async () => {
  const scratch = makeScratch();
  const links = new StepFiles(path.join(scratch.path, 'pending'), pendingFormat);
  const names = ['train', 'Train', '../../escape', 'a/b', 'a_b', '', 'x'.repeat(300), `${'x'.repeat(300)}y`];
  for (const name of names) await links.write(pending(name));
  assert.equal((await links.list()).map(({ step }) => step).sort(), [...names].sort());
  assert.equal(fs.readdirSync(scratch.path), ['pending']);
  const lower = fs.readdirSync(path.join(scratch.path, 'pending')).map((name) => name.toLowerCase());
  assert.is(new Set(lower).size, names.length, 'also where the file system knows no case');
  scratch.cleanup();
});

test('the last one that is removed takes the directory with it, for the hook to see at a glance', async () => {
  const scratch = makeScratch();
  const dir = path.join(scratch.path, 'pending');
  const links = new StepFiles(dir, pendingFormat);
  await links.write(pending('a'));
  await links.write(pending('b'));
  assert.ok(await links.remove('a'));
  assert.ok(fs.existsSync(dir));
  assert.ok(await links.remove('b'));
  assert.not(fs.existsSync(dir));
  assert.not(await links.remove('b'));
  assert.equal(await links.list(), []);
  scratch.cleanup();
});

test('a file that is not ours is an error that names it, never a link that is passed over', async () => {
  const scratch = makeScratch();
  const links = new StepFiles(scratch.path, pendingFormat);
  await links.write(pending('train'));
  const [name = ''] = fs.readdirSync(scratch.path);
  const file = path.join(scratch.path, name);
  const good = fs.readFileSync(file, 'utf8');
  for (const bad of [
    '',
    '{}',
    good.slice(0, 100),
    good.replace('"file"', '"fifo"'),
    good.replace('"version":1', '"version":2'),
  ]) {
    fs.writeFileSync(file, bad);
    const error = await links.read('train').catch((caught: unknown) => caught);
    assert.instance(error, MlchainError);
    assert.is((error as MlchainError).code, 'input');
    assert.ok((error as MlchainError).message.includes(file));
  }
  scratch.cleanup();
});

test('a writer that was killed leaves the old file', async () => {
  const scratch = makeScratch();
  const links = new StepFiles(scratch.path, pendingFormat);
  await links.write(pending('train'));
  const [name = ''] = fs.readdirSync(scratch.path);
  fs.writeFileSync(path.join(scratch.path, `${name}.4711.new`), '{"half');
  assert.equal((await links.list()).length, 1);
  assert.equal(await links.read('train'), pending('train'));
  scratch.cleanup();
});

test.run();
