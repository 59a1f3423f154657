import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { assessHistory } from '../../src/gather/assess.ts';
import { composeBundle } from '../../src/gather/compose-bundle.ts';
import { readOwners, readStatements } from '../../src/gather/statements.ts';
import { verifyBundle } from '../../src/gather/verify-bundle.ts';
import { canonicalize } from '../../src/intoto/canonical.ts';
import { sha256Hex } from '../../src/intoto/digest.ts';
import { writeEnvelope } from '../../src/intoto/envelope.ts';
import type { JsonObject } from '../../src/intoto/json.ts';
import type { BundleParts } from '../../src/ledger/bundle.ts';
import { parseBundle, writeBundle } from '../../src/ledger/bundle.ts';
import { appendLines } from '../../src/ledger/ledger.ts';
import { endorsementToJson, revocationToJson } from '../../src/ledger/statement.ts';
import { afterCommit } from '../../src/record/post-commit.ts';
import { endorsementLine, makeEndorsement, makeRevocation, revocationLine } from '../support/evidence.ts';
import { failure } from '../support/failure.ts';
import { makeWorkshop, threeSteps, type Workshop } from '../support/workshop.ts';
import type { Signatory } from '../support/world.ts';
import { makeSignatory } from '../support/world.ts';

interface Scene {
  readonly workshop: Workshop;
  readonly mallory: Signatory;
  /** The commit that has everything. */
  readonly head: string;
}

const story = suite<Scene>('what goes into a bundle');

story.before(async (scene) => {
  const workshop = await makeWorkshop();
  await workshop.layOut(threeSteps);
  for (const name of ['raw/a', 'data/a', 'model/a']) workshop.write(name, name);
  const head = await workshop.commit('everything at once');
  await afterCommit(workshop.context(), 'post-commit');
  Object.assign(scene, { workshop, head, mallory: await makeSignatory('mallory') });
});

story.after(({ workshop }) => workshop.cleanup());

const now = () => Math.floor(Date.now() / 1000);

function trustIn({ signer }: Workshop) {
  return { owners: [signer.fingerprint], threshold: 1, id: undefined, strict: false };
}

async function compose({ workshop }: Scene, commit: string): Promise<BundleParts> {
  const trust = trustIn(workshop);
  const repo = await workshop.reopen();
  const history = await assessHistory(repo, { tips: [commit], trust, now: now(), cache: 'none' });
  const header = { commit, created: '2026-11-22T08:00:00Z' };
  return await composeBundle(repo, { history, header, now: now() });
}

/** A statement line by the owner, whose workshop this is. */
async function said({ workshop: { signer } }: Scene, signed: JsonObject): Promise<string> {
  return writeEnvelope(signed, [await signer.sign(canonicalize(signed))]);
}

async function note({ workshop }: Scene, signer: string, commit: string, line: string): Promise<void> {
  await appendLines(workshop.repo, signer, new Map([[commit, [line]]]));
}

story('the layout, the owner’s certificate and one link a step', async (scene) => {
  const parts = await compose(scene, scene.head);
  assert.is(parts.layout.signedType, 'layout');
  assert.is(parts.certificates.length, 1);
  assert.equal(parts.evidence.map((line) => JSON.parse(line).signed.name).sort(), [
    'prepare',
    'source',
    'train',
  ]);
  assert.equal(parts.owners, []);
});

story('which verifies by itself', async (scene) => {
  const text = writeBundle(await compose(scene, scene.head));
  const question = { trust: trustIn(scene.workshop), delivered: [], now: now() };
  assert.is((await verifyBundle(Buffer.from(text), question)).verdict, 'verified');
});

