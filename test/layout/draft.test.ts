import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MlchainError } from '../../src/errors.ts';
import type { RecordedArtifacts } from '../../src/intoto/apply-rules.ts';
import { applyRules } from '../../src/intoto/apply-rules.ts';
import type { Artifacts } from '../../src/intoto/digest.ts';
import type { Layout } from '../../src/intoto/layout.ts';
import { layoutFromJson } from '../../src/intoto/layout.ts';
import { ruleText } from '../../src/intoto/rule.ts';
import { controlOf } from '../../src/layout/control.ts';
import type { DraftRequest } from '../../src/layout/draft.ts';
import { draftLayout } from '../../src/layout/draft.ts';
import type { DraftStep } from '../../src/layout/flow.ts';
import type { Functionary } from '../../src/layout/functionary.ts';
import { lintLayout } from '../../src/layout/lint.ts';
import { recordedPatterns } from '../../src/layout/recorded.ts';
import { inAYear, makeKey } from '../support/layout.ts';

const pipeline: Record<string, DraftStep> = {
  source: { materials: [], products: ['raw/', 'scripts/'] },
  prepare: {
    materials: ['raw/', 'scripts/prepare.mjs'],
    products: ['data/'],
    command: ['node', 'scripts/prepare.mjs'],
  },
  relabel: { materials: ['labels.csv', 'data/'], products: ['labels.csv'] },
  train: { materials: ['data/', 'labels.csv', 'scripts/train.mjs'], products: ['model/'] },
};

const alice = functionary('a');
const bob = functionary('b');

function functionary(digit: string): Functionary {
  return { fingerprint: digit.toUpperCase().repeat(40), keys: [makeKey(digit)] };
}

function request(steps: Record<string, DraftStep>, more: Partial<DraftRequest> = {}): DraftRequest {
  return {
    config: { steps: new Map(Object.entries(steps)), inspections: new Map() },
    functionaries: new Map(Object.keys(steps).map((name) => [name, [alice]])),
    thresholds: new Map(),
    expires: inAYear,
    id: '0123456789abcdef'.repeat(2),
    ...more,
  };
}

function draft(steps: Record<string, DraftStep>, more: Partial<DraftRequest> = {}): Layout {
  return layoutFromJson(draftLayout(request(steps, more)));
}

function rulesOf(layout: Layout, name: string): { materials: string[]; products: string[] } {
  const step = [...layout.steps, ...layout.inspections].find((candidate) => candidate.name === name);
  if (step === undefined) throw new Error(`no ${name}`);
  return { materials: step.expectedMaterials.map(ruleText), products: step.expectedProducts.map(ruleText) };
}

test('materials are matched with products, own products may be deleted, nothing else may come in', () => {
  const layout = draft(pipeline);
  assert.equal(rulesOf(layout, 'source'), {
    materials: ['DELETE raw/*', 'DELETE scripts/*', 'DISALLOW *'],
    products: ['ALLOW raw/*', 'ALLOW scripts/*', 'DISALLOW *'],
  });
  assert.equal(rulesOf(layout, 'prepare'), {
    materials: [
      'MATCH raw/* WITH PRODUCTS FROM source',
      'MATCH scripts/prepare.mjs WITH PRODUCTS FROM source',
      'DELETE data/*',
      'DISALLOW *',
    ],
    products: ['ALLOW data/*', 'DISALLOW *'],
  });
});

test('what is both material and product is allowed as it was, and no second rule deletes it', () => {
  assert.equal(rulesOf(draft(pipeline), 'relabel'), {
    materials: ['MATCH data/* WITH PRODUCTS FROM prepare', 'ALLOW labels.csv', 'DISALLOW *'],
    products: ['ALLOW labels.csv', 'DISALLOW *'],
  });
});

test('what no step makes is allowed, since it can be matched with nothing', () => {
  const layout = draft({ train: { materials: ['data/', 'vendor/'], products: ['model/'] } });
  assert.equal(rulesOf(layout, 'train').materials, [
    'ALLOW data/*',
    'ALLOW vendor/*',
    'DELETE model/*',
    'DISALLOW *',
  ]);
});

