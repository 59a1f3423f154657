import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readConfig } from '../../src/cli/config.ts';
import type { MlchainConfig } from '../../src/cli/config-schema.ts';
import { MlchainError } from '../../src/errors.ts';
import { exec } from '../support/exec.ts';
import type { Scratch } from '../support/scratch.ts';
import { makeScratch } from '../support/scratch.ts';

let dir: Scratch;
test.before.each(() => {
  dir = makeScratch();
});
test.after.each(() => dir.cleanup());

async function read(text: string): Promise<MlchainConfig | undefined> {
  dir.write('.mlchainrc', text);
  return await readConfig(dir.path);
}

async function refused(text: string): Promise<MlchainError> {
  return await read(text).then(
    (config) => {
      throw new Error(`accepted: ${text} as ${JSON.stringify([...(config?.steps ?? [])])}`);
    },
    (thrown) => {
      assert.instance(thrown, MlchainError);
      assert.is(thrown.code, 'config');
      return thrown;
    },
  );
}

test('the example that the package ships is read, with its shorthand written out', async () => {
  const example = fs.readFileSync(new URL('../../.mlchainrc.example', import.meta.url), 'utf8');
  const config = await read(example);
  assert.equal([...(config?.steps.keys() ?? [])], ['source', 'prepare', 'train', 'test', 'package']);
  assert.equal(config?.steps.get('source'), {
    materials: [],
    products: ['raw/*', 'scripts/*'],
    command: undefined,
  });
  assert.equal(config?.steps.get('prepare'), {
    materials: ['raw/*', 'scripts/prepare.mjs'],
    products: ['data/*'],
    command: ['node', 'scripts/prepare.mjs'],
  });
});

test('JSON is read too, tabs and all', async () => {
  const config = await read('{\n\t"steps": {\n\t\t"train": { "products": ["model/", "dir:big/"] }\n\t}\n}\n');
  assert.equal(config?.steps.get('train')?.products, ['model/*', 'dir:big']);
});

test('no file is no configuration; a file without content has no steps', async () => {
  assert.is(await readConfig(dir.path), undefined);
  for (const text of ['', '\n\n', '# steps: later\n', '~', 'steps: {}']) {
    assert.is((await read(text))?.steps.size, 0, text);
  }
});

test('only the top level is looked at', async () => {
  dir.write('.mlchainrc', 'steps: { train: {} }');
  dir.write('sub/keep', '');
  assert.is(await readConfig(path.join(dir.path, 'sub')), undefined);
});

test('a file that cannot be read is an error, not an absence', async () => {
  fs.mkdirSync(path.join(dir.path, '.mlchainrc'));
  const error = await readConfig(dir.path).catch((thrown) => thrown);
  assert.instance(error, MlchainError);
  assert.match(error.message, /^cannot read \.mlchainrc: EISDIR/);
});

test('an unknown key names the nearest known one', async () => {
  const misspelt = await refused('steps:\n  train: { product: [model/] }');
  assert.is(misspelt.message, ".mlchainrc: unknown key 'product' in steps.train");
  assert.is(misspelt.hint, "did you mean 'products'?");
  const top = await refused('step: {}');
  assert.is(top.message, ".mlchainrc: unknown key 'step'");
  assert.is(top.hint, "did you mean 'steps'?");
  assert.is((await refused('xyzzy: 1')).hint, 'known here: steps, inspections');
});

test('a pattern that YAML takes for its own syntax must be quoted, and the error says so', async () => {
  const bare: readonly (readonly [string, string, number])[] = [
    ['steps:\n  train: { products: [*.pt] }', '*.pt', 2],
    ['steps:\n  train:\n    products:\n      - *.pt', '*.pt', 4],
    ['steps:\n  train:\n    products: *', '*', 3],
    ['steps:\n  train: { products: [a, !data/*] }', '!data/*', 2],
    ['steps:\n  train:\n    products:\n      - [ab]*.csv', '[ab]*.csv', 4],
    ['steps: { train: { products: [[ab]*.csv] } }', '[ab]*.csv', 1],
    ['steps: { train: { products: [*.[ch]] } }', '*.[ch]', 1],
  ];
  for (const [text, pattern, line] of bare) {
    const { message, hint } = await refused(text);
    const first = pattern.charAt(0);
    assert.is(
      message,
      `.mlchainrc: line ${line}: a pattern that begins with '${first}' must be quoted, found ${pattern}`,
    );
    assert.is(hint, `write '${pattern}'`);
  }
});

test('quoted, the same patterns are taken as they are', async () => {
  const config = await read(`steps: { train: { products: ['*.pt', "!x", '[ab]*', '*.[ch]'] } }`);
  assert.equal(config?.steps.get('train')?.products, ['*.pt', '!x', '[ab]*', '*.[ch]']);
});

test('other broken YAML names its line', async () => {
  assert.is(
    (await refused('steps:\n  a: b: c')).message,
    '.mlchainrc: line 2: bad indentation of a mapping entry',
  );
  assert.match((await refused('steps: {a: {}, a: {}}')).message, /line 1: duplicated mapping key/);
  assert.match((await refused('a\0b')).message, /null byte/);
});

