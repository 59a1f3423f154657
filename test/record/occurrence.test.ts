import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sha256Hex } from '../../src/intoto/digest.ts';
import { occurrenceOf } from '../../src/record/occurrence.ts';
import { patternsFor, viewFor } from '../../src/record/step-view.ts';
import { failure } from '../support/failure.ts';
import { makeClone } from '../support/working-clone.ts';
import type { Workshop } from '../support/workshop.ts';
import { makeWorkshop, threeSteps } from '../support/workshop.ts';

async function changedIn(shop: Workshop, revision: string): Promise<readonly string[]> {
  const occurrence = await occurrenceOf(shop.context(), await shop.repo.resolveCommit(revision));
  return [...(occurrence?.changed.keys() ?? [])].sort();
}

async function begun(files: Readonly<Record<string, string>> = { 'raw/a.csv': 'raw' }): Promise<Workshop> {
  const shop = await makeWorkshop();
  await shop.layOut(threeSteps);
  for (const [name, content] of Object.entries(files)) shop.write(name, content);
  await shop.commit('begin');
  return shop;
}

test('a commit changed what differs from its parent and is under control, digest by digest', async () => {
  const shop = await begun();
  shop.write('raw/a.csv', 'other');
  shop.write('data/new.csv', 'new');
  shop.write('README.md', 'words');
  const commit = await shop.commit();
  const occurrence = await occurrenceOf(shop.context(), commit);
  assert.equal(
    [...(occurrence?.changed.values() ?? [])].sort((a, b) => (a.path < b.path ? -1 : 1)),
    [
      { path: 'data/new.csv', before: undefined, after: { kind: 'file', digest: sha256Hex('new') } },
      {
        path: 'raw/a.csv',
        before: { kind: 'file', digest: sha256Hex('raw') },
        after: { kind: 'file', digest: sha256Hex('other') },
      },
    ],
  );
  await shop.git('rm', '-q', 'raw/a.csv');
  assert.equal(await changedIn(shop, await shop.commit()), ['raw/a.csv']);
  await shop.cleanup();
});

test('a root commit changed everything, a commit without a layout nothing', async () => {
  const shop = await begun();
  assert.equal(await changedIn(shop, await shop.git('rev-parse', 'HEAD')), ['raw/a.csv']);
  await shop.git('rm', '-q', '.mlchain/root.layout');
  const bare = await shop.commit();
  assert.is(await occurrenceOf(shop.context(), bare), undefined);
  await shop.cleanup();
});

test('a change of mode alone is none, a file that becomes a link is one', async () => {
  const shop = await begun({ 'raw/a.csv': 'target' });
  await shop.git('update-index', '--chmod=+x', 'raw/a.csv');
  await shop.git('commit', '-q', '-m', 'mode');
  assert.equal(await changedIn(shop, 'HEAD'), []);
  const blob = await shop.git('rev-parse', 'HEAD:raw/a.csv');
  await shop.git('update-index', '--cacheinfo', `120000,${blob},raw/a.csv`);
  await shop.git('commit', '-q', '-m', 'link');
  assert.equal(await changedIn(shop, 'HEAD'), ['raw/a.csv']);
  await shop.cleanup();
});

test('what just came under control counts as added, and a parent whose layout is broken controlled nothing', async () => {
  const shop = await makeWorkshop();
  shop.write('raw/a.csv', 'raw');
  await shop.commit('before any layout');
  await shop.layOut(threeSteps);
  assert.equal(await changedIn(shop, await shop.commit('adopt')), ['raw/a.csv']);
  shop.write('.mlchain/root.layout', '{"broken');
  const broken = await shop.commit('break');
  assert.match((await failure(occurrenceOf(shop.context(), broken))).message, /JSON|expected/);
  await shop.layOut(threeSteps);
  assert.equal(await changedIn(shop, await shop.commit('mend')), ['raw/a.csv']);
  await shop.cleanup();
});

test('a merge changed what neither side explains: not what only one side touched', async () => {
  const shop = await begun({ 'raw/a.csv': 'a', 'raw/b.csv': 'b\n'.repeat(20) });
  await shop.git('checkout', '-q', '-b', 'side');
  shop.write('data/side.csv', 'side');
  shop.write('raw/b.csv', `side\n${'b\n'.repeat(20)}`);
  await shop.commit('side');
  await shop.git('checkout', '-q', 'main');
  shop.write('data/main.csv', 'main');
  shop.write('raw/b.csv', `${'b\n'.repeat(20)}main\n`);
  await shop.commit('main');
  await shop.git('merge', '-q', '--no-edit', 'side');
  assert.equal(
    await changedIn(shop, 'HEAD'),
    ['raw/b.csv'],
    'git put two changes together: nobody has seen that',
  );
  await shop.git('reset', '-q', '--hard', 'HEAD~1');
  await shop.git('merge', '-q', '-s', 'ours', '--no-edit', 'side');
  assert.equal(
    await changedIn(shop, 'HEAD'),
    ['data/side.csv', 'raw/b.csv'],
    'the side lost what it had made',
  );
  await shop.cleanup();
});

test('at the edge of a shallow clone nobody can tell what a commit changed', async () => {
  const shop = await begun();
  shop.write('data/a.csv', 'd');
  const tip = await shop.commit();
  const shallow = await makeClone({ person: shop.person, name: 'shallow' });
  await shallow.git('fetch', '-q', '--depth=1', `file://${shop.path}`, 'main');
  const repo = await shallow.reopen();
  const error = await failure(occurrenceOf(shop.context({ repo }), tip));
  assert.match(error.message, /not in this shallow clone/);
  await shallow.cleanup();
  await shop.cleanup();
});

test("a parent's files are the commit's own with the changes undone", async () => {
  const shop = await begun({ 'raw/a.csv': 'a', 'data/same.csv': 's', 'data/gone.csv': 'g' });
  shop.write('data/new.csv', 'n');
  shop.write('raw/a.csv', 'changed');
  await shop.git('rm', '-q', 'data/gone.csv');
  const commit = await shop.commit();
  const context = shop.context();
  const occurrence = await occurrenceOf(context, commit);
  const step = occurrence?.control.steps.find((each) => each.step.name === 'prepare');
  if (occurrence === undefined || step === undefined) throw new Error('no step');
  const view = await viewFor(context, occurrence, await patternsFor(context, occurrence, step));
  const contents = (files: ReadonlyMap<string, { digest: string }> | undefined) =>
    [...(files ?? [])].map(([path, { digest }]) => [path, digest]).sort();
  const expected = (files: Record<string, string>) =>
    Object.entries(files).map(([path, content]) => [path, sha256Hex(content)]);
  assert.equal(
    contents(view.own),
    expected({ 'data/new.csv': 'n', 'data/same.csv': 's', 'raw/a.csv': 'changed' }),
  );
  assert.equal(
    contents(view.parents[0]),
    expected({ 'data/gone.csv': 'g', 'data/same.csv': 's', 'raw/a.csv': 'a' }),
  );
  assert.equal([...view.deleted], ['data/gone.csv']);
  await shop.cleanup();
});

test.run();
