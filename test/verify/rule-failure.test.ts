import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { applyRules, type RuledItem } from '../../src/intoto/apply-rules.ts';
import { findingText } from '../../src/report/finding-text.ts';
import { explainFailure, type MatchedArtifacts, type RuleProblem } from '../../src/verify/rule-failure.ts';
import { type RulesText, rulesFrom } from '../support/layout.ts';
import { artifacts } from '../support/world.ts';

type Files = Readonly<Record<string, string>>;

const alice = { fingerprint: 'A'.repeat(40), name: 'Alice <alice@example.org>' };
const commit = '48effe4'.padEnd(40, '0');
const prepare: MatchedArtifacts = {
  materials: artifacts({}),
  products: artifacts({ 'data/train.csv': 'right' }),
  commit,
  signer: alice,
};

function explain(
  rules: RulesText,
  link: { materials?: Files; products?: Files },
  links = { prepare },
): RuleProblem | undefined {
  const item: RuledItem = {
    materials: artifacts(link.materials ?? {}),
    products: artifacts(link.products ?? {}),
    expectedMaterials: rulesFrom(rules.materials),
    expectedProducts: rulesFrom(rules.products),
  };
  const artifactsOf = (name: string) => new Map<string, MatchedArtifacts>(Object.entries(links)).get(name);
  return explainFailure(applyRules(item, artifactsOf), item, artifactsOf);
}

const matching = { materials: ['MATCH data/* WITH PRODUCTS FROM prepare', 'DISALLOW *'] };

test('rules that hold need no explanation', () => {
  assert.is(explain(matching, { materials: { 'data/train.csv': 'right' } }), undefined);
});

test('another digest than the step before made: which rule, both digests, and who made the right one, where', () => {
  const problem = explain(matching, { materials: { 'data/train.csv': 'wrong' } });
  assert.is(problem?.path, 'data/train.csv');
  assert.is(problem?.detail, 'DISALLOW * in expected_materials; prepare has another digest');
  assert.equal(problem?.maker, { step: 'prepare', commit, signer: alice });
  const digests = ['right', 'wrong'].map((content) => artifacts({ x: content }).get('x')?.get('sha256'));
  assert.equal(
    [problem?.expected, problem?.found],
    digests.map((digest) => `sha256:${digest}`),
  );
});

test('all of it is said in one sentence', () => {
  const problem = explain(matching, { materials: { 'data/train.csv': 'wrong' } });
  assert.ok(problem);
  const { message } = findingText({ severity: 'warning', step: 'train', ...problem });
  for (const words of [
    'data/train.csv',
    'expected sha256:',
    'found sha256:',
    'DISALLOW * in expected_materials',
    'last made by prepare in 48effe4, signed by Alice (key AAAAAAAAAAAAAAAA)',
  ]) {
    assert.match(message, words);
  }
});

test('an artifact that the step before never made, or that has no link, is told apart', () => {
  const other = explain(matching, { materials: { 'data/extra.csv': 'x' } });
  assert.match(other?.detail ?? '', 'prepare names no such artifact');
  assert.is(other?.maker, undefined);
  const nobody = explain(
    { materials: ['MATCH data/* WITH PRODUCTS FROM clean', 'DISALLOW *'] },
    { materials: { 'data/a': 'x' } },
  );
  assert.match(nobody?.detail ?? '', 'there is no link of clean');
  const stranger = explain(matching, { materials: { 'notes.txt': 'x' } });
  assert.match(stranger?.detail ?? '', 'no rule before it is about this artifact');
});

test('prefixes are taken off and put on before the other step is asked', () => {
  const rules = { materials: ['MATCH *.csv IN in WITH PRODUCTS IN data FROM prepare', 'DISALLOW *'] };
  const problem = explain(rules, { materials: { 'in/train.csv': 'wrong' } });
  assert.is(problem?.path, 'in/train.csv');
  assert.is(problem?.maker?.step, 'prepare');
  assert.ok(problem?.expected !== undefined);
});

test('what is required and was taken before, is not there, or was never recorded', () => {
  const taken = explain({ products: ['CREATE model', 'REQUIRE model'] }, { products: { model: 'w' } });
  assert.is(taken?.detail, 'REQUIRE model in expected_products; CREATE model took it before');
  const lacking = explain({ products: ['REQUIRE model'] }, { products: {} });
  assert.is(lacking?.detail, 'REQUIRE model in expected_products; the link does not name it');
});

test('the account has every rule up to the failing one, with the queue before each', () => {
  const rules = {
    materials: ['ALLOW scripts/*', 'MATCH data/* WITH PRODUCTS FROM prepare', 'DISALLOW *', 'ALLOW *'],
  };
  const problem = explain(rules, { materials: { 'scripts/a': 's', 'data/train.csv': 'wrong' } });
  assert.equal(
    problem?.rules.map(({ rule, queue, consumed, refused }) => [
      rule,
      queue.names,
      consumed.names,
      refused.names,
    ]),
    [
      ['ALLOW scripts/*', ['scripts/a', 'data/train.csv'], ['scripts/a'], []],
      ['MATCH data/* WITH PRODUCTS FROM prepare', ['data/train.csv'], [], []],
      ['DISALLOW *', ['data/train.csv'], [], ['data/train.csv']],
    ],
  );
});

test('the account of a queue of thousands is small', () => {
  const files = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`f${at}`, 'x']));
  const problem = explain({ materials: ['ALLOW g*', 'DISALLOW *'] }, { materials: files });
  assert.ok(JSON.stringify(problem?.rules).length < 2000);
  assert.is(problem?.rules.at(-1)?.refused.count, 5000);
});

test.run();
