import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { applyRules, type RecordedArtifacts, type RuleTrace } from '../../src/intoto/apply-rules.ts';
import type { Artifacts } from '../../src/intoto/digest.ts';
import { parseRule } from '../../src/intoto/rule.ts';
import { askPython } from '../support/python.ts';

/** Name → a digit that stands for the content. */
type Files = Readonly<Record<string, string>>;

interface Story {
  readonly materials?: Files;
  readonly products?: Files;
  readonly expectedMaterials?: readonly string[];
  readonly expectedProducts?: readonly string[];
  readonly links?: Readonly<Record<string, { readonly materials?: Files; readonly products?: Files }>>;
}

function artifacts(files: Files = {}): Artifacts {
  return new Map(
    Object.entries(files).map(([name, digit]) => [name, new Map([['sha256', digit.repeat(64)]])]),
  );
}

function play(story: Story): RuleTrace {
  const links = new Map<string, RecordedArtifacts>();
  for (const [name, { materials, products }] of Object.entries(story.links ?? {})) {
    links.set(name, { materials: artifacts(materials), products: artifacts(products) });
  }
  const rules = (lines: readonly string[] = []) => lines.map((line) => parseRule(line.split(' ')));
  return applyRules(
    {
      materials: artifacts(story.materials),
      products: artifacts(story.products),
      expectedMaterials: rules(story.expectedMaterials),
      expectedProducts: rules(story.expectedProducts),
    },
    (step) => links.get(step),
  );
}

/** What a rule consumes of the products. */
function consumed(rule: string, story: Story): readonly string[] | undefined {
  return play({ ...story, expectedProducts: [rule] }).steps.at(-1)?.consumed;
}

test('without rules everything passes', () => {
  assert.is(play({ materials: { a: '1' }, products: { b: '2' } }).failure, undefined);
});

test('CREATE consumes what is new', () => {
  const story = { materials: { old: '1', changed: '1' }, products: { old: '1', changed: '2', new: '1' } };
  assert.equal(consumed('CREATE *', story), ['new']);
});

test('MODIFY consumes what was there with another digest', () => {
  const story = { materials: { old: '1', changed: '1' }, products: { old: '1', changed: '2', new: '1' } };
  assert.equal(consumed('MODIFY *', story), ['changed']);
});

test('DELETE consumes materials that are gone', () => {
  const story = {
    materials: { gone: '1', kept: '1' },
    products: { kept: '1' },
    expectedMaterials: ['DELETE *'],
  };
  assert.equal(play(story).steps[0]?.consumed, ['gone']);
});

test('ALLOW consumes whatever its pattern matches', () => {
  assert.equal(consumed('ALLOW *.pt', { products: { 'a.pt': '1', 'b.csv': '1' } }), ['a.pt']);
});

test('DISALLOW fails on what is left, and says what', () => {
  const { failure } = play({ products: { a: '1', b: '1' }, expectedProducts: ['ALLOW a', 'DISALLOW *'] });
  assert.equal(failure, {
    list: 'products',
    index: 1,
    rule: { type: 'DISALLOW', pattern: '*' },
    artifacts: ['b'],
  });
});

test('REQUIRE wants a literal name that is still in the queue', () => {
  assert.is(play({ products: { 'a*': '1' }, expectedProducts: ['REQUIRE a*'] }).failure, undefined);
  assert.equal(play({ products: { ab: '1' }, expectedProducts: ['REQUIRE a*'] }).failure?.artifacts, ['a*']);
  assert.is(play({ products: { a: '1' }, expectedProducts: ['ALLOW a', 'REQUIRE a'] }).failure?.index, 1);
});

test('materials are judged before products, and nothing after the first failure', () => {
  const trace = play({
    materials: { a: '1' },
    products: { b: '1' },
    expectedMaterials: ['DISALLOW *'],
    expectedProducts: ['DISALLOW *'],
  });
  assert.is(trace.failure?.list, 'materials');
  assert.equal(trace.steps, []);
});

