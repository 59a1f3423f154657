import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readHistoryFacts, readOwnFiles } from '../../src/gather/history-facts.ts';
import { sha256Hex } from '../../src/intoto/digest.ts';
import { makeEnvelope, writeEnvelopeFile } from '../../src/intoto/envelope.ts';
import { ownersToJson } from '../../src/layout/owners.ts';
import { OWNERS_DIR } from '../../src/layout/paths.ts';
import { judgeHistory } from '../../src/verify/history.ts';
import { inAYear } from '../support/layout.ts';
import { makePeople, pipeline } from '../support/pipeline.ts';
import { Saga } from '../support/saga.ts';
import { makeScratch } from '../support/scratch.ts';
import { makeSignatory, type Signatory, summary } from '../support/world.ts';

const people = await makePeople();
const { olivia } = people;
const oscar = await makeSignatory('oscar');

/** `.mlchain/owners/1.json`, Olivia, and `2.json`, Oscar. */
function owners(saga: Saga): Record<string, string> {
  const written: Record<string, string> = {};
  let previous: string | null = null;
  for (const [at, [owner, by]] of [
    [olivia, [olivia]] as const,
    [oscar, [olivia, oscar]] as const,
  ].entries()) {
    const keys = new Map([[owner.fingerprint, owner.certificate.publicKey]]);
    const signed = ownersToJson({ version: at + 1, previous, threshold: 1, keys, expires: inAYear });
    const { signedBytes } = makeEnvelope(signed, []);
    const signatures = by.map((each: Signatory) => each.sign(signedBytes, saga.now));
    written[`${OWNERS_DIR}/${at + 1}.json`] = writeEnvelopeFile(signed, signatures);
    previous = sha256Hex(signedBytes);
  }
  return written;
}

async function found(saga: Saga): Promise<string[]> {
  const trust = { owners: [olivia.fingerprint], threshold: 1, id: undefined, strict: false };
  const evidence = async () => ({ entries: [], fitting: Promise.resolve(undefined) });
  const tips = [saga.at(0).id];
  const request = { tips, evidence, trust, now: saga.now, remembers: false };
  const facts = await saga.with(async (repo) => {
    return await readHistoryFacts(repo, await readOwnFiles(repo, tips), request);
  });
  assert.ok(facts);
  return summary(judgeHistory(facts).findings);
}

test('56: a layout that becomes the owners’ word by their change alone is asked about the whole tree', async () => {
  const scratch = makeScratch();
  const saga = new Saga(scratch.path);
  await saga.git(['init', '-q', '--bare', saga.directory]);
  const layout = saga.layoutFiles(pipeline(people), oscar, [...Object.values(people), oscar]);
  const root = await saga.commit([], { ...layout, 'data/train.csv': 'poison' });
  await saga.commit([root], owners(saga));
  assert.equal(await found(saga), [
    'violation uncovered data/train.csv',
    'warning layout-untrusted .mlchain/root.layout',
  ]);
  scratch.cleanup();
});

test('with nothing under it that anybody controls, the change of owners is good', async () => {
  const scratch = makeScratch();
  const saga = new Saga(scratch.path);
  await saga.git(['init', '-q', '--bare', saga.directory]);
  const layout = saga.layoutFiles(pipeline(people), oscar, [...Object.values(people), oscar]);
  const root = await saga.commit([], { ...layout, 'README.md': 'hello' });
  await saga.commit([root], owners(saga));
  assert.equal(await found(saga), ['warning layout-untrusted .mlchain/root.layout']);
  scratch.cleanup();
});

test.run();
