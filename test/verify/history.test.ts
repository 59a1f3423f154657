import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { jsonObject } from '../../src/intoto/json.ts';
import { honestStory, makePeople, pipeline, type Story } from '../support/pipeline.ts';
import { artifacts, summary, World } from '../support/world.ts';

const people = await makePeople();
const story = (): Story => honestStory(people);
const found = (world: World) => summary(world.judge().findings);

test('an honest history has nothing to say', () => {
  assert.equal(found(story().world), []);
});

test('each commit is told of once it is judged', () => {
  const { world } = story();
  const told: (readonly unknown[])[] = [];
  world.judge((...report) => told.push(report));
  const total = world.commits.length;
  assert.equal(
    told,
    world.commits.map((_, at) => ['commits', at + 1, total]),
  );
});

test('before the first layout nothing is controlled', () => {
  const world = new World(people.olivia, []);
  world.commit({ files: { 'data/train.csv': 'anything' } });
  assert.equal(found(world), []);
});

test('a controlled file that changed without a link is uncovered', () => {
  const { world } = story();
  world.commit({ files: { 'data/train.csv': 'poison' }, author: 'Mallory <m@example.org>' });
  const { findings } = world.judge();
  assert.equal(summary(findings), ['violation uncovered data/train.csv']);
  assert.is(findings[0]?.author, 'Mallory <m@example.org>');
  assert.is(findings[0]?.step, 'prepare');
});

test('a controlled file that was deleted without a link is uncovered', () => {
  const { world } = story();
  world.commit({ files: { 'data/train.csv': undefined } });
  assert.equal(found(world), ['violation uncovered data/train.csv']);
});

test('a deletion is explained by a link that lost the file: a material and no product', () => {
  const { world, alice, prepared } = story();
  const gone = world.commit({ files: { 'data/train.csv': undefined, 'data/all.csv': '3' } });
  const before = world.commits.find(({ id }) => id === prepared)?.listing?.get('data/train.csv')?.artifact;
  const materials = new Map([['data/train.csv', new Map([['sha256', before?.digest ?? '']])]]);
  world.link({ step: 'prepare', commit: gone, by: alice, materials, products: ['data/all.csv'] });
  assert.equal(found(world), []);
});

test('uncontrolled files need no link', () => {
  const { world } = story();
  world.commit({ files: { 'README.md': 'changed' } });
  assert.equal(found(world), []);
});

test('a link whose product differs from the tree does not count', () => {
  const { world, alice } = story();
  const commit = world.commit({ files: { 'data/train.csv': '3' } });
  world.link({ step: 'prepare', commit, by: alice, products: artifacts({ 'data/train.csv': 'other' }) });
  assert.equal(found(world), [
    'violation uncovered data/train.csv',
    'warning artifact-mismatch data/train.csv',
  ]);
});

test('one product that differs spoils the link for all: otherwise it could be applied in part', () => {
  const { world, alice } = story();
  const commit = world.commit({ files: { 'data/a.csv': '1', 'data/b.csv': '2' } });
  world.link({
    step: 'prepare',
    commit,
    by: alice,
    products: artifacts({ 'data/a.csv': '1', 'data/b.csv': 'x' }),
  });
  assert.equal(found(world), [
    'violation uncovered data/a.csv',
    'violation uncovered data/b.csv',
    'warning artifact-mismatch data/b.csv',
  ]);
});

test('a link may name products that the tree does not hold', () => {
  const { world, alice } = story();
  const commit = world.commit({ files: { 'data/train.csv': '3' } });
  const digest = world.commits.at(-1)?.listing?.get('data/train.csv')?.artifact?.digest ?? '';
  const products = new Map([
    ...artifacts({ 'data/big.bin': 'x' }),
    ['data/train.csv', new Map([['sha256', digest]])],
  ]);
  world.link({ step: 'prepare', commit, by: alice, products, binding: { external: ['data/big.bin'] } });
  assert.equal(found(world), []);
});

test('a link by a key that the layout does not name is unauthorised', () => {
  const { world, mallory } = story();
  const commit = world.commit({ files: { 'data/train.csv': '3' } });
  world.link({ step: 'prepare', commit, by: mallory, products: ['data/train.csv'] });
  assert.equal(found(world), ['violation uncovered data/train.csv', 'warning unauthorised']);
});

test('a link by a functionary of another step is unauthorised', () => {
  const { world, bob } = story();
  const commit = world.commit({ files: { 'data/train.csv': '3' } });
  world.link({ step: 'prepare', commit, by: bob, products: ['data/train.csv'] });
  assert.equal(found(world), ['violation uncovered data/train.csv', 'warning unauthorised']);
});

