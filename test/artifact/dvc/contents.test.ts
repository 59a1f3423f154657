import * as fs from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DvcContents } from '../../../src/artifact/dvc/contents.ts';
import { dirDigest, sha256Hex } from '../../../src/intoto/digest.ts';
import { manifestText, md5 } from '../../support/dvc.ts';
import type { WorkingClone } from '../../support/working-clone.ts';
import { makeClone } from '../../support/working-clone.ts';

const test = suite<{ clone: WorkingClone }>('contents of DVC outputs');

test.before.each(async (scene) => {
  scene.clone = await makeClone();
});
test.after.each(async ({ clone }) => clone.cleanup());

const FILE = `dvc:${md5('content')}`;
const FILES = new Map([
  ['a', 'one'],
  ['sub/b', 'two'],
]);
const DIRECTORY = `dvc:${md5(manifestText(FILES))}.dir`;
const DIGEST = dirDigest([...FILES].map(([name, content]) => [name, sha256Hex(content)]));

function cache(clone: WorkingClone, hash: string, content: string, below = '.dvc/cache/files/md5'): void {
  clone.write(`${below}/${hash.slice(0, 2)}/${hash.slice(2)}`, content);
}

test('a file is found in the cache of DVC 3, in that of older ones, and in the work tree', ({ clone }) => {
  const places = ['.dvc/cache/files/md5', '.dvc/cache', 'data/.dvc/cache/files/md5'];
  for (const below of places) {
    cache(clone, md5('content'), 'content', below);
    const found = new DvcContents(clone.repo).find('data/x', FILE);
    assert.is(found.state === 'here' && found.content.sha256, sha256Hex('content'), below);
    clone.remove(below);
  }
  assert.is(new DvcContents(clone.repo).find('data/x', FILE).state, 'absent');
  clone.write('data/x', 'content');
  assert.is(new DvcContents(clone.repo).find('data/x', FILE).state, 'here');
});

test('a file that DVC linked into its cache is found', ({ clone }) => {
  clone.write('elsewhere', 'content');
  clone.write('data/y', '');
  fs.symlinkSync('../elsewhere', `${clone.path}/data/x`);
  assert.is(new DvcContents(clone.repo).inWorkTree('data/x', FILE).state, 'here');
});

test('something else in its place is told by its hash, damaged cache or not', ({ clone }) => {
  clone.write('data/x', 'changed');
  const differs = { state: 'differs', file: 'data/x', found: md5('changed') };
  assert.equal(new DvcContents(clone.repo).find('data/x', FILE), differs);
  cache(clone, md5('content'), 'damaged');
  assert.equal(new DvcContents(clone.repo).find('data/x', FILE), differs);
  assert.is(new DvcContents(clone.repo).inCache('data/x', FILE).state, 'differs');
  clone.write('data/x', 'content');
  assert.is(new DvcContents(clone.repo).find('data/x', FILE).state, 'here');
});

test('a directory is found by its manifest, whatever else lies in it', ({ clone }) => {
  cache(clone, `${md5(manifestText(FILES))}.dir`, manifestText(FILES));
  for (const [name, content] of FILES) clone.write(`data/d/${name}`, content);
  clone.write('data/d/ignored by dvc', 'x');
  const contents = new DvcContents(clone.repo);
  const whole = contents.find('data/d/', DIRECTORY);
  assert.is(whole.state === 'here' && whole.content.sha256, DIGEST);
  assert.equal(whole.state === 'here' && [...(whole.content.files?.keys() ?? [])], [...FILES.keys()]);
  assert.is(contents.inCache('data/d/', DIRECTORY).state, 'absent');
  clone.write('data/d/sub/b', 'changed');
  const found = contents.find('data/d/', DIRECTORY);
  assert.equal(found, { state: 'differs', file: 'data/d/sub/b', found: md5('changed') });
  for (const content of FILES.values()) cache(clone, md5(content), content);
  assert.is(contents.find('data/d/', DIRECTORY).state, 'here');
});

test('without a manifest all that lies there is the directory', ({ clone }) => {
  for (const [name, content] of FILES) clone.write(`data/d/${name}`, content);
  const contents = new DvcContents(clone.repo);
  const found = contents.find('data/d/', DIRECTORY);
  assert.is(found.state === 'here' && found.content.sha256, DIGEST);
  clone.write('data/d/more', 'x');
  assert.is(contents.find('data/d/', DIRECTORY).state, 'differs');
});

test('a manifest that leads out of the directory is not followed', ({ clone }) => {
  const text = `[{"md5": "${md5('secret')}", "relpath": "../../secret"}]`;
  clone.write('secret', 'secret');
  clone.write('data/d/x', '');
  cache(clone, `${md5(text)}.dir`, text);
  assert.is(new DvcContents(clone.repo).find('data/d/', `dvc:${md5(text)}.dir`).state, 'differs');
});

test('what nobody can sign for is nowhere', ({ clone }) => {
  clone.write('data/x', 'content');
  assert.is(new DvcContents(clone.repo).find('data/x', `dvc:md5-dos2unix:${md5('content')}`).state, 'absent');
});

test.run();
