import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { makeEnvelope, writeEnvelope } from '../../src/intoto/envelope.ts';
import type { JsonObject } from '../../src/intoto/json.ts';
import { jsonObject } from '../../src/intoto/json.ts';
import { linkToJson } from '../../src/intoto/link.ts';
import type { SslibKey } from '../../src/intoto/sslib-key.ts';
import { sslibKeyFromJson } from '../../src/intoto/sslib-key.ts';
import { bindingToJson } from '../../src/ledger/binding.ts';
import { parseNote } from '../../src/ledger/entry.ts';
import { makeBinding } from '../support/evidence.ts';
import type { LayoutText } from '../support/layout.ts';
import type { People } from '../support/pipeline.ts';
import { makePeople, pipeline } from '../support/pipeline.ts';
import type { SslibSigningKey } from '../support/sslib-key.ts';
import { dsse, makeSslibSigningKey } from '../support/sslib-key.ts';
import type { LinkText, Signatory } from '../support/world.ts';
import { artifacts, summary, World } from '../support/world.ts';

const people = await makePeople();
const { olivia, alice, bob, carl, mallory } = people;

type Files = Readonly<Record<string, string>>;

interface Imported {
  readonly step: string;
  readonly by: Signatory;
  readonly materials?: Files;
  readonly products?: Files;
  readonly byproducts?: JsonObject;
}

/** A link as in-toto-run makes it, noted on a commit. */
function note(
  world: World,
  commit: string,
  link: Imported,
  how: Partial<Pick<LinkText, 'ref' | 'created' | 'tamper'>> = {},
): void {
  const signed = linkToJson({
    name: link.step,
    command: [],
    materials: artifacts(link.materials ?? {}),
    products: artifacts(link.products ?? {}),
    byproducts: link.byproducts ?? jsonObject([]),
    environment: new Map(),
  });
  world.add(signed, { by: link.by, ...how }, commit);
}

const DATA = { 'data/train.csv': '1,2' };
const MODEL = { 'model/m.bin': 'weights' };
const METRICS = { 'metrics/m.json': '0.95' };

const prepared: Imported = { step: 'prepare', by: alice, products: DATA };
const trained: Imported = { step: 'train', by: bob, materials: DATA, products: MODEL };
const tested: Imported = { step: 'test', by: carl, materials: MODEL, products: METRICS };

interface Baseline {
  readonly world: World;
  /** The commit that brought everything at once. */
  readonly commit: string;
}

/** A repository that adopts the tool: all is there, the owner vouches for it, nobody has a bound link. */
function baseline(layout: Partial<LayoutText> = {}, files: Files = {}, cast: People = people): Baseline {
  const world = new World(olivia, Object.values(cast));
  const everything = { ...DATA, ...MODEL, ...METRICS, ...files };
  const commit = world.commit({ layout: world.layout(pipeline(cast, layout)), files: everything });
  world.endorse(commit, Object.keys(everything), olivia);
  return { world, commit };
}

function verdict(world: World): string[] {
  return summary([...world.judge().findings, ...world.release().findings]);
}

test('imported links make a release where nobody has recorded the steps', () => {
  const { world, commit } = baseline();
  for (const link of [prepared, trained, tested]) note(world, commit, link);
  assert.equal(verdict(world), []);
  const { steps } = world.release();
  assert.equal(
    steps.map(({ step, state, signers }) => [step, state, signers.map(({ fingerprint }) => fingerprint)]),
    [
      ['prepare', 'verified', [alice.fingerprint]],
      ['train', 'verified', [bob.fingerprint]],
      ['test', 'verified', [carl.fingerprint]],
    ],
  );
});

test('they go on standing for it at commits that change nothing', () => {
  const { world, commit } = baseline();
  for (const link of [prepared, trained, tested]) note(world, commit, link);
  world.commit({ files: { 'README.md': 'more' } });
  assert.equal(verdict(world), []);
});

test('an imported link may be noted on a later commit', () => {
  const { world } = baseline();
  const later = world.commit({ files: { 'README.md': 'more' } });
  for (const link of [prepared, trained, tested]) note(world, later, link);
  assert.equal(verdict(world), []);
});

