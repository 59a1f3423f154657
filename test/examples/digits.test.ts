import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { readConfig } from '../../src/cli/config.ts';

const example = fileURLToPath(new URL('../../examples/digits/', import.meta.url));
const made = [
  'data/train.csv',
  'data/test.csv',
  'model/digits.json',
  'metrics/accuracy.json',
  'dist/digits.json',
];

const test = suite<{ directory: string }>('examples/digits');
test.before.each((context) => {
  context.directory = fs.mkdtempSync(path.join(os.tmpdir(), 'digits-test-'));
  fs.cpSync(example, context.directory, { recursive: true });
});
test.after.each((context) => {
  fs.rmSync(context.directory, { recursive: true });
});

function run(directory: string, script: string, ...args: string[]) {
  const child = spawnSync(process.execPath, [script, ...args], { cwd: directory, encoding: 'utf8' });
  return { code: child.status, out: child.stdout, err: child.stderr };
}

function runAll(directory: string, ...steps: string[]) {
  for (const step of steps) {
    const { code, err } = run(directory, `scripts/${step}.mjs`);
    assert.is(code, 0, `${step}: ${err}`);
  }
}

function read(directory: string, file: string): string {
  return fs.readFileSync(path.join(directory, file), 'utf8');
}

function write(directory: string, file: string, text: string) {
  fs.writeFileSync(path.join(directory, file), text);
}

function accuracy(directory: string): number {
  return JSON.parse(read(directory, 'metrics/accuracy.json')).accuracy;
}

test('the raw file is the published one', () => {
  const digest = createHash('sha256').update(fs.readFileSync(path.join(example, 'raw/digits.csv.gz')));
  assert.is(digest.digest('hex'), '46abec6b12486ad9e51943373abcf22bbea1b5a51a1619b361570d8893f1464a');
});

test('the whole pipeline makes a model that recognises at least 93 of 100 unseen digits', ({ directory }) => {
  runAll(directory, 'prepare', 'train', 'test', 'package');
  assert.ok(accuracy(directory) >= 0.93);
  const packaged = JSON.parse(read(directory, 'dist/digits.json'));
  assert.equal(packaged.model, JSON.parse(read(directory, 'model/digits.json')));
  assert.is(packaged.metrics.accuracy, accuracy(directory));
  assert.match(packaged.card.data, 'CC BY 4.0');
});

test('a second run makes the same bytes', ({ directory }) => {
  runAll(directory, 'prepare', 'train', 'test', 'package');
  const first = made.map((file) => read(directory, file));
  for (const file of made) fs.rmSync(path.join(directory, file));
  runAll(directory, 'prepare', 'train', 'test', 'package');
  assert.equal(
    made.map((file) => read(directory, file)),
    first,
  );
});

test('every raw digit is either trained on or tested with, and none is both', ({ directory }) => {
  runAll(directory, 'prepare');
  const [train, held] = ['train', 'test'].map((name) =>
    read(directory, `data/${name}.csv`).trimEnd().split('\n'),
  );
  assert.is(new Set([...(train ?? []), ...(held ?? [])]).size, 1797);
  assert.is((train?.length ?? 0) + (held?.length ?? 0), 1797);
  assert.ok((held?.length ?? 0) > 300);
});

test('the inspection is content with an honest dataset and leaves nothing behind', ({ directory }) => {
  runAll(directory, 'prepare');
  const before = fs.readdirSync(directory, { recursive: true });
  const { code, out } = run(directory, 'scripts/check-dataset.mjs');
  assert.is(code, 0);
  assert.match(out, 'test.csv, train.csv');
  assert.equal(fs.readdirSync(directory, { recursive: true }), before);
});

