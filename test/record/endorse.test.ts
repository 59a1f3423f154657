import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assessHistory } from '../../src/gather/assess.ts';
import { sha256Hex } from '../../src/intoto/digest.ts';
import { writeEnvelope } from '../../src/intoto/envelope.ts';
import { appendLines, Ledger } from '../../src/ledger/ledger.ts';
import { endorsementToJson } from '../../src/ledger/statement.ts';
import type { Certificate } from '../../src/openpgp/certificate.ts';
import { generateKey } from '../../src/openpgp/generate.ts';
import { findSigner, findSigningKey } from '../../src/openpgp/signer.ts';
import { OwnKeyStore } from '../../src/openpgp/store.ts';
import type { EndorsementWords } from '../../src/record/endorse.ts';
import { proposeEndorsement, signEndorsement } from '../../src/record/endorse.ts';
import { KeyBook } from '../../src/verify/key-book.ts';
import { ownersOf } from '../../src/verify/layout-trust.ts';
import { failure } from '../support/failure.ts';
import type { Workshop } from '../support/workshop.ts';
import { makeWorkshop, only, threeSteps } from '../support/workshop.ts';

/** Files first, the layout over them afterwards: what an owner endorses as the baseline. */
async function adopted(): Promise<{
  shop: Workshop;
  head: string;
  words: EndorsementWords;
  owners: string[];
}> {
  const shop = await makeWorkshop();
  shop.write('raw/a.csv', 'raw\n');
  shop.write('model/m', 'm\n');
  shop.write('README.md', 'x\n');
  await shop.commit();
  await shop.layOut(threeSteps);
  const head = await shop.commit('adopt');
  const owners = [shop.signer.fingerprint];
  return { shop, head, words: { reason: 'baseline', isOwnersWord: judgedBy(shop, owners) }, owners };
}

/** As the judge says it who knows these certificates. */
function judgedBy(
  { signer }: Workshop,
  owners: readonly string[],
  more: readonly Certificate[] = [],
): EndorsementWords['isOwnersWord'] {
  const keys = new KeyBook([signer.certificate, ...more]);
  const trust = { owners, threshold: 1, id: undefined, strict: false };
  const now = Math.floor(Date.now() / 1000);
  return (entry) => ownersOf(entry.envelope, keys, trust, now).good.has(entry.signer);
}

async function uncovered(shop: Workshop, head: string): Promise<number> {
  const trust = { owners: [shop.signer.fingerprint], threshold: 1, id: undefined, strict: false };
  const history = await assessHistory(shop.repo, {
    tips: [head],
    trust,
    now: Math.floor(Date.now() / 1000),
    cache: 'none',
  });
  return history.findings.filter(({ code }) => code === 'uncovered').length;
}

test('the commit that introduces a layout is endorsed with all that it put under control', async () => {
  const { shop, head, words, owners } = await adopted();
  assert.is(await uncovered(shop, head), 2);
  const proposal = await proposeEndorsement(shop.context(), head, [], words);
  const sha256 = (content: string) => new Map([['sha256', sha256Hex(content)]]);
  assert.equal(
    proposal.endorsement.artifacts,
    new Map([
      ['raw/a.csv', sha256('raw\n')],
      ['model/m', sha256('m\n')],
    ]),
  );
  await signEndorsement(shop.context(), proposal, owners);
  assert.is(await uncovered(shop, head), 0, 'and the judge takes the word for it');
  await shop.cleanup();
});

test('paths may be named, also one that is rightly gone; others are refused', async () => {
  const { shop, words } = await adopted();
  await shop.git('rm', '-q', 'model/m');
  const commit = await shop.commit();
  const propose = (...paths: string[]) => proposeEndorsement(shop.context(), commit, paths, words);
  const { endorsement } = await propose('model/m', 'raw/a.csv');
  assert.is(endorsement.artifacts.get('model/m'), null);
  assert.match((await failure(propose('README.md'))).message, /no step of the layout controls 'README.md'/);
  assert.match((await failure(propose('raw/never'))).message, /is not in commit/);
  await shop.cleanup();
});

