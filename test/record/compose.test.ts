import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { composeWork } from '../../src/record/compose.ts';
import { artifact, files, patternsOf } from '../support/listings.ts';

const none = new Set<string>();
const train = patternsOf({
  materials: ['MATCH data/* WITH PRODUCTS FROM other', 'ALLOW scripts/*', 'DELETE model/*'],
  products: ['ALLOW model/*'],
});

test("materials come from the commit's own tree, also those that changed in it", () => {
  const own = files({ 'data/a': 'new', 'scripts/t.py': 'new', 'model/m': 'new', 'README.md': 'x' });
  const parent = files({ 'data/a': 'old', 'scripts/t.py': 'old', 'model/m': 'old' });
  const work = composeWork(train, { own, parents: [parent], deleted: none });
  assert.equal(work.materials, files({ 'data/a': 'new', 'scripts/t.py': 'new' }));
  assert.equal(work.products, files({ 'model/m': 'new' }));
});

test('what a step works on in place is taken as it was before the commit', () => {
  const tune = patternsOf({ materials: ['ALLOW model/*', 'ALLOW data/*'], products: ['ALLOW model/*'] });
  const own = files({ 'data/a': 'd', 'model/m': 'tuned', 'model/new': 'fresh' });
  const parent = files({ 'data/a': 'd', 'model/m': 'plain', 'model/gone': 'g' });
  const work = composeWork(tune, { own, parents: [parent], deleted: new Set(['model/gone']) });
  assert.equal(work.materials.get('model/m'), artifact('plain'));
  assert.not(work.materials.has('model/new'), 'there was nothing to work on');
  assert.equal(work.materials.get('model/gone'), artifact('g'));
  assert.equal([...work.products.keys()].sort(), ['model/m', 'model/new']);
});

test('a product that the commit removed is a material and no product', () => {
  const own = files({ 'data/a': 'd', 'model/m': 'm' });
  const parent = files({ 'data/a': 'd', 'model/m': 'm', 'model/old': 'o' });
  const work = composeWork(train, { own, parents: [parent], deleted: new Set(['model/old']) });
  assert.equal(work.materials, files({ 'data/a': 'd', 'model/old': 'o' }));
  assert.equal([...work.products.keys()], ['model/m']);
});

test('at a merge, what was removed on a side is not signed for again', () => {
  const own = files({ 'model/m': 'm' });
  const parent = files({ 'model/m': 'm', 'model/old': 'o' });
  const work = composeWork(train, { own, parents: [parent, own], deleted: none });
  assert.equal(work.materials, new Map());
});

test('a merge that throws away what only the other side had signs for that', () => {
  const own = files({ 'model/m': 'm' });
  const theirs = files({ 'model/m': 'm', 'model/theirs': 't' });
  const work = composeWork(train, { own, parents: [own, theirs], deleted: new Set(['model/theirs']) });
  assert.equal(work.materials, files({ 'model/theirs': 't' }));
  const both = composeWork(train, {
    own,
    parents: [files({ 'model/x': '1' }), files({ 'model/x': '2' })],
    deleted: new Set(['model/x']),
  });
  assert.equal(both.materials, files({ 'model/x': '1' }), 'the first parent comes first');
});

test('what a step may only delete is signed for when it goes, and is no product while it stays', () => {
  const clean = patternsOf({ products: ['DELETE cache/*', 'ALLOW data/*'] });
  const parent = files({ 'cache/a': '1', 'cache/b': '2', 'data/d': 'd' });
  const own = files({ 'cache/b': '2', 'data/d': 'd' });
  const work = composeWork(clean, { own, parents: [parent], deleted: new Set(['cache/a']) });
  assert.equal(work.materials, files({ 'cache/a': '1' }));
  assert.equal([...work.products.keys()], ['data/d']);
});

test('a root commit has nothing before it', () => {
  const own = files({ 'data/a': 'd', 'model/m': 'm' });
  const work = composeWork(train, { own, parents: [], deleted: none });
  assert.equal(work.materials, files({ 'data/a': 'd' }));
  assert.equal(work.products, files({ 'model/m': 'm' }));
});

test('a directory as one artifact is a material only once it is gone as a whole', () => {
  const pack = patternsOf({ materials: ['ALLOW scripts/*'], products: ['ALLOW dir:dist'] });
  const parent = files({ 'dist/a': '1', 'dist/b': '2' });
  const half = composeWork(pack, {
    own: files({ 'dist/a': '1' }),
    parents: [parent],
    deleted: new Set(['dist/b']),
  });
  assert.equal([...half.materials.keys()], []);
  assert.equal([...half.products.keys()], ['dir:dist']);
  const gone = composeWork(pack, {
    own: new Map(),
    parents: [parent],
    deleted: new Set(['dist/a', 'dist/b']),
  });
  assert.equal([...gone.materials.keys()], ['dir:dist']);
  assert.equal([...gone.products.keys()], []);
  assert.is(gone.materials.get('dir:dist')?.digest, pack.products.fold(parent).get('dir:dist')?.digest);
});

test('a directory that is worked on in place is taken as it was before', () => {
  const tune = patternsOf({ materials: ['ALLOW dir:model'], products: ['ALLOW dir:model'] });
  const own = files({ 'model/m': 'new' });
  const parent = files({ 'model/m': 'old' });
  const work = composeWork(tune, { own, parents: [parent], deleted: none });
  assert.equal(work.materials, tune.materials.fold(parent));
  assert.equal(work.products, tune.products.fold(own));
});

test.run();