test('a link of a step that does not control the path says nothing about it', () => {
  const { world, bob } = story();
  const commit = world.commit({ files: { 'data/train.csv': '3' } });
  world.link({ step: 'train', commit, by: bob, products: ['model/m.bin', 'data/train.csv'] });
  assert.equal(found(world)[0], 'violation uncovered data/train.csv');
});

test('content altered after it was signed is a bad signature', () => {
  const { world, alice } = story();
  const commit = world.commit({ files: { 'data/train.csv': '3' } });
  const tamper = (line: string) => line.replace('post-commit', 'record');
  world.link({ step: 'prepare', commit, by: alice, products: ['data/train.csv'], tamper });
  assert.equal(found(world), ['violation uncovered data/train.csv', 'warning bad-signature']);
});

test('a good link in another commit’s note is a wrong commit', () => {
  const { world, prepared, start } = story();
  const [line] = world.evidence;
  world.evidence.push({ ...(line as NonNullable<typeof line>), object: start });
  assert.equal(found(world), ['warning wrong-commit']);
  world.evidence.shift();
  assert.equal(found(world).includes('violation uncovered data/train.csv'), true, prepared);
});

test('a name that is no step of the layout is a wrong step', () => {
  const { world, alice } = story();
  const commit = world.commit({ files: { 'data/train.csv': '3' } });
  world.link({ step: 'polish', commit, by: alice, products: ['data/train.csv'] });
  assert.equal(found(world), ['violation uncovered data/train.csv', 'warning wrong-step']);
});

test('a link in the ref of somebody else is a foreign ref', () => {
  const { world, alice, mallory } = story();
  const commit = world.commit({ files: { 'data/train.csv': '3' } });
  world.link({ step: 'prepare', commit, by: alice, products: ['data/train.csv'], ref: mallory.fingerprint });
  assert.equal(found(world), ['violation uncovered data/train.csv', 'warning foreign-ref']);
});

test('junk beside a good link takes nothing from it', () => {
  const { world, prepared, mallory, bob, alice } = story();
  world.link({ step: 'prepare', commit: prepared, by: mallory, products: ['data/train.csv'] });
  world.link({ step: 'train', commit: prepared, by: bob, products: artifacts({ 'model/m.bin': 'x' }) });
  const tamper = (line: string) => line.replace('post-commit', 'record');
  world.link({ step: 'prepare', commit: prepared, by: alice, products: ['data/train.csv'], tamper });
  assert.equal(
    world.judge().findings.every(({ severity }) => severity === 'warning'),
    true,
  );
});

test('a command that failed makes no link that counts, and one that ended with 0 does', () => {
  const { world, alice } = story();
  const commit = world.commit({ files: { 'data/train.csv': '3' } });
  const failed = { step: 'prepare', commit, by: alice, products: ['data/train.csv'] } as const;
  world.link({ ...failed, byproducts: jsonObject([['return-value', 1]]) });
  assert.equal(found(world), ['violation uncovered data/train.csv', 'warning command-failed']);
  world.link({ ...failed, byproducts: jsonObject([['return-value', 0]]) });
  assert.equal(found(world), ['warning command-failed']);
});

test('training on other data than the dataset step produced fails its rule, naming file and digests', () => {
  const { world, bob } = story();
  const commit = world.commit({ files: { 'model/m.bin': 'new weights' } });
  const digest = world.commits.at(-1)?.listing?.get('model/m.bin')?.artifact?.digest ?? '';
  const products = new Map([['model/m.bin', new Map([['sha256', digest]])]]);
  world.link({
    step: 'train',
    commit,
    by: bob,
    materials: artifacts({ 'data/train.csv': 'secret' }),
    products,
  });
  const { findings } = world.judge();
  assert.equal(summary(findings), ['violation uncovered model/m.bin', 'warning rule-failed data/train.csv']);
  const rule = findings.find(({ code }) => code === 'rule-failed');
  assert.match(rule?.expected ?? '', /^sha256:/);
  assert.match(rule?.found ?? '', /^sha256:/);
  assert.is.not(rule?.expected, rule?.found);
});

test('a link that leaves its materials out does not pass by having none', () => {
  const { world, bob } = story();
  const commit = world.commit({ files: { 'model/m.bin': 'new weights' } });
  world.link({ step: 'train', commit, by: bob, products: ['model/m.bin'] });
  assert.equal(found(world), ['violation uncovered model/m.bin', 'warning materials-missing']);
});

