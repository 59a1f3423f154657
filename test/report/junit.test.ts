import { execFileSync } from 'node:child_process';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { junit } from '../../src/report/junit.ts';
import type { VerdictReport } from '../../src/verify/verdict.ts';
import { bob, finding, verified, violated } from './sample.ts';

interface Parsed {
  readonly suite: {
    readonly name: string;
    readonly tests: string;
    readonly failures: string;
    readonly errors: string;
  };
  readonly cases: readonly (readonly [group: string, name: string, outcome: string, text: string])[];
}

/** Read by a parser that is not ours. */
function parsed(report: VerdictReport): Parsed {
  const script = `
import sys, json, xml.etree.ElementTree as tree
suite = tree.parse(sys.stdin.buffer).getroot()[0]
cases = [[c.get('classname'), c.get('name'), c[0].tag if len(c) else '', (c[0].get('message') or c[0].text) if len(c) else ''] for c in suite]
print(json.dumps({'suite': suite.attrib, 'cases': cases}))`;
  return JSON.parse(execFileSync('python3', ['-c', script], { input: junit(report), encoding: 'utf8' }));
}

test('the verdict, each step and each finding is a case, red where it is bad', () => {
  const { suite, cases } = parsed(violated);
  assert.match(suite.name, /^git-mlchain 2be8810/);
  assert.equal([suite.tests, suite.failures, suite.errors], ['7', '5', '0']);
  assert.equal(
    cases.map(([group, name, outcome]) => [group, name, outcome]),
    [
      ['git-mlchain.verdict', 'history and release', 'failure'],
      ['git-mlchain.step', 'prepare', ''],
      ['git-mlchain.step', 'train', 'failure'],
      ['git-mlchain.step', 'package', 'failure'],
      ['git-mlchain.finding.unauthorised', 'unauthorised 2be8810 train', 'system-out'],
      ['git-mlchain.finding.uncovered', 'uncovered 2be8810 train data/train.csv', 'failure'],
      ['git-mlchain.finding.link-missing', 'link-missing 2be8810 package', 'failure'],
    ],
  );
  assert.match(cases[6]?.[3] ?? '', /nobody has signed this step at 2be8810 \('git mlchain run package'/);
});

test('a good verdict has no failure', () => {
  const { suite, cases } = parsed(verified);
  assert.equal([suite.failures, suite.errors, cases.length], ['0', '0', 1]);
});

test('what could not be checked is an error, not a pass', () => {
  const open = {
    ...verified,
    verdict: 'incomplete' as const,
    findings: [finding('shallow', { severity: 'incomplete' })],
  };
  const { suite, cases } = parsed(open);
  assert.equal([suite.failures, suite.errors], ['0', '2']);
  assert.equal(
    cases.map(([, , outcome]) => outcome),
    ['error', 'error'],
  );
});

test('markup and controls in names stay text (threat 34)', () => {
  const path = '"/><failure>\u001b\u0000\ufffe\udce9&';
  const { cases } = parsed({
    ...verified,
    findings: [finding('uncovered', { path, signer: { ...bob, name: '<b>' } })],
  });
  assert.is(cases.length, 2);
  assert.match(cases[1]?.[1] ?? '', /"\/><failure>\\033\\000\\357\\277\\276\\351&$/);
});

test.run();
