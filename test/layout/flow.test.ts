import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MlchainError } from '../../src/errors.ts';
import type { DraftStep } from '../../src/layout/flow.ts';
import { flowOf } from '../../src/layout/flow.ts';

type Steps = Record<string, readonly [materials: readonly string[], products: readonly string[]]>;

function flowsOf(steps: Steps) {
  const config = Object.entries(steps).map(([name, [materials, products]]): [string, DraftStep] => {
    return [name, { materials, products }];
  });
  return flowOf(new Map(config));
}

function refusal(steps: Steps): MlchainError {
  try {
    flowsOf(steps);
  } catch (error) {
    assert.instance(error, MlchainError);
    return error as MlchainError;
  }
  throw new Error('nothing was refused');
}

test('a material is supplied by the step whose product it is, as narrowly as the two agree', () => {
  const [source, prepare] = flowsOf({
    source: [[], ['raw/', 'scripts/']],
    prepare: [['raw/', 'scripts/prepare.mjs'], ['data/']],
  });
  assert.equal(source?.supplied, []);
  assert.equal(prepare, {
    name: 'prepare',
    products: ['data/*'],
    supplied: [
      { pattern: 'raw/*', from: 'source' },
      { pattern: 'scripts/prepare.mjs', from: 'source' },
    ],
    reworked: [],
    unsigned: [],
  });
});

test('a wide material is narrowed to what each step makes of it', () => {
  const flows = flowsOf({
    images: [[], ['data/images/']],
    labels: [[], ['data/labels.csv']],
    train: [['data/'], ['model/']],
  });
  assert.equal(flows[2]?.supplied, [
    { pattern: 'data/images/*', from: 'images' },
    { pattern: 'data/labels.csv', from: 'labels' },
  ]);
  assert.equal(flows[2]?.unsigned, []);
});

test('patterns that merely meet are matched as the material says', () => {
  const flows = flowsOf({ prepare: [[], ['data/t*']], train: [['data/*.csv'], ['model/']] });
  assert.equal(flows[1]?.supplied, [{ pattern: 'data/*.csv', from: 'prepare' }]);
});

test('what a step both takes and makes is reworked; what nobody makes is unsigned', () => {
  const [clean] = flowsOf({ clean: [['data/labels.csv', 'vendor/'], ['data/']] });
  assert.equal(clean?.reworked, ['data/labels.csv']);
  assert.equal(clean?.unsigned, ['vendor/*']);
});

test('steps come after those they take from, otherwise in the order of the file', () => {
  const flows = flowsOf({
    package: [['model/', 'metrics/'], ['dist/']],
    train: [['data/'], ['model/']],
    docs: [[], ['docs/']],
    test: [['model/', 'data/'], ['metrics/']],
    prepare: [[], ['data/']],
  });
  assert.equal(
    flows.map(({ name }) => name),
    ['docs', 'prepare', 'train', 'test', 'package'],
  );
});

test('steps that wait for each other are refused, and the circle is named', () => {
  const error = refusal({
    a: [['b/', 'x/'], ['a/']],
    b: [['c/'], ['b/']],
    c: [['a/'], ['c/']],
    x: [['a/'], ['y/']],
  });
  assert.is(error.code, 'config');
  assert.match(error.message, /in a circle: a from b from c from a$/);
});

test('a directory that is one artifact is taken whole or not at all', () => {
  const flows = flowsOf({ prepare: [[], ['dir:data/']], train: [['dir:data'], ['model/']] });
  assert.equal(flows[1]?.supplied, [{ pattern: 'dir:data', from: 'prepare' }]);
  const error = refusal({ prepare: [[], ['dir:data']], train: [['data/train.csv'], ['model/']] });
  assert.is(error.code, 'config');
  assert.match(error.message, /'train' reads 'data\/train\.csv', which step 'prepare' makes as 'dir:data'/);
  assert.match(error.hint ?? '', /write 'dir:data'/);
  assert.match(refusal({ a: [[], ['data/']], b: [['dir:data'], ['m/']] }).message, /'dir:data'.*'data\/\*'/);
});

test("a bare star is nobody's product", () => {
  const error = refusal({ all: [[], ['*']] });
  assert.is(error.code, 'config');
  assert.match(error.message, /step 'all', products: expected something narrower/);
});

test('a material of everything is held to everything that steps make', () => {
  const flows = flowsOf({ prepare: [[], ['data/']], train: [['*'], ['model/']] });
  assert.equal(flows[1]?.supplied, [{ pattern: 'data/*', from: 'prepare' }]);
  assert.equal(flows[1]?.reworked, ['model/*']);
});

test.run();