test('another command than expected is a warning, as in in-toto', () => {
  const { world, alice, ...rest } = story();
  const text = pipeline({ ...people });
  const layout = world.layout({
    ...text,
    steps: { ...text.steps, prepare: { ...text.steps.prepare, command: ['make', 'data'] } },
  });
  const commit = world.commit({ layout, files: { 'data/train.csv': '3' } });
  world.link({ step: 'prepare', commit, by: alice, products: ['data/train.csv'], command: ['cp'] });
  assert.equal(found(world), ['warning command-differs'], rest.layout);
});

test('a link dated in the future does not count, and one that is ten minutes off does', () => {
  const { world, alice } = story();
  const commit = world.commit({ files: { 'data/train.csv': '3' } });
  const link = { step: 'prepare', commit, by: alice, products: ['data/train.csv'] } as const;
  world.link({ ...link, created: world.now + 30 * 24 * 3600 });
  assert.equal(found(world), ['violation uncovered data/train.csv', 'warning bad-signature']);
  world.link({ ...link, created: world.now + 600 });
  assert.equal(found(world), ['warning bad-signature']);
});

test('a symbolic link in place of an artifact is a mismatch, whatever was signed', () => {
  const { world, alice } = story();
  const commit = world.commit({ files: { 'data/train.csv': '-> /etc/passwd' } });
  world.link({
    step: 'prepare',
    commit,
    by: alice,
    products: ['data/train.csv'],
    binding: { kinds: new Map([['data/train.csv', 'symlink']]) },
  });
  assert.equal(found(world), [
    'violation artifact-mismatch data/train.csv',
    'warning artifact-mismatch data/train.csv',
  ]);
});

test('an uncovered change is healed by a descendant that explains what is there now', () => {
  const { world, alice } = story();
  world.commit({ files: { 'data/train.csv': 'poison' } });
  const mended = world.commit({ files: { 'data/train.csv': 'good again' } });
  world.link({ step: 'prepare', commit: mended, by: alice, products: ['data/train.csv'] });
  assert.equal(found(world), ['warning uncovered data/train.csv']);
});

test('a parallel branch heals nothing: it never saw the poison', () => {
  const { world, alice, tested } = story();
  const poisoned = world.commit({ parents: [tested], files: { 'data/train.csv': 'poison' } });
  const parallel = world.commit({ parents: [tested], files: { 'data/train.csv': 'good' } });
  world.link({ step: 'prepare', commit: parallel, by: alice, products: ['data/train.csv'] });
  world.commit({ parents: [poisoned, parallel] });
  assert.ok(found(world).includes('violation uncovered data/train.csv'));
});

test('an endorsement by the owner explains a path, and one by anybody else does not', () => {
  const { world, olivia, alice } = story();
  const commit = world.commit({ files: { 'data/train.csv': '3' } });
  world.endorse(commit, ['data/train.csv'], alice);
  assert.equal(found(world), ['violation uncovered data/train.csv', 'warning unauthorised']);
  world.endorse(commit, ['data/train.csv'], olivia);
  assert.equal(found(world), ['warning unauthorised']);
});

test('an endorsement names content: it does not cover another digest', () => {
  const { world, olivia, prepared } = story();
  world.endorse(prepared, ['data/train.csv'], olivia);
  world.commit({ files: { 'data/train.csv': 'poison' } });
  assert.equal(found(world), ['violation uncovered data/train.csv']);
});

test('an endorsement can say that a path is rightly gone', () => {
  const { world, olivia } = story();
  const commit = world.commit({ files: { 'data/train.csv': undefined } });
  world.endorse(commit, ['data/train.csv'], olivia);
  assert.equal(found(world), []);
});

test('what a counting link or an endorsement says is explained, and nothing else', () => {
  const { world, olivia } = story();
  const endorsed = world.commit({ files: { 'data/more.csv': 'reviewed' } });
  world.endorse(endorsed, ['data/more.csv'], olivia);
  const poisoned = world.commit({ files: { 'data/train.csv': 'poison' } });
  const listing = world.commits.find(({ id }) => id === poisoned)?.listing;
  const { explains } = world.judge();
  const asks = (path: string) => explains(path, listing?.get(path)?.artifact ?? { kind: 'file', digest: '' });
  assert.ok(asks('model/m.bin'));
  assert.ok(asks('data/more.csv'));
  assert.not(asks('data/train.csv'));
  assert.not(
    explains('model/m.bin', { kind: 'symlink', digest: listing?.get('model/m.bin')?.artifact?.digest ?? '' }),
  );
});

test.run();
