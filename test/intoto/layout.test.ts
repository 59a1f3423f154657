import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { canonicalize } from '../../src/intoto/canonical.ts';
import { type Json, type JsonObject, parseJson } from '../../src/intoto/json.ts';
import { LayoutError, type LayoutProblem, layoutFromJson, layoutToJson } from '../../src/intoto/layout.ts';
import { makeSigningKey } from '../support/signing-key.ts';

const subkey = makeSigningKey();
const alice = makeSigningKey('ed25519', { subkeys: [subkey] });
const bob = makeSigningKey();
const ids = { alice: alice.key.keyid, bob: bob.key.keyid, subkey: subkey.key.keyid };

type Wire = Record<string, unknown>;

function step(fields: Wire = {}): Wire {
  return {
    _type: 'step',
    name: 'train',
    expected_command: ['node', 'train.mjs'],
    threshold: 1,
    pubkeys: [ids.alice],
    expected_materials: [['MATCH', '*', 'WITH', 'PRODUCTS', 'FROM', 'prepare']],
    expected_products: [
      ['CREATE', 'model.pt'],
      ['DISALLOW', '*'],
    ],
    ...fields,
  };
}

function inspection(fields: Wire = {}): Wire {
  return {
    _type: 'inspection',
    name: 'check',
    run: ['true'],
    expected_materials: [],
    expected_products: [],
    ...fields,
  };
}

function wire(fields: Wire = {}): Json {
  const layout = {
    _type: 'layout',
    expires: '2030-01-01T00:00:00Z',
    readme: 'about',
    keys: Object.fromEntries([alice, bob].map(({ key }) => [key.keyid, plain(key.json)])),
    steps: [step()],
    inspect: [inspection()],
    ...fields,
  };
  return parseJson(JSON.stringify(layout));
}

function plain(json: JsonObject): unknown {
  return JSON.parse(canonicalize(json).toString());
}

function problems(fields: Wire): readonly LayoutProblem[] {
  try {
    layoutFromJson(wire(fields));
  } catch (error) {
    assert.instance(error, LayoutError);
    return (error as LayoutError).problems;
  }
  throw new Error('accepted');
}

function codes(fields: Wire): readonly string[] {
  return problems(fields).map(({ code }) => code);
}

test('a layout is read', () => {
  const layout = layoutFromJson(wire());
  assert.is(layout.expires, Date.UTC(2030, 0, 1));
  assert.is(layout.readme, 'about');
  assert.equal([...layout.keys.keys()], [ids.alice, ids.bob]);
  const [train] = layout.steps;
  assert.equal(train?.expectedCommand, ['node', 'train.mjs']);
  assert.equal(train?.pubkeys, [ids.alice]);
  assert.equal(
    train?.expectedProducts.map(({ type, pattern }) => [type, pattern]),
    [
      ['CREATE', 'model.pt'],
      ['DISALLOW', '*'],
    ],
  );
  assert.equal(layout.inspections[0]?.run, ['true']);
});

test('unknown fields survive in what is signed', () => {
  const json = wire({ extra: 1, steps: [step({ more: 2 })] });
  assert.is(layoutFromJson(json).json, json);
});

test('a layout without steps demands nothing, and is one', () => {
  assert.equal(layoutFromJson(wire({ steps: [], inspect: [] })).steps, []);
});

test('a threshold below one, a boolean and anything but an integer are refused', () => {
  for (const threshold of [0, -1, true, '1', null, [1]]) {
    const found = problems({ steps: [step({ threshold })] });
    assert.is(found.length, 1);
    assert.is(found[0]?.code, 'threshold');
    assert.is(found[0]?.item, 'train');
    assert.match(found[0]?.message ?? '', /^steps\[0\]\.threshold: expected an integer of at least 1, found/);
  }
  assert.is(layoutFromJson(wire({ steps: [step({ threshold: 7 })] })).steps[0]?.threshold, 7);
});

test('a step may name a listed key or the subkey of one, and nobody else', () => {
  assert.ok(layoutFromJson(wire({ steps: [step({ pubkeys: [ids.subkey, ids.bob] })] })));
  const [problem] = problems({ steps: [step({ pubkeys: [ids.alice, 'c'.repeat(40)] })] });
  assert.is(problem?.code, 'unknown-key');
  assert.match(problem?.message ?? '', /step "train": expected pubkeys that are in keys, found c{40}/);
});

