import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Args } from '../../src/cli/args.ts';
import type { CommandSpec } from '../../src/cli/command.ts';

const spec: CommandSpec = {
  name: 'try',
  group: 'work',
  summary: 'for the test',
  options: [
    { name: 'flag', summary: 'a flag' },
    { name: 'text', value: 'TEXT', summary: 'a value' },
    { name: 'many', value: 'TEXT', repeatable: true, summary: 'values' },
  ],
};

function given(values: Readonly<Record<string, readonly string[]>>): Args {
  return new Args(spec, new Map(Object.entries(values)), ['a', 'b'], undefined);
}

test('flags, values and lists come as typed', () => {
  const args = given({ flag: [''], text: ['0123'], many: ['1', '2'] });
  assert.ok(args.has('flag'));
  assert.is(args.value('text'), '0123');
  assert.equal(args.values('many'), ['1', '2']);
  assert.equal(args.positionals, ['a', 'b']);
});

test('what was not given is not there', () => {
  const args = given({});
  assert.not.ok(args.has('flag'));
  assert.is(args.value('text'), undefined);
  assert.equal(args.values('many'), []);
  assert.is(args.integer('text'), undefined);
  assert.is(args.duration('text'), undefined);
  assert.is(args.time('text'), undefined);
  assert.is(args.choice('text', ['x']), undefined);
  assert.equal(args.pairs('many'), []);
});

test('asking for an option that the command does not declare is a defect, not an answer', () => {
  assert.throws(() => given({}).has('fleg'), /'try' declares no option --fleg/);
});

test('a whole number is digits only, and not below the least', () => {
  assert.is(given({ text: ['0'] }).integer('text'), 0);
  assert.is(given({ text: ['20'] }).integer('text', 1), 20);
  for (const text of ['', '-1', '1.5', '1e3', '0x10', ' 1', 'NaN', '9'.repeat(16)]) {
    assert.throws(
      () => given({ text: [text] }).integer('text'),
      /--text: expected a whole number from 0 up, found/,
    );
  }
  assert.throws(
    () => given({ text: ['0'] }).integer('text', 1),
    /expected a whole number from 1 up, found '0'/,
  );
});

test('time spans and times say what they expect', () => {
  assert.is(given({ text: ['1y'] }).duration('text'), 31_536_000);
  assert.throws(
    () => given({ text: ['soon'] }).duration('text'),
    /expected a time span like 90d.*found 'soon'/,
  );
  assert.is(given({ text: ['1970-01-02'] }).time('text'), 86_400_000);
  assert.throws(() => given({ text: ['today'] }).time('text'), /expected a time like .*found 'today'/);
});

test('a choice is one of its words', () => {
  assert.is(given({ text: ['json'] }).choice('text', ['text', 'json']), 'json');
  assert.throws(
    () => given({ text: ['xml'] }).choice('text', ['text', 'json']),
    /expected text, json, found 'xml'/,
  );
});

test('a pair is split at its first equals sign', () => {
  const args = given({ many: ['train=bob.asc', 'olivia.asc', 'x=a=b', '=c'] });
  assert.equal(args.pairs('many'), [
    ['train', 'bob.asc'],
    ['olivia.asc', undefined],
    ['x', 'a=b'],
    ['', 'c'],
  ]);
});

test.run();