test('an imported link explains no change', () => {
  const world = new World(olivia, Object.values(people));
  const commit = world.commit({ layout: world.layout(pipeline(people)), files: DATA });
  note(world, commit, prepared);
  const history = world.judge();
  assert.equal(summary(history.findings), ['violation uncovered data/train.csv']);
  const digest = artifacts(DATA).get('data/train.csv')?.get('sha256') ?? '';
  assert.not(history.explains('data/train.csv', { kind: 'file', digest }));
  assert.is(history.commits.get(commit)?.effective.get('prepare')?.link.binding, undefined);
});

test('whoever records on top of an imported link is judged by it', () => {
  const { world, commit } = baseline();
  for (const link of [prepared, trained, tested]) note(world, commit, link);
  const retrained = world.commit({ files: { 'model/m.bin': 'better' } });
  const products = ['model/m.bin'];
  world.link({ step: 'train', commit: retrained, by: bob, materials: ['data/train.csv'], products });
  assert.equal(summary(world.judge().findings), []);
  // Carl has not tested the new model.
  assert.equal(summary(world.release().findings), ['violation rule-failed model/m.bin']);
  const bad = world.commit({ files: { 'model/m.bin': 'worse' } });
  world.link({
    step: 'train',
    commit: bad,
    by: bob,
    materials: artifacts({ 'data/train.csv': '9,9' }),
    products,
  });
  assert.equal(summary(world.judge().findings), [
    'violation uncovered model/m.bin',
    'warning rule-failed data/train.csv',
  ]);
});

test('where a step has a bound link, an imported one stands for nothing: it could bring back what was left behind', () => {
  const { world, commit } = baseline();
  for (const link of [prepared, trained, tested]) note(world, commit, link);
  const changed = world.commit({ files: { 'data/train.csv': '3,4' } });
  world.link({ step: 'prepare', commit: changed, by: alice, products: ['data/train.csv'] });
  const back = world.commit({ files: DATA });
  world.endorse(back, ['data/train.csv'], olivia);
  assert.equal(summary(world.judge().findings), []);
  assert.equal(
    summary(world.release().findings).filter((line) => line.includes('diverged')),
    ['violation diverged'],
  );
});

test('an imported link on a parallel branch is not there', () => {
  const { world, commit } = baseline();
  for (const link of [prepared, trained]) note(world, commit, link);
  const side = world.commit({ parents: [commit], files: { 'README.md': 'side' } });
  note(world, side, tested);
  world.commit({ parents: [commit], files: { 'README.md': 'main' } });
  assert.equal(summary(world.release().findings), ['violation link-missing']);
});

/** What release says when one of the links is another: always that the step lacks a link, and why this is none. */
function without(link: Imported, how: Parameters<typeof note>[3] = {}, files: Files = {}): string[] {
  const { world, commit } = baseline({}, files);
  note(world, commit, prepared);
  note(world, commit, trained);
  note(world, commit, link, how);
  assert.equal(summary(world.judge().findings), []);
  return summary(world.release().findings);
}

test('a stranger’s imported link, or that of a functionary of another step, does not count', () => {
  for (const by of [mallory, bob]) {
    assert.equal(without({ ...tested, by }), ['violation link-missing', 'warning unauthorised']);
  }
});

test('an imported link that was altered does not count', () => {
  const tamper = (line: string) => line.replace('"command":[]', '"command":["x"]');
  assert.equal(without(tested, { tamper }), ['violation link-missing', 'warning bad-signature']);
});

test('an imported link in somebody else’s notes does not count', () => {
  assert.equal(without(tested, { ref: bob.fingerprint }), ['violation link-missing', 'warning foreign-ref']);
});

test('an imported link whose command failed does not count', () => {
  const byproducts = jsonObject([['return-value', 1]]);
  assert.equal(without({ ...tested, byproducts }), ['violation link-missing', 'warning command-failed']);
});

