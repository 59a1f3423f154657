import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { dirDigest } from '../../src/intoto/digest.ts';
import { foldChanges } from '../../src/ledger/folded-changes.ts';
import { makePeople, pipeline } from '../support/pipeline.ts';
import { summary, World } from '../support/world.ts';

const people = await makePeople();
const { olivia, alice } = people;

/** Alice's dataset is one artifact, `dir:data`. */
function world(files: Readonly<Record<string, string>>) {
  const made = new World(olivia, Object.values(people));
  const { steps, ...rest } = pipeline(people);
  const prepare = { ...steps.prepare, products: ['ALLOW dir:data', 'DISALLOW *'] };
  const commit = made.commit({ layout: made.layout({ ...rest, steps: { prepare } }), files });
  return { made, commit };
}

function directory(made: World, commit: string) {
  const listing = made.commits.find(({ id }) => id === commit)?.listing ?? new Map();
  const lines = [...listing].map(
    ([path, side]) => [path.replace(/^data\//, ''), side.artifact?.digest ?? ''] as const,
  );
  return new Map([['dir:data', new Map([['sha256', dirDigest(lines)]])]]);
}

test('one digest explains all that lies below the directory', () => {
  const { made, commit } = world({ 'data/a/1.bin': 'one', 'data/b/2.bin': 'two' });
  assert.equal(summary(made.judge().findings), [
    'violation uncovered data/a/1.bin',
    'violation uncovered data/b/2.bin',
  ]);
  made.link({ step: 'prepare', commit, by: alice, products: directory(made, commit) });
  assert.equal(summary(made.judge().findings), []);
  assert.equal(made.release().findings, []);
});

test('a file changed, added or removed below it needs a new digest', () => {
  for (const files of [{ 'data/1': 'x' }, { 'data/3': 'new' }, { 'data/2': undefined }]) {
    const { made, commit } = world({ 'data/1': 'one', 'data/2': 'two' });
    made.link({ step: 'prepare', commit, by: alice, products: directory(made, commit) });
    const changed = made.commit({ files });
    assert.is(made.judge().commits.get(changed)?.uncovered.length, 1);
    made.link({ step: 'prepare', commit: changed, by: alice, products: directory(made, changed) });
    assert.equal(summary(made.judge().findings), []);
  }
});

test('a symbolic link below it is never explained, whatever the digest', () => {
  const { made, commit } = world({ 'data/1': 'one', 'data/2': '-> /etc/passwd' });
  made.link({ step: 'prepare', commit, by: alice, products: directory(made, commit) });
  assert.ok(summary(made.judge().findings).includes('violation artifact-mismatch data/2'));
});

test('a name that the digest cannot hold leaves the directory without one, and the judge standing', () => {
  const { made } = world({ 'data/1': 'one', 'data/a\nb': 'two' });
  assert.equal(summary(made.judge().findings), [
    'violation uncovered data/1',
    'violation uncovered data/a\nb',
  ]);
});

/** Alice's change of one file on a branch of her own, and the same done again on top of what somebody else pushed. */
function carriedOnto(pushed: Readonly<Record<string, string>>) {
  const { made, commit } = world({ 'data/1': 'one' });
  made.link({ step: 'prepare', commit, by: alice, products: directory(made, commit) });
  const side = made.commit({ parents: [commit], files: { 'data/1': 'two' } });
  const change = { before: lone(made, commit), after: lone(made, side) };
  const changed = foldChanges(new Map([['data/1', change]]), ['data']);
  made.link({
    step: 'prepare',
    commit: side,
    by: alice,
    products: directory(made, side),
    binding: { changed },
  });
  const main = made.commit({ parents: [commit], files: { ...pushed, 'README.md': 'meanwhile' } });
  made.commit({ parents: [main], files: { 'data/1': 'two' } });
  return made;
}

function lone(made: World, commit: string): string | null {
  return made.commits.find(({ id }) => id === commit)?.listing?.get('data/1')?.artifact?.digest ?? null;
}

test('a carried link says nothing of a directory that has no digest: junk in it heals no poison', () => {
  const made = carriedOnto({ 'data/2': 'poison', 'data/a\nb': 'junk' });
  assert.equal(summary(made.judge().findings), [
    'violation uncovered data/1',
    'violation uncovered data/2',
    'violation uncovered data/a\nb',
    'warning artifact-mismatch dir:data',
  ]);
});

test('where nothing else came in, the directory is as she signed it', () => {
  assert.equal(summary(carriedOnto({}).judge().findings), []);
});

test.run();
