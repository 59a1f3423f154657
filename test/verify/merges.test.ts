import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { honestStory, makePeople, pipeline } from '../support/pipeline.ts';
import { summary, type World, World as Worlds } from '../support/world.ts';

const people = await makePeople();
const { olivia, alice } = people;
const story = () => honestStory(people);
const found = (world: World) => summary(world.judge().findings);
const UNCOVERED = 'violation uncovered data/train.csv';

test('a clean merge of two honest branches needs no link', () => {
  const { world, tested } = story();
  const ours = world.commit({ parents: [tested], files: { 'data/train.csv': 'better' } });
  world.link({ step: 'prepare', commit: ours, by: alice, products: ['data/train.csv'] });
  const theirs = world.commit({ parents: [tested], files: { 'README.md': 'docs' } });
  world.commit({ parents: [theirs, ours], files: { 'README.md': 'docs', 'data/train.csv': 'better' } });
  assert.equal(found(world), []);
});

test('an evil merge, with content that neither parent has, is uncovered', () => {
  const { world, tested } = story();
  const ours = world.commit({ parents: [tested], files: { 'README.md': 'a' } });
  const theirs = world.commit({ parents: [tested], files: { 'docs.md': 'b' } });
  world.commit({ parents: [ours, theirs], files: { 'docs.md': 'b', 'data/train.csv': 'poison' } });
  assert.equal(found(world), [UNCOVERED]);
});

test('a conflict that was resolved by hand and signed is good', () => {
  const { world, tested } = story();
  const ours = world.commit({ parents: [tested], files: { 'data/train.csv': 'a' } });
  world.link({ step: 'prepare', commit: ours, by: alice, products: ['data/train.csv'] });
  const theirs = world.commit({ parents: [tested], files: { 'data/train.csv': 'b' } });
  world.link({ step: 'prepare', commit: theirs, by: alice, products: ['data/train.csv'] });
  const merge = world.commit({ parents: [ours, theirs], files: { 'data/train.csv': 'a and b' } });
  assert.equal(found(world), [UNCOVERED]);
  world.link({ step: 'prepare', commit: merge, by: alice, products: ['data/train.csv'] });
  assert.equal(found(world), []);
});

test('merge -s ours that throws the other side’s new dataset away is uncovered', () => {
  const { world, tested } = story();
  const theirs = world.commit({ parents: [tested], files: { 'data/train.csv': 'cleaned' } });
  world.link({ step: 'prepare', commit: theirs, by: alice, products: ['data/train.csv'] });
  const ours = world.commit({ parents: [tested], files: { 'README.md': 'x' } });
  world.commit({ parents: [ours, theirs] });
  assert.equal(found(world), [UNCOVERED]);
});

test('a merge with an ancestor whose old file wins is uncovered', () => {
  const { world, prepared, tested } = story();
  const newer = world.commit({ parents: [tested], files: { 'data/train.csv': 'cleaned' } });
  world.link({ step: 'prepare', commit: newer, by: alice, products: ['data/train.csv'] });
  world.commit({ parents: [newer, prepared], files: { 'data/train.csv': '1,2' } });
  assert.equal(found(world), [UNCOVERED]);
});

test('a fork from before the layout cannot bring controlled files in by a merge', () => {
  const world = new Worlds(olivia, Object.values(people));
  const root = world.commit({ files: { 'data/train.csv': '1' } });
  const adopted = world.commit({ parents: [root], layout: world.layout(pipeline(people)) });
  world.endorse(adopted, ['data/train.csv'], olivia);
  const fork = world.commit({ parents: [root], files: { 'data/train.csv': 'poison' } });
  world.commit({ parents: [adopted, fork], files: { 'data/train.csv': 'poison' } });
  assert.equal(found(world), [UNCOVERED]);
});

test('an orphan with poison, the layout added on top, is uncovered', () => {
  const { world, layout, tested } = story();
  const orphan = world.commit({ parents: [], files: { 'data/train.csv': 'poison' } });
  const dressed = world.commit({ parents: [orphan], layout });
  assert.equal(found(world), [UNCOVERED], tested);
  world.commit({ parents: [tested, dressed], files: { 'data/train.csv': 'poison' } });
  assert.equal(found(world), [UNCOVERED, UNCOVERED]);
});

test('a merge of a poisoned side branch does not make it good', () => {
  const { world, tested } = story();
  const poisoned = world.commit({ parents: [tested], files: { 'data/train.csv': 'poison' } });
  const main = world.commit({ parents: [tested], files: { 'README.md': 'x' } });
  world.commit({ parents: [main, poisoned], files: { 'data/train.csv': 'poison' } });
  assert.equal(found(world), [UNCOVERED]);
});

test.run();