test('labels swapped in training and test data pass the test, and only the rebuild finds them', ({
  directory,
}) => {
  runAll(directory, 'prepare');
  const honest = read(directory, 'data/train.csv');
  assert.is(run(directory, 'attacks/swap-labels.mjs').code, 0);
  assert.is.not(read(directory, 'data/train.csv'), honest);

  runAll(directory, 'train', 'test');
  assert.ok(accuracy(directory) >= 0.93, 'the accuracy gives no hint');

  const { code, err } = run(directory, 'scripts/check-dataset.mjs');
  assert.is(code, 1);
  assert.match(err, /^data\/test\.csv: line \d+: label is [25], rebuilt from raw it is [25]$/m);
  assert.match(err, /^data\/train\.csv: line \d+: label is [25], rebuilt from raw it is [25]$/m);
});

test('the inspection names the very line of one changed pixel', ({ directory }) => {
  runAll(directory, 'prepare');
  const lines = read(directory, 'data/train.csv').split('\n');
  const numbers = lines[6]?.split(',') ?? [];
  const old = numbers[10];
  numbers[10] = old === '3' ? '4' : '3';
  lines[6] = numbers.join(',');
  write(directory, 'data/train.csv', lines.join('\n'));
  const { code, err } = run(directory, 'scripts/check-dataset.mjs');
  assert.is(code, 1);
  assert.is(err, `data/train.csv: line 7: number 11 is ${numbers[10]}, rebuilt from raw it is ${old}\n`);
});

test('the inspection finds lines and files too few and too many', ({ directory }) => {
  runAll(directory, 'prepare');
  const honest = read(directory, 'data/train.csv');
  const check = () => run(directory, 'scripts/check-dataset.mjs');

  write(directory, 'data/train.csv', `${honest}${honest.split('\n')[0]}\n`);
  assert.match(check().err, /^data\/train\.csv: line \d+: /);
  write(directory, 'data/train.csv', honest.slice(0, -10));
  assert.match(check().err, /^data\/train\.csv: line \d+: .* is missing, /);
  write(directory, 'data/train.csv', honest.slice(0, honest.lastIndexOf('\n')));
  assert.is(check().code, 1);
  fs.rmSync(path.join(directory, 'data/train.csv'));
  assert.is(check().err, 'data/train.csv: missing\n');
  write(directory, 'data/train.csv', honest);
  write(directory, 'data/extra.csv', '');
  assert.is(check().err, 'data/extra.csv: scripts/prepare.mjs makes no such file\n');
  fs.rmSync(path.join(directory, 'data/extra.csv'));
  assert.is(check().code, 0);
});

test('a model that is not good enough fails the test step', ({ directory }) => {
  runAll(directory, 'prepare', 'train');
  const model = JSON.parse(read(directory, 'model/digits.json'));
  write(directory, 'model/digits.json', JSON.stringify({ ...model, weights: model.weights.reverse() }));
  const { code, err } = run(directory, 'scripts/test.mjs');
  assert.is(code, 1);
  assert.match(err, 'below 0.93');
});

test('a raw line that is no digit stops the preparation before anything is written', ({ directory }) => {
  const raw = gunzipSync(fs.readFileSync(path.join(directory, 'raw/digits.csv.gz'))).toString();
  fs.writeFileSync(path.join(directory, 'raw/digits.csv.gz'), gzipSync(raw.replace(/,\d\n/, ',10\n')));
  const { code, err } = run(directory, 'scripts/prepare.mjs');
  assert.is(code, 1);
  assert.match(err, 'raw/digits.csv.gz: line 1 is not a digit');
  assert.not.ok(fs.existsSync(path.join(directory, 'data')));
});

test('.mlchainrc names every step with its command, and the inspection', async ({ directory }) => {
  const config = await readConfig(directory);
  const commands = [...(config?.steps ?? [])].map(([name, { command }]) => [name, command?.join(' ')]);
  assert.equal(commands, [
    ['source', undefined],
    ...['prepare', 'train', 'test', 'package'].map((step) => [step, `node scripts/${step}.mjs`]),
  ]);
  assert.equal(config?.inspections.get('rebuild')?.command, ['node', 'scripts/check-dataset.mjs']);
});

test.run();
