import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readCommit } from '../../src/git/history.ts';
import { findArrived } from '../../src/record/arrived.ts';
import { Journal } from '../../src/record/journal.ts';
import { afterCommit } from '../../src/record/post-commit.ts';
import type { WorkingClone } from '../support/working-clone.ts';
import { makeClone } from '../support/working-clone.ts';
import { makeWorkshop, matches, only, threeSteps } from '../support/workshop.ts';

/** On `main`, with a branch on which Mallory changed a file. */
async function withPoison(): Promise<{ clone: WorkingClone; poison: string }> {
  const clone = await makeClone();
  clone.write('data/a.csv', 'good\n');
  await clone.commit('first');
  await clone.git('checkout', '-q', '-b', 'side');
  clone.write('data/a.csv', 'poison\n');
  await clone.git('add', '-A');
  await clone.git('commit', '-q', '-m', 'x', '--author', 'Mallory <m@example.org>');
  const poison = await clone.git('rev-parse', 'HEAD');
  await clone.git('checkout', '-q', 'main');
  return { clone, poison };
}

async function arrivedIn({ repo }: WorkingClone) {
  const commit = await readCommit(repo, await repo.resolveCommit('HEAD'));
  return await findArrived(repo, commit, (path) => path.startsWith('data/'));
}

const ways = new Map<string, (clone: WorkingClone) => Promise<unknown>>([
  ['cherry-pick --no-commit', (clone) => clone.git('cherry-pick', '--no-commit', 'side')],
  ['merge --squash', (clone) => clone.git('merge', '-q', '--squash', 'side')],
  ['checkout BRANCH -- FILE', (clone) => clone.git('checkout', '-q', 'side', '--', 'data/a.csv')],
  ['typing it in again', async (clone) => clone.write('data/a.csv', 'poison\n')],
]);

for (const [way, bring] of ways) {
  test(`${way} brings what somebody else committed, and that is seen`, async () => {
    const { clone, poison } = await withPoison();
    await bring(clone);
    await clone.commit('looks like any other');
    const blame = { commit: poison, author: 'Mallory <m@example.org>' };
    assert.equal(await arrivedIn(clone), { path: 'data/a.csv', blame });
    await clone.cleanup();
  });
}

test('the honest twins: new content, own content, and what no step is about', async () => {
  const { clone, poison } = await withPoison();
  clone.write('data/a.csv', 'mine\n');
  await clone.commit('new');
  assert.is(await arrivedIn(clone), undefined);
  await clone.git('checkout', '-q', 'side', '--', 'data/a.csv');
  await clone.commit('brought');
  await new Journal(clone.repo).made(poison);
  assert.is(
    await arrivedIn(clone),
    undefined,
    'what this clone saw being made is own work, on whatever branch',
  );
  await clone.cleanup();
});

test('what lies in the own history already did not arrive: a revert makes it anew', async () => {
  const { clone } = await withPoison();
  await clone.git('merge', '-q', '--ff-only', 'side');
  clone.write('data/a.csv', 'good again\n');
  await clone.commit();
  await clone.git('revert', '--no-edit', 'HEAD');
  assert.is(await arrivedIn(clone), undefined);
  await clone.cleanup();
});

test('a branch of unrelated tags and trees is no history to search', async () => {
  const { clone } = await withPoison();
  await clone.git('tag', 'of-a-tree', 'HEAD^{tree}');
  await clone.git('tag', '-a', 'annotated', '-m', 'x', 'side');
  clone.write('data/a.csv', 'poison\n');
  await clone.commit();
  assert.is((await arrivedIn(clone))?.path, 'data/a.csv');
  await clone.cleanup();
});

test('the hook signs no squash of poison, and says whose it is', async () => {
  const shop = await makeWorkshop();
  await shop.layOut(threeSteps);
  shop.write('raw/a.csv', 'raw\n');
  await shop.commit();
  await afterCommit(shop.context(), 'post-commit');
  await shop.git('checkout', '-q', '-b', 'side');
  shop.write('data/a.csv', 'poison\n');
  await shop.git('add', '-A');
  await shop.git('commit', '-q', '-m', 'x', '--author', 'Mallory <m@example.org>');
  await shop.git('checkout', '-q', 'main');
  await shop.git('merge', '-q', '--squash', 'side');
  await shop.commit('squashed');
  const outcome = only(await afterCommit(shop.context(), 'post-commit'));
  matches(outcome, { kind: 'refused', step: 'prepare' });
  assert.is(outcome.kind === 'refused' && outcome.refusal.kind, 'arrived');
  await shop.cleanup();
});

test.run();
