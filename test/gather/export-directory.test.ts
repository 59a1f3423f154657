import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeExportDirectory } from '../../src/gather/export-directory.ts';
import { failure } from '../support/failure.ts';
import { makeScratch } from '../support/scratch.ts';
import { makeClone } from '../support/working-clone.ts';

const clone = await makeClone();
const scratch = makeScratch();
test.after(async () => {
  scratch.cleanup();
  await clone.cleanup();
});

const at = (...names: string[]) => path.join(scratch.path, ...names);

test('a new directory is made, with those above it', async () => {
  assert.is(await makeExportDirectory(clone.repo, at('a/b/c')), at('a/b/c'));
  assert.ok(fs.statSync(at('a/b/c')).isDirectory());
});

test('an empty directory will do, by its real name', async () => {
  fs.mkdirSync(at('real'));
  fs.symlinkSync(at('real'), at('link'));
  assert.is(await makeExportDirectory(clone.repo, at('link')), at('real'));
});

test('a directory with a file in it will not', async () => {
  scratch.write('full/file', '');
  const error = await failure(makeExportDirectory(clone.repo, at('full')));
  assert.is(error.code, 'usage');
  assert.match(error.message, /expected a new or empty directory, found files in '/);
});

test('nor will one within the checkout, by whatever name it is reached', async () => {
  fs.symlinkSync(clone.path, at('checkout'));
  for (const target of [path.join(clone.path, 'out'), clone.path, at('checkout/deep/out'), at('checkout')]) {
    const error = await failure(makeExportDirectory(clone.repo, target));
    assert.is(error.code, 'usage', target);
    assert.match(error.message, /expected a directory outside the checkout/);
  }
  assert.not(fs.existsSync(path.join(clone.path, 'out')));
  assert.not(fs.existsSync(path.join(clone.path, 'deep')));
});

test('a directory whose name begins like the checkout’s is another one', async () => {
  await makeExportDirectory(clone.repo, `${clone.path}-out`);
});

test.run();