test('an imported link has to have made what the tree holds: all of it, and nothing else of the step’s', () => {
  const mismatch = (path: string) => ['violation link-missing', `warning artifact-mismatch ${path}`];
  assert.equal(without({ ...tested, products: { 'metrics/m.json': '0.99' } }), mismatch('metrics/m.json'));
  assert.equal(without({ ...tested, products: {} }), mismatch('metrics/m.json'));
  assert.equal(
    without({ ...tested, products: { ...METRICS, 'metrics/gone.json': '1' } }),
    mismatch('metrics/gone.json'),
  );
  assert.equal(without(tested, {}, { 'metrics/new.json': '1' }), mismatch('metrics/new.json'));
});

test('a symbolic link is never what an imported link recorded', () => {
  const files = { 'metrics/m.json': '-> /etc/passwd' };
  const { world, commit } = baseline({}, files);
  for (const link of [prepared, trained]) note(world, commit, link);
  note(world, commit, { ...tested, products: files });
  assert.ok(summary(world.release().findings).includes('warning artifact-mismatch metrics/m.json'));
});

test('an imported link that breaks its rules is a violation of its own', () => {
  const { world, commit } = baseline();
  for (const link of [prepared, trained]) note(world, commit, link);
  note(world, commit, { ...tested, materials: { 'model/m.bin': 'another model' } });
  assert.equal(summary(world.release().findings), ['violation rule-failed model/m.bin']);
  assert.is(world.release().steps.find(({ step }) => step === 'test')?.state, 'violated');
});

test('an imported link without the materials that a rule is about is no better than in a commit', () => {
  const { world, commit } = baseline();
  for (const link of [prepared, trained]) note(world, commit, link);
  note(world, commit, { ...tested, materials: {} });
  assert.equal(summary(world.release().findings), ['violation materials-missing']);
});

test('of a signer’s imported links on one commit the newest stands', () => {
  const { world, commit } = baseline();
  for (const link of [prepared, trained, tested]) note(world, commit, link);
  note(world, commit, { ...tested, products: { 'metrics/m.json': '0.1' } }, { created: world.time() + 60 });
  assert.equal(summary(world.release().findings), [
    'violation link-missing',
    'warning artifact-mismatch metrics/m.json',
  ]);
});

const twoTesters = (): Partial<LayoutText> => {
  const { steps } = pipeline(people);
  const test = { ...steps.test, threshold: 2, pubkeys: [carl.keyid, bob.keyid] };
  return { steps: { ...steps, test } };
};

test('a threshold wants that many people who agree', () => {
  const { world, commit } = baseline(twoTesters());
  for (const link of [prepared, trained, tested]) note(world, commit, link);
  assert.equal(summary(world.release().findings), ['violation threshold-unmet']);
  note(world, commit, tested, { created: world.time() + 60 });
  assert.equal(summary(world.release().findings), ['violation threshold-unmet']);
  note(world, commit, { ...tested, by: bob });
  assert.equal(summary(world.release().findings), []);
});

test('somebody who saw another result does not make up a threshold', () => {
  const { world, commit } = baseline(twoTesters());
  for (const link of [prepared, trained, tested]) note(world, commit, link);
  note(world, commit, { ...tested, by: bob, materials: { ...MODEL, 'model/extra': 'x' } });
  assert.equal(summary(world.release().findings), ['violation threshold-unmet']);
});

test('git-lfs content is recorded as what it is, so an imported link may name it', () => {
  const { world, commit } = baseline();
  for (const link of [prepared, trained, tested]) note(world, commit, link);
  const model = world.commits[0]?.listing?.get('model/m.bin')?.artifact;
  assert.ok(model);
  Object.assign(model, { kind: 'lfs' });
  assert.equal(summary(world.release().findings), []);
  Object.assign(model, { kind: 'submodule' });
  assert.ok(summary(world.release().findings).includes('warning artifact-mismatch model/m.bin'));
});

/** Links signed with keys of in-toto's own form, which the layout names for the last step. */
function withOwnKeys(keys: readonly SslibKey[], threshold = 1): Baseline {
  const text = pipeline(people);
  const test = { ...text.steps.test, threshold, pubkeys: keys.map(({ keyid }) => keyid) };
  const all = [...(text.keys ?? []), ...keys];
  const story = baseline({ keys: all, steps: { ...text.steps, test } });
  for (const link of [prepared, trained]) note(story.world, story.commit, link);
  return story;
}

