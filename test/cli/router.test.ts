import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { CommandSpec } from '../../src/cli/command.ts';
import { readCommandLine } from '../../src/cli/options.ts';
import { route } from '../../src/cli/router.ts';
import { MlchainError } from '../../src/errors.ts';

const specs: readonly CommandSpec[] = [
  { name: 'none', group: 'work', summary: 'takes nothing' },
  { name: 'two words', group: 'work', summary: 'takes one', positionals: [{ name: 'A', required: true }] },
  {
    name: 'many',
    group: 'work',
    summary: 'takes one or more',
    positionals: [
      { name: 'A', required: true },
      { name: 'B', repeatable: true },
    ],
    options: [{ name: 'flag', summary: 'a flag' }],
  },
  { name: 'pass', group: 'work', summary: 'hands on', positionals: [{ name: 'STEP' }], passthrough: 'CMD' },
];

interface Routed {
  readonly name: string;
  readonly positionals: readonly string[];
  readonly passthrough: readonly string[] | undefined;
  readonly flag: boolean;
}

async function routed(...argv: string[]): Promise<Routed> {
  const line = readCommandLine(argv, specs);
  assert.ok(line.command);
  return await route({ ...line, command: line.command }, specs, async ({ name }, args) => ({
    name,
    positionals: args.positionals,
    passthrough: args.passthrough,
    flag: name === 'many' && args.has('flag'),
  }));
}

async function refused(...argv: string[]): Promise<MlchainError> {
  const error = await routed(...argv).catch((thrown) => thrown);
  assert.instance(error, MlchainError);
  assert.is(error.code, 'usage');
  return error;
}

test('the command named is the one that runs', async () => {
  assert.is((await routed('none')).name, 'none');
  assert.equal(await routed('two', 'words', 'x'), {
    name: 'two words',
    positionals: ['x'],
    passthrough: undefined,
    flag: false,
  });
});

test('words arrive as typed, also those that look like numbers, options or cac’s own', async () => {
  const typed = ['12E5', '0010', '-', '', 'a=b', '=x', '=', 'no-color', '__proto__', 'a.b'];
  assert.equal((await routed('many', ...typed)).positionals, typed);
});

test('an option before, between or after the words does not disturb them', async () => {
  for (const argv of [
    ['many', '--flag', 'a', 'b'],
    ['many', 'a', '--flag', 'b'],
    ['many', 'a', 'b', '--flag'],
  ]) {
    assert.equal(await routed(...argv), {
      name: 'many',
      positionals: ['a', 'b'],
      passthrough: undefined,
      flag: true,
    });
  }
});

test('too few and too many arguments show how it is used', async () => {
  const few = await refused('two', 'words');
  assert.is(few.message, "too few arguments for 'git mlchain two words'");
  assert.is(few.hint, 'usage: git mlchain two words A');
  const many = await refused('two', 'words', 'a', 'b');
  assert.is(many.message, "too many arguments for 'git mlchain two words'");
  await refused('none', 'a');
  await refused('many');
});

test('a command that forgot its dashes is told where they go', async () => {
  assert.is(
    (await refused('pass', 'train', 'python', 'train.py')).hint,
    'usage: git mlchain pass [STEP] [-- CMD…] (a command goes behind --)',
  );
});

test('what stands after -- arrives where it is wanted, and is refused elsewhere', async () => {
  assert.equal((await routed('pass', 'train', '--', 'x', '--', '-y')).passthrough, ['x', '--', '-y']);
  assert.is((await refused('none', '--', 'x')).message, "'git mlchain none' takes nothing after --");
});

test('what a command throws comes through as it is', async () => {
  const line = readCommandLine(['none'], specs);
  assert.ok(line.command);
  const thrown = new Error('its own');
  const caught = await route({ ...line, command: line.command }, specs, () => Promise.reject(thrown)).catch(
    (e) => e,
  );
  assert.is(caught, thrown);
});

test.run();
