import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { CommandSpec } from '../../src/cli/command.ts';
import type { CommandLine } from '../../src/cli/options.ts';
import { readCommandLine } from '../../src/cli/options.ts';
import { commands } from '../../src/cli/table.ts';
import { MlchainError } from '../../src/errors.ts';

function read(...argv: string[]): CommandLine {
  return readCommandLine(argv, commands);
}

function options(...argv: string[]): Record<string, readonly string[]> {
  return Object.fromEntries(read(...argv).options);
}

function error(...argv: string[]): MlchainError {
  try {
    read(...argv);
  } catch (thrown) {
    if (thrown instanceof MlchainError) return thrown;
    throw thrown;
  }
  throw new Error(`accepted: ${argv.join(' ')}`);
}

test('an id stays the text it was typed as, whatever number it looks like', () => {
  for (const id of ['0123456789', '12E5', '0x10', '1e1000', '-0', 'Infinity', '007']) {
    assert.equal(options('layout', 'sign', `--key=${id}`), { key: [id] });
  }
  assert.equal(options('layout', 'sign', '--key', '0123456789'), { key: ['0123456789'] });
  assert.equal(read('endorse', '12E5', '0010').positionals, ['12E5', '0010']);
});

test('no flag swallows the word after it', () => {
  for (const command of commands) {
    for (const flag of (command.options ?? []).filter(({ value }) => value === undefined)) {
      const line = read(...command.name.split(' '), `--${flag.name}`, 'word');
      assert.equal(line.positionals, ['word'], `${command.name} --${flag.name}`);
      assert.equal(Object.fromEntries(line.options), { [flag.name]: [''] });
    }
  }
});

test('every option that takes a value takes it after a space and after an equals sign', () => {
  for (const command of commands) {
    for (const option of (command.options ?? []).filter(({ value }) => value !== undefined)) {
      const expected = { [option.name]: ['a=b'] };
      assert.equal(options(...command.name.split(' '), `--${option.name}`, 'a=b'), expected);
      assert.equal(options(...command.name.split(' '), `--${option.name}=a=b`, 'word'), expected);
    }
  }
});

test('a number may cling to its letter, as in git', () => {
  assert.equal(options('log', '-n20'), { 'max-count': ['20'] });
  assert.equal(options('log', '-n', '20'), { 'max-count': ['20'] });
  assert.equal(options('log', '-20'), { 'max-count': ['20'] });
  assert.equal(options('log', '--max-count=20'), { 'max-count': ['20'] });
});

test('short flags may stand together, the last one with its value', () => {
  const line = read('log', '-qn5', 'main..topic');
  assert.ok(line.global.has('quiet'));
  assert.equal(line.options.get('max-count'), ['5']);
  assert.equal(line.positionals, ['main..topic']);
});

test('a two-word command is found, also with options between its words', () => {
  assert.is(read('key', 'new').command?.name, 'key new');
  const line = read('--json', 'key', '-q', 'new', '--name', 'Alice');
  assert.is(line.command?.name, 'key new');
  assert.equal([...line.global.keys()], ['json', 'quiet']);
  assert.equal(line.options.get('name'), ['Alice']);
});

test('the first word alone names the group, not a command', () => {
  const line = read('layout');
  assert.is(line.command, undefined);
  assert.is(line.group, 'layout');
  assert.is(read('layout', 'check').group, undefined);
});

test('a repeatable option keeps its order, another one may be given once', () => {
  const given = options('layout', 'new', '--functionary', 'a=1', '--expires=1y', '--functionary=b=2');
  assert.equal(given, { functionary: ['a=1', 'b=2'], expires: ['1y'] });
  assert.match(error('layout', 'sign', '--key', 'A', '--key', 'B').message, /--key was given twice/);
  assert.equal(options('record', '--yes', '--yes'), { yes: ['', ''] });
});

test('what stands after -- is handed on untouched', () => {
  const line = read('run', 'train', '--', 'python', '--json', '--key', '-h', '--', '12E5');
  assert.equal(line.passthrough, ['python', '--json', '--key', '-h', '--', '12E5']);
  assert.equal(line.positionals, ['train']);
  assert.is(line.global.size, 0);
  assert.equal(read('run', 'train', '--').passthrough, []);
  assert.is(read('run', 'train').passthrough, undefined);
});

test('-- before the command leaves no command', () => {
  assert.is(read('--', 'verify').command, undefined);
});