test('a commit that changes nothing controlled has nothing to endorse but what is named', async () => {
  const { shop, words } = await adopted();
  shop.write('README.md', 'y\n');
  const commit = await shop.commit();
  const nothing = await failure(proposeEndorsement(shop.context(), commit, [], words));
  assert.is(nothing.hint, 'name the paths to endorse');
  assert.is(
    (await proposeEndorsement(shop.context(), commit, ['raw/a.csv'], words)).endorsement.artifacts.size,
    1,
  );
  const before = await shop.repo.resolveCommit('HEAD~2');
  assert.match(
    (await failure(proposeEndorsement(shop.context(), before, [], words))).message,
    /has no layout/,
  );
  await shop.cleanup();
});

test('nobody but an owner endorses, and the same twice is one line', async () => {
  const { shop, head, words, owners } = await adopted();
  const proposal = await proposeEndorsement(shop.context(), head, [], words);
  const error = await failure(signEndorsement(shop.context(), proposal, ['A'.repeat(40)]));
  assert.is(error.code, 'key');
  await signEndorsement(shop.context(), proposal, owners);
  const again = await proposeEndorsement(shop.context(), head, [], { ...words, reason: 'other words' });
  assert.is(again.endorsement.reason, 'baseline', 'the words that stand there already');
  await signEndorsement(shop.context(), again, owners);
  assert.is([...(await Ledger.read(shop.repo)).all()].length, 1);
  await shop.cleanup();
});

test('a second owner signs the very words of the first, so that a threshold can be met', async () => {
  const { shop, head, words, owners } = await adopted();
  const proposal = await proposeEndorsement(shop.context(), head, [], words);
  await signEndorsement(shop.context(), proposal, owners);
  const { armoredSecret, certificate } = await generateKey({
    name: 'Second',
    email: 's@example.org',
    type: 'ed25519',
  });
  await OwnKeyStore.open(shop.person.env).import(armoredSecret);
  const request = {
    choices: [certificate.fingerprint],
    gpgProgram: 'gpg',
    env: shop.person.env,
    mayPrompt: false,
  };
  const second = shop.context({
    signingKey: () => findSigningKey(request),
    signer: () => findSigner(request),
    now: () => Date.now() + 60_000,
  });
  const both = [...owners, certificate.fingerprint];
  await signEndorsement(
    second,
    await proposeEndorsement(second, head, [], {
      reason: 'mine',
      isOwnersWord: judgedBy(shop, both, [certificate]),
    }),
    both,
  );
  const entries = [...(await Ledger.read(shop.repo)).all()];
  assert.equal(entries.map(({ signer }) => signer).sort(), [...both].sort());
  const texts = new Set(entries.map(({ envelope }) => envelope.signedBytes.toString()));
  assert.is(texts.size, 1);
  await shop.cleanup();
});

test('what a stranger wrote about the same files is not signed in an owner’s name', async () => {
  const { shop, head, words, owners } = await adopted();
  const stranger = { ...words, reason: 'ignore the poison' };
  await signEndorsement(shop.context(), await proposeEndorsement(shop.context(), head, [], stranger), owners);
  const proposal = await proposeEndorsement(shop.context(), head, [], {
    ...words,
    isOwnersWord: judgedBy(shop, ['B'.repeat(40)]),
  });
  assert.is(proposal.existing, undefined);
  assert.ok(only([proposal]));
  await shop.cleanup();
});

test('a line in an owner`s words that the owner has not signed keeps nobody from signing, in words of their own', async () => {
  const { shop, head, words, owners } = await adopted();
  const proposal = await proposeEndorsement(shop.context(), head, [], words);
  const json = endorsementToJson({ ...proposal.endorsement, reason: 'ignore the poison' });
  const signature = await shop.signer.sign(Buffer.from('something else'));
  const junk = writeEnvelope(json, [signature]);
  await appendLines(shop.repo, shop.signer.fingerprint, new Map([[head, [junk]]]));
  const again = await proposeEndorsement(shop.context(), head, [], words);
  assert.is(again.endorsement.reason, 'baseline');
  await signEndorsement(shop.context(), again, owners);
  assert.is(await uncovered(shop, head), 0);
  await shop.cleanup();
});

test.run();
