import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { applyRules, type RuledItem } from '../../src/intoto/apply-rules.ts';
import { canonicalize } from '../../src/intoto/canonical.ts';
import { type Artifacts, artifactsFromJson } from '../../src/intoto/digest.ts';
import { DigestList } from '../../src/intoto/digest-list.ts';
import { parseMetadata } from '../../src/intoto/dsse.ts';
import { parseEnvelope } from '../../src/intoto/envelope.ts';
import { FormatError } from '../../src/intoto/format-error.ts';
import { type JsonObject, parseJson, stringify } from '../../src/intoto/json.ts';
import { JsonParts } from '../../src/intoto/json-parts.ts';
import { parseRule } from '../../src/intoto/rule.ts';
import { anySpace } from '../support/arbitrary.ts';
import { asMaps } from '../support/as-maps.ts';

const COUNT = 100;
const digest = (at: number): string => `${at}`.padStart(64, 'aB0');
const entry = (at: number): string => `"file-${1000 + at}": {"sha256": "${digest(at)}"}`;
const ordinary = Array.from({ length: COUNT }, (_, at) => entry(at));

function link(entries: readonly string[]): string {
  return `{"signed": {"_type": "link", "materials": {${entries.join(', ')}}, "name": "x"}, "signatures": []}`;
}

/** Read from octets, as files and notes are: only there a list may be taken for a list of digests. */
function materials(text: string): JsonObject {
  const signed = (parseJson(Buffer.from(text)) as JsonObject).get('signed') as JsonObject;
  return signed.get('materials') as JsonObject;
}

