import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { honestStory, makePeople, pipeline } from '../support/pipeline.ts';
import { judgeOnTop } from '../support/remembered.ts';
import { summary, World } from '../support/world.ts';

const people = await makePeople();
const { alice } = people;
const story = () => honestStory(people);
const found = (world: World) => summary(world.judge().findings);

/** A commit of files that Alice signs as far as she may, on top of an honest history. */
function withFiles(world: World, files: Readonly<Record<string, string | undefined>>): string {
  const commit = world.commit({ files });
  const products = Object.keys(files).filter((path) => path.startsWith('data/') && files[path] !== undefined);
  world.link({ step: 'prepare', commit, by: alice, products: ['data/train.csv', ...products] });
  return commit;
}

for (const [what, twin] of [
  ['case', 'data/Train.csv'],
  ['a dot at the end', 'data/train.csv.'],
  ['a space at the end', 'data/train.csv '],
] as const) {
  test(`a name that differs in ${what} alone is invalid, whoever signed it`, () => {
    const { world } = story();
    withFiles(world, { [twin]: 'other' });
    assert.equal(found(world), [`violation invalid-name ${twin}`]);
  });
}

test('one name in two Unicode normalisations is two names to git and one to macOS', () => {
  const { world } = story();
  withFiles(world, { 'data/caf\u00e9.csv': 'a', 'data/cafe\u0301.csv': 'b' });
  assert.equal(found(world), ['violation invalid-name data/café.csv']);
});

test('an uncontrolled file in a directory that only its case tells from a controlled one is invalid', () => {
  const { world } = story();
  world.commit({ files: { 'Data/extra.csv': 'poison' } });
  assert.equal(found(world), ['violation invalid-name Data/extra.csv']);
});

test('so is one that would take the layout’s place', () => {
  const { world } = story();
  world.commit({ files: { '.MLCHAIN/root.layout': 'poison' } });
  assert.equal(found(world), ['violation invalid-name .MLCHAIN/root.layout']);
});

test('names in capitals, in other alphabets and in other directories are only names', () => {
  const { world } = story();
  withFiles(world, { 'data/TEST.csv': 'a', 'data/Übung.csv': 'b', 'data/a/x.csv': 'c', 'data/b/X.csv': 'd' });
  world.commit({ files: { 'README.md': 'x', 'docs/Readme.md': 'y', 'Docs.md': 'z', 'docs/readme.MD': 'w' } });
  assert.equal(found(world), []);
});

test('renamed away it is a warning, and back again it is none', () => {
  const { world } = story();
  withFiles(world, { 'data/Train.csv': 'other' });
  world.commit({ files: { 'data/Train.csv': undefined } });
  assert.equal(
    found(world).filter((each) => each.includes('invalid-name')),
    ['warning invalid-name data/Train.csv'],
  );
  withFiles(world, { 'data/Train.csv': 'other' });
  assert.ok(found(world).includes('violation invalid-name data/Train.csv'));
});

test('two branches that bring one twin each make a merge that has both', () => {
  const { world, tested } = story();
  const one = world.commit({ parents: [tested], files: { 'data/new.csv': 'a' } });
  world.link({ step: 'prepare', commit: one, by: alice, products: ['data/train.csv', 'data/new.csv'] });
  const other = world.commit({ parents: [tested], files: { 'data/New.csv': 'b' } });
  world.link({ step: 'prepare', commit: other, by: alice, products: ['data/train.csv', 'data/New.csv'] });
  assert.equal(found(world), []);
  const merge = world.commit({ parents: [one, other], files: { 'data/New.csv': 'b' } });
  const [finding] = world.judge().findings;
  assert.is(finding?.code, 'invalid-name');
  assert.is(finding?.commit, merge);
});

for (const [what, name, isFine] of [
  ['the case of a directory', 'Data/readme.md', false],
  ['nothing', 'Docs/readme.md', true],
] as const) {
  test(`judged from a memory, a new name that shares ${what} with one from before is seen as well`, () => {
    const world = new World(people.olivia, Object.values(people));
    const base = world.commit({ layout: world.layout(pipeline(people)), files: { [name]: 'x' } });
    const known = [...world.evidence];
    const tip = world.commit({ files: { 'data/train.csv': '1,2' } });
    world.link({ step: 'prepare', commit: tip, by: alice, products: ['data/train.csv'] });
    assert.is(judgeOnTop(world, base, tip, known) !== undefined, isFine);
  });
}

test.run();
