import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { recordDirectory, walkDirectory } from '../../src/artifact/directory-walk.ts';
import { MlchainError } from '../../src/errors.ts';
import { sha256Hex } from '../../src/intoto/digest.ts';
import { exec } from '../support/exec.ts';
import { makeScratch, type Scratch } from '../support/scratch.ts';

let scratch: Scratch;
test.before.each(() => {
  scratch = makeScratch();
});
test.after.each(() => scratch.cleanup());

function link(name: string, target: string): void {
  fs.symlinkSync(target, path.join(scratch.path, name));
}

function names(
  paths: readonly string[],
  more: { exclude?: string[]; lstripPaths?: string[] } = {},
): readonly string[] {
  return [...walkDirectory({ base: scratch.path, paths, ...more }).artifacts.keys()].sort();
}

test('a directory is recorded to the bottom, by content', () => {
  scratch.write('a', 'one');
  scratch.write('d/e/b', 'two');
  fs.mkdirSync(path.join(scratch.path, 'empty'));
  const artifacts = recordDirectory(scratch.path);
  assert.equal(
    artifacts,
    new Map([
      ['a', new Map([['sha256', sha256Hex('one')]])],
      ['d/e/b', new Map([['sha256', sha256Hex('two')]])],
    ]),
  );
});

test('named paths are normalised and recorded once', () => {
  scratch.write('d/a', '1');
  scratch.write('d/e/b', '1');
  assert.equal(names(['d', 'd/e', './d//e/../a', 'd/']), ['d/a', 'd/e/b']);
});

test('what was asked for and is not there is told', () => {
  scratch.write('a', '1');
  link('dead', 'nowhere');
  const { artifacts, missing } = walkDirectory({
    base: scratch.path,
    paths: ['a', 'no/such', 'dead', 'a/b'],
  });
  assert.is(artifacts.size, 1);
  assert.equal(missing, ['a/b', 'dead', 'no/such']);
});

test('links are followed under their own name, dead ones left out', () => {
  scratch.write('real/f', '1');
  link('file', 'real/f');
  link('directory', 'real');
  link('dead', 'nowhere');
  assert.equal(names(['.']), ['directory/f', 'file', 'real/f']);
});

test('a link back into its own ancestors is not followed: no round is made twice', () => {
  scratch.write('d/f', '1');
  link('d/self', '.');
  link('d/up', '..');
  fs.mkdirSync(path.join(scratch.path, 'x'));
  link('x/y', '../d');
  assert.equal(names(['.']), ['d/f', 'x/y/f']);
});

test('two directories that hold links to each other come to an end', () => {
  scratch.write('a/f', '1');
  scratch.write('b/g', '1');
  link('a/to-b', '../b');
  link('b/to-a', '../a');
  assert.equal(names(['.']), ['a/f', 'a/to-b/g', 'b/g', 'b/to-a/f']);
});

test('pipes and sockets are no artifacts, and nobody waits for them', async () => {
  scratch.write('f', '1');
  await exec('mkfifo', [path.join(scratch.path, 'pipe')], process.env);
  assert.equal(names(['.', 'pipe']), ['f']);
});

test('excludes replace the defaults, prune directories and reach the arguments themselves', () => {
  for (const name of ['keep.txt', '.git/config', 'x.pyc', 'build/out', 'build/keep/k'])
    scratch.write(name, '1');
  assert.equal(names(['.']), ['build/keep/k', 'build/out', 'keep.txt']);
  assert.equal(names(['.'], { exclude: ['build', '!build/keep'] }), ['.git/config', 'keep.txt', 'x.pyc']);
  assert.equal(names(['build', 'keep.txt'], { exclude: ['build'] }), ['keep.txt']);
  assert.equal(names(['.'], { exclude: [] }).length, 5);
});

test('prefixes are stripped, and may not begin each other', () => {
  scratch.write('src/a', '1');
  scratch.write('data/raw/b', '1');
  assert.equal(names(['src', 'data'], { lstripPaths: ['src/', 'data/raw/'] }), ['a', 'b']);
  assert.throws(
    () => names(['src'], { lstripPaths: ['a/', 'a/b/'] }),
    /do not begin each other, found a\/ and a\/b\//,
  );
  assert.throws(() => names(['src'], { lstripPaths: ['a/', 'a/'] }), /do not begin each other/);
});

test('two files may not get one name', () => {
  scratch.write('a/x', '1');
  scratch.write('b/x', '2');
  assert.throws(
    () => names(['a', 'b'], { lstripPaths: ['a/', 'b/'] }),
    /two files would be recorded as x: a\/x and b\/x/,
  );
});

test('a backslash becomes a slash, unless that is another file', () => {
  scratch.write('back\\slash', '1');
  assert.equal(names(['.']), ['back/slash']);
  scratch.write('back/slash', '2');
  assert.throws(() => names(['.']), /two files would be recorded as back\/slash/);
});

test('a name that is not UTF-8 is an error that shows its bytes', () => {
  fs.writeFileSync(Buffer.concat([Buffer.from(`${scratch.path}/caf`), Buffer.of(0xe9)]), '1');
  assert.throws(
    () => names(['.']),
    (error: unknown) => error instanceof MlchainError && error.message.includes('caf\\xe9'),
  );
  assert.equal(names(['.'], { exclude: ['caf*'] }), []);
});

test('content is hashed as it is, large files and line ends included', () => {
  const large = Buffer.alloc(3 * 1024 * 1024 + 1, 'x\r\n');
  scratch.write('large', large);
  assert.is(recordDirectory(scratch.path).get('large')?.get('sha256'), sha256Hex(large));
});

test('a base that is not there records nothing', () => {
  const { artifacts, missing } = walkDirectory({ base: path.join(scratch.path, 'none'), paths: ['.'] });
  assert.is(artifacts.size, 0);
  assert.equal(missing, ['.']);
});

test('the peer records the same of an ordinary tree', async () => {
  for (const name of ['a', 'd/b', 'd/e/c', 'ünïcödé/😀', '.hidden', 'x.pyc', 'sp ace'])
    scratch.write(name, name);
  link('l', 'd');
  const code = `import json
from in_toto.runlib import record_artifacts_as_dict
print(json.dumps(record_artifacts_as_dict(["."], follow_symlink_dirs=True)))`;
  const { stdout } = await exec('/usr/bin/python3', ['-c', code], process.env, { cwd: scratch.path });
  const peer = Object.entries(JSON.parse(stdout) as Record<string, { sha256: string }>);
  const ours = [...recordDirectory(scratch.path)].map(([name, digests]) => [
    name,
    { sha256: digests.get('sha256') },
  ]);
  assert.equal(Object.fromEntries(ours), Object.fromEntries(peer));
});

test.run();