test('a value of the wrong kind says what was expected and what was found', async () => {
  const wrong: readonly (readonly [string, string])[] = [
    ['- a', 'expected a mapping, found a list'],
    ['steps: [a]', 'steps: expected a mapping, found a list'],
    ['steps:', 'steps: expected a mapping, found nothing'],
    ['steps: { a: }', 'steps.a: expected a mapping, found nothing'],
    ['steps: { a: text }', "steps.a: expected a mapping, found 'text'"],
    ['steps: { a: { products: data/ } }', "steps.a.products: expected a list, found 'data/'"],
    ['steps: { a: { products: [[b]] } }', 'steps.a.products: expected text, found a list'],
    ['steps: { a: { command: [python, 3] } }', 'steps.a.command: expected text, found the number 3'],
    ['steps: { a: { command: [] } }', 'steps.a.command: expected a program, found an empty list'],
    ['steps: { a: { command: make all } }', "steps.a.command: expected a list, found 'make all'"],
  ];
  for (const [text, message] of wrong) assert.is((await refused(text)).message, `.mlchainrc: ${message}`);
});

test('a pattern that leaves the repository, or could not match in it, is refused', async () => {
  for (const pattern of ['/etc/passwd', '../x', 'a/../b', './a', 'a/./b', '', 'dir:', 'dir:/a', 'dir:../a']) {
    const { message } = await refused(`steps: { a: { products: ['${pattern}'] } }`);
    assert.match(message, /^\.mlchainrc: steps\.a\.products: expected a (path|pattern)/, pattern);
  }
});

test('a step name is one word in which no path can hide', async () => {
  for (const name of ['../a', 'a/b', 'a\\\\b', '.git', '-x', 'a b', '', 'a\\nb', 'a\\u202eb']) {
    assert.match((await refused(`steps: { "${name}": {} }`)).message, /cannot name a step/, name);
  }
  const config = await read('steps: { train-2.1_b: {}, préparer: {}, 学習: {} }');
  assert.is(config?.steps.size, 3);
});

test('names that JavaScript objects know are ordinary names', async () => {
  const config = await read('steps: { __proto__: { products: [a] }, constructor: {} }');
  assert.equal([...(config?.steps.keys() ?? [])], ['__proto__', 'constructor']);
  assert.equal(config?.steps.get('__proto__')?.products, ['a']);
  assert.is((await refused('__proto__: { steps: {} }')).message, ".mlchainrc: unknown key '__proto__'");
});

test('a file over a megabyte is refused before it is parsed', async () => {
  assert.match((await refused(`#${'x'.repeat(1024 * 1024)}`)).message, /expected at most 1 MiB/);
});

test('a line made to keep the explanation busy does not', async () => {
  await refused(`steps: [${',*['.repeat(100_000)}`);
});

test('an inspection is a name and a command', async () => {
  const config = await read('inspections: { rebuild: { command: [node, scripts/check.mjs] } }');
  assert.equal([...(config?.inspections ?? [])], [['rebuild', { command: ['node', 'scripts/check.mjs'] }]]);
  const both = await refused('steps: { a: {} }\ninspections: { a: { command: [x] } }');
  assert.is(both.message, ".mlchainrc: inspections: 'a' is the name of a step already");
  const none = await refused('inspections: { a: {} }');
  assert.is(none.message, '.mlchainrc: inspections.a.command: expected a list, found nothing');
});

/** Runs `script` in the hostile clone to its very end: cosmiconfig loads JavaScript a moment later than it returns. */
async function inClone(script: string): Promise<string> {
  const options = ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', script];
  const result = await exec(process.execPath, options, process.env, { cwd: dir.path });
  return result.stdout;
}

function hostileClone(): void {
  const evil = (name: string) =>
    `require('node:fs').writeFileSync(${JSON.stringify(path.join(dir.path, name))}, ''); module.exports = { steps: {} };`;
  dir.write('.config/config.cjs', evil('ran-1'));
  dir.write('.mlchainrc.js', evil('ran-2'));
  dir.write('.mlchainrc.cjs', evil('ran-3'));
  dir.write('mlchain.config.cjs', evil('ran-4'));
  dir.write('evil.cjs', evil('ran-5'));
  dir.write('package.json', '{"mlchain":{"steps":{"evil":{}}}}');
}

function whatRan(): string[] {
  return fs.readdirSync(dir.path).filter((name) => name.startsWith('ran'));
}

const ours = new URL('../../src/cli/config.ts', import.meta.url).href;

test('no program in a clone is run, by whatever name it lies there (threat 32)', async () => {
  hostileClone();
  const script = `
    import { readConfig } from '${ours}';
    const config = await readConfig(process.cwd());
    console.log(config, process.cwd() === ${JSON.stringify(dir.path)});`;
  assert.is(await inClone(script), 'undefined true\n');
  assert.equal(whatRan(), []);
});

test('no program in a clone is run because .mlchainrc imports it (threat 32)', async () => {
  hostileClone();
  for (const text of [
    '$import: ./evil.cjs',
    'steps: { $import: ./evil.cjs }',
    '{ $import: [evil.cjs], steps: {} }',
  ]) {
    dir.write('.mlchainrc', text);
    const script = `
      import { readConfig } from '${ours}';
      await readConfig(process.cwd()).catch((error) => console.log(error.message));`;
    assert.match(await inClone(script), /unknown key '\$import'|'\$import' cannot name a step/);
  }
  assert.equal(whatRan(), []);
});

test('the twin: cosmiconfig as it comes runs both', async () => {
  hostileClone();
  dir.write('.mlchainrc', '$import: ./evil.cjs');
  const script = `
    import { cosmiconfig } from '${import.meta.resolve('cosmiconfig')}';
    await cosmiconfig('mlchain', { searchPlaces: ['.mlchainrc'] }).search(process.cwd()).catch(() => undefined);`;
  await inClone(script);
  assert.equal(whatRan(), ['ran-1', 'ran-5'], 'a door that closed by itself needs no lock of ours');
});

test.run();
