import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Digester } from '../../src/artifact/digester.ts';
import type { Listing } from '../../src/artifact/kind.ts';
import type { Look } from '../../src/artifact/work-tree.ts';
import { listWorkTree } from '../../src/artifact/work-tree.ts';
import { changedSince, findInWorkTree } from '../../src/record/work-tree.ts';
import { artifact, files, patternsOf } from '../support/listings.ts';
import type { WorkingClone } from '../support/working-clone.ts';
import { makeClone } from '../support/working-clone.ts';

async function productsIn(clone: WorkingClone, rules: readonly string[]) {
  const { products } = patternsOf({ products: rules });
  return await findInWorkTree(clone.repo, new Digester(clone.repo), products);
}

/** Without a first look every file is read. */
async function changed(clone: WorkingClone, seen: Listing, look?: Look) {
  return await changedSince({ repo: clone.repo, digester: new Digester(clone.repo) }, seen, look);
}

test('tracked, new and ignored files are found, and what git ignores is known', async () => {
  const clone = await makeClone();
  clone.write('.gitignore', '*.tmp\n');
  clone.write('data/tracked', 't');
  await clone.commit();
  clone.write('data/new', 'n');
  clone.write('data/x.tmp', 'x');
  clone.write('other', 'o');
  const found = await productsIn(clone, ['ALLOW data/*']);
  assert.equal(new Map(found.artifacts), files({ 'data/tracked': 't', 'data/new': 'n', 'data/x.tmp': 'x' }));
  assert.equal(found.ignored, new Set(['data/x.tmp']));
  await clone.git('add', '-f', 'data/x.tmp');
  assert.equal(
    (await productsIn(clone, ['ALLOW data/*'])).ignored,
    new Set(),
    'what is tracked is not ignored',
  );
  await clone.cleanup();
});

test('the digest of a directory leaves out what git ignores, as the commit will', async () => {
  const clone = await makeClone();
  clone.write('.gitignore', '*.tmp\nall/\n');
  clone.write('dist/a', '1');
  clone.write('dist/x.tmp', 'x');
  clone.write('all/b', '2');
  const found = await productsIn(clone, ['ALLOW dir:dist', 'ALLOW dir:all']);
  const { products } = patternsOf({ products: ['ALLOW dir:dist', 'ALLOW dir:all'] });
  assert.equal(found.artifacts.get('dir:dist'), products.fold(files({ 'dist/a': '1' })).get('dir:dist'));
  assert.equal(found.artifacts.get('dir:all'), products.fold(files({ 'all/b': '2' })).get('dir:all'));
  assert.equal(found.ignored, new Set(['dir:all']), 'no commit will hold any of it');
  await clone.cleanup();
});

test('every change of content is seen, whatever the index and the time stamps say', async () => {
  const clone = await makeClone();
  clone.write('raw/a', 'one\n');
  clone.write('raw/b', 'two\n');
  await clone.commit();
  clone.write('raw/new', 'new\n');
  const seen = files({ 'raw/a': 'one\n', 'raw/b': 'two\n', 'raw/new': 'new\n' });
  assert.equal(await changed(clone, seen), []);
  const a = path.join(clone.path, 'raw/a');
  const { atime, mtime } = fs.statSync(a);
  await clone.git('config', 'core.checkStat', 'minimal');
  await clone.git('config', 'core.trustctime', 'false');
  fs.writeFileSync(a, 'ONE\n');
  fs.utimesSync(a, atime, mtime);
  assert.equal(await changed(clone, seen), ['raw/a']);
  fs.rmSync(path.join(clone.path, 'raw/b'));
  clone.write('raw/new', 'newer\n');
  assert.equal(await changed(clone, seen), ['raw/a', 'raw/b', 'raw/new']);
  await clone.cleanup();
});

/** A first look after the second in which the index was written: git tells change times apart by the second. */
async function lookAfter(clone: WorkingClone, digester: Digester) {
  await setTimeout(1100);
  return await listWorkTree(clone.repo, digester, (name) => name.startsWith('raw/'));
}

