import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { explainLayout } from '../../src/layout/explain.ts';
import { expiryWords, explanationLines } from '../../src/layout/explain-text.ts';
import { rulesInWords } from '../../src/layout/rule-words.ts';
import { inAYear, makeKey, makeLayout, rulesFrom } from '../support/layout.ts';

const now = Date.UTC(2026, 10, 22);
const [alice, bob] = [makeKey('a'), makeKey('b')];
const holders = new Map([[alice.keyid, { fingerprint: 'A'.repeat(40), name: 'Alice <alice@example.org>' }]]);

const layout = makeLayout({
  keys: [alice, bob],
  steps: {
    prepare: { materials: ['DISALLOW *'], products: ['ALLOW data/*', 'DISALLOW *'], pubkeys: [alice.keyid] },
    train: {
      command: ['node', 'my train.mjs', "it's"],
      threshold: 2,
      materials: ['MATCH data/* WITH PRODUCTS FROM prepare', 'DELETE model/*', 'DISALLOW *'],
      products: ['ALLOW model/*'],
    },
  },
  inspections: { rebuild: { run: ['node', 'scripts/prepare.mjs'], products: ['DISALLOW tmp/*'] } },
});

test('a layout is told in plain words, with a drawing of its steps', () => {
  assert.is(
    explanationLines(explainLayout(layout, holders, now)).join('\n'),
    `layout ${'0'.repeat(32)}, expires in 365 days (2027-11-22T00:00:00Z)

  prepare  ●
  train    └─▶●

step prepare
  signed by  Alice <alice@example.org>  ${'A'.repeat(40)}
  command    any
  materials  anything else  refused
  products   data/*         accepted
             anything else  refused

step train
  2 of       Alice <alice@example.org>  ${'A'.repeat(40)}
             ${'B'.repeat(40)}
  command    node 'my train.mjs' 'it'\\''s'
  materials  data/*         accepted if exactly as prepare made it
             model/*        accepted if the step deletes it
             anything else  refused
  products   model/*        accepted
             anything else  accepted, since no rule refuses it

inspection rebuild
  command    node scripts/prepare.mjs
  materials  anything else  accepted, since no rule refuses it
  products   tmp/*          refused
             anything else  accepted, since no rule refuses it`,
  );
});

test('the explanation as data holds the rules as written, the people and what feeds what', () => {
  const { steps, inspections, ...whole } = explainLayout(layout, holders, now);
  assert.equal(whole, {
    id: '0'.repeat(32),
    expires: '2027-11-22T00:00:00Z',
    expired: false,
    daysLeft: 365,
    readme: `mlchain-id: ${'0'.repeat(32)}`,
  });
  const [, train] = steps;
  assert.equal(train?.from, ['prepare']);
  assert.is(train?.threshold, 2);
  assert.equal(train?.functionaries, [
    { fingerprint: 'A'.repeat(40), name: 'Alice <alice@example.org>' },
    { fingerprint: 'B'.repeat(40), name: '' },
  ]);
  assert.equal(train?.rules.materials, [
    'MATCH data/* WITH PRODUCTS FROM prepare',
    'DELETE model/*',
    'DISALLOW *',
  ]);
  assert.equal(inspections[0]?.command, ['node', 'scripts/prepare.mjs']);
});

test('any one of several may sign where the threshold is one; nobody where nobody is named', () => {
  const steps = { a: { pubkeys: [alice.keyid, bob.keyid] }, b: { pubkeys: [] } };
  const lines = explanationLines(explainLayout(makeLayout({ keys: [alice, bob], steps }), holders, now));
  const from = lines.indexOf('step a');
  assert.equal(lines.slice(from + 1, from + 4), [
    '  signed by  any one of',
    `               Alice <alice@example.org>  ${'A'.repeat(40)}`,
    `               ${'B'.repeat(40)}`,
  ]);
  assert.is(lines[lines.indexOf('step b') + 1], '  signed by  nobody');
});

test('every rule has its sentence', () => {
  const says = (lines: readonly string[], list: 'materials' | 'products') =>
    rulesInWords(rulesFrom([...lines, 'DISALLOW *']), list)
      .slice(0, -1)
      .map(({ what, says: words }) => `${what}: ${words}`);
  assert.equal(
    says(
      [
        'MATCH * WITH PRODUCTS FROM a',
        'MATCH *.csv IN in/ WITH MATERIALS IN out FROM a',
        'CREATE c',
        'DELETE d',
        'MODIFY m',
        'ALLOW *',
        'REQUIRE r*',
        'DISALLOW x*',
      ],
      'materials',
    ),
    [
      'anything: accepted if exactly as a made it',
      'in/*.csv: accepted if exactly as a took it in, there below out/',
      'c: no effect: what is new is no material',
      'd: accepted if the step deletes it',
      'm: accepted if the step changes it',
      'anything: accepted',
      'r*: must be there',
      'x*: refused',
    ],
  );
  assert.equal(says(['CREATE c', 'DELETE d'], 'products'), ['c: accepted if new', 'd: may be deleted']);
});

test('expiry is said in days', () => {
  const words = (days: number) => expiryWords({ expires: 'T', expired: days < 0, daysLeft: days });
  assert.equal([365, 1, 0, -1].map(words), [
    'expires in 365 days (T)',
    'expires in 1 day (T)',
    'expires today (T)',
    'expired on T',
  ]);
});

test('a layout without an identity says so', () => {
  const plain = makeLayout({ readme: 'our chain', expires: inAYear, steps: {} });
  const explanation = explainLayout(plain, holders, now);
  assert.is(explanation.id, null);
  assert.match(explanationLines(explanation)[0] ?? '', /^layout \(without an mlchain-id\), /);
});

test.run();
