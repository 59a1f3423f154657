import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeEnvelope } from '../../src/intoto/envelope.ts';
import type { Json, JsonObject } from '../../src/intoto/json.ts';
import { jsonObject } from '../../src/intoto/json.ts';
import { makeLayoutJson } from '../support/layout.ts';
import { honestStory, makePeople, pipeline } from '../support/pipeline.ts';
import { makeSignatory, type Signatory, START, summary, World } from '../support/world.ts';

const people = await makePeople();
const { olivia, alice, bob, mallory } = people;
const DAY = 24 * 3600;
const found = (world: World) => summary(world.judge().findings);

/** One commit with a layout and a dataset that Alice signed. */
function withLayout(make: (world: World) => string, world = new World(olivia, Object.values(people))): World {
  const commit = world.commit({ layout: make(world), files: { 'data/train.csv': '1' } });
  world.link({ step: 'prepare', commit, by: alice, products: ['data/train.csv'] });
  return world;
}

const UNCOVERED = 'violation uncovered data/train.csv';
const layoutFinding = (code: string) => `violation ${code} .mlchain/root.layout`;

/** The first step of the pipeline with some fields exchanged, as no honest tool would write it. */
function withStep(fields: Readonly<Record<string, Json>>): JsonObject {
  const json = makeLayoutJson(pipeline(people));
  const [first, ...others] = json.get('steps') as readonly JsonObject[];
  const step = jsonObject([...(first ?? []), ...Object.entries(fields)]);
  return jsonObject([...json, ['steps', [step, ...others]]]);
}

/** A layout that each owner signed at another time. */
function mixedAges(
  world: World,
  signed: JsonObject,
  ...by: readonly (readonly [Signatory, number])[]
): string {
  const { signedBytes } = makeEnvelope(signed, []);
  const signatures = by.map(([owner, created]) => owner.sign(signedBytes, created));
  world.layouts.set('mixed', { blob: 'mixed', envelope: makeEnvelope(signed, signatures) });
  return 'mixed';
}

test('a layout that a pinned owner signed is in force', () => {
  assert.equal(found(withLayout((world) => world.layout(pipeline(people)))), []);
});

test('a layout that somebody unpinned signed is untrusted, and nobody is authorised by it', () => {
  const world = withLayout((made) => made.layout(pipeline(people), [mallory]));
  assert.equal(found(world), [layoutFinding('layout-untrusted')]);
  assert.is(world.judge().commits.get(world.commits[0]?.id ?? '')?.links.length, 0);
});

test('a layout edited after it was signed has a bad signature', () => {
  const world = withLayout((made) => {
    const good = made.layouts.get(made.layout(pipeline(people)));
    const edited = makeLayoutJson(pipeline(people, { readme: 'edited' }));
    if (good?.envelope === undefined) throw new Error('no layout');
    made.layouts.set('edited', { blob: 'edited', envelope: makeEnvelope(edited, good.envelope.signatures) });
    return 'edited';
  });
  assert.equal(found(world), [layoutFinding('layout-bad-signature')]);
});

test('a layout that cannot be read is invalid', () => {
  const world = withLayout((made) => {
    made.layouts.set('broken', { blob: 'broken', envelope: undefined, problem: 'expected JSON' });
    return 'broken';
  });
  assert.equal(found(world), [layoutFinding('layout-invalid')]);
});

for (const [what, threshold] of [
  ['zero', 0],
  ['negative', -1],
  ['boolean', true],
] as const) {
  test(`a layout with a ${what} threshold is invalid, even signed by the owner`, () => {
    const world = withLayout((made) => made.layoutJson(withStep({ threshold })));
    assert.equal(found(world), [layoutFinding('layout-invalid')]);
  });
}

test('a layout that authorises a key it does not know is invalid', () => {
  const world = withLayout((made) => made.layoutJson(withStep({ pubkeys: ['f'.repeat(40)] })));
  assert.equal(found(world), [layoutFinding('layout-invalid')]);
});

test('a layout with a malformed rule is invalid', () => {
  const world = withLayout((made) => made.layoutJson(withStep({ expected_products: [['PERMIT', '*']] })));
  assert.equal(found(world), [layoutFinding('layout-invalid')]);
});

