import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sha256Hex } from '../../src/intoto/digest.ts';
import { linkFromJson } from '../../src/intoto/link.ts';
import { bindingOf } from '../../src/ledger/binding.ts';
import { authorOf, changedUnder, draftLink, linkJson } from '../../src/record/draft.ts';
import type { Occurrence } from '../../src/record/occurrence.ts';
import { occurrenceOf } from '../../src/record/occurrence.ts';
import { artifact, files } from '../support/listings.ts';
import type { Workshop } from '../support/workshop.ts';
import { makeWorkshop, threeSteps } from '../support/workshop.ts';

const NOON = Date.UTC(2026, 10, 22, 12);

async function prepared(): Promise<{
  shop: Workshop;
  occurrence: Occurrence;
  step: Occurrence['control']['steps'][number];
}> {
  const shop = await makeWorkshop();
  await shop.layOut(threeSteps);
  shop.write('raw/a.csv', 'raw');
  await shop.commit('begin');
  shop.write('raw/a.csv', 'raw 2');
  shop.write('data/a.csv', 'data');
  const occurrence = await occurrenceOf(shop.context(), await shop.commit('prepare'));
  const step = occurrence?.control.steps.find((each) => each.step.name === 'prepare');
  if (occurrence === undefined || step === undefined) throw new Error('no step');
  return { shop, occurrence, step };
}

test('a link is bound to all that names its commit, and reads back as it was meant', async () => {
  const { shop, occurrence, step } = await prepared();
  const work = { materials: files({ 'raw/a.csv': 'raw 2' }), products: files({ 'data/a.csv': 'data' }) };
  const draft = draftLink(shop.repo, occurrence, step, work, { recorder: 'post-commit' });
  const link = linkFromJson(linkJson(draft, NOON));
  assert.equal(bindingOf(link), {
    recorder: 'post-commit',
    commit: await shop.git('rev-parse', 'HEAD'),
    tree: await shop.git('rev-parse', 'HEAD^{tree}'),
    parents: [await shop.git('rev-parse', 'HEAD~1')],
    objectFormat: 'sha1',
    author: `Alice <${shop.person.email}>`,
    recorded: '2026-11-22T12:00:00Z',
    changed: new Map([['data/a.csv', { before: null, after: sha256Hex('data') }]]),
    kinds: new Map(),
    external: [],
    rewrittenFrom: undefined,
  });
  assert.equal([link.name, link.command, [...link.byproducts]], ['prepare', [], []]);
  await shop.cleanup();
});

test('a change counts for the step that controls the path, whatever the other steps changed', async () => {
  const { shop, occurrence } = await prepared();
  const changed = occurrence.control.steps.map((step) => [...changedUnder(step, occurrence).keys()]);
  assert.equal(changed, [['raw/a.csv'], ['data/a.csv'], []]);
  const [source] = occurrence.control.steps;
  const change = source && changedUnder(source, occurrence).get('raw/a.csv');
  assert.equal(change, { before: sha256Hex('raw'), after: sha256Hex('raw 2') });
  await shop.cleanup();
});

test('kinds are told of what is no plain file; where a path is on both lists, the product’s counts', async () => {
  const { shop, occurrence, step } = await prepared();
  const work = {
    materials: new Map([
      ['raw/big', artifact('lfs big')],
      ['model/m', artifact('lfs before')],
    ]),
    products: new Map([
      ['data/sub', { kind: 'submodule', digest: 'c'.repeat(40) } as const],
      ['model/m', artifact('after')],
    ]),
  };
  const draft = draftLink(shop.repo, occurrence, step, work, { recorder: 'run', external: ['data/x'] });
  assert.equal(
    draft.binding.kinds,
    new Map([
      ['raw/big', 'lfs'],
      ['data/sub', 'submodule'],
    ]),
  );
  assert.equal(draft.products.get('data/sub'), new Map([['gitCommit', 'c'.repeat(40)]]));
  assert.equal(draft.binding.external, ['data/x']);
  await shop.cleanup();
});

test('an author is written as git writes one', async () => {
  const author = { name: 'Ünal <x', email: 'u@example.org', time: 0 };
  assert.is(authorOf({ author } as never), 'Ünal <x <u@example.org>');
});

test.run();
