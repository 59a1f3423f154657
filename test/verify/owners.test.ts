import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makePeople, pipeline } from '../support/pipeline.ts';
import { judgeOnTop } from '../support/remembered.ts';
import { makeSignatory, type Signatory, START, summary, World } from '../support/world.ts';

// `product.md` §3, "rotation"; threats 30 and 55.

const people = await makePeople();
const { olivia, alice, mallory } = people;
const [oscar, orla] = await Promise.all([makeSignatory('oscar'), makeSignatory('orla')]);
const DATA = 'data/train.csv';
const UNTRUSTED = 'violation owners-untrusted .mlchain/owners';

interface Rotation {
  readonly world: World;
  readonly first: string;
  readonly second: string;
}

/**
 * Olivia's layout, then version 1 (Olivia), then version 2 (Oscar and Orla, both needed), each with a layout signed by
 * whoever owns the repository then.
 */
function rotated(by: readonly Signatory[] = [olivia, oscar, orla]): Rotation {
  const world = new World(olivia, [...Object.values(people), oscar, orla]);
  prepared(world, world.commit({ layout: world.layout(pipeline(people)), files: { [DATA]: '1' } }));
  const first = world.ownersVersion([olivia], [olivia]);
  world.commit({ owners: [first] });
  const second = world.ownersVersion([oscar, orla], by, { threshold: 2, previous: first });
  world.commit({ owners: [first, second], layout: world.layout(pipeline(people), [oscar, orla]) });
  prepared(world, world.commit({ files: { [DATA]: '2' } }));
  return { world, first, second };
}

function prepared(world: World, commit: string): string {
  world.link({ step: 'prepare', commit, by: alice, products: [DATA] });
  return commit;
}

const found = (world: World) => summary(world.judge().findings);

test('a clone pinned years ago follows from version to version', () => {
  assert.equal(found(rotated().world), []);
});

test('a clone that pinned a later version takes the earlier ones for what that calls its previous', () => {
  const { world } = rotated();
  world.trust = { ...world.trust, owners: [oscar.fingerprint, orla.fingerprint], threshold: 2 };
  assert.equal(found(world), []);
});

test('30: a version without the threshold of the one before is no change of owners', () => {
  for (const by of [
    [oscar, orla],
    [olivia, oscar],
    [olivia, mallory],
  ]) {
    assert.ok(found(rotated(by).world).includes(UNTRUSTED), `${by.length}`);
  }
});

test('30: nor does somebody who is pinned nowhere begin one', () => {
  const world = new World(olivia, [...Object.values(people)]);
  prepared(world, world.commit({ layout: world.layout(pipeline(people)), files: { [DATA]: '1' } }));
  world.commit({ owners: [world.ownersVersion([mallory], [mallory])] });
  assert.equal(found(world), [UNTRUSTED]);
});

test('30: an owner of former times signs no layout any more', () => {
  const { world } = rotated();
  world.commit({ layout: world.layout(pipeline(people), [olivia]) });
  assert.equal(found(world), ['violation layout-untrusted .mlchain/root.layout']);
});

test('after a change of owners the layout has to be theirs', () => {
  const world = new World(olivia, [...Object.values(people), oscar]);
  prepared(world, world.commit({ layout: world.layout(pipeline(people)), files: { [DATA]: '1' } }));
  const first = world.ownersVersion([oscar], [olivia]);
  world.commit({ owners: [first] });
  assert.equal(found(world), ['violation layout-untrusted .mlchain/root.layout']);
  world.commit({ layout: world.layout(pipeline(people), [oscar]) });
  assert.equal(found(world), ['warning layout-untrusted .mlchain/root.layout']);
});

test('55: the owners are removed, set back, or exchanged', () => {
  const { first } = rotated();
  for (const make of [
    () => [],
    (world: World) => [world.owners[0]?.blob ?? ''],
    (world: World) => [world.owners[1]?.blob ?? '', world.owners[1]?.blob ?? ''],
    (world: World) => [first, world.ownersVersion([mallory], [mallory], { previous: first })],
    (world: World) => [
      world.owners[0]?.blob ?? '',
      world.ownersVersion([olivia], [olivia], { previous: world.owners[0]?.blob ?? '' }),
    ],
  ]) {
    const { world } = rotated();
    world.commit({ owners: make(world) });
    assert.equal(found(world), [UNTRUSTED]);
  }
});

test('55: put right again, it is a warning', () => {
  const { world, first, second } = rotated();
  world.commit({ owners: [] });
  world.commit({ owners: [first, second] });
  assert.equal(found(world), [UNTRUSTED.replace('violation', 'warning')]);
});

test('55: a merge with a branch from before the change has the newer owners, or none', () => {
  const { world, first, second } = rotated();
  const [, withFirst, , tip] = world.commits.map(({ id }) => id);
  const layout = world.commits.at(-1)?.layout ?? '';
  const fork = world.commit({ parents: [withFirst ?? ''] });
  world.commit({ parents: [tip ?? '', fork], owners: [first], layout });
  assert.equal(found(world), [UNTRUSTED]);
  const good = rotated().world;
  const other = good.commit({ parents: [good.commits[1]?.id ?? ''] });
  good.commit({ parents: [good.commits[3]?.id ?? '', other] });
  assert.equal(found(good), []);
  assert.ok(second);
});

test('63: an owner of former times endorses nothing on an old fork that is then merged', () => {
  const { world } = rotated();
  const [, withFirst, , tip] = world.commits.map(({ id }) => id);
  const fork = world.commit({ parents: [withFirst ?? ''], files: { 'data/more.csv': 'poison' } });
  world.endorse(fork, ['data/more.csv'], olivia);
  assert.equal(found(world), [], 'by itself the fork is as good as it was');
  world.commit({ parents: [tip ?? '', fork], files: { 'data/more.csv': 'poison' } });
  assert.equal(found(world), ['violation uncovered data/more.csv']);
});

test('a release needs the newest version to be valid still, and none of the earlier', () => {
  const ended = START * 1000 + 10 * 3600_000;
  const outcome = (expires: readonly (number | undefined)[]) => {
    const world = new World(olivia, [...Object.values(people)]);
    const layout = world.layout({
      steps: { prepare: { products: ['ALLOW data/*'] } },
      keys: pipeline(people).keys ?? [],
    });
    const versions: string[] = [];
    for (const each of expires) {
      const previous = versions.at(-1);
      const text = { ...(each && { expires: each }), ...(previous && { previous }) };
      versions.push(world.ownersVersion([olivia], [olivia], text));
    }
    prepared(world, world.commit({ layout, owners: versions, files: { [DATA]: '1' } }));
    return summary(world.release().findings);
  };
  assert.equal(outcome([ended, undefined]), []);
  assert.equal(outcome([undefined, ended]), ['violation owners-untrusted .mlchain/owners/2.json']);
});

test('what comes on top of a verified history is judged by the owners that this left behind', () => {
  const { world } = rotated();
  const base = world.commits.at(-1)?.id ?? '';
  const known = [...world.evidence];
  const tip = prepared(world, world.commit({ files: { [DATA]: '3' } }));
  assert.equal(judgeOnTop(world, base, tip, known)?.history.findings, []);
});

test.run();
