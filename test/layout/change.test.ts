import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Json } from '../../src/intoto/json.ts';
import { stringify } from '../../src/intoto/json.ts';
import type { Layout } from '../../src/intoto/layout.ts';
import { layoutFromJson } from '../../src/intoto/layout.ts';
import { ruleText } from '../../src/intoto/rule.ts';
import type { LayoutChange } from '../../src/layout/change.ts';
import { changeLayout } from '../../src/layout/change.ts';
import type { Functionary } from '../../src/layout/functionary.ts';
import type { Holders } from '../../src/layout/holders.ts';
import { makeKey, makeLayout, makeLayoutJson } from '../support/layout.ts';

const alice = functionary('a');
const bob = functionary('b');
const idOf = (digit: string) => digit.repeat(40);

function functionary(digit: string): Functionary {
  return { fingerprint: digit.toUpperCase().repeat(40), keys: [makeKey(digit)] };
}

const rules = { materials: ['DISALLOW *'], products: ['ALLOW data/*', 'DISALLOW *'] };
const layout = makeLayout({
  keys: [makeKey('a'), makeKey('b')],
  steps: {
    prepare: { ...rules, pubkeys: [idOf('a')] },
    train: { ...rules, pubkeys: [idOf('a'), idOf('b')] },
  },
});

function change(what: Partial<LayoutChange>, from: Layout = layout, holders: Holders = new Map()): Layout {
  const whole = { thresholds: new Map(), added: new Map(), removed: new Map(), ...what };
  return layoutFromJson(changeLayout(from, whole, holders));
}

function pubkeysOf(changed: Layout): Record<string, readonly string[]> {
  return Object.fromEntries(changed.steps.map(({ name, pubkeys }) => [name, pubkeys]));
}

test('what is not named stays as it is', () => {
  assert.is(
    stringify(
      changeLayout(layout, { thresholds: new Map(), added: new Map(), removed: new Map() }, new Map()),
      1,
    ),
    stringify(layout.json, 1),
  );
});

test('expiry and thresholds change', () => {
  const changed = change({ expires: Date.UTC(2030, 0, 2), thresholds: new Map([['train', 2]]) });
  assert.is(changed.json.get('expires'), '2030-01-02T00:00:00Z');
  assert.equal(
    changed.steps.map(({ threshold }) => threshold),
    [1, 2],
  );
  assert.equal(pubkeysOf(changed), pubkeysOf(layout));
});

test('a functionary is added beside the others, with their key; twice is once', () => {
  const changed = change({ added: new Map([['prepare', [functionary('c'), alice, functionary('c')]]]) });
  assert.equal(pubkeysOf(changed).prepare, [idOf('a'), idOf('c')]);
  assert.equal([...changed.keys.keys()], [idOf('a'), idOf('b'), idOf('c')]);
});

test('a functionary is removed from a step; their key goes when no step names it any more', () => {
  const changed = change({ removed: new Map([['train', [bob.fingerprint]]]) });
  assert.equal(pubkeysOf(changed), { prepare: [idOf('a')], train: [idOf('a')] });
  assert.equal([...changed.keys.keys()], [idOf('a')]);
  const kept = change({ removed: new Map([['train', [alice.fingerprint]]]) });
  assert.equal([...kept.keys.keys()], [idOf('a'), idOf('b')]);
});

test('removed and replaced in one go', () => {
  const changed = change({
    added: new Map([['prepare', [bob]]]),
    removed: new Map([['prepare', [alice.fingerprint]]]),
  });
  assert.equal(pubkeysOf(changed).prepare, [idOf('b')]);
});

test('with a person go all their keys: subkeys in the bundle, and those listed apart', () => {
  const primary = makeKey('a', { subkeys: [makeKey('c')] });
  const keys = [primary, makeKey('b'), makeKey('d')];
  const holder = { fingerprint: alice.fingerprint, name: 'Alice' };
  const holders = new Map([idOf('a'), idOf('c'), idOf('d')].map((keyid) => [keyid, holder]));
  const from = makeLayout({ keys, steps: { train: { pubkeys: [idOf('c'), idOf('b'), idOf('d')] } } });
  const removed = new Map([['train', [alice.fingerprint]]]);
  const changed = change({ removed }, from, holders);
  assert.equal(pubkeysOf(changed).train, [idOf('b')]);
  assert.equal([...changed.keys.keys()], [idOf('b')]);
  assert.equal(pubkeysOf(change({ removed }, from)).train, [idOf('b'), idOf('d')]);
});

test('a key that no step named before is left alone', () => {
  const from = makeLayout({ keys: [makeKey('a'), makeKey('b')], steps: { train: { pubkeys: [idOf('a')] } } });
  assert.equal(
    [...change({ added: new Map([['train', [functionary('c')]]]) }, from).keys.keys()],
    ['a', 'b', 'c'].map(idOf),
  );
});

test('rules, commands, inspections and fields that we do not know survive', () => {
  const json = new Map<string, Json>(
    makeLayoutJson({ steps: { train: rules }, inspections: { look: { run: ['true'] } } }),
  );
  const [step] = json.get('steps') as readonly ReadonlyMap<string, Json>[];
  json.set('steps', [new Map([...(step ?? []), ['x-step', 1]])]).set('x-layout', 'kept');
  const changed = change({ expires: Date.UTC(2030, 0, 1) }, layoutFromJson(json));
  assert.is(changed.json.get('x-layout'), 'kept');
  assert.is((changed.json.get('steps') as readonly ReadonlyMap<string, Json>[])[0]?.get('x-step'), 1);
  assert.equal(changed.steps[0]?.expectedProducts.map(ruleText), ['ALLOW data/*', 'DISALLOW *']);
  assert.equal(changed.inspections[0]?.run, ['true']);
});

test('a step that is not there is refused, with the names of those that are', () => {
  assert.throws(
    () => change({ thresholds: new Map([['trian', 2]]) }),
    (error: Error & { hint?: string }) =>
      error.message === "no step is named 'trian'" && error.hint === 'steps: prepare, train',
  );
});

test('whoever cannot sign a step cannot be removed from it', () => {
  assert.throws(
    () => change({ removed: new Map([['prepare', [bob.fingerprint]]]) }),
    new RegExp(`${bob.fingerprint} is no functionary of step 'prepare'`),
  );
});

test('no step is left without enough people', () => {
  assert.throws(
    () => change({ removed: new Map([['prepare', [alice.fingerprint]]]) }),
    /step 'prepare': expected at least 1 functionaries, found 0/,
  );
  assert.throws(
    () => change({ thresholds: new Map([['prepare', 2]]) }),
    /step 'prepare': expected at least 2 functionaries, found 1/,
  );
  assert.is(
    change({ thresholds: new Map([['prepare', 2]]), added: new Map([['prepare', [bob]]]) }).steps[0]
      ?.threshold,
    2,
  );
});

test.run();
