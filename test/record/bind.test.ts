import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Listing } from '../../src/artifact/kind.ts';
import type { BindDecision, RunWork } from '../../src/record/bind.ts';
import { decideBinding, holdsProducts } from '../../src/record/bind.ts';
import { artifact, files, patternsOf } from '../support/listings.ts';

const train = patternsOf({
  materials: ['MATCH data/* WITH PRODUCTS FROM other', 'ALLOW scripts/*'],
  products: ['ALLOW model/*'],
});

function ran(parts: Partial<RunWork> & { materials?: Listing; products?: Listing } = {}): RunWork {
  return {
    materials: files({ 'data/a': 'd', 'scripts/t': 's' }),
    products: files({ 'model/m': 'm' }),
    ignored: new Set(),
    bindAnyway: false,
    ...parts,
  };
}

const asRun = files({ 'data/a': 'd', 'scripts/t': 's', 'model/m': 'm' });

function named(decision: BindDecision): readonly string[] {
  assert.is(decision.kind, 'differs');
  return decision.kind === 'differs' ? decision.differences.map(({ name }) => name) : [];
}

test('a commit that holds what the run made, for the materials it took, binds it', () => {
  assert.equal(decideBinding(ran(), train, asRun, true), { kind: 'binds', external: [] });
});

test('a product with another digest is refused by name, with both contents', () => {
  const decision = decideBinding(ran(), train, new Map([...asRun, ['model/m', artifact('other')]]), true);
  assert.equal(decision, {
    kind: 'differs',
    differences: [
      { list: 'products', name: 'model/m', recorded: artifact('m'), committed: artifact('other') },
    ],
  });
});

test('a dataset that was never committed as it was trained on is refused by name', () => {
  const decision = decideBinding(ran(), train, new Map([...asRun, ['data/a', artifact('committed')]]), true);
  assert.equal(named(decision), ['data/a']);
});

test('a material that the tree has not at all was never part of the repository', () => {
  const run = ran({ materials: files({ 'data/a': 'd', 'data/huge.raw': 'outside' }) });
  assert.is(decideBinding(run, train, asRun, true).kind, 'binds');
});

test('a material that is a product as well is expected to differ', () => {
  const tune = patternsOf({ materials: ['ALLOW model/*'], products: ['ALLOW model/*'] });
  const run = ran({ materials: files({ 'model/m': 'before' }), products: files({ 'model/m': 'after' }) });
  assert.is(decideBinding(run, tune, files({ 'model/m': 'after' }), true).kind, 'binds');
});

test('a product that was left out of the commit is refused by name', () => {
  const run = ran({ products: files({ 'model/m': 'm', 'model/config': 'c' }) });
  assert.equal(named(decideBinding(run, train, asRun, true)), ['model/config']);
});

test('a controlled file that the run did not leave is refused by name', () => {
  const tree = new Map([...asRun, ['model/stale', artifact('old')] as const]);
  assert.equal(named(decideBinding(ran(), train, tree, true)), ['model/stale']);
});

test('the kind is part of what is compared', () => {
  const tree = new Map([
    ...asRun,
    ['model/m', { kind: 'lfs', digest: artifact('m').digest } as const] as const,
  ]);
  assert.equal(named(decideBinding(ran(), train, tree, true)), ['model/m']);
});

test('a commit about something else leaves the link waiting', () => {
  const tree = files({ 'data/a': 'd', 'scripts/t': 's', 'model/m': 'not yet' });
  assert.equal(decideBinding(ran(), train, tree, false), { kind: 'waits' });
});

test('a commit that brings the script a run was made with binds a run whose model was there already', () => {
  assert.is(decideBinding(ran(), train, asRun, false).kind, 'binds');
});

test('products that git ignores are external; with nothing else there is nothing to bind to', () => {
  const products = files({ 'model/m': 'm', 'model/optimizer.pt': 'o' });
  const some = ran({ products, ignored: new Set(['model/optimizer.pt']) });
  assert.equal(decideBinding(some, train, asRun, true), { kind: 'binds', external: ['model/optimizer.pt'] });
  const tree = files({ 'data/a': 'd', 'scripts/t': 's' });
  const all = ran({ products, ignored: new Set(products.keys()) });
  assert.equal(decideBinding(all, train, tree, false), { kind: 'waits' });
  assert.is(decideBinding({ ...all, bindAnyway: true }, train, tree, false).kind, 'binds');
});

test('an ignored product that was committed by force is compared like any other', () => {
  const run = ran({ ignored: new Set(['model/m']) });
  assert.equal(decideBinding(run, train, asRun, true), { kind: 'binds', external: [] });
  assert.equal(named(decideBinding(run, train, new Map([...asRun, ['model/m', artifact('x')]]), true)), [
    'model/m',
  ]);
});

test('a directory as one artifact is compared as one', () => {
  const pack = patternsOf({ products: ['ALLOW dir:dist'] });
  const made = files({ 'dist/a': '1', 'dist/b': '2' });
  const run = ran({ materials: new Map(), products: pack.products.fold(made) });
  assert.is(decideBinding(run, pack, made, true).kind, 'binds');
  assert.equal(named(decideBinding(run, pack, files({ 'dist/a': '1' }), true)), ['dir:dist']);
});

test('whether a tree has the products is asked without the materials, and never of ignored ones alone', () => {
  assert.ok(holdsProducts(ran(), train, new Map([...asRun, ['data/a', artifact('x')]])));
  assert.not(holdsProducts(ran(), train, files({ 'model/m': 'x' })));
  assert.not(holdsProducts(ran({ ignored: new Set(['model/m']) }), train, new Map()));
  assert.ok(
    holdsProducts(ran({ products: new Map() }), train, new Map()),
    'a step without products is done at once',
  );
});

test.run();