test('global options stand anywhere before --', () => {
  for (const argv of [
    ['--json', 'verify', 'HEAD'],
    ['verify', '--json', 'HEAD'],
    ['verify', 'HEAD', '--json'],
  ]) {
    const line = read(...argv);
    assert.ok(line.global.has('json'));
    assert.equal(line.positionals, ['HEAD']);
  }
  assert.equal(read('-C', 'a', 'verify', '-Cb').global.get('C'), ['a', 'b']);
});

test('a lone dash and an empty word are words', () => {
  assert.equal(read('key', 'import', '-', '').positionals, ['-', '']);
});

test('names that JavaScript objects know are not options', () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'a.b', '']) {
    assert.match(error('verify', `--${name}=x`).message, /^unknown option/);
  }
});

test('an unknown option names the nearest one, or the way to help', () => {
  const near = error('verify', '--histroy');
  assert.is(near.code, 'usage');
  assert.is(near.message, "unknown option --histroy of 'git mlchain verify'");
  assert.is(near.hint, "did you mean '--history'?");
  assert.is(error('verify', '--xyzzy').hint, "see 'git mlchain verify -h'");
  assert.is(error('verify', '-x').message, "unknown option -x of 'git mlchain verify'");
  assert.is(error('--yes', 'init').message, 'unknown option --yes');
  assert.is(error('--yes').hint, "see 'git mlchain -h'");
});

test('the one-letter -C has no long form', () => {
  assert.match(error('verify', '--C', 'dir').message, /unknown option --C/);
});

test('an unknown command names the nearest one', () => {
  assert.is(error('verfiy').message, "'verfiy' is not a git-mlchain command");
  assert.is(error('verfiy').hint, "did you mean 'verify'?");
  assert.is(error('lay').hint, "did you mean 'layout'?");
  assert.is(error('xyzzy').hint, "see 'git mlchain -h'");
  assert.is(error('key', 'nwe').hint, "did you mean 'key new'?");
  assert.is(error('hooks', 'xyzzy').hint, 'one of: hooks install, hooks uninstall, hooks status');
});

test('the command of the hook scripts is not proposed', () => {
  assert.is.not(error('hokk').hint, "did you mean 'hook'?");
});

test('a missing value is an error, and a value with a dash wants an equals sign', () => {
  assert.is(error('record', '--step').message, '--step needs a value: STEP');
  assert.is(error('run', 'train', '--key', '--', 'x').message, '--key needs a value: FPR');
  assert.is(error('record', '--step', '--yes').hint, 'if it begins with a dash, write --step=STEP');
  assert.equal(options('record', '--step=--yes'), { step: ['--yes'] });
  assert.is(error('log', '-n').message, '-n needs a value: N');
});

test('a flag takes no value', () => {
  assert.is(error('verify', '--strict=false').message, "--strict takes no value, found '--strict=false'");
});

test('the table contradicts itself nowhere', () => {
  const names = commands.map(({ name }) => name);
  assert.is(new Set(names).size, names.length);
  for (const command of commands) checkSpec(command);
  const firstWords = names.filter((name) => name.includes(' ')).map((name) => name.split(' ')[0]);
  for (const name of names) assert.not.ok(firstWords.includes(name), `${name} is a command and a group`);
});

function checkSpec({ name, summary, options: declared = [], positionals = [], passthrough }: CommandSpec) {
  assert.match(name, /^[a-z]+( [a-z]+)?$/);
  assert.match(summary, /^[a-z].*[^.]$/, `${name}: lower case, no full stop`);
  const known = declared.flatMap(({ name: long, short }) => (short === undefined ? [long] : [long, short]));
  const global = ['C', 'json', 'quiet', 'q', 'no-color', 'help', 'h', 'version'];
  assert.is(new Set([...known, ...global]).size, known.length + global.length, `${name}: an option twice`);
  for (const option of declared) assert.match(option.name, /^[a-z][a-z-]+$/);
  const firstOptional = positionals.findIndex(({ required }) => !required);
  const lastRequired = positionals.findLastIndex(({ required }) => required);
  assert.ok(firstOptional < 0 || lastRequired < firstOptional, `${name}: required after optional`);
  assert.ok(
    positionals.slice(0, -1).every(({ repeatable }) => !repeatable),
    `${name}: only the last repeats`,
  );
  assert.ok(passthrough === undefined || passthrough === passthrough.toUpperCase());
}

test.run();
