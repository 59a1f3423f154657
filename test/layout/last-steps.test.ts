import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lastSteps } from '../../src/layout/last-steps.ts';
import type { LayoutText } from '../support/layout.ts';
import { makeLayout } from '../support/layout.ts';

const names = (steps: LayoutText['steps']) => lastSteps(makeLayout({ steps })).map(({ name }) => name);

const prepare = { products: ['ALLOW data/*'] };
const train = { materials: ['MATCH data/* WITH PRODUCTS FROM prepare'], products: ['ALLOW model/*'] };

test('the step that no other step’s rules match is the last', () => {
  assert.equal(names({ prepare, train }), ['train']);
});

test('the order in the layout does not matter', () => {
  assert.equal(names({ train, prepare }), ['train']);
});

test('several branches have several ends', () => {
  const report = { materials: ['MATCH data/* WITH PRODUCTS FROM prepare'], products: ['ALLOW report/*'] };
  assert.equal(names({ prepare, train, report }), ['train', 'report']);
});

test('a rule in the products, or for materials, is a rule too', () => {
  const check = { products: ['MATCH model/* WITH PRODUCTS FROM train'] };
  assert.equal(names({ prepare, train, check }), ['check']);
  const audit = { materials: ['MATCH data/* WITH MATERIALS FROM train'] };
  assert.equal(names({ prepare, train, audit }), ['audit']);
});

test('a step that matches itself can be the last', () => {
  const self = { ...train, products: ['MATCH model/* WITH MATERIALS FROM train', 'ALLOW model/*'] };
  assert.equal(names({ prepare, train: self }), ['train']);
});

test('a single step is the last', () => {
  assert.equal(names({ prepare }), ['prepare']);
});

test('in a circle there is none', () => {
  const circular = { ...prepare, materials: ['MATCH model/* WITH PRODUCTS FROM train'] };
  assert.equal(names({ prepare: circular, train }), []);
});

test.run();
