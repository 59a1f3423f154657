import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { honestStory, makePeople } from '../support/pipeline.ts';
import { summary, type World } from '../support/world.ts';

const people = await makePeople();
const { alice } = people;
const story = () => honestStory(people);
const found = (world: World) => summary(world.judge().findings);
const NEW = { 'data/train.csv': 'second' } as const;

/** Alice's second dataset on a branch of its own, and main moved on: ready to be rebased or picked. */
function sideBranch() {
  const told = story();
  const side = told.world.commit({ parents: [told.tested], files: NEW });
  told.world.link({ step: 'prepare', commit: side, by: alice, products: ['data/train.csv'] });
  const main = told.world.commit({ parents: [told.tested], files: { 'README.md': 'meanwhile' } });
  return { ...told, side, main };
}

/** Alice's second dataset and back again; and, on a fork from the start, the same second dataset once more. */
function thereAndBack() {
  const told = story();
  const { world, tested } = told;
  const prepared = (commit: string) =>
    world.link({ step: 'prepare', commit, by: alice, products: ['data/train.csv'] });
  const first = world.commit({ parents: [tested], files: NEW });
  prepared(first);
  const back = world.commit({ parents: [first], files: { 'data/train.csv': '1,2' } });
  prepared(back);
  prepared(world.commit({ parents: [tested], files: NEW }));
  return { ...told, prepared, back };
}

test('a link covers the commit that did exactly the same elsewhere', () => {
  const { world, main } = sideBranch();
  const rebased = world.commit({ parents: [main], files: NEW });
  const { findings, commits } = world.judge();
  assert.equal(summary(findings), []);
  assert.is(commits.get(rebased)?.links[0]?.counting?.carried, true);
});

test('the commit that it was made for need not be here any more', () => {
  const { world, main, side } = sideBranch();
  world.commit({ parents: [main], files: NEW });
  world.commits.splice(
    world.commits.findIndex(({ id }) => id === side),
    1,
  );
  assert.equal(found(world), []);
});

test('--strict refuses carried links', () => {
  const { world, main } = sideBranch();
  world.commit({ parents: [main], files: NEW });
  world.trust = { ...world.trust, strict: true };
  assert.equal(found(world), ['violation uncovered data/train.csv', 'warning wrong-commit']);
});

test('a link does not cover a commit that did something else', () => {
  const { world, main } = sideBranch();
  world.commit({ parents: [main], files: { 'data/train.csv': 'third' } });
  assert.equal(found(world), ['violation uncovered data/train.csv']);
});

test('nor one that did only a part of it', () => {
  const { world, tested } = story();
  const side = world.commit({ parents: [tested], files: { 'data/a.csv': '1', 'data/b.csv': '2' } });
  world.link({
    step: 'prepare',
    commit: side,
    by: alice,
    products: ['data/train.csv', 'data/a.csv', 'data/b.csv'],
  });
  const main = world.commit({ parents: [tested], files: { 'README.md': 'x' } });
  world.commit({ parents: [main], files: { 'data/a.csv': '1' } });
  assert.equal(found(world), ['violation uncovered data/a.csv']);
});

test('nor one that started from another content', () => {
  const { world, tested } = story();
  const side = world.commit({ parents: [tested], files: NEW });
  world.link({ step: 'prepare', commit: side, by: alice, products: ['data/train.csv'] });
  const main = world.commit({ parents: [tested], files: { 'data/train.csv': 'other' } });
  world.link({ step: 'prepare', commit: main, by: alice, products: ['data/train.csv'] });
  world.commit({ parents: [main], files: NEW });
  assert.equal(found(world), ['violation uncovered data/train.csv']);
});

test('bringing an old dataset back needs a fresh link', () => {
  const { world, alice: signer } = story();
  const second = world.commit({ files: NEW });
  world.link({ step: 'prepare', commit: second, by: signer, products: ['data/train.csv'] });
  const rolledBack = world.commit({ files: { 'data/train.csv': '1,2' } });
  world.link({ step: 'prepare', commit: rolledBack, by: signer, products: ['data/train.csv'] });
  assert.equal(found(world), []);
  // The same change again: its link is bound in this very history, so it is not even carried.
  world.commit({ files: NEW });
  assert.equal(found(world), ['violation uncovered data/train.csv']);
});

test('a link from a branch that is not in this history cannot bring back what was held here', () => {
  const { world, back } = thereAndBack();
  const replayed = world.commit({ parents: [back], files: NEW });
  const findings = world.judge().findings.filter(({ commit }) => commit === replayed);
  assert.equal(summary(findings), ['violation uncovered data/train.csv', 'warning replay data/train.csv']);
});

test('a deletion is carried where nothing was deleted before, and replayed where an ancestor did it', () => {
  const { world, tested } = story();
  const side = world.commit({ parents: [tested], files: { 'data/train.csv': undefined } });
  const materials = new Map([['data/train.csv', new Map([['sha256', digestAt(world, tested)]])]]);
  world.link({ step: 'prepare', commit: side, by: alice, materials });
  const main = world.commit({ parents: [tested], files: { 'README.md': 'x' } });
  world.commit({ parents: [main], files: { 'data/train.csv': undefined } });
  assert.equal(found(world), []);
});

test('a rebased merge says no word of replay: nothing there needs a link', () => {
  const { world, main } = sideBranch();
  const rebased = world.commit({ parents: [main], files: NEW });
  const merge = world.commit({ parents: [main, rebased], files: NEW });
  const { findings, commits } = world.judge();
  assert.equal(summary(findings), []);
  assert.is(commits.get(merge)?.changed.size, 0);
});

test('nor is one said where a fresh link brings the content back, as it should', () => {
  const { world, prepared, back } = thereAndBack();
  prepared(world.commit({ parents: [back], files: NEW }));
  assert.equal(found(world), []);
});

function digestAt(world: World, commit: string): string {
  return (
    world.commits.find(({ id }) => id === commit)?.listing?.get('data/train.csv')?.artifact?.digest ?? ''
  );
}

test.run();