test('an index older than the listing is believed, for a change time cannot be put back', async () => {
  const clone = await makeClone();
  for (const name of ['same', 'touched', 'changed', 'gone', 'exempt']) clone.write(`raw/${name}`, 'one\n');
  await clone.commit();
  clone.write('raw/new', 'new\n');
  await clone.git('config', 'core.trustctime', 'false');
  const context = { repo: clone.repo, digester: new Digester(clone.repo) };
  const { files: seen, look } = await lookAfter(clone, context.digester);
  const change = path.join(clone.path, 'raw/changed');
  const { atime, mtime } = fs.statSync(change);
  assert.equal(await changedSince(context, seen, look), []);
  fs.writeFileSync(change, 'ONE\n');
  fs.utimesSync(change, atime, mtime);
  fs.utimesSync(path.join(clone.path, 'raw/touched'), 1, 1);
  clone.remove('raw/gone');
  clone.write('raw/new', 'NEW\n');
  clone.write('raw/exempt', 'ONE\n');
  const isAsked = (name: string) => name !== 'raw/exempt';
  const changes = await changedSince(context, seen, look, isAsked);
  assert.equal(changes, ['raw/changed', 'raw/gone', 'raw/new']);
  await clone.git('add', '-A');
  assert.equal(
    await changedSince(context, seen, look, isAsked),
    ['raw/changed', 'raw/gone', 'raw/new'],
    'what the command stages is another content, whatever the index says',
  );
  await clone.cleanup();
});

test('an index that was written since is not believed, though its time stamp was put back', async () => {
  const clone = await makeClone();
  clone.write('raw/a', 'one\n');
  clone.write('raw/b', 'two\n');
  await clone.commit();
  const context = { repo: clone.repo, digester: new Digester(clone.repo) };
  const { files: seen, look } = await lookAfter(clone, context.digester);
  const index = path.join(clone.path, '.git/index');
  const { atime, mtime } = fs.statSync(index);
  clone.write('raw/a', 'ONE\n');
  await clone.git('add', 'raw/a');
  fs.utimesSync(index, atime, mtime);
  assert.equal(await changedSince(context, seen, look), ['raw/a']);
  await clone.cleanup();
});

test('an index of the same second is not believed', async () => {
  const clone = await makeClone();
  clone.write('raw/a', 'one\n');
  const a = path.join(clone.path, 'raw/a');
  fs.utimesSync(a, 1, 1);
  await clone.commit();
  const context = { repo: clone.repo, digester: new Digester(clone.repo) };
  const { look } = await listWorkTree(clone.repo, context.digester, () => true);
  fs.writeFileSync(a, 'ONE\n');
  fs.utimesSync(a, 1, 1);
  const since = fs.statSync(path.join(clone.path, '.git/index')).ctimeMs;
  assert.equal(await changed(clone, files({ 'raw/a': 'one\n' }), { ...look, since }), ['raw/a']);
  await clone.cleanup();
});

test('a file that git converts is compared as git would store it', async () => {
  const clone = await makeClone();
  clone.write('.gitattributes', '*.txt text eol=crlf\n');
  clone.write('raw/a.txt', 'one\r\ntwo\r\n');
  await clone.commit();
  const seen = new Map([['raw/a.txt', artifact('one\ntwo\n')]]);
  assert.equal(await changed(clone, seen), []);
  clone.write('raw/a.txt', 'one\r\nTWO\r\n');
  assert.equal(await changed(clone, seen), ['raw/a.txt']);
  await clone.cleanup();
});

test('a file that became a link, and a link, are told apart', async () => {
  const clone = await makeClone();
  clone.write('raw/a', 'x');
  await clone.commit();
  fs.rmSync(path.join(clone.path, 'raw/a'));
  fs.symlinkSync('x', path.join(clone.path, 'raw/a'));
  assert.equal(await changed(clone, files({ 'raw/a': 'x' })), ['raw/a']);
  assert.equal(await changed(clone, files({ 'raw/a': '-> x' })), []);
  await clone.cleanup();
});

test.run();
