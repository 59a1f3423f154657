import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lintRules } from '../../src/layout/lint-rules.ts';
import { lintMessage } from '../../src/layout/lint-words.ts';
import { rulesFrom } from '../support/layout.ts';

function lint(materials: readonly string[], products: readonly string[] = []): string[] {
  const item = {
    name: 'train',
    expectedMaterials: rulesFrom(materials),
    expectedProducts: rulesFrom(products),
  };
  return lintRules(item).map((problem) => `${problem.severity} ${lintMessage(problem)}`);
}

test('rules behind DISALLOW * are never reached', () => {
  assert.equal(
    lint(['DISALLOW *', 'MATCH a WITH PRODUCTS FROM b', 'REQUIRE c'], ['ALLOW m', 'DISALLOW **', 'ALLOW n']),
    [
      "error train, materials rule 2: never reached: 'DISALLOW *' stands before it (MATCH a WITH PRODUCTS FROM b)",
      "error train, materials rule 3: never reached: 'DISALLOW *' stands before it (REQUIRE c)",
      "error train, products rule 3: never reached: 'DISALLOW *' stands before it (ALLOW n)",
    ],
  );
});

test('DISALLOW of something leaves the rules behind it in reach', () => {
  assert.equal(lint(['DISALLOW secrets/*', 'ALLOW data/*', 'DISALLOW *']), []);
});

test('CREATE among the materials has no effect; among the products it has', () => {
  assert.equal(lint(['CREATE data/*'], ['CREATE data/*']), [
    'error train, materials rule 1: has no effect here: what a step creates is no material of it (CREATE data/*)',
  ]);
});

test('REQUIRE behind an ALLOW that takes the name always fails', () => {
  assert.equal(lint(['ALLOW data/*', 'REQUIRE data/a']), [
    'error train, materials rule 2: always fails: a rule before it takes the artifact away (ALLOW) (REQUIRE data/a)',
  ]);
});

test('REQUIRE behind a rule that takes the name on a condition may fail', () => {
  assert.equal(lint(['MATCH * IN data WITH PRODUCTS FROM p', 'REQUIRE data/a']), [
    'warning train, materials rule 2: may fail: a rule before it takes the artifact away (MATCH) (REQUIRE data/a)',
  ]);
  assert.match(
    lint([], ['CREATE *', 'REQUIRE m']).join(),
    /^warning train, products rule 2: may fail.*\(CREATE\)/,
  );
});

test('REQUIRE before the rule, of another name, or behind rules that take nothing, is fine', () => {
  assert.equal(lint(['REQUIRE data/a', 'ALLOW data/*']), []);
  assert.equal(lint(['ALLOW data/*', 'REQUIRE model/a']), []);
  assert.equal(lint(['MATCH * IN data WITH PRODUCTS FROM p', 'REQUIRE a']), []);
  assert.equal(lint([], ['DELETE m', 'DISALLOW other', 'REQUIRE m', 'REQUIRE m']), []);
});

test('REQUIRE names are literal on both sides', () => {
  assert.equal(lint(['ALLOW a[1]', 'REQUIRE a[1]']), []);
  assert.is(lint(['ALLOW a[[]1]', 'REQUIRE a[1]']).length, 1);
});

test.run();