test('a layout with two steps of one name is invalid', () => {
  const json = makeLayoutJson(pipeline(people));
  const steps = json.get('steps') as readonly JsonObject[];
  const doubled = jsonObject([...json, ['steps', [...steps, ...steps.slice(0, 1)]]]);
  assert.equal(found(withLayout((made) => made.layoutJson(doubled))), [layoutFinding('layout-invalid')]);
});

test('a layout whose steps match each other in a circle is invalid', () => {
  const { steps, ...rest } = pipeline(people);
  const circle = {
    ...steps,
    prepare: { ...steps.prepare, materials: ['MATCH model/* WITH PRODUCTS FROM train'] },
  };
  assert.equal(found(withLayout((made) => made.layout({ ...rest, steps: circle }))), [
    layoutFinding('layout-invalid'),
  ]);
});

test('an older layout put back is a rollback, and the newer one before it is none', () => {
  const world = new World(olivia, Object.values(people));
  const older = world.layout(pipeline(people), [olivia], START);
  const newer = world.layout(pipeline(people), [olivia], START + DAY);
  world.commit({ layout: older });
  world.commit({ layout: newer });
  assert.equal(found(world), []);
  world.commit({ layout: older });
  assert.equal(found(world), [layoutFinding('layout-rollback')]);
});

test('another layout of the same age is a rollback', () => {
  const world = new World(olivia, Object.values(people));
  world.commit({ layout: world.layout(pipeline(people), [olivia], START) });
  world.commit({
    layout: world.layout(pipeline(people, { expires: Date.UTC(2028, 1, 1) }), [olivia], START),
  });
  assert.equal(found(world), [layoutFinding('layout-rollback')]);
});

test('the same layout in other bytes is no other layout', () => {
  const world = new World(olivia, Object.values(people));
  const layout = world.layout(pipeline(people), [olivia], START);
  world.commit({ layout });
  const { envelope } = world.layouts.get(layout) ?? {};
  if (envelope === undefined) throw new Error('no layout');
  world.layouts.set('re-indented', { blob: 're-indented', envelope });
  world.commit({ layout: 're-indented' });
  assert.equal(found(world), []);
});

test('with two owners the age is that of the second newest signature: one alone cannot make a layout new', async () => {
  const second = await makeSignatory('oscar');
  const world = new World(olivia, [...Object.values(people), second]);
  world.trust = { ...world.trust, owners: [olivia.fingerprint, second.fingerprint], threshold: 2 };
  const both = world.layout(pipeline(people), [olivia, second], START + DAY);
  world.commit({ layout: both });
  assert.equal(found(world), []);
  const old = makeLayoutJson(pipeline(people, { readme: `mlchain-id: ${'0'.repeat(32)}\nold` }));
  world.commit({ layout: mixedAges(world, old, [olivia, START + 2 * DAY], [second, START]) });
  assert.equal(found(world), [layoutFinding('layout-rollback')]);
});

test('a signature dated far in the future does not count', () => {
  const world = new World(olivia, Object.values(people));
  world.commit({ layout: world.layout(pipeline(people), [olivia], Date.UTC(2099, 0, 1) / 1000) });
  assert.equal(found(world), [layoutFinding('layout-untrusted')]);
});

test('one of two owners is not the threshold, and one owner twice is one', async () => {
  const second = await makeSignatory('oscar');
  const world = new World(olivia, [...Object.values(people), second]);
  world.trust = { ...world.trust, owners: [olivia.fingerprint, second.fingerprint], threshold: 2 };
  world.commit({ layout: world.layout(pipeline(people), [olivia, olivia]) });
  assert.equal(found(world), [layoutFinding('layout-untrusted')]);
});

test('another repository’s layout by the same owner is untrusted, pinned id or not', () => {
  const other = pipeline(people, { readme: `mlchain-id: ${'1'.repeat(32)}` });
  const pinned = new World(olivia, Object.values(people));
  pinned.trust = { ...pinned.trust, id: '0'.repeat(32) };
  pinned.commit({ layout: pinned.layout(other) });
  assert.equal(found(pinned), [layoutFinding('layout-untrusted')]);
  const changed = new World(olivia, Object.values(people));
  changed.commit({ layout: changed.layout(pipeline(people)) });
  changed.commit({ layout: changed.layout(other) });
  assert.equal(found(changed), [layoutFinding('layout-untrusted')]);
});

