import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sha256Hex } from '../../src/intoto/digest.ts';
import { parseEnvelope } from '../../src/intoto/envelope.ts';
import type { Revocation } from '../../src/ledger/statement.ts';
import { revocationFromJson } from '../../src/ledger/statement.ts';
import { KeyBook } from '../../src/verify/key-book.ts';
import type { RevocationCourt, RevocationLine } from '../../src/verify/revoked.ts';
import { countingRevocations, isAuthorisedRevocation, revokedLinks } from '../../src/verify/revoked.ts';
import { judgeParts, partsOf } from '../support/bundle.ts';
import { revocationLine } from '../support/evidence.ts';
import { makeLayout } from '../support/layout.ts';
import { honestStory, makePeople, pipeline } from '../support/pipeline.ts';
import { artifacts, type Signatory, summary } from '../support/world.ts';

const people = await makePeople();
const { olivia, alice, bob, carl, mallory } = people;
const story = honestStory(people);
const { world } = story;
const links = world.evidence.flatMap(({ content }) => (content.kind === 'link' ? [content.link] : []));
const DATA = artifacts({ 'data/train.csv': '1,2' }).get('data/train.csv')?.get('sha256') ?? '';
const MODEL = artifacts({ 'model/m.bin': 'weights' }).get('model/m.bin')?.get('sha256') ?? '';

const court: RevocationCourt = {
  layout: makeLayout(pipeline(people)),
  keys: new KeyBook(world.certificates),
  trust: world.trust,
  now: world.now,
};

function revocation(by: Signatory, more: Partial<Revocation>): RevocationLine {
  const text = revocationLine(by, story.prepared, { wholeCommit: false, ...more });
  return lineOf(text);
}

function lineOf(text: string): RevocationLine {
  const envelope = parseEnvelope(text);
  return { id: sha256Hex(text), envelope, revocation: revocationFromJson(envelope.signed) };
}

const dataset = (by: Signatory, more: Partial<Revocation> = {}) =>
  revocation(by, { artifacts: new Map([['data/train.csv', [DATA]]]), ...more });

/** Steps whose links do not count any more, and why. */
function spoilt(lines: readonly RevocationLine[], given: RevocationCourt = court): Record<string, string> {
  const revoked = revokedLinks(links, countingRevocations(lines, given));
  return Object.fromEntries([...revoked].map(([{ name }, why]) => [name, why]));
}

const WHY = 'labels 2 and 5 were swapped';
const EVERYTHING = {
  prepare: `data/train.csv: ${WHY}`,
  train: `data/train.csv: ${WHY}`,
  test: 'model/m.bin, made from what was revoked',
};

test('without a revocation nothing is revoked', () => {
  assert.equal(spoilt([]), {});
});

test('a revoked dataset takes the model made from it, and the metrics made from that', () => {
  assert.equal(spoilt([dataset(olivia)]), EVERYTHING);
});

test('whoever makes it may revoke it', () => {
  assert.equal(spoilt([dataset(alice)]), EVERYTHING);
  assert.ok(isAuthorisedRevocation(dataset(alice), [], court));
});

test('what was made before it stays', () => {
  const model = revocation(bob, { artifacts: new Map([['model/m.bin', [MODEL]]]) });
  assert.equal(Object.keys(spoilt([model])), ['train', 'test']);
});

test('another digest of the path, or another path with the digest, is another artifact', () => {
  for (const named of [
    new Map([['data/train.csv', ['f'.repeat(64)]]]),
    new Map([['data/other.csv', [DATA]]]),
  ]) {
    assert.equal(spoilt([revocation(olivia, { artifacts: named })]), {});
  }
});

test('a functionary of another step, or nobody at all, revokes nothing', () => {
  for (const by of [bob, carl, mallory]) assert.equal(spoilt([dataset(by)]), {});
  assert.ok(isAuthorisedRevocation(dataset(bob), [], court), 'somebody of the layout, if not of this step');
  assert.not(isAuthorisedRevocation(dataset(mallory), [], court));
});

test('a revocation that was altered revokes nothing', () => {
  const text = revocationLine(olivia, story.prepared, { artifacts: new Map([['data/train.csv', [DATA]]]) });
  const altered = lineOf(text.replace('swapped', 'exchanged'));
  assert.equal(spoilt([altered]), {});
  assert.not(isAuthorisedRevocation(altered, [], court));
});

test('a whole commit takes the links bound to it, whoever they are carried to', () => {
  const owners = spoilt([revocation(olivia, { wholeCommit: true })]);
  assert.equal(Object.keys(owners), ['prepare', 'train', 'test']);
  assert.is(owners.prepare, `commit ${story.prepared}: ${WHY}`);
  assert.equal(Object.keys(spoilt([revocation(alice, { wholeCommit: true })])), ['prepare', 'train', 'test']);
  assert.equal(spoilt([revocation(bob, { wholeCommit: true })]), {});
});

test('the owners’ threshold counts distinct owners, in lines of their own or in one', () => {
  const trust = { ...world.trust, owners: [olivia.fingerprint, mallory.fingerprint], threshold: 2 };
  const given = { ...court, trust };
  assert.equal(spoilt([dataset(olivia)], given), {});
  assert.equal(spoilt([dataset(olivia), dataset(olivia)], given), {});
  assert.equal(spoilt([dataset(olivia), dataset(mallory)], given), EVERYTHING);
});

test('undone by who made it, or by the owners', () => {
  const made = dataset(alice);
  const undo = (by: Signatory, id = made.id) => revocation(by, { undo: id });
  assert.equal(spoilt([made, undo(alice)]), {});
  assert.equal(spoilt([made, undo(olivia)]), {});
  assert.equal(spoilt([made, undo(alice, 'f'.repeat(64))]), EVERYTHING);
});

test('nobody lifts another’s revocation, and no functionary an owner’s', () => {
  for (const by of [bob, mallory]) {
    const made = dataset(alice);
    assert.equal(spoilt([made, revocation(by, { undo: made.id })]), EVERYTHING);
  }
  const owners = dataset(olivia);
  assert.equal(spoilt([owners, revocation(alice, { undo: owners.id })]), EVERYTHING);
  assert.equal(spoilt([owners, revocation(olivia, { undo: owners.id })]), {});
});

test('an undoing revokes nothing by itself', () => {
  assert.equal(spoilt([dataset(olivia, { undo: 'f'.repeat(64) })]), {});
});

const bundled = (lines: readonly string[]) => {
  const parts = partsOf(story);
  return judgeParts(story, { ...parts, evidence: [...parts.evidence, ...lines] });
};

test('a bundle of a chain with revoked data is refused, and one with a revocation of something else is not', async () => {
  const revoked = revocationLine(alice, story.prepared, { artifacts: new Map([['data/train.csv', [DATA]]]) });
  const report = await bundled([revoked]);
  assert.is(report.verdict, 'violated');
  assert.equal(summary(report.findings), ['violation revoked', 'violation revoked', 'violation revoked']);
  const older = revocationLine(alice, '9'.repeat(40), {
    artifacts: new Map([['data/train.csv', ['e'.repeat(64)]]]),
  });
  assert.equal((await bundled([older])).findings, []);
});

test('a stranger’s revocation in a bundle is no revocation, and has no business there', async () => {
  const stray = revocationLine(mallory, story.prepared, { artifacts: new Map([['data/train.csv', [DATA]]]) });
  assert.equal(summary((await bundled([stray])).findings), ['violation unauthorised']);
});

test.run();
