import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readDvcPipeline } from '../../src/cli/dvc-pipeline.ts';
import { MlchainError } from '../../src/errors.ts';
import { makeScratch } from '../support/scratch.ts';

async function pipeline(text: string, files: readonly string[] = []) {
  const scratch = makeScratch();
  try {
    scratch.write('dvc.yaml', text);
    for (const file of files) scratch.write(file, '');
    return Object.fromEntries(await readDvcPipeline(scratch.path));
  } finally {
    scratch.cleanup();
  }
}

async function refused(text: string, expected: RegExp): Promise<void> {
  try {
    await pipeline(text);
    assert.unreachable(text);
  } catch (error) {
    assert.instance(error, MlchainError);
    assert.is((error as MlchainError).code, 'config');
    assert.match((error as MlchainError).message, expected);
  }
}

test('dependencies and parameters are materials; outputs, metrics and plots are products', async () => {
  const text = `
stages:
  prepare:
    cmd: python src/prepare.py data/data.xml
    deps: [data/data.xml, src/prepare.py]
    params: [prepare.seed, {other.yaml: [a]}]
    outs: [data/prepared]
  train:
    cmd: [mkdir -p model, 'python train.py > log']
    deps: [data/prepared, train.py]
    outs:
    - model.pkl: {cache: true}
    metrics:
    - metrics.json: {cache: false}
    plots: [roc.csv]
`;
  const files = [
    'data/data.xml',
    'src/prepare.py',
    'data/prepared/x',
    'train.py',
    'model.pkl',
    'metrics.json',
  ];
  assert.equal(await pipeline(text, [...files, 'roc.csv', 'params.yaml', 'other.yaml']), {
    prepare: {
      materials: ['data/data.xml', 'src/prepare.py', 'params.yaml', 'other.yaml'],
      products: ['data/prepared/'],
      command: ['python', 'src/prepare.py', 'data/data.xml'],
    },
    train: {
      materials: ['data/prepared/', 'train.py'],
      products: ['model.pkl', 'metrics.json', 'roc.csv'],
      command: ['sh', '-c', 'mkdir -p model && python train.py > log'],
    },
  });
});

test('what is not there yet may become a file or a directory', async () => {
  const { make } = await pipeline('stages: {make: {cmd: make, outs: [out]}}');
  assert.equal(make?.products, ['out', 'out/']);
});

test('a file inside of an output is that output', async () => {
  const text = 'stages: {a: {cmd: a, outs: [out]}, b: {cmd: b, deps: [out/x/y], outs: [b]}}';
  const { b } = await pipeline(text, ['out/x/y', 'b']);
  assert.equal(b?.materials, ['out/']);
});

test('paths are below the directory a stage works in, and what lies elsewhere is left out', async () => {
  const text = `stages: {a: {cmd: a b, wdir: "it's here", deps: [../x, 's3://b/y', ../../z, /w], outs: [o]}}`;
  const { a } = await pipeline(text, ['x', "it's here/o"]);
  assert.equal(a, {
    materials: ['x'],
    products: ["it's here/o"],
    command: ['sh', '-c', "cd 'it'\\''s here' && a b"],
  });
});

test('a name that looks like a pattern is only itself', async () => {
  const { a } = await pipeline("stages: {a: {cmd: a, outs: ['x[1]*']}}", ['x[1]*']);
  assert.equal(a?.products, ['x[[]1][*]']);
});

test('what is not written out is refused by name', async () => {
  await refused(
    'stages: {a: {foreach: [1], do: {cmd: a}}}',
    /stage 'a' is not written out: it is made by 'foreach'/,
  );
  await refused('stages: {a: {matrix: {x: [1]}, cmd: a}}', /'matrix'/);
  const parameter = `${'$'}{x}`;
  const fields = [
    `cmd: "a ${parameter}"`,
    `wdir: "${parameter}", cmd: a`,
    `cmd: a, outs: ["${parameter}"]`,
    `cmd: a, deps: [{"${parameter}": {}}]`,
  ];
  for (const field of fields)
    await refused(
      `stages: {b: {${field}}}`,
      /stage 'b' is not written out: '.*x\}.*' is a matter of parameters/,
    );
});

test('what is no pipeline is refused', async () => {
  await refused('', /expected stages, found none/);
  await refused('stages: [a]', /stages: expected a mapping/);
  await refused('stages: {', /dvc\.yaml: /);
  const scratch = makeScratch();
  try {
    await readDvcPipeline(scratch.path);
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, /dvc\.yaml: there is none/);
  }
  scratch.cleanup();
});

test.run();
