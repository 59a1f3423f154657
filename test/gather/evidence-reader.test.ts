import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EvidenceReader } from '../../src/gather/evidence-reader.ts';
import { layoutFacts } from '../../src/gather/layout-at.ts';
import { scopeOf } from '../../src/gather/scope.ts';
import { listEvidence } from '../../src/ledger/read-notes.ts';
import { makePeople, pipeline } from '../support/pipeline.ts';
import { Saga } from '../support/saga.ts';
import { makeScratch } from '../support/scratch.ts';

const people = await makePeople();
const { olivia, alice, mallory } = people;

/** Two links by whom the layout names, one that is forged, and how many signatures a thread was found to vouch for. */
async function vouchedFor(worthAThread: number): Promise<{ entries: number; fitting: number | undefined }> {
  const scratch = makeScratch();
  const saga = new Saga(scratch.path);
  await saga.git(['init', '-q', '--bare', saga.directory]);
  const files = saga.layoutFiles(pipeline(people), olivia, Object.values(people));
  let commit = await saga.commit([], files);
  for (const by of [alice, alice, mallory]) {
    commit = await saga.commit([commit], { 'data/a': `${commit.id}` });
    await saga.note(alice, commit.id, saga.linkLine('prepare', commit, by, { products: ['data/a'] }));
  }
  const found = await saga.with(async (repo) => {
    const blob = await saga.in('rev-parse', `${commit.id}:.mlchain/root.layout`);
    const scope = scopeOf([await layoutFacts(repo, blob)]);
    const reader = new EvidenceReader(repo, await listEvidence(repo), worthAThread);
    return await reader.reading(async () => {
      const read = await reader.read(scope);
      return { entries: read.entries.length, fitting: (await read.fitting)?.size };
    });
  });
  scratch.cleanup();
  return found;
}

test('signatures by keys of the layout are checked in a thread while evidence is read', async () => {
  assert.equal(await vouchedFor(1), { entries: 3, fitting: 2 });
});

test('a few are not worth a thread', async () => {
  assert.equal(await vouchedFor(4), { entries: 3, fitting: undefined });
});

test.run();
