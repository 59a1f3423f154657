import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { artifactName, controlOf, directoryOf, isOwnFile } from '../../src/layout/control.ts';
import { makeLayout } from '../support/layout.ts';

function control(steps: Record<string, readonly string[]>) {
  return controlOf(
    makeLayout({
      steps: Object.fromEntries(Object.entries(steps).map(([name, products]) => [name, { products }])),
    }),
  );
}

test('a step controls what its product rules name, and nothing else', () => {
  const { isControlled, stepsOf } = control({
    prepare: ['CREATE data/*', 'MODIFY labels.csv', 'DELETE old/*', 'REQUIRE seed.txt', 'DISALLOW *'],
    train: ['ALLOW model/*', 'MATCH conf/* WITH PRODUCTS FROM prepare', 'DISALLOW tmp/*'],
  });
  for (const path of ['data/a/b', 'labels.csv', 'old/x', 'seed.txt', 'model/m'])
    assert.ok(isControlled(path), path);
  for (const path of ['conf/x', 'tmp/x', 'README.md', 'seed.txt2']) assert.not(isControlled(path), path);
  assert.equal(
    stepsOf('model/m').map(({ step }) => step.name),
    ['train'],
  );
});

test('ALLOW * controls nothing, CREATE * everything', () => {
  assert.not(control({ a: ['ALLOW *'] }).isControlled('x'));
  assert.ok(control({ a: ['CREATE *'] }).isControlled('x'));
});

test('REQUIRE is a name, not a pattern: it controls that one path', () => {
  const { isControlled } = control({ a: ['REQUIRE data*', 'REQUIRE m[1].bin'] });
  assert.ok(isControlled('data*'));
  assert.ok(isControlled('m[1].bin'));
  assert.not(isControlled('data/train.csv'));
  assert.not(isControlled('m1.bin'));
});

test("the tool's own files are never controlled", () => {
  const { isControlled, stepsOf } = control({ a: ['CREATE *', 'REQUIRE .mlchainrc', 'ALLOW dir:'] });
  for (const path of ['.mlchainrc', '.mlchain/root.layout', '.mlchain/keys/x.asc']) {
    assert.ok(isOwnFile(path));
    assert.not(isControlled(path));
    assert.equal(stepsOf(path), []);
  }
  assert.ok(isControlled('.mlchainrc.example'));
});

test('a directory as one artifact controls all below it, under its own name', () => {
  const { steps, isControlled } = control({ a: ['ALLOW dir:weights/', 'ALLOW conf.json'] });
  const [step] = steps;
  if (step === undefined) throw new Error('no step');
  assert.ok(isControlled('weights/a/b'));
  assert.not(isControlled('weights'));
  assert.is(artifactName(step, 'weights/a/b'), 'dir:weights');
  assert.is(artifactName(step, 'conf.json'), 'conf.json');
  assert.is(directoryOf('dir:weights/'), 'weights');
  assert.is(directoryOf('weights/'), undefined);
});

test('prefixes bound a walk over the tree', () => {
  const { prefixes } = control({
    a: ['ALLOW data/*.csv', 'ALLOW dir:weights'],
    b: ['CREATE data/*.csv', 'ALLOW *.md'],
  });
  assert.equal(prefixes, ['data/', 'weights', '']);
});

test('a path may have two masters; control tells, it does not judge', () => {
  const { stepsOf } = control({ a: ['ALLOW data/*'], b: ['ALLOW *.csv'] });
  assert.equal(
    stepsOf('data/x.csv').map(({ step }) => step.name),
    ['a', 'b'],
  );
});

test('pointers of DVC are controlled by nobody: what they point at is', () => {
  const control = controlOf(
    makeLayout({ steps: { all: { products: ['ALLOW data/*', 'ALLOW d*', 'ALLOW D*'] } } }),
  );
  for (const path of ['data/x.csv.dvc', 'dvc.lock', 'data/dvc.lock', 'Dvcfile', 'data/sub/Dvcfile'])
    assert.not(control.isControlled(path), path);
  for (const path of [
    'data/x.csv',
    'data/images/',
    'data/.dvc',
    'dvc.yaml',
    'data/my-dvc.lock',
    'data/x.dvc/y',
  ])
    assert.ok(control.isControlled(path), path);
});

test.run();