test('the trace tells what each rule took and what it left', () => {
  const { steps } = play({
    products: { a: '1', b: '1', c: '1' },
    expectedProducts: ['ALLOW b', 'ALLOW x', 'ALLOW a'],
  });
  assert.equal(
    steps.map(({ index, consumed, queue }) => [index, consumed, queue]),
    [
      [0, ['b'], ['a', 'c']],
      [1, [], ['a', 'c']],
      [2, ['a'], ['c']],
    ],
  );
});

test('MATCH consumes what the other link has with the same digests', () => {
  const links = { make: { products: { same: '1', other: '2' } } };
  const products = { same: '1', other: '1', unknown: '1' };
  assert.equal(consumed('MATCH * WITH PRODUCTS FROM make', { products, links }), ['same']);
});

test('MATCH looks into materials or products, as it says', () => {
  const links = { make: { materials: { a: '1' }, products: { b: '1' } } };
  const products = { a: '1', b: '1' };
  assert.equal(consumed('MATCH * WITH MATERIALS FROM make', { products, links }), ['a']);
  assert.equal(consumed('MATCH * WITH PRODUCTS FROM make', { products, links }), ['b']);
});

test('MATCH from a step without a link consumes nothing', () => {
  assert.equal(consumed('MATCH * WITH PRODUCTS FROM nowhere', { products: { a: '1' } }), []);
});

test('a source prefix is literal, cut off before the pattern is asked', () => {
  const links = { make: { products: { 'x.csv': '1', 'd/x.csv': '1' } } };
  const products = { 'd/x.csv': '1', 'dd/x.csv': '1', 'x.csv': '1' };
  assert.equal(consumed('MATCH x* IN d WITH PRODUCTS FROM make', { products, links }), ['d/x.csv']);
  assert.equal(consumed('MATCH x* IN d/ WITH PRODUCTS FROM make', { products, links }), ['d/x.csv']);
  assert.equal(consumed('MATCH x* IN ? WITH PRODUCTS FROM make', { products, links }), []);
});

test('a destination prefix is put in front of what is left', () => {
  const links = { make: { products: { 'out/a': '1', a: '2' } } };
  assert.equal(consumed('MATCH * WITH PRODUCTS IN out FROM make', { products: { a: '1' }, links }), ['a']);
  assert.equal(
    consumed('MATCH * IN in WITH PRODUCTS IN out FROM make', { products: { 'in/a': '1', a: '1' }, links }),
    ['in/a'],
  );
});

test('a name that would mean another one behind the prefix is not matched', () => {
  const links = { make: { products: { '/a': '1', a: '1', 'b\\c': '1', 'b/c': '1' } } };
  assert.equal(consumed('MATCH * IN d WITH PRODUCTS FROM make', { products: { 'd//a': '1' }, links }), []);
  assert.equal(consumed('MATCH * IN d WITH PRODUCTS FROM make', { products: { 'd/b\\c': '1' }, links }), []);
});

test('digests that differ in one algorithm differ', () => {
  const both = new Map([
    [
      'a',
      new Map([
        ['sha256', '1'],
        ['sha512', '2'],
      ]),
    ],
  ]);
  const one = new Map([['a', new Map([['sha256', '1']])]]);
  const rule = parseRule(['MATCH', '*', 'WITH', 'PRODUCTS', 'FROM', 'make']);
  const item = { materials: new Map(), products: both, expectedMaterials: [], expectedProducts: [rule] };
  const take = (products: Artifacts) =>
    applyRules(item, () => ({ materials: new Map(), products })).steps[0]?.consumed;
  assert.equal(take(one), []);
  assert.equal(take(both), ['a']);
});

