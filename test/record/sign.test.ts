import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readNote } from '../../src/git/notes.ts';
import { parseEnvelope, writeEnvelope } from '../../src/intoto/envelope.ts';
import { jsonObject } from '../../src/intoto/json.ts';
import { appendLines } from '../../src/ledger/ledger.ts';
import { localRef } from '../../src/ledger/refs.ts';
import { checkSignature } from '../../src/openpgp/check.ts';
import { KeyError } from '../../src/openpgp/key-error.ts';
import type { LinkDraft } from '../../src/record/draft.ts';
import { linkJson, timestamp } from '../../src/record/draft.ts';
import { signLinks } from '../../src/record/sign.ts';
import { asMaps } from '../support/as-maps.ts';
import { failure } from '../support/failure.ts';
import { makeKey, makeLayout } from '../support/layout.ts';
import type { Workshop } from '../support/workshop.ts';
import { makeWorkshop, only } from '../support/workshop.ts';

const NOON = Date.UTC(2026, 10, 22, 12);

function draft(commit: string, step = 'train', parts: Partial<LinkDraft> = {}): LinkDraft {
  return {
    step,
    command: [],
    materials: new Map([['data/a', new Map([['sha256', 'a'.repeat(64)]])]]),
    products: new Map([['model/m', new Map([['sha256', 'b'.repeat(64)]])]]),
    byproducts: jsonObject([]),
    binding: {
      recorder: 'post-commit',
      commit,
      tree: commit,
      parents: [],
      objectFormat: 'sha1',
      author: 'A <a@example.org>',
      changed: new Map(),
      kinds: new Map(),
      external: [],
      rewrittenFrom: undefined,
    },
    ...parts,
  };
}

const layoutFor = ({ signer }: Workshop) =>
  makeLayout({
    keys: [signer.certificate.publicKey, makeKey('b')],
    steps: { train: { pubkeys: [signer.keyid] }, test: { pubkeys: ['b'.repeat(40)] } },
  });

async function committed(shop: Workshop): Promise<string> {
  shop.write('x', 'x');
  return await shop.commit();
}

test('what was signed lies in the own ref, one line a link, and its signature is good', async () => {
  const shop = await makeWorkshop();
  const commit = await committed(shop);
  await signLinks(shop.context({ now: () => NOON }), layoutFor(shop), [draft(commit)]);
  const note = (await readNote(shop.repo, localRef(shop.signer.fingerprint), commit))?.toString('utf8') ?? '';
  assert.is(note.split('\n').length, 2);
  const envelope = parseEnvelope(note);
  assert.equal(asMaps(envelope.signed), linkJson(draft(commit), NOON));
  const signature = only(envelope.signatures);
  assert.ok(checkSignature(shop.signer.certificate.publicKey, signature, envelope.signedBytes).good);
  await shop.cleanup();
});

test('of several links only those of own steps are signed, in one change of the ref', async () => {
  const shop = await makeWorkshop();
  const commit = await committed(shop);
  const outcomes = await signLinks(shop.context(), layoutFor(shop), [draft(commit), draft(commit, 'test')]);
  assert.equal(
    outcomes.map((outcome) => [outcome.kind, 'step' in outcome && outcome.step]),
    [
      ['signed', 'train'],
      ['refused', 'test'],
    ],
  );
  const ref = localRef(shop.signer.fingerprint);
  assert.is(await shop.git('rev-list', '--count', ref), '1');
  await shop.cleanup();
});

test('who may sign nothing is not asked for a passphrase', async () => {
  const shop = await makeWorkshop();
  const commit = await committed(shop);
  const signer = async () => assert.unreachable('the key was opened');
  const context = shop.context({ signer: signer as never });
  const outcome = only(await signLinks(context, layoutFor(shop), [draft(commit, 'test')]));
  assert.is(outcome.kind, 'refused');
  await shop.cleanup();
});

test('the same words at another time add nothing, other words do', async () => {
  const shop = await makeWorkshop();
  const commit = await committed(shop);
  const sign = async (now: number, parts: Partial<LinkDraft> = {}) => {
    const context = shop.context({ now: () => now });
    return only(await signLinks(context, layoutFor(shop), [draft(commit, 'train', parts)])).kind;
  };
  assert.is(await sign(NOON), 'signed');
  assert.is(await sign(NOON + 60_000), 'already-signed');
  const { binding } = draft(commit);
  assert.is(await sign(NOON, { binding: { ...binding, recorder: 'record' } }), 'already-signed');
  assert.is(await sign(NOON, { command: ['python'] }), 'signed');
  assert.is(await sign(NOON, { byproducts: jsonObject([['return-value', 0]]) }), 'signed');
  assert.is(await sign(NOON, { materials: new Map() }), 'signed');
  assert.is(await sign(NOON, { binding: { ...binding, external: ['model/m'] } }), 'signed');
  assert.is((await shop.links(commit)).length, 5);
  await shop.cleanup();
});

test('the same words without a good signature of this key hide nothing', async () => {
  const shop = await makeWorkshop();
  const commit = await committed(shop);
  const json = linkJson(draft(commit), NOON);
  const other = await shop.signer.sign(Buffer.from('something else'));
  const junk = [[], [other]].map((each) => writeEnvelope(json, each));
  await appendLines(shop.repo, shop.signer.fingerprint, new Map([[commit, junk]]));
  const sign = async () => only(await signLinks(shop.context(), layoutFor(shop), [draft(commit)])).kind;
  assert.is(await sign(), 'signed');
  assert.is(await sign(), 'already-signed');
  assert.is((await shop.links(commit)).length, 3);
  await shop.cleanup();
});

test('a key that cannot be opened leaves the ref as it was', async () => {
  const shop = await makeWorkshop();
  const commit = await committed(shop);
  const signer = async () => Promise.reject(new KeyError('locked', 'the key is locked'));
  const error = await failure(signLinks(shop.context({ signer }), layoutFor(shop), [draft(commit)]));
  assert.instance(error, KeyError);
  assert.equal(await shop.links(commit), []);
  await shop.cleanup();
});

test('a time is written to the second, in UTC', () => {
  assert.is(timestamp(NOON + 999), '2026-11-22T12:00:00Z');
});

test.run();
