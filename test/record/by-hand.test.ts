import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { proposeLinks, signProposals } from '../../src/record/by-hand.ts';
import { pendingLinks } from '../../src/record/desk.ts';
import { queuedCommits } from '../../src/record/missing.ts';
import { afterCommit } from '../../src/record/post-commit.ts';
import { failure } from '../support/failure.ts';
import { makeKey } from '../support/layout.ts';
import { pendingOf } from '../support/listings.ts';
import type { Workshop } from '../support/workshop.ts';
import { makeWorkshop, matches, only, threeSteps, whileLocked } from '../support/workshop.ts';

async function begun(): Promise<{ shop: Workshop; head: string }> {
  const shop = await makeWorkshop();
  await shop.layOut(threeSteps);
  shop.write('raw/a.csv', 'raw\n');
  return { shop, head: await shop.commit() };
}

test('a commit that no hook saw is signed by hand, for the steps it changed something of', async () => {
  const { shop, head } = await begun();
  const proposals = await proposeLinks(shop.context(), head, []);
  const { draft, unexplained } = only(proposals);
  assert.equal([draft.step, [...draft.products.keys()], unexplained], ['source', ['raw/a.csv'], undefined]);
  const { outcomes } = await signProposals(shop.context(), proposals);
  matches(only(outcomes), { kind: 'signed', commit: head, recorder: 'record' });
  assert.is((await shop.links(head)).length, 1);
  await shop.cleanup();
});

test('a step is named for a baseline, and what one alone would vouch for is shown', async () => {
  const { shop } = await begun();
  shop.write('README.md', 'x\n');
  const later = await shop.commit();
  assert.equal(await proposeLinks(shop.context(), later, []), []);
  const proposal = only(await proposeLinks(shop.context(), later, ['source']));
  assert.equal(proposal.unexplained?.files, ['raw/a.csv']);
  assert.match(proposal.unexplained?.blame?.author ?? '', /Alice/);
  await signProposals(shop.context(), [proposal]);
  assert.is(only(await shop.links(later)).binding.changed.size, 0);
  await shop.cleanup();
});

test('steps of others are not proposed unless they are named, and then nothing is signed', async () => {
  const shop = await makeWorkshop();
  const stranger = makeKey('b');
  const steps = { ...threeSteps.steps, source: { ...threeSteps.steps.source, pubkeys: [stranger.keyid] } };
  await shop.layOut({ steps, keys: [shop.signer.certificate.publicKey, stranger] });
  shop.write('raw/a.csv', 'raw\n');
  const head = await shop.commit();
  assert.equal(await proposeLinks(shop.context(), head, []), []);
  const named = await proposeLinks(shop.context(), head, ['source']);
  const { outcomes } = await signProposals(shop.context(), named);
  const outcome = only(outcomes);
  assert.is(outcome.kind === 'refused' && outcome.refusal.kind, 'not-functionary');
  assert.equal(await shop.links(head), []);
  await shop.cleanup();
});

test('what is signed by hand leaves the queue, and takes the place of a pending link', async () => {
  const { shop, head } = await begun();
  await afterCommit(shop.context(whileLocked), 'post-commit');
  assert.equal(await queuedCommits(shop.context()), [head]);
  await pendingLinks(shop.repo).write(pendingOf({ step: 'source', materials: {}, products: {} }));
  const { discarded } = await signProposals(shop.context(), await proposeLinks(shop.context(), head, []));
  assert.equal(discarded, ['source']);
  assert.equal(await queuedCommits(shop.context()), []);
  assert.is(await pendingLinks(shop.repo).read('source'), undefined);
  await shop.cleanup();
});

test('several commits are signed each for itself, a pending link only falls to HEAD', async () => {
  const { shop, head: first } = await begun();
  shop.write('raw/b.csv', 'b\n');
  const second = await shop.commit();
  await pendingLinks(shop.repo).write(pendingOf({ step: 'prepare', materials: {}, products: {} }));
  const context = shop.context();
  const proposals = [
    ...(await proposeLinks(context, first, [])),
    ...(await proposeLinks(context, second, [])),
  ];
  const { outcomes, discarded } = await signProposals(context, proposals);
  assert.equal(
    outcomes.map(({ commit }) => commit),
    [first, second],
  );
  assert.equal(discarded, []);
  await shop.cleanup();
});

test('a step that the layout has not is a usage error with those it has', async () => {
  const { shop, head } = await begun();
  const error = await failure(proposeLinks(shop.context(), head, ['suorce']));
  assert.is(error.code, 'usage');
  assert.match(error.hint ?? '', /source, prepare, train/);
  await shop.cleanup();
});

test('a symbolic link is refused before anybody signs, and without a layout there is nothing to propose', async () => {
  const { shop, head } = await begun();
  const blob = await shop.git('rev-parse', 'HEAD:raw/a.csv');
  await shop.git('update-index', '--cacheinfo', `120000,${blob},raw/a.csv`);
  await shop.git('commit', '-q', '-m', 'link');
  const linked = await shop.repo.resolveCommit('HEAD');
  assert.match((await failure(proposeLinks(shop.context(), linked, []))).message, /symbolic link/);
  await shop.git('rm', '-q', '--cached', '.mlchain/root.layout');
  await shop.git('commit', '-q', '-m', 'no layout');
  assert.equal(await proposeLinks(shop.context(), await shop.repo.resolveCommit('HEAD'), []), []);
  assert.ok(head);
  await shop.cleanup();
});

test.run();
