import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { honestStory, makePeople, pipeline } from '../support/pipeline.ts';
import { summary, type World, World as Worlds } from '../support/world.ts';

const people = await makePeople();
const { olivia, alice, bob, carl } = people;
const story = () => honestStory(people);
const states = (world: World) => world.release().steps.map(({ step, state }) => `${step} ${state}`);

test('a chain of which every step was done on what the one before produced holds together', () => {
  const { world } = story();
  assert.equal(states(world), ['prepare verified', 'train verified', 'test verified']);
  assert.equal(world.release().findings, []);
});

test('a step nobody did is missing', () => {
  const world = new Worlds(olivia, Object.values(people));
  const commit = world.commit({ layout: world.layout(pipeline(people)), files: { 'data/train.csv': '1' } });
  world.link({ step: 'prepare', commit, by: alice, products: ['data/train.csv'] });
  assert.equal(states(world), ['prepare verified', 'train missing', 'test missing']);
  assert.equal(summary(world.release().findings), ['violation link-missing', 'violation link-missing']);
});

test('a model that was not trained again after new data is stale, naming the data and who changed it', () => {
  const { world } = story();
  const commit = world.commit({ files: { 'data/train.csv': 'new' }, author: 'Alice <alice@example.org>' });
  world.link({ step: 'prepare', commit, by: alice, products: ['data/train.csv'] });
  assert.equal(summary(world.judge().findings), []);
  assert.equal(states(world), ['prepare verified', 'train stale', 'test verified']);
  const [stale] = world.release().findings;
  assert.is(stale?.path, 'data/train.csv');
  assert.is(stale?.commit, commit);
  assert.is(stale?.author, 'Alice <alice@example.org>');
});

test('training again mends it', () => {
  const { world } = story();
  const data = world.commit({ files: { 'data/train.csv': 'new' } });
  world.link({ step: 'prepare', commit: data, by: alice, products: ['data/train.csv'] });
  const model = world.commit({ files: { 'model/m.bin': 'new weights' } });
  world.link({
    step: 'train',
    commit: model,
    by: bob,
    materials: ['data/train.csv'],
    products: ['model/m.bin'],
  });
  const metrics = world.commit({ files: { 'metrics/m.json': '0.96' } });
  world.link({
    step: 'test',
    commit: metrics,
    by: carl,
    materials: ['model/m.bin'],
    products: ['metrics/m.json'],
  });
  assert.equal(world.release().findings, []);
});

test('a product changed past its step has diverged, and what was made from it is stale', () => {
  const { world } = story();
  world.commit({ files: { 'model/m.bin': 'tampered' } });
  assert.equal(states(world), ['prepare verified', 'train diverged', 'test stale']);
});

test('content decides: a restored dataset finds its own link again', () => {
  const { world } = story();
  const data = world.commit({ files: { 'data/train.csv': 'new' } });
  world.link({ step: 'prepare', commit: data, by: alice, products: ['data/train.csv'] });
  const restored = world.commit({ files: { 'data/train.csv': '1,2' } });
  world.endorse(restored, ['data/train.csv'], olivia);
  assert.equal(summary(world.judge().findings), []);
  assert.equal(world.release().findings, []);
});

test('an expired layout releases nothing, though its history holds', () => {
  const { world } = story();
  world.now = Date.UTC(2040, 0, 1) / 1000;
  assert.equal(summary(world.judge().findings), []);
  assert.equal(summary(world.release().findings), ['violation layout-expired .mlchain/root.layout']);
});

test('release goes by the layout at REV alone: the link of a functionary who was removed no longer releases', () => {
  const { world } = story();
  const { steps, ...rest } = pipeline(people);
  world.commit({
    layout: world.layout({ ...rest, steps: { ...steps, train: { ...steps.train, pubkeys: [carl.keyid] } } }),
  });
  assert.equal(summary(world.judge().findings), []);
  assert.equal(states(world), ['prepare verified', 'train threshold', 'test verified']);
});

/** Two people have to prepare; the dataset is there, and Alice signed it. */
function twoPrepare() {
  const world = new Worlds(olivia, Object.values(people));
  const { steps, ...rest } = pipeline(people);
  const prepare = { ...steps.prepare, pubkeys: [alice.keyid, bob.keyid], threshold: 2 };
  const layout = world.layout({ ...rest, steps: { prepare } });
  const commit = world.commit({ layout, files: { 'data/train.csv': '1' } });
  const link = { step: 'prepare', commit, products: ['data/train.csv'] } as const;
  world.link({ ...link, by: alice });
  return { world, link };
}

test('a threshold of two is met by two people who agree', () => {
  const { world, link } = twoPrepare();
  assert.equal(summary(world.judge().findings), []);
  assert.equal(summary(world.release().findings), ['violation threshold-unmet']);
  world.link({ ...link, by: bob });
  assert.equal(world.release().findings, []);
  assert.is(world.release().steps[0]?.signers.length, 2);
});

test('and not by one person twice', () => {
  const { world, link } = twoPrepare();
  world.link({ ...link, by: alice, created: world.time() + 5 });
  assert.equal(summary(world.release().findings), ['violation threshold-unmet']);
});

test('nor by two who do not agree', () => {
  const { world, link } = twoPrepare();
  const materials = new Map([['data/other', new Map([['sha256', '0'.repeat(64)]])]]);
  world.link({ ...link, by: bob, materials });
  assert.equal(summary(world.release().findings), ['violation threshold-unmet', 'warning links-disagree']);
});

test('the co-signature may come at a later commit, while the content is the same', () => {
  const { world } = twoPrepare();
  const later = world.commit({ files: { 'README.md': 'x' } });
  world.link({ step: 'prepare', commit: later, by: bob, products: ['data/train.csv'] });
  assert.equal(world.release().findings, []);
});

test('a signer’s newest link at a commit stands: what was taken back does not co-sign', () => {
  const { world, link } = twoPrepare();
  world.link({ ...link, by: bob });
  const materials = new Map([['data/other', new Map([['sha256', '0'.repeat(64)]])]]);
  world.link({ ...link, by: bob, materials, created: world.time() + 60 });
  assert.ok(summary(world.release().findings).includes('violation threshold-unmet'));
});

test.run();
