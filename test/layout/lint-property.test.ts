import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RecordedArtifacts } from '../../src/intoto/apply-rules.ts';
import { applyRules } from '../../src/intoto/apply-rules.ts';
import type { Artifacts } from '../../src/intoto/digest.ts';
import type { ArtifactRule } from '../../src/intoto/rule.ts';
import { ruleText } from '../../src/intoto/rule.ts';
import { explainLayout } from '../../src/layout/explain.ts';
import { explanationLines } from '../../src/layout/explain-text.ts';
import { lintLayout } from '../../src/layout/lint.ts';
import type { LintCode } from '../../src/layout/lint-problem.ts';
import { lintMessage } from '../../src/layout/lint-words.ts';
import { makeLayout } from '../support/layout.ts';

/** What `layout check` says of a rule is held against what in-toto's rules then do, over random lists and links. */
const pattern = fc.constantFrom('*', 'a*', 'a1', 'b*', '*1', 'b2', '[ab]1');
const simple = fc
  .tuple(fc.constantFrom('CREATE', 'DELETE', 'MODIFY', 'ALLOW', 'DISALLOW'), pattern)
  .map((words) => words.join(' '));
const require = fc.constantFrom('REQUIRE a1', 'REQUIRE b2');
const match = fc
  .tuple(
    pattern,
    fc.constantFrom('', ' IN d'),
    fc.constantFrom('MATERIALS', 'PRODUCTS'),
    fc.constantFrom('one', 'two', 'gone'),
  )
  .map(([text, prefix, list, step]) => `MATCH ${text}${prefix} WITH ${list} FROM ${step}`);
const rules = fc.array(fc.oneof({ weight: 3, arbitrary: simple }, require, match), { maxLength: 6 });
const item = fc.record({ materials: rules, products: rules });
const layouts = fc.record({ one: item, two: item }).map((steps) => makeLayout({ steps }));

const artifacts: fc.Arbitrary<Artifacts> = fc
  .uniqueArray(fc.tuple(fc.constantFrom('a1', 'a2', 'b1', 'b2', 'd/a1', 'c'), fc.constantFrom('0', '1')), {
    selector: ([name]) => name,
  })
  .map((entries) => new Map(entries.map(([name, digit]) => [name, new Map([['sha256', digit.repeat(64)]])])));
const link: fc.Arbitrary<RecordedArtifacts> = fc.record({ materials: artifacts, products: artifacts });

function problemsOf(layout: ReturnType<typeof makeLayout>) {
  return lintLayout({
    layout,
    now: Date.UTC(2026, 10, 22),
    holders: new Map(),
    tracked: ['a1', 'b2', 'd/a1'],
  });
}

/** What each rule that was reached did, and where the list failed. */
function traceOf(
  layout: ReturnType<typeof makeLayout>,
  links: readonly [RecordedArtifacts, RecordedArtifacts],
) {
  const byName = new Map([
    ['one', links[0]],
    ['two', links[1]],
  ]);
  return layout.steps.map((step, at) => ({
    step: step.name,
    ...applyRules({ ...step, ...(links[at] ?? links[0]) }, (name) => byName.get(name)),
  }));
}

type Applied = ReturnType<typeof traceOf>[number];

/** For every problem of a code: the rule it names, in the trace of the step it names. */
function eachNamed(
  code: LintCode,
  check: (applied: Applied, rule: ArtifactRule, list: string, index: number) => void,
) {
  return fc.property(layouts, fc.tuple(link, link), (layout, links) => {
    const traces = traceOf(layout, links);
    for (const { code: found, severity, item: name, rule, list, index } of problemsOf(layout)) {
      if (found !== code || severity !== 'error' || rule === undefined) continue;
      const applied = traces.find(({ step }) => step === name);
      if (applied !== undefined) check(applied, rule, list ?? '', index ?? 0);
    }
  });
}

test('a rule called unreachable never takes anything', () => {
  fc.assert(
    eachNamed('unreachable', ({ steps }, rule, list, index) => {
      const reached = steps.find((one) => one.list === list && one.index === index);
      assert.equal(reached?.consumed ?? [], [], ruleText(rule));
    }),
    { numRuns: 500 },
  );
});

test('a REQUIRE that is said to fail always is never satisfied', () => {
  fc.assert(
    eachNamed('require-consumed', ({ steps, failure }, rule, list, index) => {
      const reached = steps.some((one) => one.list === list && one.index === index);
      const failedThere = failure?.list === list && failure.index === index;
      assert.ok(!reached || failedThere, ruleText(rule));
    }),
    { numRuns: 500 },
  );
});

test('CREATE among the materials never takes anything', () => {
  fc.assert(
    eachNamed('create-in-materials', ({ steps }, rule, list, index) => {
      const reached = steps.find((one) => one.list === list && one.index === index);
      assert.equal(reached?.consumed ?? [], [], ruleText(rule));
    }),
    { numRuns: 500 },
  );
});

test('a list of which nothing is said to be left open refuses what no rule names', () => {
  fc.assert(
    fc.property(layouts, (layout) => {
      const open = new Set(
        problemsOf(layout).flatMap((one) => (one.code === 'no-disallow' ? [`${one.item} ${one.list}`] : [])),
      );
      const stranger = {
        materials: new Map(),
        products: new Map([['zzz', new Map([['sha256', '0'.repeat(64)]])]]),
      };
      const none = { materials: new Map(), products: new Map() };
      for (const step of layout.steps) {
        if (open.has(`${step.name} products`)) continue;
        const named = step.expectedProducts.some(
          ({ type, pattern: text }) => /^\*$/.test(text) && type !== 'DISALLOW',
        );
        if (named) continue;
        assert.ok(applyRules({ ...step, expectedMaterials: [], ...stranger }, () => none).failure, step.name);
      }
    }),
    { numRuns: 500 },
  );
});

test('whatever a layout says, it can be checked and told in words', () => {
  fc.assert(
    fc.property(layouts, (layout) => {
      for (const problem of problemsOf(layout)) assert.match(lintMessage(problem), /\S.{8}/);
      const lines = explanationLines(explainLayout(layout, new Map(), Date.UTC(2026, 10, 22)));
      assert.ok(lines.every((line) => !line.includes('undefined')));
    }),
  );
});

test.run();
