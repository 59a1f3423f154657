import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { recordInspected } from '../../src/gather/inspected-artifacts.ts';
import { dirDigest, sha256Hex } from '../../src/intoto/digest.ts';
import type { LayoutItem } from '../../src/intoto/layout.ts';
import { rulesFrom } from '../support/layout.ts';
import { makeScratch, type Scratch } from '../support/scratch.ts';

let scratch: Scratch;
test.before.each(() => {
  scratch = makeScratch();
  scratch.write('product/data/a', '1');
  scratch.write('product/data/deep/b', '2');
  scratch.write('product/model', 'm');
  scratch.write('secret/x', 's');
});
test.after.each(() => scratch.cleanup());

function record(...rules: readonly string[]): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const item: LayoutItem = { name: 'check', expectedMaterials: rulesFrom(rules), expectedProducts: [] };
  return recordInspected(path.join(scratch.path, 'product'), item);
}

const files = ['data/a', 'data/deep/b', 'model'];

test('without rules about directories it is all that lies there, as in in-toto', () => {
  assert.equal([...record('MATCH * WITH PRODUCTS FROM train', 'DISALLOW *').keys()], files);
});

test('a directory that a rule names is one more artifact, with the digest that a step records', () => {
  const found = record('MATCH dir:data WITH PRODUCTS FROM prepare', 'DISALLOW dir:data');
  assert.equal([...found.keys()], [...files, 'dir:data']);
  const expected = dirDigest([
    ['a', sha256Hex('1')],
    ['deep/b', sha256Hex('2')],
  ]);
  assert.is(found.get('dir:data')?.get('sha256'), expected);
});

test('one changed file, one more, one less is another digest', () => {
  const digest = () => record('DISALLOW dir:data').get('dir:data')?.get('sha256');
  const before = digest();
  for (const [name, content] of [
    ['product/data/a', '2'],
    ['product/data/new', 'n'],
  ] as const) {
    scratch.write(name, content);
    assert.is.not(digest(), before);
  }
});

test('files that in-toto leaves out of `.` belong to the directory all the same', () => {
  const before = record('DISALLOW dir:data').get('dir:data');
  scratch.write('product/data/cache.pyc', 'c');
  assert.not.equal(record('DISALLOW dir:data').get('dir:data'), before);
});

test('a directory that is empty, not there, or outside is no artifact', () => {
  for (const name of ['dir:none', 'dir:../secret', `dir:${scratch.path}/secret`, 'dir:data/../../secret']) {
    assert.equal([...record(`DISALLOW ${name}`).keys()], files);
  }
});

test('the whole product is a directory, too', () => {
  assert.ok(record('DISALLOW dir:').has('dir:'));
});

test.run();