test('command, threshold, keys, expiry and identity are as asked; no key has a validity period', () => {
  const layout = draft(pipeline, {
    functionaries: new Map(Object.keys(pipeline).map((name) => [name, [alice, bob]])),
    thresholds: new Map([['train', 2]]),
  });
  const [, prepare] = layout.steps;
  assert.equal(prepare?.expectedCommand, ['node', 'scripts/prepare.mjs']);
  assert.equal(prepare?.pubkeys, ['a'.repeat(40), 'b'.repeat(40)]);
  assert.equal(
    layout.steps.map(({ threshold }) => threshold),
    [1, 1, 1, 2],
  );
  assert.is(layout.json.get('expires'), '2027-11-22T00:00:00Z');
  assert.is(layout.readme, `mlchain-id: ${'0123456789abcdef'.repeat(2)}`);
  assert.equal([...layout.keys.keys()], ['a'.repeat(40), 'b'.repeat(40)]);
});

test('a key listed apart from its primary is authorised too, and is no second person', () => {
  const mixed: Functionary = { fingerprint: 'C'.repeat(40), keys: [makeKey('c'), makeKey('d')] };
  const step = { prepare: { materials: [], products: ['data/'] } };
  const layout = draft(step, { functionaries: new Map([['prepare', [mixed]]]) });
  assert.equal(layout.steps[0]?.pubkeys, ['c'.repeat(40), 'd'.repeat(40)]);
  assert.throws(
    () =>
      draft(step, { functionaries: new Map([['prepare', [mixed]]]), thresholds: new Map([['prepare', 2]]) }),
    /expected 2 functionaries for its threshold, found 1/,
  );
});

test('a step without a functionary is a usage error that names it', () => {
  assert.throws(
    () => draft(pipeline, { functionaries: new Map([['source', [alice]]]) }),
    (error: unknown) =>
      error instanceof MlchainError &&
      error.code === 'usage' &&
      error.message === "nobody may sign 'prepare', 'relabel', 'train'" &&
      (error.hint ?? '').includes('--functionary prepare='),
  );
});

test('a functionary or a threshold for a step that is not there is refused', () => {
  const functionaries = new Map([['tarin', [alice]], ...request(pipeline).functionaries]);
  assert.throws(() => draft(pipeline, { functionaries }), /no step is named 'tarin'/);
  assert.throws(() => draft(pipeline, { thresholds: new Map([['x', 2]]) }), /no step is named 'x'/);
});

test('without steps there is nothing to draft', () => {
  assert.throws(() => draft({}), /no steps/);
});

test('an inspection may find what steps make only as they signed it, and leaves the rest alone', () => {
  const { steps } = request(pipeline).config;
  const inspections = new Map([['rebuild', { command: ['node', 'scripts/prepare.mjs'] }]]);
  const layout = draft(pipeline, { config: { steps, inspections } });
  const rules = [
    'MATCH raw/* WITH PRODUCTS FROM source',
    'MATCH scripts/* WITH PRODUCTS FROM source',
    'MATCH data/* WITH PRODUCTS FROM prepare',
    'MATCH labels.csv WITH PRODUCTS FROM relabel',
    'MATCH model/* WITH PRODUCTS FROM train',
    'DISALLOW raw/*',
    'DISALLOW scripts/*',
    'DISALLOW data/*',
    'DISALLOW labels.csv',
    'DISALLOW model/*',
  ];
  assert.equal(rulesOf(layout, 'rebuild'), { materials: rules, products: rules });
  assert.equal(layout.inspections[0]?.run, ['node', 'scripts/prepare.mjs']);
});

test('each step controls its products, and records its materials from the layout alone', () => {
  const layout = draft(pipeline);
  const control = controlOf(layout);
  const stepOf = (path: string) => control.stepsOf(path).map(({ step }) => step.name);
  assert.equal(stepOf('data/train.csv'), ['prepare']);
  assert.equal(stepOf('scripts/train.mjs'), ['source']);
  assert.equal(stepOf('labels.csv'), ['relabel']);
  assert.equal(stepOf('README.md'), []);
  const [, prepare] = layout.steps;
  if (prepare === undefined) throw new Error('no prepare');
  assert.equal(recordedPatterns(prepare), {
    materials: ['raw/*', 'scripts/prepare.mjs'],
    products: ['data/*'],
  });
});

