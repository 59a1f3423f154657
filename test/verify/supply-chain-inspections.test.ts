import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { InspectionOutcome } from '../../src/verify/inspection.ts';
import type { Inspect } from '../../src/verify/supply-chain-facts.ts';
import { codesOf, fileName, linkJson, signed, verifyChain } from '../support/chain.ts';
import { type LayoutText, makeLayoutJson } from '../support/layout.ts';
import { makeSigningKey } from '../support/signing-key.ts';
import { artifacts } from '../support/world.ts';

const [owner, alice, bob] = [makeSigningKey(), makeSigningKey(), makeSigningKey()];
const layout: LayoutText = {
  keys: [alice.key],
  steps: { train: { products: ['CREATE model.pt', 'DISALLOW *'] } },
  inspections: {
    first: {
      run: ['check'],
      materials: ['MATCH * WITH PRODUCTS FROM train', 'DISALLOW *'],
      products: ['CREATE out', 'ALLOW *'],
    },
    second: {
      run: ['check'],
      materials: ['MATCH out WITH PRODUCTS FROM first', 'MATCH * WITH PRODUCTS FROM train', 'DISALLOW *'],
    },
  },
};

function trained(products: Readonly<Record<string, string>> = { 'model.pt': 'w' }) {
  return new Map([[fileName('train', alice), signed(linkJson({ name: 'train', products }), [alice])]]);
}

function outcome(
  materials: Record<string, string>,
  products: Record<string, string>,
  more: Partial<InspectionOutcome> = {},
): InspectionOutcome {
  return {
    materials: artifacts(materials),
    products: artifacts(products),
    returnValue: 0,
    problem: undefined,
    output: '',
    ...more,
  };
}

/** A product where `first` makes a file that `second` finds; who ran is told in `ran`. */
function honest(
  ran: string[] = [],
  changes: Readonly<Record<string, Partial<InspectionOutcome>>> = {},
): Inspect {
  return async ({ name }) => {
    ran.push(name);
    const delivered = { 'model.pt': 'w' };
    const both = { ...delivered, out: 'o' };
    return name === 'first' ? outcome(delivered, both, changes[name]) : outcome(both, both, changes[name]);
  };
}

test('inspections run one after the other, and their rules may look at steps and at each other', async () => {
  const ran: string[] = [];
  const verdict = await verifyChain({ owner, layout, files: trained() }, { inspect: honest(ran) });
  assert.equal(verdict.findings, []);
  assert.equal(ran, ['first', 'second']);
});

test('nothing is run when anything before it has failed', async () => {
  const ran: string[] = [];
  const files = trained({ 'model.pt': 'w', extra: 'x' });
  const verdict = await verifyChain({ owner, layout, files }, { inspect: honest(ran) });
  assert.equal(codesOf(verdict, 'violation'), ['rule-failed']);
  assert.equal(ran, []);
});

test('inspections that were skipped are told', async () => {
  const verdict = await verifyChain({ owner, layout, files: trained() });
  assert.equal(codesOf(verdict, 'warning'), ['inspections-skipped']);
  const { inspections, ...without } = layout;
  assert.ok(inspections);
  assert.equal((await verifyChain({ owner, layout: without, files: trained() })).findings, []);
});

test('an inspection that fails, and one that has no return value, fail the verification, and no other is run', async () => {
  for (const change of [
    { returnValue: 3 },
    { returnValue: undefined, problem: 'expected an end within 1 s' },
  ]) {
    const ran: string[] = [];
    const verdict = await verifyChain(
      { owner, layout, files: trained() },
      { inspect: honest(ran, { first: change }) },
    );
    assert.equal(codesOf(verdict, 'violation'), ['inspection-failed']);
    assert.is(verdict.findings[0]?.step, 'first');
    assert.equal(ran, ['first']);
  }
});

test('a delivered file that differs from the one made fails the inspection’s rules, and is named', async () => {
  const change = { materials: artifacts({ 'model.pt': 'other' }) };
  const verdict = await verifyChain(
    { owner, layout, files: trained() },
    { inspect: honest([], { first: change }) },
  );
  const [finding] = verdict.findings;
  assert.is(finding?.code, 'inspection-failed');
  assert.is(finding?.path, 'model.pt');
});

test('a step’s rule cannot look at an inspection', async () => {
  const steps = { train: { products: ['MATCH * WITH PRODUCTS FROM first', 'DISALLOW *'] } };
  const verdict = await verifyChain(
    { owner, layout: { ...layout, steps }, files: trained() },
    { inspect: honest() },
  );
  assert.equal(codesOf(verdict, 'violation'), ['rule-failed']);
});

test('inspections of a sublayout run before the outer ones', async () => {
  const inner: LayoutText = { ...layout, keys: [bob.key], inspections: { inner: { run: ['check'] } } };
  const place = fileName('train', alice, '');
  const files = new Map([
    [fileName('train', alice), signed(makeLayoutJson(inner), [alice])],
    [
      `${place}/${fileName('train', bob)}`,
      signed(linkJson({ name: 'train', products: { 'model.pt': 'w' } }), [bob]),
    ],
  ]);
  const ran: string[] = [];
  const verdict = await verifyChain({ owner, layout, files }, { inspect: honest(ran) });
  assert.equal(ran, ['inner', 'first', 'second']);
  assert.equal(verdict.findings, []);
});

test('an inspection of a sublayout that fails stops everything', async () => {
  const inner: LayoutText = { ...layout, keys: [bob.key], inspections: { inner: { run: ['check'] } } };
  const place = fileName('train', alice, '');
  const files = new Map([
    [fileName('train', alice), signed(makeLayoutJson(inner), [alice])],
    [
      `${place}/${fileName('train', bob)}`,
      signed(linkJson({ name: 'train', products: { 'model.pt': 'w' } }), [bob]),
    ],
  ]);
  const ran: string[] = [];
  const verdict = await verifyChain(
    { owner, layout, files },
    { inspect: honest(ran, { inner: { returnValue: 1 } }) },
  );
  assert.equal(codesOf(verdict, 'violation'), ['inspection-failed']);
  assert.equal(ran, ['inner']);
});

test.run();
