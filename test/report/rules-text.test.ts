import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { rulesLines } from '../../src/report/rules-text.ts';
import type { NameSample, RuleAccount } from '../../src/verify/finding.ts';

function names(...all: readonly string[]): NameSample {
  return { count: all.length, names: all.slice(0, 10) };
}

function account(rule: string, queue: NameSample, more: Partial<RuleAccount> = {}): RuleAccount {
  return { list: 'materials', rule, queue, consumed: names(), refused: names(), ...more };
}

test('the queue stands before the first rule, and again after each that took something', () => {
  const lines = rulesLines([
    account('MATCH data/* WITH PRODUCTS FROM prepare', names('data/a', 'data/b'), {
      consumed: names('data/a'),
    }),
    account('ALLOW scripts/*', names('data/b')),
    account('DISALLOW *', names('data/b'), { refused: names('data/b') }),
  ]);
  assert.equal(lines, [
    '  materials queued: data/a, data/b',
    '    MATCH data/* WITH PRODUCTS FROM prepare: consumes data/a',
    '      queued: data/b',
    '    ALLOW scripts/*: consumes nothing',
    '    DISALLOW *: refuses data/b',
  ]);
});

test('each list has its own queue; what is required and lacking is said', () => {
  const lines = rulesLines([
    account('DISALLOW *', names()),
    account('REQUIRE model', names('model.bak'), { list: 'products', refused: names('model') }),
  ]);
  assert.equal(lines, [
    '  materials queued: nothing',
    '    DISALLOW *: consumes nothing',
    '  products queued: model.bak',
    '    REQUIRE model: lacks model',
  ]);
});

test('of many names the first ten are shown, and how many there are', () => {
  const all = Array.from({ length: 50 }, (_, at) => `f${at}`);
  const [line = ''] = rulesLines([account('ALLOW *', { count: 50, names: all.slice(0, 10) })]);
  assert.match(line, /queued: f0, f1, f2, f3, f4, f5, f6, f7, f8, f9 and 40 more$/);
});

test('foreign names and rules cannot move the cursor or paint the screen', () => {
  const evil = 'a\u001b[2J\u202eb\nc';
  const lines = rulesLines([
    account(`ALLOW ${evil}`, names(evil), { consumed: names(evil), refused: names(evil) }),
  ]);
  for (const sign of evil.replaceAll(/[\w[]/g, '')) assert.not(lines.join('').includes(sign));
});

test('without rules there is nothing to show', () => {
  assert.equal(rulesLines([]), []);
});

test.run();