test('a draft has no errors and nothing doubtful that its configuration did not ask for', () => {
  const tracked = [
    'raw/d.csv',
    'scripts/prepare.mjs',
    'scripts/train.mjs',
    'data/a',
    'labels.csv',
    'model/m',
  ];
  const problems = lintLayout({
    layout: draft(pipeline),
    now: Date.UTC(2026, 10, 22),
    holders: new Map(),
    tracked,
  });
  assert.equal(problems, []);
});

/** Links as the recorder makes them (`product.md` §4), judged by the drafted rules. */
type Files = Record<string, string>;

const made: ReadonlyMap<string, RecordedArtifacts> = new Map([
  ['source', { materials: listing({}), products: listing({ 'raw/d.csv': '1', 'scripts/prepare.mjs': '2' }) }],
  ['prepare', { materials: listing({}), products: listing({ 'data/a': '5', 'data/b': '6' }) }],
]);

function listing(files: Files): Artifacts {
  return new Map(
    Object.entries(files).map(([path, digit]) => [path, new Map([['sha256', digit.repeat(64)]])]),
  );
}

function failureOf(name: string, materials: Files, products: Files): string | undefined {
  const step = draft(pipeline).steps.find((candidate) => candidate.name === name);
  if (step === undefined) throw new Error(`no ${name}`);
  const item = { ...step, materials: listing(materials), products: listing(products) };
  const { failure } = applyRules(item, (other) => made.get(other));
  return failure && `${failure.list}: ${ruleText(failure.rule)}: ${failure.artifacts.join(' ')}`;
}

const taken: Files = { 'raw/d.csv': '1', 'scripts/prepare.mjs': '2' };

test('the first link of a step passes', () => {
  assert.is(failureOf('prepare', taken, { 'data/a': '5', 'data/b': '6' }), undefined);
  assert.is(failureOf('source', {}, { 'raw/d.csv': '1' }), undefined);
});

test('a link that names unchanged products, which are no materials, passes', () => {
  assert.is(failureOf('prepare', taken, { 'data/a': '5', 'data/b': '6', 'data/new': '7' }), undefined);
});

test('a link of a commit that deletes a product passes', () => {
  assert.is(failureOf('prepare', { ...taken, 'data/gone': '9' }, { 'data/a': '5' }), undefined);
});

test('a step that reworks a file passes, whether it changed it or not, made it or deleted it', () => {
  const data: Files = { 'data/a': '5' };
  assert.is(failureOf('relabel', { ...data, 'labels.csv': '3' }, { 'labels.csv': '4' }), undefined);
  assert.is(failureOf('relabel', { ...data, 'labels.csv': '3' }, { 'labels.csv': '3' }), undefined);
  assert.is(failureOf('relabel', data, { 'labels.csv': '3' }), undefined);
  assert.is(failureOf('relabel', { ...data, 'labels.csv': '3' }, {}), undefined);
});

test('work on other material than was signed for is refused', () => {
  assert.is(
    failureOf('prepare', { ...taken, 'raw/d.csv': '8' }, { 'data/a': '5' }),
    'materials: DISALLOW *: raw/d.csv',
  );
  assert.is(
    failureOf('relabel', { 'data/a': '5', 'data/b': '0' }, { 'labels.csv': '4' }),
    'materials: DISALLOW *: data/b',
  );
});

test('a material that nobody expects and a product of another step are refused', () => {
  assert.is(
    failureOf('prepare', { ...taken, 'scripts/evil.mjs': '8' }, { 'data/a': '5' }),
    'materials: DISALLOW *: scripts/evil.mjs',
  );
  assert.is(failureOf('prepare', taken, { 'data/a': '5', 'model/m': '1' }), 'products: DISALLOW *: model/m');
});

test.run();