/** All that a document says, or why it is refused. Text is always read by the reader of all JSON. */
function outcome(text: string | Uint8Array): string {
  try {
    const json = parseJson(text);
    return `${stringify(json, 1)}${canonicalize(json).toString('hex')}`;
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
}

type Rules = Pick<RuledItem, 'expectedMaterials' | 'expectedProducts'>;

function isReadTheSame(text: string): void {
  assert.is(outcome(Buffer.from(text)), outcome(text), text.slice(-300));
}

test('a large list in order is asked as any other object', () => {
  const list = materials(link(ordinary));
  const map: JsonObject = new Map(
    ordinary.map((_, at) => [`file-${1000 + at}`, new Map([['sha256', digest(at)]])]),
  );
  assert.instance(list, DigestList);
  assert.is(list.size, COUNT);
  assert.equal([...list.keys()], [...map.keys()]);
  assert.equal(asMaps([...list.values()]), [...map.values()]);
  assert.equal(asMaps(list), map);
  for (const name of ['file-1000', 'file-1099', 'file-1050', 'file-105', 'a', 'z', '', '__proto__', 'size']) {
    assert.equal(asMaps(list.get(name)), map.get(name), name);
    assert.is(list.has(name), map.has(name), name);
  }
  const visited: unknown[] = [];
  list.forEach((value, name, whole) => {
    visited.push([name, asMaps(value), whole === list]);
  });
  assert.equal(
    visited,
    [...map].map(([name, value]) => [name, value, true]),
  );
  assert.is(artifactsFromJson(list, 'materials'), list);
});

test('white space between the tokens changes nothing', () => {
  fc.assert(
    fc.property(fc.array(anySpace, { minLength: 7, maxLength: 7 }), ([a, b, c, d, e, f, g]) => {
      const entries = ordinary.map(
        (_, at) => `${a}"file-${1000 + at}"${b}:${c}{${d}"sha256"${e}:${f}"${digest(at)}"${g}}${a}`,
      );
      assert.instance(materials(link(entries)), DigestList);
      isReadTheSame(link(entries));
    }),
    { numRuns: 50 },
  );
});

test('whatever is not ordinary is read, or refused, as if there were no second reader', () => {
  const odd = [
    `"file-1049": {"sha256": "ab"}`,
    `"file-1050": {"sha256": "ab"}`,
    `"file-104": {"sha256": "ab"}`,
    `"file-1049\\u0061": {"sha256": "ab"}`,
    `"file-1049\\"": {"sha256": "ab"}`,
    `"file-1049\\": {"sha256": "ab"}`,
    `"file-1049\n": {"sha256": "ab"}`,
    `"file-1049\u007f": {"sha256": "ab"}`,
    `"file-1049é": {"sha256": "ab"}`,
    `"file-1049😀": {"sha256": "ab"}`,
    `"file-1049a": {"sha512": "ab"}`,
    `"file-1049a": {"sha25": "ab"}`,
    `"file-1049a": {"sha256": "ab", "sha512": "ab"}`,
    `"file-1049a": {"sha256": "ab", "sha256": "ab"}`,
    `"file-1049a": {"sha256": "xy"}`,
    `"file-1049a": {"sha256": ""}`,
    `"file-1049a": {"sha256": "\\u0061b"}`,
    `"file-1049a": {"sha256": 12}`,
    `"file-1049a": {"sha256": {"sha256": "ab"}}`,
    `"file-1049a": {}`,
    `"file-1049a": "ab"`,
    `"file-1049a": ["sha256", "ab"]`,
    `"file-1049a" {"sha256": "ab"}`,
    `"file-1049a": {"sha256" "ab"}`,
    `"file-1049a": {"sha256": "ab",}`,
    `"file-1049a": {"sha256": "ab"`,
    `file-1049a: {"sha256": "ab"}`,
    `"": {"sha256": "ab"}`,
    ``,
  ];
  for (const each of odd) {
    for (const at of [0, 50, COUNT]) isReadTheSame(link(ordinary.toSpliced(at, 0, each)));
  }
});

test('where it stands, and how often, changes nothing in how a text is read', () => {
  const list = `{${ordinary.join(', ')}}`;
  const texts = [
    `{"materials": ${list}}`,
    `{"a": {"b": {"materials": ${list}}}}`,
    `{"a": {"b": {"materials": ${list}}, "products": ${list}}}`,
    `{"a": ["materials", {"products": ${list}}]}`,
    `{"signed": {"materials": ${list}, "products": ${list}}}`,
    `{"signed": {"materials": {}, "products": ${list}}}`,
    `{"signed": {"products": ${list}, "materials": ${list}}}`,
    `{"signed": {"materials": ${list}, "materials": ${list}}}`,
    `{"signed": {"products": ${list}, "products": {}}}`,
    `{"signed": {"materials": ${list}, "name": "x", "name": "y"}}`,
    `{"signed": {"materials" ${list}}}`,
    `{"signed": {"materials":: ${list}}}`,
    `{"signed": {"materials": \u000b${list}}}`,
    `{"signed": {"materials": [${list}]}}`,
    `{"signed": {"materials": ${list}, "products": ${list}}`,
    `{"signed": {"materials": ${list}${list}}}`,
    `{"signed": {"materials": ${list}, "x": 1.5}}`,
    `{"signed": {"name": "\\"materials\\": ", "materials": ${list}}}`,
    `{"signed": {"name": ${JSON.stringify(`"materials": ${list}`)}, "products": ${list}}}`,
    `{"signed": {"materials": "materials", "products": ${list}}}`,
    `{"signed": {"a": "materials", "b": ${list}, "products": {"materials": ${list}}}}`,
    `{"materials": ${list}, "signed": {"materials": ${list}}}`,
    `{"signed": {"materials": ${list.replace('file-1000', 'materials')}, "products": "é"}}`,
    `{"signed": {"materials": ${list.replace('file-1099', 'products')}, "products": ${list}}}`,
    `"materials": ${list}`,
    `[{"signed": {"materials": ${list}}}, {"signed": {"materials": ${list}}}]`,
  ];
  for (const text of texts) isReadTheSame(text);
});

test('what is signed is what is left of the text without white space', () => {
  const list = `{ ${ordinary.join(' ,\n')} }`;
  for (const [materials, products] of [
    [list, '{}'],
    ['{}', list],
    [list, list],
  ]) {
    const signed = `{"_type": "link", "materials": ${materials}, "name": "a b", "products": ${products}}`;
    const text = `{"signatures": [], "signed": ${signed}}`;
    const wanted = canonicalize(parseJson(signed));
    assert.ok(parseEnvelope(Buffer.from(text)).signedBytes.equals(wanted));
    const parts = new JsonParts();
    for (const _ of ['new', 'known']) {
      assert.ok(parseMetadata(Buffer.from(text), parts).signedBytes.equals(wanted));
    }
  }
});

test('the octets of a text are not kept: another may be read where it lay', () => {
  const list = `{${ordinary.join(', ')}}`;
  const odd = `{${ordinary.map((each) => each.replace('}', ', "sha512": "ab"}')).join(', ')}}`;
  for (const materials of [list, odd]) {
    const text = `{"signatures": [], "signed": {"_type": "link", "materials": ${materials}, "name": "x"}}`;
    const parts = new JsonParts();
    const desk = Buffer.from(text);
    const { signed, signedBytes } = parseMetadata(desk, parts);
    const late = parseMetadata(desk, parts);
    desk.fill('!');
    assert.is(stringify(signed, 0), stringify((parseJson(text) as JsonObject).get('signed') ?? null, 0));
    for (const bytes of [signedBytes, late.signedBytes, Buffer.concat(late.signedPieces)]) {
      assert.ok(bytes.equals(canonicalize(signed)));
    }
    desk.write(text);
    assert.is(parseMetadata(desk, parts).signed.get('materials'), signed.get('materials'));
    desk.write('"file-1000x"', text.indexOf('"file-1001"'));
    assert.throws(
      () => parseMetadata(desk, parts),
      (error: unknown) => error instanceof FormatError,
    );
  }
});

test('rules find in it what they find in a map', () => {
  const list = artifactsFromJson(materials(link(ordinary)), 'materials');
  const map = new Map([...list].map(([name, digests]) => [name, new Map(digests)]));
  const other = artifactsFromJson(
    materials(link(ordinary.map((each, at) => (at % 3 === 0 ? each.replace(digest(at), 'ab') : each)))),
    'materials',
  );
  const rules = [
    'MODIFY file-10[0-4]*',
    'MATCH *5 WITH PRODUCTS FROM x',
    'CREATE *7',
    'ALLOW *',
    'DISALLOW *',
  ];
  const apply = (materials: Artifacts, products: Artifacts) =>
    applyRules(
      {
        ...{ materials, products, expectedMaterials: [] },
        expectedProducts: rules.map((rule) => parseRule(rule.split(' '))),
      },
      () => ({ materials, products: materials }),
    );
  for (const before of [list, other, new Map(), new Map([...list].slice(0, 50))]) {
    assert.equal(apply(before, list), apply(before, map));
    assert.equal(apply(list, before), apply(map, before));
  }
  assert.equal(
    apply(other, list).steps.map(({ consumed }) => consumed.length),
    [17, 7, 0, 76, 0],
  );
});

test('what a rule says of all names at once, it says of each', () => {
  const list = (prefixes: readonly string[], from: number): Artifacts => {
    const entries = prefixes.flatMap((prefix) =>
      Array.from({ length: 200 }, (_, at) => `"${prefix}${1000 + from + at}": {"sha256": "ab"}`),
    );
    const read = materials(link(entries));
    assert.instance(read, DigestList);
    return artifactsFromJson(read, 'materials');
  };
  const lists = [
    list(['a/'], 0),
    list(['a/'], 199),
    list(['a/'], 200),
    list(['A', 'a/'], 0),
    list(['a/', 'f'], 0),
    list(['f', 's-', 'z'], 0),
  ];
  const anyList = fc.constantFrom(...lists, new Map() as Artifacts);
  const anyPattern = fc.constantFrom(
    '*',
    '**',
    '',
    'a/*',
    'a/1*',
    's-*',
    's*',
    'f*',
    'z*',
    'a*',
    '*1',
    '?*',
    'a/100',
  );
  const anyRule = fc
    .tuple(fc.constantFrom('ALLOW', 'CREATE', 'DELETE', 'MODIFY', 'DISALLOW', 'REQUIRE', 'MATCH'), anyPattern)
    .map(([type, pattern]) =>
      parseRule(type === 'MATCH' ? [type, pattern, 'WITH', 'PRODUCTS', 'FROM', 'x'] : [type, pattern]),
    );
  const anyRules = fc.array(anyRule, { maxLength: 4 });
  const asMap = (artifacts: Artifacts): Artifacts =>
    new Map([...artifacts].map(([name, digests]) => [name, new Map(digests)]));
  const isToldTheSame = (before: Artifacts, after: Artifacts, others: Artifacts, rules: Rules): void => {
    const ofLists = applyRules({ materials: before, products: after, ...rules }, () => ({
      materials: before,
      products: others,
    }));
    const ofMaps = applyRules({ materials: asMap(before), products: asMap(after), ...rules }, () => ({
      materials: asMap(before),
      products: asMap(others),
    }));
    assert.equal(ofLists, ofMaps);
  };
  fc.assert(
    fc.property(
      fc.tuple(anyList, anyList, anyList, anyRules, anyRules),
      ([before, after, others, expectedMaterials, expectedProducts]) =>
        isToldTheSame(before, after, others, { expectedMaterials, expectedProducts }),
    ),
    { numRuns: 300 },
  );
  // Lists that share one name, the first of the one and the last of the other, are rarely drawn.
  const isNew = {
    expectedMaterials: [parseRule(['DELETE', '*'])],
    expectedProducts: [parseRule(['CREATE', '*'])],
  };
  for (const before of lists) for (const after of lists) isToldTheSame(before, after, after, isNew);
});

test('a name that comes twice is refused', () => {
  assert.match(outcome(Buffer.from(link(ordinary.toSpliced(51, 0, entry(50))))), /each key once/);
  assert.match(outcome(Buffer.from(link([...ordinary, entry(0)]))), /each key once/);
});

test('a text that ends anywhere, or has one octet exchanged, is read or refused the same', () => {
  const text = link(ordinary);
  fc.assert(
    fc.property(
      fc.nat(text.length),
      fc.constantFrom('', '"', '\\', '{', '}', ',', ':', ' ', 'x', '0', '\u0000', '\n'),
      fc.boolean(),
      (at, piece, isEnd) => isReadTheSame(text.slice(0, at) + piece + (isEnd ? '' : text.slice(at + 1))),
    ),
    { numRuns: 500 },
  );
});

test.run();
