import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CodeCache } from '../../src/user/code-cache.ts';
import { cacheDirectory } from '../../src/user/data-directory.ts';
import { makeScratch, type Scratch } from '../support/scratch.ts';

let scratch: Scratch;
test.before.each(() => {
  scratch = makeScratch();
});
test.after.each(() => scratch.cleanup());

const env = () => ({
  XDG_CACHE_HOME: path.join(scratch.path, 'cache'),
  XDG_DATA_HOME: path.join(scratch.path, 'data'),
});
const directory = () => path.join(scratch.path, 'cache/git-mlchain/code');
const file = (name: string) => path.join(directory(), name);
function opened(): CodeCache {
  const cache = CodeCache.open(env());
  if (cache === undefined) throw new Error('no cache can be kept');
  return cache;
}
const code = Buffer.from('code');

test('it lies where the user keeps caches, and never below a working directory', () => {
  assert.is(cacheDirectory({ XDG_CACHE_HOME: '/x', HOME: '/h' }), path.join('/x/git-mlchain'));
  assert.is(cacheDirectory({ XDG_CACHE_HOME: 'x', HOME: '/h' }), path.join('/h/.cache/git-mlchain'));
  for (const HOME of ['', '.', 'h']) assert.ok(path.isAbsolute(cacheDirectory({ HOME })), HOME);
});

test('what was written is read again, by the next process as well', () => {
  opened().write('name', code);
  assert.equal(opened().read('name'), code);
  assert.is(opened().read('another'), undefined);
});

test("it is this user's alone", () => {
  opened().write('name', code);
  assert.is(fs.statSync(directory()).mode & 0o777, 0o700);
  assert.is(fs.statSync(file('name')).mode & 0o777, 0o600);
  assert.equal(fs.readdirSync(directory()), ['name']);
});

test('altered, shortened, lengthened, renamed or sealed by another user, it is not read', () => {
  const cache = opened();
  cache.write('name', code);
  const good = fs.readFileSync(file('name'));
  const flipped = Buffer.from(good);
  flipped.writeUInt8(flipped.readUInt8(good.length - 1) ^ 1, good.length - 1);
  for (const bad of [
    flipped,
    good.subarray(0, -1),
    good.subarray(0, 10),
    Buffer.alloc(0),
    Buffer.concat([good, code]),
  ]) {
    fs.writeFileSync(file('name'), bad);
    assert.is(cache.read('name'), undefined);
  }
  fs.writeFileSync(file('other'), good);
  assert.is(cache.read('other'), undefined);
  fs.writeFileSync(file('name'), good);
  assert.equal(cache.read('name'), code);
  fs.rmSync(path.join(scratch.path, 'data'), { recursive: true });
  assert.is(opened().read('name'), undefined);
});

test('what is no file is not read', () => {
  const cache = opened();
  cache.write('name', code);
  fs.symlinkSync('name', file('link'));
  fs.mkdirSync(file('directory'));
  assert.is(cache.read('link'), undefined);
  assert.is(cache.read('directory'), undefined);
});

test('where others can write, or another user could put something in its place, nothing is kept', () => {
  opened().write('name', code);
  for (const place of [directory(), path.join(scratch.path, 'cache'), scratch.path]) {
    const { mode } = fs.statSync(place);
    fs.chmodSync(place, 0o777);
    assert.is(CodeCache.open(env()), undefined, place);
    fs.chmodSync(place, mode);
    assert.is.not(CodeCache.open(env()), undefined);
    // Only root can give something away; for others there is nothing to see here.
    if (process.getuid?.() !== 0) continue;
    fs.chownSync(place, 12345, 12345);
    assert.is(CodeCache.open(env()), undefined, place);
    fs.chownSync(place, 0, 0);
  }
});

test("in another user's home nothing is made", () => {
  if (process.getuid?.() !== 0) return;
  fs.chownSync(scratch.path, 12345, 12345);
  assert.is(CodeCache.open(env()), undefined);
  assert.equal(fs.readdirSync(scratch.path), []);
});

test('a directory that everybody may write to, but where nobody can take what is not theirs, will do', () => {
  fs.chmodSync(scratch.path, 0o1777);
  opened().write('name', code);
  assert.equal(opened().read('name'), code);
});

test('it holds so many and no more, the newest', () => {
  const cache = opened();
  for (let number = 0; number < 40; number++) {
    cache.write(`name-${number}`, code);
    fs.utimesSync(file(`name-${number}`), number, number);
  }
  cache.write('last', code);
  const kept = fs.readdirSync(directory());
  assert.is(kept.length, 32);
  assert.ok(kept.includes('last') && kept.includes('name-39') && !kept.includes('name-0'));
});

test.run();