story('owners’ endorsements of this history go in, others and those of elsewhere do not', async (scene) => {
  const { workshop, head, mallory } = scene;
  const mine = await said(scene, endorsementToJson(makeEndorsement(head)));
  const elsewhere = await said(scene, endorsementToJson(makeEndorsement('e'.repeat(40))));
  await note(scene, workshop.signer.fingerprint, head, mine);
  await note(scene, workshop.signer.fingerprint, 'e'.repeat(40), elsewhere);
  await note(scene, mallory.fingerprint, head, endorsementLine(mallory, head));
  const { evidence } = await compose(scene, head);
  const endorsements = evidence.filter((line) => line.includes('"endorsement"'));
  assert.equal(endorsements, [mine]);
});

story(
  'revocations by whoever may revoke go in, from the notes and from the commit’s own tree',
  async (scene) => {
    const { workshop, mallory } = scene;
    const more = { artifacts: new Map([['data/old', ['a'.repeat(64)]]]), wholeCommit: false };
    const noted = await said(scene, revocationToJson(makeRevocation('d'.repeat(40), more)));
    const filed = await said(scene, revocationToJson(makeRevocation('c'.repeat(40), more)));
    await note(scene, workshop.signer.fingerprint, 'd'.repeat(40), noted);
    await note(scene, mallory.fingerprint, 'd'.repeat(40), revocationLine(mallory, 'd'.repeat(40)));
    workshop.write(`.mlchain/revocations/${sha256Hex(filed)}.json`, `${filed}\n`);
    workshop.write('.mlchain/revocations/junk.json', 'junk');
    workshop.write('.mlchain/revocations/link.json', (await compose(scene, scene.head)).evidence[0] ?? '');
    const commit = await workshop.commit('what was revoked');
    await afterCommit(workshop.context(), 'post-commit');
    const { evidence } = await compose(scene, commit);
    const revocations = evidence.filter((line) => line.includes('"revocation"'));
    assert.equal(revocations.sort(), [noted, filed].sort());
    const text = writeBundle(await compose(scene, commit));
    const question = { trust: trustIn(workshop), delivered: [], now: now() };
    assert.is((await verifyBundle(Buffer.from(text), question)).verdict, 'verified');
  },
);

story('a statement that lies in two places is there once', async (scene) => {
  const repo = await scene.workshop.reopen();
  const head = await scene.workshop.git('rev-parse', 'HEAD');
  const statements = await readStatements(repo, head);
  assert.is(new Set(statements.map(({ id }) => id)).size, statements.length);
  for (const { id, line } of statements) assert.is(id, sha256Hex(line));
});

story('versions of the owners are read where there are any', async (scene) => {
  const { workshop } = scene;
  assert.equal(await readOwners(workshop.repo, scene.head), []);
  workshop.write('.mlchain/owners/1.json', '{"signatures":[],"signed":{"_type":"owners","version":1}}');
  const commit = await workshop.commit('owners');
  const [owners] = await readOwners(await workshop.reopen(), commit);
  assert.is(owners?.signedType, 'owners');
});

story('where no layout is in force there is no chain', async (scene) => {
  const { workshop, head } = scene;
  const trust = { ...trustIn(workshop), owners: ['F'.repeat(40)] };
  const history = await assessHistory(workshop.repo, { tips: [head], trust, now: now(), cache: 'none' });
  const header = { commit: head, created: '2026-11-22T08:00:00Z' };
  const error = await failure(composeBundle(workshop.repo, { history, header, now: now() }));
  assert.is(error.code, 'failed');
  assert.match(error.message, /no layout that pinned owners signed is in force/);
});

story('a certificate that cannot be read fails the whole bundle', async (scene) => {
  const parts = await compose(scene, scene.head);
  const question = { trust: trustIn(scene.workshop), delivered: [], now: now() };
  for (const armored of ['', 'no certificate', parts.certificates[0]?.slice(0, 200) ?? '']) {
    const text = writeBundle({ ...parts, certificates: [...parts.certificates, armored] });
    parseBundle(Buffer.from(text));
    const report = await verifyBundle(Buffer.from(text), question);
    assert.is(report.verdict, 'violated');
    assert.match(report.findings[0]?.detail ?? '', /^a certificate: /);
  }
});

story.run();
