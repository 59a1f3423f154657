import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { bindNow } from '../../src/record/bind-now.ts';
import { pendingLinks } from '../../src/record/desk.ts';
import type { Pending } from '../../src/record/pending.ts';
import { afterCommit } from '../../src/record/post-commit.ts';
import { failure } from '../support/failure.ts';
import { pendingOf } from '../support/listings.ts';
import type { Workshop } from '../support/workshop.ts';
import { makeWorkshop, matches, only, threeSteps, whileLocked } from '../support/workshop.ts';

/** Raw data, then a dataset, then a commit about something else; returns the ids of the last two. */
async function begun(): Promise<{ shop: Workshop; dataset: string; head: string }> {
  const shop = await makeWorkshop();
  await shop.layOut(threeSteps);
  const commit = async (name: string, content: string) => {
    shop.write(name, content);
    const id = await shop.commit();
    await afterCommit(shop.context(), 'post-commit');
    return id;
  };
  await commit('raw/a.csv', 'raw\n');
  const dataset = await commit('data/a.csv', 'prepared\n');
  const head = await commit('README.md', 'x\n');
  return { shop, dataset, head };
}

const sameRun = pendingOf({ materials: { 'raw/a.csv': 'raw\n' }, products: { 'data/a.csv': 'prepared\n' } });

async function bind(shop: Workshop, pending: Pending, effective: string | undefined) {
  await pendingLinks(shop.repo).write(pending);
  return await bindNow(shop.context(), pending, async () => effective);
}

test('a run with the same result from the same materials is bound where the effective link is', async () => {
  const { shop, dataset } = await begun();
  matches((await bind(shop, sameRun, dataset)) ?? {}, { kind: 'signed', commit: dataset, recorder: 'run' });
  assert.is(await pendingLinks(shop.repo).read('prepare'), undefined);
  await shop.cleanup();
});

test('where no link is effective, it is bound to HEAD', async () => {
  const { shop, head } = await begun();
  matches((await bind(shop, sameRun, undefined)) ?? {}, { kind: 'signed', commit: head });
  assert.is(only(await shop.links(head)).binding.changed.size, 0);
  await shop.cleanup();
});

test('the same result from new materials is bound to HEAD, which has them', async () => {
  const { shop, dataset } = await begun();
  shop.write('raw/a.csv', 'RAW\n');
  const newer = await shop.commit();
  await afterCommit(shop.context(), 'post-commit');
  const pending = pendingOf({
    materials: { 'raw/a.csv': 'RAW\n' },
    products: { 'data/a.csv': 'prepared\n' },
  });
  matches((await bind(shop, pending, dataset)) ?? {}, { kind: 'signed', commit: newer });
  await shop.cleanup();
});

test('another result, and materials that no commit has, leave it waiting', async () => {
  const { shop, dataset } = await begun();
  const other = pendingOf({ materials: { 'raw/a.csv': 'raw\n' }, products: { 'data/a.csv': 'other\n' } });
  assert.is(await bind(shop, other, dataset), undefined);
  const uncommitted = pendingOf({
    materials: { 'raw/a.csv': 'edited\n' },
    products: { 'data/a.csv': 'prepared\n' },
  });
  assert.is(await bind(shop, uncommitted, dataset), undefined);
  assert.ok(await pendingLinks(shop.repo).read('prepare'));
  await shop.cleanup();
});

test('a run whose products git ignores waits for a commit, also when it is to be bound to the next', async () => {
  const { shop, dataset } = await begun();
  const products = { 'data/x.tmp': 'x' };
  const ignored = new Set(['data/x.tmp']);
  const external = pendingOf({ materials: {}, products, ignored, bindAnyway: true });
  assert.is(await bind(shop, external, dataset), undefined);
  await shop.cleanup();
});

test('it signs no poison: what HEAD did not bring has to be explained here too', async () => {
  const { shop } = await begun();
  shop.write('data/poison.csv', 'poison\n');
  await shop.commit('no hook saw this');
  shop.write('README.md', 'y\n');
  await shop.commit();
  const products = { 'data/a.csv': 'prepared\n', 'data/poison.csv': 'poison\n' };
  const outcome = await bind(shop, pendingOf({ materials: { 'raw/a.csv': 'raw\n' }, products }), undefined);
  assert.is(outcome?.kind === 'refused' && outcome.refusal.kind, 'unexplained');
  assert.ok(await pendingLinks(shop.repo).read('prepare'));
  await shop.cleanup();
});

test('a key that is locked leaves it pending', async () => {
  const { shop, dataset } = await begun();
  await pendingLinks(shop.repo).write(sameRun);
  const error = await failure(bindNow(shop.context(whileLocked), sameRun, async () => dataset));
  assert.is(error.code, 'key');
  assert.ok(await pendingLinks(shop.repo).read('prepare'));
  await shop.cleanup();
});

test('before the first commit there is nothing to bind to', async () => {
  const shop = await makeWorkshop();
  await shop.layOut(threeSteps);
  assert.is(await bind(shop, sameRun, undefined), undefined);
  await shop.cleanup();
});

test.run();
