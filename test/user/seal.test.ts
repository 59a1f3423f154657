import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dataDirectory } from '../../src/user/data-directory.ts';
import { Seal } from '../../src/user/seal.ts';
import { makeScratch, type Scratch } from '../support/scratch.ts';

let scratch: Scratch;
test.before.each(() => {
  scratch = makeScratch();
});
test.after.each(() => scratch.cleanup());

const env = () => ({ XDG_DATA_HOME: scratch.path });
const file = () => path.join(scratch.path, 'git-mlchain', 'seal');
const isWindows = process.platform === 'win32';

test('what was sealed is known again by the next process of the same user', () => {
  const mark = Seal.open(env())?.mark('a purpose', 'content') ?? '';
  assert.match(mark, /^[0-9a-f]{64}$/);
  assert.is(Seal.open(env())?.isIntact('a purpose', 'content', mark), true);
});

test('another content, purpose, mark or user breaks the seal', () => {
  const mark = Seal.open(env())?.mark('a purpose', 'content') ?? '';
  const seal = Seal.open(env());
  assert.is(seal?.isIntact('a purpose', 'Content', mark), false);
  assert.is(seal?.isIntact('another purpose', 'content', mark), false);
  assert.is(seal?.isIntact('a purpose', 'content', mark.slice(1)), false);
  assert.is(seal?.isIntact('a purpose', 'content', ''), false);
  const other = { XDG_DATA_HOME: path.join(scratch.path, 'other') };
  assert.is(Seal.open(other)?.isIntact('a purpose', 'content', mark), false);
});

test('the purpose ends where it ends: no text moves from it into the content', () => {
  const seal = Seal.open(env());
  assert.is.not(seal?.mark('ab', 'c'), seal?.mark('a', 'bc'));
});

test("the secret is this user's alone", () => {
  Seal.open(env());
  assert.is(isWindows || (fs.statSync(file()).mode & 0o777) === 0o600, true);
  assert.equal(fs.readdirSync(path.dirname(file())), ['seal']);
});

test('a secret that others can read, or that is no secret, seals nothing', () => {
  Seal.open(env());
  fs.chmodSync(file(), 0o644);
  assert.is(isWindows || Seal.open(env()) === undefined, true);
  fs.chmodSync(file(), 0o600);
  assert.is.not(Seal.open(env()), undefined);
  fs.writeFileSync(file(), 'short');
  assert.is(Seal.open(env()), undefined);
});

test('a symbolic link in place of the secret seals nothing', () => {
  Seal.open(env());
  fs.renameSync(file(), `${file()}.moved`);
  fs.symlinkSync(`${file()}.moved`, file());
  assert.is(Seal.open(env()), undefined);
});

test('where no secret can be made there is no seal, and no failure', () => {
  assert.is(Seal.open({ XDG_DATA_HOME: scratch.write('a-file', '') }), undefined);
});

test('the data directory is the one of the XDG specification, which wants relative paths ignored', () => {
  assert.is(dataDirectory({ XDG_DATA_HOME: '/x', HOME: '/h' }), path.join('/x', 'git-mlchain'));
  const fallback = path.join('/h', '.local/share', 'git-mlchain');
  assert.is(dataDirectory({ HOME: '/h' }), fallback);
  assert.is(dataDirectory({ XDG_DATA_HOME: 'x', HOME: '/h' }), fallback);
});

test.run();