test('names like those of an object are ordinary names', () => {
  const products = JSON.parse('{"__proto__": "1", "constructor": "1", "toString": "1"}') as Files;
  assert.equal(consumed('CREATE *', { products }), ['__proto__', 'constructor', 'toString']);
  assert.equal(consumed('MATCH * WITH PRODUCTS FROM constructor', { products }), []);
});

test('one rule is applied to many links without being compiled again, and means the same', () => {
  const rule = parseRule(['CREATE', 'data/*']);
  for (const name of ['data/a', 'other/a', 'data/b']) {
    const item = {
      materials: new Map(),
      products: artifacts({ [name]: '1' }),
      expectedMaterials: [],
      expectedProducts: [rule],
    };
    assert.is(applyRules(item, () => undefined).steps[0]?.consumed.length, name.startsWith('data/') ? 1 : 0);
  }
});

test('a hundred thousand artifacts and twenty rules are no trouble', () => {
  const files = Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`d${at % 20}/f${at}`, '1']));
  const rules = Array.from({ length: 20 }, (_, at) => `CREATE d${at}/*`);
  assert.is(play({ products: files, expectedProducts: [...rules, 'DISALLOW *'] }).failure, undefined);
});

test('the peer consumes the same, rule by rule', () => {
  const anyName = fc.constantFrom('a', 'b', 'd/a', 'd/b', 'd/e/a', 'e/a', 'x.pt', 'd/x.pt');
  const anyFiles = fc.dictionary(anyName, fc.constantFrom('1', '2'), { maxKeys: 6 });
  const anyPattern = fc.constantFrom('*', 'a', 'd/*', '?', '*.pt', '[ab]', 'd/[!e]*');
  const anyPrefix = fc.constantFrom('', ' IN d', ' IN e', ' IN d/e', ' IN d/');
  const anyMatch = fc
    .tuple(
      anyPattern,
      anyPrefix,
      fc.constantFrom('MATERIALS', 'PRODUCTS'),
      anyPrefix,
      fc.constantFrom('y', 'z', 'none'),
    )
    .map(
      ([pattern, source, list, destination, step]) =>
        `MATCH ${pattern}${source} WITH ${list}${destination} FROM ${step}`,
    );
  const anyPlain = fc
    .tuple(fc.constantFrom('CREATE', 'DELETE', 'MODIFY', 'ALLOW', 'DISALLOW', 'REQUIRE'), anyPattern)
    .map((words) => words.join(' '));
  const anyRules = fc.array(fc.oneof(anyMatch, anyPlain), { maxLength: 5 });
  const anyLink = fc.record({ materials: anyFiles, products: anyFiles });
  const anyStory = fc.record({
    materials: anyFiles,
    products: anyFiles,
    expectedMaterials: anyRules,
    expectedProducts: anyRules,
    links: fc.record({ y: anyLink, z: anyLink }),
  });
  const stories = fc.sample(anyStory, { numRuns: 1500, seed: 9 });
  const answers = askPython<{ list: string; index: number } | null>(PEER_IMPORTS, PEER_BODY, stories);
  const ours = stories.map((story) => {
    const { failure } = play(story);
    return failure === undefined ? null : { list: failure.list, index: failure.index };
  });
  assert.equal(ours, answers);
});

const PEER_IMPORTS = `from types import SimpleNamespace as N
from in_toto.verifylib import verify_item_rules, RULE_TRACE
from in_toto.exceptions import RuleVerificationError
full = lambda files: {name: {"sha256": digit * 64} for name, digit in files.items()}
link = lambda of: N(signed=N(materials=full(of["materials"]), products=full(of["products"])))`;

const PEER_BODY = `links = {name: link(other) for name, other in value["links"].items()}
links["item"] = link(value)
answer = None
for which in ("materials", "products"):
    rules = [line.split(" ") for line in value["expected" + which.capitalize()]]
    try:
        verify_item_rules("item", which, rules, links)
    except RuleVerificationError:
        answer = {"list": which, "index": len(RULE_TRACE["trace"])}
        break`;

test.run();
