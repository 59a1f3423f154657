import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { pendingLinks } from '../../src/record/desk.ts';
import { Journal } from '../../src/record/journal.ts';
import { queuedCommits, recordMissing } from '../../src/record/missing.ts';
import { afterCommit } from '../../src/record/post-commit.ts';
import { pendingOf } from '../support/listings.ts';
import type { Workshop } from '../support/workshop.ts';
import { makeWorkshop, matches, only, threeSteps, whileLocked } from '../support/workshop.ts';

/** Somebody whose key is locked, with raw data committed and therefore queued. */
async function locked(): Promise<Workshop> {
  const shop = await makeWorkshop();
  await shop.layOut(threeSteps);
  shop.write('raw/a.csv', 'raw\n');
  await commit(shop);
  return shop;
}

async function commit(shop: Workshop): Promise<string> {
  const id = await shop.commit();
  await afterCommit(shop.context(whileLocked), 'post-commit');
  return id;
}

test('what was queued while the key was locked is signed in order, each building on the one before', async () => {
  const shop = await locked();
  const first = await shop.git('rev-parse', 'HEAD');
  shop.write('raw/b.csv', 'more\n');
  const second = await commit(shop);
  shop.write('data/a.csv', 'prepared\n');
  const third = await commit(shop);
  assert.equal(await queuedCommits(shop.context()), [first, second, third]);
  const outcomes = await recordMissing(shop.context());
  assert.equal(
    outcomes.map(({ kind, commit: id }) => [kind, id]),
    [
      ['signed', first],
      ['signed', second],
      ['signed', third],
    ],
  );
  assert.equal(await queuedCommits(shop.context()), []);
  assert.equal(await recordMissing(shop.context()), []);
  await shop.cleanup();
});

test('while the key stays locked, what is queued stays queued', async () => {
  const shop = await locked();
  matches(only(await recordMissing(shop.context(whileLocked))), { kind: 'queued' });
  assert.is((await queuedCommits(shop.context())).length, 1);
  await shop.cleanup();
});

test('nothing is signed that is not queued', async () => {
  const shop = await locked();
  shop.write('raw/b.csv', 'unseen\n');
  const unseen = await shop.commit('no hook ran');
  await recordMissing(shop.context());
  assert.equal(await shop.links(unseen), []);
  await shop.cleanup();
});

test('a run that a queued commit holds is bound to it, whatever is run in between', async () => {
  const shop = await locked();
  shop.write('data/a.csv', 'one\n');
  const materials = { 'raw/a.csv': 'raw\n' };
  await pendingLinks(shop.repo).write(
    pendingOf({ materials, products: { 'data/a.csv': 'one\n' }, command: ['first'] }),
  );
  const id = await commit(shop);
  await pendingLinks(shop.repo).write(
    pendingOf({ materials, products: { 'data/a.csv': 'two\n' }, command: ['second'] }),
  );
  await recordMissing(shop.context());
  assert.equal(only(await shop.links(id)).link.command, ['first']);
  assert.equal((await pendingLinks(shop.repo).read('prepare'))?.command, ['second']);
  await shop.cleanup();
});

test('a hook that was killed before it set a run apart is made good', async () => {
  const shop = await locked();
  shop.write('data/a.csv', 'one\n');
  const pending = pendingOf({ materials: { 'raw/a.csv': 'raw\n' }, products: { 'data/a.csv': 'one\n' } });
  await pendingLinks(shop.repo).write(pending);
  const id = await shop.commit();
  await new Journal(shop.repo).made(id);
  await recordMissing(shop.context());
  assert.is(only(await shop.links(id)).binding.recorder, 'run');
  assert.is(await pendingLinks(shop.repo).read('prepare'), undefined);
  await shop.cleanup();
});

test('a run that came after the killed hook is about another commit', async () => {
  const shop = await locked();
  shop.write('data/a.csv', 'by hand\n');
  const id = await shop.commit();
  await new Journal(shop.repo).made(id);
  const ended = new Date(Date.now() + 60_000).toISOString();
  const products = { 'data/a.csv': 'by a later run\n' };
  await pendingLinks(shop.repo).write(pendingOf({ materials: { 'raw/a.csv': 'raw\n' }, products, ended }));
  await recordMissing(shop.context());
  assert.is(only(await shop.links(id)).binding.recorder, 'post-commit');
  await shop.cleanup();
});

test('a commit that was amended away while queued is forgotten, its run goes to the new one', async () => {
  const shop = await locked();
  shop.write('data/a.csv', 'one\n');
  const pending = pendingOf({ materials: { 'raw/a.csv': 'raw\n' }, products: { 'data/a.csv': 'one\n' } });
  await pendingLinks(shop.repo).write(pending);
  const old = await commit(shop);
  await shop.git('commit', '-q', '--amend', '-m', 'better words');
  await afterCommit(shop.context(whileLocked), 'post-commit');
  const id = await shop.git('rev-parse', 'HEAD');
  assert.not((await queuedCommits(shop.context())).includes(old));
  await recordMissing(shop.context());
  assert.is(only(await shop.links(id)).binding.recorder, 'run');
  assert.equal(await shop.links(old), []);
  await shop.cleanup();
});

test('a queued commit that is gone from the repository is forgotten', async () => {
  const shop = await locked();
  await new Journal(shop.repo).made('1'.repeat(40));
  const outcomes = await recordMissing(shop.context());
  assert.is(only(outcomes).kind, 'signed');
  assert.equal(await queuedCommits(shop.context()), []);
  await shop.cleanup();
});

test('poison below a queued commit is found when it is signed at last', async () => {
  const shop = await locked();
  await recordMissing(shop.context());
  shop.write('data/b.csv', 'poison\n');
  await shop.commit('no hook ran');
  shop.write('data/c.csv', 'mine\n');
  const id = await shop.commit();
  await new Journal(shop.repo).made(id);
  matches(only(await recordMissing(shop.context())), { kind: 'refused', step: 'prepare' });
  assert.equal(await queuedCommits(shop.context()), []);
  await shop.cleanup();
});

test.run();
