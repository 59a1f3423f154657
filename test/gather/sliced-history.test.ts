import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Assessment, type AssessRequest, assess } from '../../src/gather/assess.ts';
import { localRef } from '../../src/ledger/refs.ts';
import { revocationLine } from '../support/evidence.ts';
import { makePeople, pipeline } from '../support/pipeline.ts';
import { Saga } from '../support/saga.ts';
import { makeScratch } from '../support/scratch.ts';

const people = await makePeople();
const { olivia, alice, mallory } = people;
const trust = { owners: [olivia.fingerprint], threshold: 1, id: undefined, strict: false };

/** Six commits after the layout, each with a link of Alice's. */
async function story() {
  const scratch = makeScratch();
  const saga = new Saga(scratch.path);
  await saga.git(['init', '-q', '--bare', saga.directory]);
  let commit = await saga.commit([], saga.layoutFiles(pipeline(people), olivia, Object.values(people)));
  for (let at = 0; at < 6; at++) {
    commit = await saga.commit([commit], { 'data/a': `${at}` });
    await saga.note(alice, commit.id, saga.linkLine('prepare', commit, alice, { products: ['data/a'] }));
  }
  return { scratch, saga };
}

async function ask(saga: Saga, slices: AssessRequest['slices']): Promise<Assessment> {
  const revision = saga.at(0).id;
  const request = { revision, trust, questions: ['history'], inspections: undefined, now: saga.now } as const;
  return await saga.with((repo) => assess(repo, { ...request, cache: 'none', slices: slices ?? 'at once' }));
}

const told = ({ verdict, checked, findings }: Assessment) => ({ verdict, checked, findings });
/** Of how many commits there is a judgment of their own. */
const held = ({ history }: Assessment) => history?.commits.size;

test('judged in slices, a history is all checked now, and only the last slice is held at the end', async () => {
  const { scratch, saga } = await story();
  const sliced = await ask(saga, { from: 4, size: 3 });
  const whole = await ask(saga, 'at once');
  assert.equal(told(sliced), told(whole));
  assert.equal(sliced.checked, { commits: 7, links: 6, signatures: 7, cached: 0 });
  assert.equal([held(sliced), held(whole)], [2, 7]);
  scratch.cleanup();
});

test('a short history is not cut', async () => {
  const { scratch, saga } = await story();
  assert.is(held(await ask(saga, { from: 8, size: 3 })), 7);
  scratch.cleanup();
});

test('what is wrong with a ref is told with slices, too', async () => {
  const { scratch, saga } = await story();
  await saga.in('update-ref', localRef('nobody'), saga.at(0).id);
  const sliced = await ask(saga, { from: 4, size: 3 });
  assert.equal(told(sliced), told(await ask(saga, 'at once')));
  assert.equal(
    sliced.findings.map(({ code }) => code),
    ['malformed-evidence'],
  );
  assert.is(held(sliced), 2);
  scratch.cleanup();
});

test('poison, and a revocation of what lies slices below, are told by the whole history', async () => {
  for (const [spoil, verdict] of [
    [async (saga: Saga) => void (await saga.commit([saga.at(0)], { 'data/a': 'poison' })), 'violated'],
    [
      async (saga: Saga) => {
        const commit = await saga.commit([saga.at(0)], { 'data/a': 'forged' });
        const line = saga.linkLine('prepare', commit, mallory, { products: ['data/a'] });
        await saga.note(alice, commit.id, line);
      },
      'violated',
    ],
    [
      async (saga: Saga) => await saga.note(olivia, saga.at(0).id, revocationLine(olivia, saga.at(4).id)),
      'verified',
    ],
  ] as const) {
    const { scratch, saga } = await story();
    await spoil(saga);
    const sliced = await ask(saga, { from: 4, size: 2 });
    assert.equal(told(sliced), told(await ask(saga, 'at once')));
    assert.is(sliced.verdict, verdict);
    assert.ok((held(sliced) ?? 0) >= 7, 'every commit was judged together');
    scratch.cleanup();
  }
});

test.run();
