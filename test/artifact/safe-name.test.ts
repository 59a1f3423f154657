import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { unsafeArtifactName, unsafeName } from '../../src/artifact/safe-name.ts';

const SAFE = [
  'a',
  'a/b',
  'data/train.csv',
  '.gitignore',
  '.github/x',
  'a b',
  'ü',
  '...',
  'git~2',
  '__proto__',
  '-x',
];
const UNSAFE = new Map([
  ['../a', /stay/],
  ['a/../../b', /stay/],
  ['..', /stay/],
  ['.', /stay/],
  ['a/./b', /stay/],
  ['a//b', /stay/],
  ['a/', /stay/],
  ['', /stay/],
  ['/a', /absolute/],
  ['C:x', /absolute/],
  ['c:/x', /absolute/],
  ['a\\b', /backslash/],
  ['a\0b', /NUL/],
  ['.git', /\.git/],
  ['.git/hooks/pre-commit', /\.git/],
  ['a/.GIT/config', /\.git/],
  ['.git /x', /\.git/],
  ['.git./x', /\.git/],
  ['GIT~1/x', /\.git/],
  ['a\udc80', /UTF-8/],
]);

test('an ordinary name is safe', () => {
  for (const name of SAFE) assert.is(unsafeName(name), undefined, name);
});

test('a name that could become a file elsewhere, or in .git, is not, and why is said', () => {
  for (const [name, why] of UNSAFE) assert.match(unsafeName(name) ?? 'safe', why, JSON.stringify(name));
});

test('in a link the same holds below dir:', () => {
  for (const name of SAFE) {
    assert.is(unsafeArtifactName(name), undefined, name);
    assert.is(unsafeArtifactName(`dir:${name}`), undefined, `dir:${name}`);
  }
  for (const name of ['dir:../x', 'dir:/x', 'dir:a/../b', 'dir:.git', '../dir:x']) {
    assert.ok(unsafeArtifactName(name), name);
  }
});

test('a directory that is one output of DVC ends in one slash', () => {
  assert.is(unsafeArtifactName('data/images/'), undefined);
  for (const name of ['/', 'a//', '../', 'a/../', '.git/']) assert.ok(unsafeArtifactName(name), name);
});

test('dir: alone is everything there is', () => {
  for (const name of ['dir:', 'dir:.', 'dir:/', 'dir:./', 'dir:a/']) {
    assert.is(unsafeArtifactName(name), undefined, name);
  }
});

test.run();
