import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ruleText } from '../../src/intoto/rule.ts';
import { inspectionRules, materialRules, productRules } from '../../src/layout/draft-rules.ts';
import type { StepFlow } from '../../src/layout/flow.ts';

function flow(parts: Partial<StepFlow>): StepFlow {
  return { name: 'train', products: [], supplied: [], reworked: [], unsigned: [], ...parts };
}

test('matched, then allowed, then deleted, then nothing else', () => {
  const rules = materialRules(
    flow({
      products: ['model/*', 'log/*'],
      supplied: [{ pattern: 'data/*', from: 'prepare' }],
      reworked: ['model/m.bin'],
      unsigned: ['vendor/*'],
    }),
  );
  assert.equal(rules.map(ruleText), [
    'MATCH data/* WITH PRODUCTS FROM prepare',
    'ALLOW model/m.bin',
    'ALLOW vendor/*',
    'DELETE model/*',
    'DELETE log/*',
    'DISALLOW *',
  ]);
});

test('what is allowed anyway needs no DELETE', () => {
  const rules = materialRules(flow({ products: ['model/*', 'a.csv'], reworked: ['model/*'] }));
  assert.equal(rules.map(ruleText), ['ALLOW model/*', 'DELETE a.csv', 'DISALLOW *']);
});

test('a step without materials or without products still closes its lists', () => {
  assert.equal(materialRules(flow({})).map(ruleText), ['DISALLOW *']);
  assert.equal(productRules([]).map(ruleText), ['DISALLOW *']);
});

test('products are allowed as they come, and nothing else', () => {
  assert.equal(productRules(['model/*', 'dir:weights']).map(ruleText), [
    'ALLOW model/*',
    'ALLOW dir:weights',
    'DISALLOW *',
  ]);
});

test('an inspection names the products of every step, matches them all before it refuses any', () => {
  const flows = [
    flow({ name: 'a', products: ['x/*', 'y'] }),
    flow({ name: 'b', products: ['z/*'] }),
    flow({ name: 'c' }),
  ];
  assert.equal(inspectionRules(flows).map(ruleText), [
    'MATCH x/* WITH PRODUCTS FROM a',
    'MATCH y WITH PRODUCTS FROM a',
    'MATCH z/* WITH PRODUCTS FROM b',
    'DISALLOW x/*',
    'DISALLOW y',
    'DISALLOW z/*',
  ]);
});

test('two steps of one pattern are both matched before the pattern is refused, once', () => {
  const flows = [flow({ name: 'a', products: ['x/*'] }), flow({ name: 'b', products: ['x/*'] })];
  assert.equal(inspectionRules(flows).map(ruleText), [
    'MATCH x/* WITH PRODUCTS FROM a',
    'MATCH x/* WITH PRODUCTS FROM b',
    'DISALLOW x/*',
  ]);
});

test.run();
