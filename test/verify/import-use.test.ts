import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { linkToJson } from '../../src/intoto/link.ts';
import type { Entry } from '../../src/ledger/entry.ts';
import { importUse } from '../../src/verify/import-use.ts';
import { makePeople, pipeline } from '../support/pipeline.ts';
import type { Signatory } from '../support/world.ts';
import { artifacts, World } from '../support/world.ts';

const people = await makePeople();
const { olivia, alice, mallory } = people;

function imported(
  world: World,
  commit: string,
  content: string,
  by: Signatory = alice,
  step = 'prepare',
): Entry {
  const none = new Map();
  const products = artifacts({ 'data/train.csv': content });
  const parts = { name: step, command: [], materials: none, products, byproducts: none, environment: none };
  return world.add(linkToJson(parts), { by }, commit);
}

function begin(layout = true): { world: World; commit: string } {
  const world = new World(olivia, Object.values(people));
  const files = { 'data/train.csv': '1,2' };
  const commit = world.commit(layout ? { layout: world.layout(pipeline(people)), files } : { files });
  return { world, commit };
}

function use(world: World, commit: string, entry: Entry, step = 'prepare') {
  const history = world.judge();
  return importUse({ step, line: entry.line, signer: history.keys.person(entry.signer) }, history, commit);
}

test('one that made what is there is used', () => {
  const { world, commit } = begin();
  assert.equal(use(world, commit, imported(world, commit, '1,2')), { kind: 'used' });
});

test('before a layout none is', () => {
  const { world, commit } = begin(false);
  assert.equal(use(world, commit, imported(world, commit, '1,2')), { kind: 'no-layout' });
});

test('nor one of a step that the layout does not have', () => {
  const { world, commit } = begin();
  const entry = imported(world, commit, '1,2', alice, 'deploy');
  assert.equal(use(world, commit, entry, 'deploy'), { kind: 'no-step' });
});

test('where the step was recorded here, that counts', () => {
  const { world, commit } = begin();
  world.link({ step: 'prepare', commit, by: alice, products: ['data/train.csv'] });
  assert.equal(use(world, commit, imported(world, commit, '1,2')), { kind: 'recorded-here' });
});

test('one that is refused is, with the reason', () => {
  const { world, commit } = begin();
  const other = use(world, commit, imported(world, commit, '9,9'));
  assert.is(other.kind === 'refused' && other.finding.code, 'artifact-mismatch');
  const stranger = use(world, commit, imported(world, commit, '1,2', mallory));
  assert.is(stranger.kind === 'refused' && stranger.finding.code, 'unauthorised');
});

test('beside a newer one that says the same an older one is not needed', () => {
  const { world, commit } = begin();
  const older = imported(world, commit, '1,2');
  const none = new Map();
  const products = artifacts({ 'data/train.csv': '1,2' });
  const parts = { name: 'prepare', command: ['again'], materials: none, products, byproducts: none };
  const created = world.time() + 60;
  const newer = world.add(linkToJson({ ...parts, environment: none }), { by: alice, created }, commit);
  assert.equal(use(world, commit, newer), { kind: 'used' });
  assert.equal(use(world, commit, older), { kind: 'not-needed' });
});

test.run();
