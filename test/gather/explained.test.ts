import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Artifact } from '../../src/artifact/kind.ts';
import { explainedByMemory, rememberedHistories, strangersIn } from '../../src/gather/explained.ts';
import { type CacheUse, judgedHistory } from '../../src/gather/judged-history.ts';
import { sha256Hex } from '../../src/intoto/digest.ts';
import { afterCommit } from '../../src/record/post-commit.ts';
import { makeWorkshop, threeSteps } from '../support/workshop.ts';

// A history with a change that nobody explained is no rare thing: a hook that judged it all at every commit would take
// seconds. What it may not do is take the poison for explained.

const shop = await makeWorkshop();
const trust = { owners: [shop.signer.fingerprint], threshold: 1, id: undefined, strict: false };
const now = () => Math.floor(Date.now() / 1000);

await shop.layOut(threeSteps);
shop.write('raw/a', 'honest');
await shop.commit('begin');
await afterCommit(shop.context(), 'post-commit');
const verified = await ask('histories');
shop.write('raw/b', 'poison');
const poisoned = await shop.commit('poison');
shop.write('README.md', 'more');
const tip = await shop.commit('more');

async function ask(cache: CacheUse) {
  const tips = [await shop.repo.head().then((id) => id ?? '')];
  const { history } = await judgedHistory(shop.repo, { tips, trust, now: now(), cache });
  if (history === undefined) throw new Error('nothing was judged');
  return history;
}

function file(content: string): Artifact {
  return { kind: 'file', digest: sha256Hex(content) };
}

test('the recorder judges what came since the last verified commit, whoever else asks the whole', async () => {
  assert.equal(verified.findings, []);
  const told = await ask('recorder');
  assert.is(told.checked.cached, 1);
  assert.is((await ask('histories')).checked.cached, 0);
  assert.equal(told.findings, (await ask('none')).findings);
  assert.equal(
    told.findings.map(({ code, commit }) => [code, commit]),
    [['uncovered', poisoned]],
  );
});

test('what lay in the verified commit is explained, what came since is a stranger', async () => {
  const request = { tips: [tip], trust, now: now() };
  const [honest, poison] = [file('honest'), file('poison')];
  const histories = await rememberedHistories(shop.repo, request);
  const explains = explainedByMemory(request.tips, histories);
  assert.equal([explains('raw/a', honest), explains('raw/b', poison)], [true, false]);
  const strangerOf = strangersIn(shop.repo, request, histories);
  assert.is((await strangerOf('raw/b', poison))?.commit, poisoned);
  assert.is(await strangerOf('raw/a', honest), undefined);
});

test.run();
