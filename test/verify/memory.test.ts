import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { linkToJson } from '../../src/intoto/link.ts';
import { judgeHistory } from '../../src/verify/history.ts';
import type { Memory } from '../../src/verify/memory.ts';
import { judgeRelease } from '../../src/verify/release.ts';
import { remember } from '../../src/verify/remember.ts';
import { honestStory, makePeople, pipeline } from '../support/pipeline.ts';
import { factsUpTo, judgeOnTop } from '../support/remembered.ts';
import type { World } from '../support/world.ts';

const people = await makePeople();
const { alice, bob, carl } = people;

const memoryOf = (world: World, tip: string) => {
  const facts = factsUpTo(world, tip, world.evidence);
  return remember(judgeHistory(facts), facts);
};
const signersAt = (history: ReturnType<typeof judgeHistory>, revision: string, step: string, now: number) =>
  judgeRelease({ history, revision, only: undefined, now }).steps.find((each) => each.step === step)?.signers;

/** Bob and Carl both have to train. */
function twoTrainers() {
  const story = honestStory(people);
  const { steps, ...rest } = pipeline(people);
  const train = { ...steps.train, pubkeys: [bob.keyid, carl.keyid], threshold: 2 };
  const layout = story.world.layout({ ...rest, steps: { ...steps, train } });
  const start = story.world.commit({ layout });
  return { ...story, start };
}

test('a commit on top of a verified one is judged alone, and counted with the others', () => {
  const { world, tested } = honestStory(people);
  const known = [...world.evidence];
  const next = world.commit({ files: { 'data/train.csv': '1,2,3' } });
  world.link({ step: 'prepare', commit: next, by: alice, products: ['data/train.csv'] });
  const quick = judgeOnTop(world, tested, next, known);
  assert.equal(
    quick?.facts.commits.map(({ id }) => id),
    [next],
  );
  assert.equal(quick?.history.checked, { commits: 5, links: 4, signatures: 5, cached: 4 });
  assert.equal(quick?.history.findings, []);
});

test('of a history that was not verified nothing is remembered', () => {
  const { world } = honestStory(people);
  const poisoned = world.commit({ files: { 'data/train.csv': 'poison' } });
  assert.is(memoryOf(world, poisoned), undefined);
});

test('of a history without a layout nothing is remembered', () => {
  const { world, start } = honestStory(people);
  const orphan = world.commit({ parents: [], files: { 'README.md': 'x' }, layout: null });
  assert.is(memoryOf(world, orphan), undefined);
  assert.is.not(memoryOf(world, start), undefined);
});

test('a link to a new commit that did what an old one did without a link is for the whole history', () => {
  const { world, tested } = honestStory(people);
  const before = world.contentAt(tested, 'data/train.csv');
  const unsigned = world.commit({ files: { 'data/train.csv': 'second' } });
  const back = world.commit({ parents: [unsigned], files: { 'data/train.csv': before } });
  world.link({ step: 'prepare', commit: back, by: alice, products: ['data/train.csv'] });
  const known = [...world.evidence];
  const other = world.commit({ parents: [back], files: { 'data/train.csv': 'third' } });
  world.link({ step: 'prepare', commit: other, by: alice, products: ['data/train.csv'] });
  assert.equal(
    judgeOnTop(world, back, other, known)?.history.findings.map(({ code, commit }) => [code, commit]),
    [['uncovered', unsigned]],
  );
  const again = world.commit({ parents: [back], files: { 'data/train.csv': 'second' } });
  world.link({ step: 'prepare', commit: again, by: alice, products: ['data/train.csv'] });
  assert.is(judgeOnTop(world, back, again, known), undefined);
});

test('poison on top of a verified commit is not taken for verified', () => {
  const { world, tested } = honestStory(people);
  const poisoned = world.commit({ files: { 'data/train.csv': 'poison' } });
  assert.is(judgeOnTop(world, tested, poisoned, world.evidence), undefined);
});

test('warnings of the old commits are told again, before those of the new one', () => {
  const { world, prepared, tested } = honestStory(people);
  world.link({ step: 'train', commit: prepared, by: people.mallory, products: [] });
  const next = world.commit({ files: { 'README.md': 'x' } });
  const known = [...world.evidence];
  world.link({ step: 'prepare', commit: next, by: carl, products: [] });
  const quick = judgeOnTop(world, tested, next, known);
  assert.equal(
    quick?.history.findings.map(({ code, commit }) => [code, commit]),
    [
      ['unauthorised', prepared],
      ['unauthorised', next],
    ],
  );
});

