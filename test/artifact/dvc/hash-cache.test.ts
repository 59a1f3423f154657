import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HashCache } from '../../../src/artifact/dvc/hash-cache.ts';
import { sha256Hex } from '../../../src/intoto/digest.ts';
import { Seal } from '../../../src/user/seal.ts';
import { md5 } from '../../support/dvc.ts';
import { makeScratch, type Scratch } from '../../support/scratch.ts';

/** Of what was written the moment before, nobody can be sure: only a settled file is remembered. */
function settle(file: string): void {
  while (Date.now() - fs.statSync(file).ctimeMs < 2100)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
}

const remembered = (scratch: Scratch) => `${scratch.path}/git/mlchain/dvc-hashes/1`;

/** Rewrites what was remembered, and seals it anew. */
function seal(scratch: Scratch, rewrite: (record: string) => string): void {
  const record = rewrite(fs.readFileSync(remembered(scratch), 'utf8').trim().slice(65));
  fs.writeFileSync(remembered(scratch), `${sealOf(scratch)?.mark('dvc hashes', record)} ${record}\n`);
}

const sealOf = (scratch: Scratch) => Seal.open({ XDG_DATA_HOME: `${scratch.path}/home` });
const cacheIn = (scratch: Scratch) => new HashCache(`${scratch.path}/git`, sealOf(scratch));

test('a file is read for both hashes, and read no more while it is as it was', () => {
  const scratch = makeScratch();
  const file = scratch.write('data', 'content');
  const expected = { md5: md5('content'), sha256: sha256Hex('content'), size: 7 };
  assert.equal(cacheIn(scratch).hash(file), expected);
  settle(file);
  assert.equal(cacheIn(scratch).hash(file), expected);
  assert.match(fs.readFileSync(remembered(scratch), 'utf8'), md5('content'));
  // What this user remembers is what is said, until the file changes.
  seal(scratch, (record) => record.replace(md5('content'), md5('remembered')));
  assert.is(cacheIn(scratch).hash(file)?.md5, md5('remembered'));
  const { atime, mtime } = fs.statSync(file);
  fs.writeFileSync(file, 'another');
  fs.utimesSync(file, atime, mtime);
  assert.is(cacheIn(scratch).hash(file)?.md5, md5('another'));
  scratch.cleanup();
});

test('what somebody else wrote there is not believed', () => {
  const scratch = makeScratch();
  const file = scratch.write('data', 'content');
  settle(file);
  cacheIn(scratch).hash(file);
  const lines = fs.readFileSync(remembered(scratch), 'utf8').replace(md5('content'), md5('forged'));
  fs.writeFileSync(remembered(scratch), lines);
  assert.is(cacheIn(scratch).hash(file)?.md5, md5('content'));
  assert.is(new HashCache(`${scratch.path}/git`, undefined).hash(file)?.md5, md5('content'));
  scratch.cleanup();
});

test('what was torn by a kill is passed over', () => {
  const scratch = makeScratch();
  const file = scratch.write('data', 'content');
  scratch.write('git/mlchain/dvc-hashes/1', '\n7 1 1 1');
  assert.is(cacheIn(scratch).hash(file)?.md5, md5('content'));
  scratch.cleanup();
});

test('there is nothing to say of what is no file', () => {
  const scratch = makeScratch();
  scratch.write('directory/file', '');
  const cache = cacheIn(scratch);
  assert.is(cache.hash(`${scratch.path}/nothing`), undefined);
  assert.is(cache.hash(`${scratch.path}/directory`), undefined);
  scratch.cleanup();
});

test.run();
