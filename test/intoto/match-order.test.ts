import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Step } from '../../src/intoto/layout.ts';
import { matchCycle, matchOrder } from '../../src/intoto/match-order.ts';
import { parseRule } from '../../src/intoto/rule.ts';

/** Steps by the steps they match with. */
function layout(matches: Readonly<Record<string, readonly string[]>>): { steps: readonly Step[] } {
  return {
    steps: Object.entries(matches).map(([name, others]) => ({
      name,
      expectedCommand: [],
      threshold: 1,
      pubkeys: [],
      expectedMaterials: others.map((other) => parseRule(['MATCH', '*', 'WITH', 'PRODUCTS', 'FROM', other])),
      expectedProducts: [parseRule(['ALLOW', '*'])],
    })),
  };
}

test('each step comes after those it looks at, otherwise in the order of the layout', () => {
  assert.equal(matchOrder(layout({ a: [], b: ['a'], c: ['b'] })), ['a', 'b', 'c']);
  assert.equal(
    matchOrder(layout({ package: ['train', 'test'], test: ['train'], train: ['data'], data: [], other: [] })),
    ['data', 'train', 'test', 'package', 'other'],
  );
});

test('rules in expected_products count, too', () => {
  const [first, second] = layout({ a: [], b: [] }).steps;
  assert.ok(first && second);
  const rule = parseRule(['MATCH', '*', 'WITH', 'MATERIALS', 'FROM', 'b']);
  assert.equal(matchOrder({ steps: [{ ...first, expectedProducts: [rule] }, second] }), ['b', 'a']);
});

test('a rule that names its own step, or none there is, makes no order', () => {
  const self = layout({ a: ['a', 'nowhere'], b: [] });
  assert.equal(matchOrder(self), ['a', 'b']);
  assert.is(matchCycle(self), undefined);
});

test('a circle is told, step by step', () => {
  assert.is(matchCycle(layout({ a: [], b: ['a'] })), undefined);
  assert.equal(matchCycle(layout({ a: ['b'], b: ['a'] })), ['a', 'b', 'a']);
  assert.equal(matchCycle(layout({ x: ['b'], a: ['c'], b: ['a'], c: ['b'] })), ['b', 'a', 'c', 'b']);
});

test('within a circle every step still comes once', () => {
  assert.equal([...matchOrder(layout({ a: ['b'], b: ['c'], c: ['a'], d: ['a'] }))].sort(), [
    'a',
    'b',
    'c',
    'd',
  ]);
});

test('a chain of a hundred thousand steps fills no stack', () => {
  const names = Array.from({ length: 100_000 }, (_, at) => `s${at}`);
  const chain = layout(
    Object.fromEntries(names.map((name, at) => [name, at + 1 < names.length ? [`s${at + 1}`] : []])),
  );
  assert.is(matchOrder(chain)[0], 's99999');
  assert.is(matchCycle(chain), undefined);
});

test('for any layout: no circle means that every step comes after those it looks at', () => {
  const anyNames = fc.subarray(['a', 'b', 'c', 'd', 'e']);
  const anyMatches = fc.record(
    { a: anyNames, b: anyNames, c: anyNames, d: anyNames, e: anyNames },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(anyMatches, (matches) => {
      const order = matchOrder(layout(matches));
      assert.is(new Set(order).size, 5);
      const cycle = matchCycle(layout(matches));
      if (cycle === undefined) {
        for (const [name, others] of Object.entries(matches)) {
          for (const other of others) assert.ok(other === name || order.indexOf(other) < order.indexOf(name));
        }
      } else {
        const byName = new Map(Object.entries(matches));
        cycle.slice(1).forEach((name, at) => {
          assert.ok(byName.get(cycle[at] ?? '')?.includes(name));
        });
        assert.is(cycle[0], cycle.at(-1));
      }
    }),
  );
});

test.run();
