import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { didYouMean, nearest } from '../../src/cli/nearest.ts';

const known = ['verify', 'record', 'run', 'log', 'layout', 'status'];

test('a letter too many, too few, wrong or swapped is seen through', () => {
  assert.is(nearest('verifyy', known), 'verify');
  assert.is(nearest('recrd', known), 'record');
  assert.is(nearest('ststus', known), 'status');
  assert.is(nearest('lgo', known), 'log');
  assert.is(nearest('rnu', known), 'run');
});

test('the beginning of a name is near enough', () => {
  assert.is(nearest('stat', known), 'status');
});

test('a name far from all is near none', () => {
  for (const word of ['commit', 'xyz', 'l', '']) assert.is(nearest(word, known), undefined, word);
});

test('of two, the nearer one', () => {
  assert.is(nearest('materialss', ['material', 'materials']), 'materials');
});

test('a name a megabyte long costs nothing', () => {
  assert.is(nearest('x'.repeat(1_000_000), ['x'.repeat(999_999)]), undefined);
});

test('the hint asks, or says something else', () => {
  assert.is(didYouMean('verfy', known, 'see help'), "did you mean 'verify'?");
  assert.is(didYouMean('xyzzy', known, 'see help'), 'see help');
});

test.run();
