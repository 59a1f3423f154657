import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sha256Hex } from '../../src/intoto/digest.ts';
import { queuedCommits } from '../../src/record/missing.ts';
import { afterCommit } from '../../src/record/post-commit.ts';
import type { Workshop } from '../support/workshop.ts';
import { makeWorkshop, only, threeSteps } from '../support/workshop.ts';

/** A repository whose first commit has the layout and the raw data. */
async function begun(): Promise<Workshop> {
  const shop = await makeWorkshop();
  await shop.layOut(threeSteps);
  shop.write('raw/a.csv', 'raw\n');
  await shop.commit('begin');
  await afterCommit(shop.context(), 'post-commit');
  return shop;
}

const digestOf = (content: string) => new Map([['sha256', sha256Hex(content)]]);

test('a commit of a controlled file leaves a link with products and materials of its own tree', async () => {
  const shop = await begun();
  shop.write('data/a.csv', 'prepared\n');
  const commit = await shop.commit('prepare');
  const outcomes = await afterCommit(shop.context(), 'post-commit');
  assert.equal(
    outcomes.map(({ kind }) => kind),
    ['signed'],
  );
  const { link, binding } = only(await shop.links(commit));
  assert.is(link.name, 'prepare');
  assert.equal(link.materials, new Map([['raw/a.csv', digestOf('raw\n')]]));
  assert.equal(link.products, new Map([['data/a.csv', digestOf('prepared\n')]]));
  assert.equal(link.byproducts, new Map());
  assert.equal(binding.changed, new Map([['data/a.csv', { before: null, after: sha256Hex('prepared\n') }]]));
  assert.is(binding.recorder, 'post-commit');
  assert.is(binding.tree, await shop.git('rev-parse', 'HEAD^{tree}'));
  assert.equal(await queuedCommits(shop.context()), []);
  await shop.cleanup();
});

test('a commit of several steps leaves a link for each, and data and model may come together', async () => {
  const shop = await begun();
  shop.write('data/a.csv', 'prepared\n');
  shop.write('model/m.bin', 'weights\n');
  const commit = await shop.commit('both');
  await afterCommit(shop.context(), 'post-commit');
  const links = await shop.links(commit);
  assert.equal(links.map(({ link }) => link.name).sort(), ['prepare', 'train']);
  const train = links.find(({ link }) => link.name === 'train');
  assert.equal(train?.link.materials, new Map([['data/a.csv', digestOf('prepared\n')]]));
  await shop.cleanup();
});

test('a commit that touches nothing controlled leaves nothing, unless it names a step', async () => {
  const shop = await begun();
  shop.write('README.md', 'hello\n');
  const plain = await shop.commit('words');
  assert.equal(await afterCommit(shop.context(), 'post-commit'), []);
  assert.equal(await shop.links(plain), []);
  const named = await shop.commit('look again\n\nMlchain-Step: source');
  await afterCommit(shop.context(), 'post-commit');
  assert.equal(
    (await shop.links(named)).map(({ link }) => [link.name, [...link.products.keys()]]),
    [['source', ['raw/a.csv']]],
  );
  const [unknown] = await named2(shop);
  assert.equal(unknown, {
    kind: 'unknown-step',
    commit: await shop.git('rev-parse', 'HEAD'),
    step: 'trian',
    known: ['source', 'prepare', 'train'],
  });
  await shop.cleanup();
});

async function named2(shop: Workshop) {
  await shop.commit('again');
  return await afterCommit(shop.context({ env: { MLCHAIN_STEP: 'trian' } }), 'post-commit');
}

test.run();
