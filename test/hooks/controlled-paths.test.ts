import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { controlledPaths, writeControlledPaths } from '../../src/hooks/controlled-paths.ts';
import { makeScratch } from '../support/scratch.ts';

test('a pattern is held by the directory before its first wildcard, a plain name by itself', () => {
  assert.equal(controlledPaths(['data/*.csv', 'model/digits.json', 'raw/a/b*', 'README']), [
    'README',
    'data',
    'model/digits.json',
    'raw/a',
  ]);
});

test('a wildcard in the first name is held by the whole tree, and so is everything else then', () => {
  assert.equal(controlledPaths(['*.csv', 'data/train.csv']), ['']);
  assert.equal(controlledPaths(['dat?/x']), ['']);
});

test('what lies in a listed directory is not listed again, a neighbour with the same beginning is', () => {
  assert.equal(controlledPaths(['data/*', 'data/train.csv', 'data', 'data2/x', 'data/']), [
    'data',
    'data2/x',
  ]);
});

test('a bracket that is never closed is a plain name', () => {
  assert.equal(controlledPaths(['data/[x']), ['data/[x']);
  assert.equal(controlledPaths(['data/[x]']), ['data']);
});

test('a list too long for sh to be quick is no list', () => {
  const files = Array.from({ length: 101 }, (_, i) => `data/${i}`);
  assert.is(controlledPaths(files.slice(1))?.length, 100);
  assert.is(controlledPaths(files), undefined);
  assert.equal(controlledPaths([...files, 'data/*']), ['data']);
});

test('a name that does not fit in a line makes no list, and takes the old one away', async () => {
  const scratch = makeScratch();
  const file = `${scratch.path}/mlchain/controlled-paths`;
  await writeControlledPaths(scratch.path, 'abc', ['data/*', 'model/x']);
  assert.is(
    fs.readFileSync(file, 'utf8'),
    'HEAD:data\nHEAD^1:data\nHEAD:model/x\nHEAD^1:model/x\nabc\nHEAD:.mlchain/root.layout\nHEAD^2\nHEAD^2\n',
  );
  await writeControlledPaths(scratch.path, 'abc', ['data/*', 'two\nlines']);
  assert.not(fs.existsSync(file));
  assert.is(controlledPaths(['lone\udc80']), undefined);
  scratch.cleanup();
});

test.run();