/** Notes a line as it is, in the notes of `keyid`. */
function noteLine({ world, commit }: Baseline, line: string, keyid: string): void {
  const { entries } = parseNote(keyid.toUpperCase(), commit, Buffer.from(`${line}\n`));
  assert.is(entries.length, 1);
  world.evidence.push(...entries);
}

const testedJson = (materials = MODEL) =>
  linkToJson({
    name: 'test',
    command: [],
    materials: artifacts(materials),
    products: artifacts(METRICS),
    byproducts: new Map(),
    environment: new Map(),
  });

const metablock = (by: SslibSigningKey, json = testedJson()) =>
  writeEnvelope(json, [by.sign(makeEnvelope(json, []).signedBytes)]);

const schemes = ['ed25519', 'rsassa-pss-sha256', 'ecdsa-sha2-nistp256'] as const;

for (const scheme of schemes) {
  test(`a link signed with in-toto’s own key counts, in both wrappings: ${scheme}`, () => {
    const dave = makeSslibSigningKey(scheme);
    for (const line of [metablock(dave), dsse(testedJson(), [dave])]) {
      const story = withOwnKeys([dave.key]);
      noteLine(story, line, dave.key.keyid);
      assert.equal(verdict(story.world), []);
      const effective = story.world.judge().commits.get(story.commit)?.effective.get('test');
      assert.is(effective?.link.created, undefined);
      assert.is(effective?.link.signer.fingerprint, dave.key.keyid.toUpperCase());
    }
  });
}

test('an own key signs nothing that names a commit: nobody knows when', () => {
  const dave = makeSslibSigningKey();
  const story = withOwnKeys([dave.key]);
  const binding = makeBinding(story.commit, { parents: [], tree: story.world.commits[0]?.tree ?? '' });
  const environment = jsonObject([['mlchain', bindingToJson(binding)]]);
  const json = jsonObject([...testedJson(), ['environment', environment]]);
  noteLine(story, metablock(dave, json), dave.key.keyid);
  assert.equal(summary(story.world.judge().findings), ['warning bad-signature']);
  assert.equal(summary(story.world.release().findings), ['violation link-missing']);
});

test('an own key that the layout does not name, another’s notes and altered content are refused', () => {
  const [dave, eve] = [makeSslibSigningKey(), makeSslibSigningKey()];
  const refused = (line: string, keyid: string) => {
    const story = withOwnKeys([dave.key]);
    noteLine(story, line, keyid);
    return summary(story.world.release().findings);
  };
  assert.equal(refused(metablock(eve), eve.key.keyid), ['violation link-missing', 'warning unauthorised']);
  assert.equal(refused(metablock(dave), eve.key.keyid), ['violation link-missing', 'warning foreign-ref']);
  const altered = metablock(dave).replace('"command":[]', '"command":["x"]');
  assert.equal(refused(altered, dave.key.keyid), ['violation link-missing', 'warning bad-signature']);
  const renamed = metablock(eve).replaceAll(eve.key.keyid, dave.key.keyid);
  assert.equal(refused(renamed, dave.key.keyid), ['violation link-missing', 'warning bad-signature']);
});

test('one own key under two key ids is one functionary', () => {
  const dave = makeSslibSigningKey();
  const alias = sslibKeyFromJson(jsonObject([...dave.key.json, ['keyid', 'f'.repeat(64)]]));
  const story = withOwnKeys([dave.key, alias], 2);
  noteLine(story, metablock(dave), dave.key.keyid);
  noteLine(story, metablock(dave).replaceAll(dave.key.keyid, alias.keyid), alias.keyid);
  assert.equal(summary(story.world.release().findings), ['violation threshold-unmet']);
  const eve = makeSslibSigningKey();
  const two = withOwnKeys([dave.key, eve.key], 2);
  for (const each of [dave, eve]) noteLine(two, metablock(each), each.key.keyid);
  assert.equal(two.world.release().findings, []);
});

test.run();