test('names are unique over steps and inspections', () => {
  assert.equal(codes({ steps: [step(), step()] }), ['duplicate-name']);
  assert.equal(codes({ inspect: [inspection({ name: 'train' })] }), ['duplicate-name']);
});

test('a malformed rule is told with its step and its list', () => {
  const steps = [
    step({
      expected_materials: [
        ['ALLOW', 'a'],
        ['PERMIT', 'x'],
      ],
      expected_products: 'ALLOW *',
    }),
  ];
  const found = problems({ steps });
  assert.equal(
    found.map(({ code, item, list }) => [code, item, list]),
    [
      ['rule', 'train', 'materials'],
      ['rule', 'train', 'products'],
    ],
  );
  assert.match(
    found[0]?.message ?? '',
    /^"train"\.expected_materials\[1\]: expected MATCH, .*, found "PERMIT"/,
  );
  assert.match(found[1]?.message ?? '', /^"train"\.expected_products: expected a list/);
});

test('expiry has one form, and a time that exists', () => {
  const wrong = [
    '2030-01-01',
    '2030-01-01T00:00:00.5Z',
    '2030-01-01T00:00:00+00:00',
    '2030-02-30T00:00:00Z',
    '2030-01-01T24:00:00Z',
    '2030-01-01T00:00:00z',
    ' 2030-01-01T00:00:00Z',
    '',
    1893456000,
    null,
  ];
  for (const expires of wrong) assert.equal(codes({ expires }), ['expires'], JSON.stringify(expires));
});

test('a key under another id than its own could stand for two people', () => {
  assert.equal(codes({ keys: { [ids.alice]: plain(bob.key.json) }, steps: [] }), ['key']);
});

test('a malformed key is told, and then is nobody’s', () => {
  const keys = { [ids.alice]: { keyid: ids.alice }, [ids.bob]: plain(bob.key.json) };
  assert.equal(codes({ keys }), ['key', 'unknown-key']);
});

test('all problems are told at once', () => {
  const found = codes({
    expires: 'never',
    readme: 5,
    keys: [],
    steps: [step({ _type: 'inspection', threshold: 0, expected_command: 'x', pubkeys: 'y' }), 'nonsense'],
    inspect: [inspection({ run: 'true', expected_products: [['ALLOW']] })],
  });
  const [shape, rule] = [Array.from({ length: 7 }, () => 'shape'), 'rule'];
  assert.equal([...found].sort(), ['expires', rule, ...shape, 'threshold']);
});

test('something else altogether is one problem', () => {
  assert.equal(
    problems({ _type: 'link', steps: undefined }).map(({ message }) => message),
    ['_type: expected "layout", found "link"'],
  );
});

test('the message of the error is the first problem, and how many more there are', () => {
  try {
    layoutFromJson(wire({ expires: 'x', readme: 1, steps: [] }));
    assert.unreachable();
  } catch (error) {
    assert.match(
      (error as Error).message,
      /^expires: expected a time YYYY-MM-DDTHH:MM:SSZ, found "x" \(and 1 more\)$/,
    );
  }
});

test('what is no object at all is one problem, not a crash', () => {
  for (const json of [null, [], 'layout', 5] satisfies Json[]) {
    assert.throws(
      () => layoutFromJson(json),
      (error: unknown) => error instanceof LayoutError,
    );
  }
});

test('a layout written is read as it was, and signs the same bytes', () => {
  const layout = layoutFromJson(wire());
  const keys = new Map([...layout.keys].map(([keyid, key]) => [keyid, key.json]));
  const written = layoutToJson({ ...layout, keys });
  assert.ok(canonicalize(written).equals(canonicalize(layout.json)));
});

test('the fraction of a second of an expiry is dropped', () => {
  const layout = layoutFromJson(wire());
  const written = layoutToJson({ ...layout, expires: Date.UTC(2031, 0, 1, 12, 0, 0, 999), keys: new Map() });
  assert.is(written.get('expires'), '2031-01-01T12:00:00Z');
});

test.run();