test('files as they once were are judged with the whole history, whose old links speak again', () => {
  const { world, tested } = honestStory(people);
  const changed = world.commit({ files: { 'data/train.csv': 'new' } });
  world.link({ step: 'prepare', commit: changed, by: alice, products: ['data/train.csv'] });
  const back = world.commit({ files: { 'data/train.csv': '1,2' } });
  world.link({ step: 'prepare', commit: back, by: alice, products: ['data/train.csv'] });
  assert.is(judgeOnTop(world, changed, back, world.evidence), undefined);
  assert.is.not(judgeOnTop(world, tested, changed, world.evidence), undefined, 'what is new is judged alone');
});

/** Bob's link calls a file external that the tree has: it says the same as Carl's and counts for another state. */
test('an old link that agrees with a new one is found although it produced something else', () => {
  const { world, start } = twoTrainers();
  const work = { step: 'train', materials: ['data/train.csv'], products: ['model/m.bin'] };
  const trained = world.commit({ parents: [start], files: { 'model/m.bin': 'better' } });
  world.link({ ...work, commit: trained, by: bob, binding: { external: ['model/m.bin'] } });
  const next = world.commit({ files: { 'README.md': 'x' } });
  world.link({ ...work, commit: next, by: carl });
  assert.is(signersAt(world.judge(), next, 'train', world.now)?.length, 2);
  assert.is(judgeOnTop(world, trained, next, world.evidence), undefined);
  const later = world.commit({ files: { 'README.md': 'y' } });
  const quick = judgeOnTop(world, next, later, world.evidence);
  assert.is(quick && signersAt(quick.history, later, 'train', world.now)?.length, 2);
});

test('an imported link does not stand in for a step whose old links are not remembered one by one', () => {
  const { world } = honestStory(people);
  const changed = world.commit({ files: { 'model/m.bin': 'tuned by hand' } });
  world.endorse(changed, ['model/m.bin'], people.olivia);
  assert.equal(
    memoryOf(world, changed)?.links.filter(({ entry }) => entry.signer === bob.fingerprint),
    [],
  );
  const next = world.commit({ files: { 'README.md': 'x' } });
  const { content } = world.link({ step: 'train', commit: next, by: bob, products: ['model/m.bin'] });
  world.evidence.pop();
  if (content.kind !== 'link') throw new Error('not a link');
  world.add(linkToJson({ ...content.link, environment: new Map() }), { by: bob }, next);
  const quick = judgeOnTop(world, changed, next, world.evidence);
  assert.equal(quick && signersAt(quick.history, next, 'train', world.now), []);
  assert.equal(signersAt(world.judge(), next, 'train', world.now), []);
});

test('every carried link is remembered, since it has to go where its history goes', () => {
  const { world, tested } = honestStory(people);
  const next = world.commit({ files: { 'data/train.csv': 'cleaned' } });
  const gone = 'e'.repeat(40);
  const products = ['data/train.csv'];
  world.link({ step: 'prepare', commit: next, by: alice, products, object: gone, binding: { commit: gone } });
  const later = world.commit({ files: { 'data/train.csv': 'cleaned again' } });
  world.link({ step: 'prepare', commit: later, by: alice, products });
  assert.equal(
    memoryOf(world, later)?.links.flatMap(({ carried, entry }) => (carried ? entry.object : [])),
    [gone],
    tested,
  );
  const quick = judgeOnTop(world, next, later, world.evidence);
  assert.equal(
    [...(quick?.history.index.all() ?? [])].filter(({ carried }) => carried).map(({ commit }) => commit),
    [next],
  );
});

test('what is made from a memory is remembered as the whole would be', () => {
  const { world, tested } = honestStory(people);
  const known = [...world.evidence];
  const next = world.commit({ files: { 'data/train.csv': '1,2,3' } });
  world.link({ step: 'prepare', commit: next, by: alice, products: ['data/train.csv'] });
  const quick = judgeOnTop(world, tested, next, known);
  const memory = quick && remember(quick.history, quick.facts);
  assert.equal(comparable(memory), comparable(memoryOf(world, next)));
});

function comparable(memory: Memory | undefined) {
  return memory && { ...memory, names: memory.names.toText(), steps: memory.steps.toSorted() };
}

test.run();