test('a layout that is gone leaves its control behind, and the finding stands once', () => {
  const { world } = honestStory(people);
  world.commit({ layout: null });
  world.commit({ files: { 'data/train.csv': 'poison' } });
  assert.equal(found(world), [UNCOVERED, layoutFinding('layout-missing')].sort());
});

test('a layout that was gone for a while is a warning once it is back', () => {
  const { world, layout } = honestStory(people);
  world.commit({ layout: null });
  world.commit({ layout });
  assert.equal(found(world), ['warning layout-missing .mlchain/root.layout']);
});

test('a layout added over files that were there makes them added: somebody has to vouch for them', () => {
  const world = new World(olivia, Object.values(people));
  world.commit({ files: { 'data/train.csv': 'poison' } });
  const adopted = world.commit({ layout: world.layout(pipeline(people)) });
  assert.equal(found(world), [UNCOVERED]);
  world.endorse(adopted, ['data/train.csv'], olivia);
  assert.equal(found(world), []);
});

test('a layout widened over files that were there makes them added', () => {
  const world = new World(olivia, Object.values(people));
  const { steps, ...rest } = pipeline(people);
  const narrow = { ...steps, prepare: { ...steps.prepare, products: ['ALLOW data/test.csv', 'DISALLOW *'] } };
  world.commit({ layout: world.layout({ ...rest, steps: narrow }), files: { 'data/train.csv': 'poison' } });
  assert.equal(found(world), []);
  world.commit({ layout: world.layout(pipeline(people)) });
  assert.equal(found(world), [UNCOVERED]);
});

test('a link signed after the layout had expired does not count', () => {
  const world = new World(olivia, Object.values(people));
  const commit = world.commit({
    layout: world.layout(pipeline(people, { expires: (START + DAY) * 1000 })),
    files: { 'data/train.csv': '1' },
  });
  const link = { step: 'prepare', commit, by: alice, products: ['data/train.csv'] } as const;
  world.link({ ...link, created: START + 2 * DAY });
  assert.equal(found(world), [UNCOVERED, 'warning layout-expired']);
  world.link({ ...link, created: START + DAY - 1 });
  assert.equal(found(world), ['warning layout-expired']);
});

test('a functionary who was removed cannot work on under an older branch that is then merged', () => {
  const { world, layout, tested } = honestStory(people);
  const { steps, ...rest } = pipeline(people);
  const without = world.layout({
    ...rest,
    steps: { ...steps, prepare: { ...steps.prepare, pubkeys: [bob.keyid] } },
  });
  const renewed = world.commit({ layout: without });
  const old = world.commit({ parents: [tested], layout, files: { 'data/train.csv': 'late' } });
  world.link({ step: 'prepare', commit: old, by: alice, products: ['data/train.csv'] });
  assert.equal(found(world), []);
  world.commit({ parents: [renewed, old], files: { 'data/train.csv': 'late' }, layout: without });
  assert.equal(found(world), [UNCOVERED, 'warning unauthorised']);
});

test('not even where the newer layout was picked onto that branch before', () => {
  const { world, layout, tested } = honestStory(people);
  const { steps, ...rest } = pipeline(people);
  const without = world.layout({
    ...rest,
    steps: { ...steps, prepare: { ...steps.prepare, pubkeys: [bob.keyid] } },
  });
  const renewed = world.commit({ layout: without });
  const old = world.commit({ parents: [tested], layout, files: { 'data/train.csv': 'late' } });
  world.link({ step: 'prepare', commit: old, by: alice, products: ['data/train.csv'] });
  const picked = world.commit({ parents: [old], layout: without });
  world.commit({ parents: [renewed, picked], files: { 'data/train.csv': 'late' }, layout: without });
  assert.equal(found(world), [UNCOVERED, 'warning unauthorised']);
});

test('what a removed functionary did before the removal stays good', () => {
  const { world } = honestStory(people);
  const { steps, ...rest } = pipeline(people);
  world.commit({
    layout: world.layout({
      ...rest,
      steps: { ...steps, prepare: { ...steps.prepare, pubkeys: [bob.keyid] } },
    }),
  });
  assert.equal(found(world), []);
});

test.run();
