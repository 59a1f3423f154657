import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { linkToJson } from '../../src/intoto/link.ts';
import type { BundleParts } from '../../src/ledger/bundle.ts';
import type { BundleCase } from '../../src/verify/bundle.ts';
import { altered, BUNDLED, judgeParts, partsOf } from '../support/bundle.ts';
import { endorsementLine, signedLine } from '../support/evidence.ts';
import { honestStory, makePeople, pipeline, type Story } from '../support/pipeline.ts';
import { artifacts, makeSignatory, type Signatory, START, summary, World } from '../support/world.ts';

const people = await makePeople();
const { olivia, alice, bob, carl, mallory } = people;
const story = honestStory(people);
const parts = partsOf(story);
const [prepare = '', train = '', metrics = ''] = parts.evidence;

async function verdict(
  changed: Partial<BundleParts>,
  question: Partial<BundleCase> = {},
  of: Story = story,
): Promise<string[]> {
  const report = await judgeParts(of, { ...parts, ...changed }, question);
  assert.is(
    report.verdict === 'verified',
    report.findings.every(({ severity }) => severity === 'warning'),
  );
  return summary(report.findings);
}

test('a chain that holds verifies with nothing but the bundle and the owner’s fingerprint', async () => {
  const report = await judgeParts(story, parts);
  assert.equal(report.findings, []);
  assert.is(report.verdict, 'verified');
  assert.is(report.revision, story.tested);
  assert.equal(report.bundle, { created: BUNDLED, products: [] });
  assert.equal(report.checked, { commits: 0, links: 3, signatures: 4, cached: 0 });
  assert.equal(
    report.steps.map(({ step, state, signers }) => [step, state, signers.map(({ name }) => name)]),
    [
      ['prepare', 'verified', ['alice <alice@example.org>']],
      ['train', 'verified', ['bob <bob@example.org>']],
      ['test', 'verified', ['carl <carl@example.org>']],
    ],
  );
});

test('without a pinned owner nothing is verified and nothing violated', async () => {
  const trust = { ...story.world.trust, owners: [] };
  const report = await judgeParts(story, parts, { trust });
  assert.is(report.verdict, 'incomplete');
  assert.equal(summary(report.findings), ['incomplete nothing-pinned']);
});

test('another owner’s fingerprint verifies nothing, and neither does one that has no certificate there', async () => {
  for (const owner of [alice.fingerprint, 'F'.repeat(40)]) {
    const trust = { ...story.world.trust, owners: [owner] };
    const report = await judgeParts(story, parts, { trust });
    assert.ok(summary(report.findings).includes('violation layout-untrusted'), owner);
  }
});

test('the owners’ threshold is asked for', async () => {
  const trust = { ...story.world.trust, owners: [olivia.fingerprint, mallory.fingerprint], threshold: 2 };
  const certificates = [...parts.certificates, mallory.certificate.armored];
  assert.ok((await verdict({ certificates }, { trust })).includes('violation layout-untrusted'));
  const both = new World(olivia, Object.values(people));
  const layout = both.layout(pipeline(people), [olivia, mallory]);
  const envelope = both.layouts.get(layout)?.envelope;
  assert.ok(envelope);
  assert.equal(await verdict({ certificates, layout: envelope }, { trust }), []);
});

test('a layout changed after signing is refused', async () => {
  const { world } = honestStory(people);
  const json = pipeline(people);
  const layout = world.layout({ ...json, steps: { ...json.steps, prepare: { pubkeys: [mallory.keyid] } } }, [
    mallory,
  ]);
  const envelope = world.layouts.get(layout)?.envelope;
  assert.ok(envelope);
  assert.ok((await verdict({ layout: envelope })).includes('violation layout-untrusted'));
});

test('another repository’s layout by the same owner is refused where the clone pinned an id', async () => {
  const trust = { ...story.world.trust, id: 'f'.repeat(32) };
  assert.equal(await verdict({}, { trust }), ['violation layout-untrusted']);
  assert.equal(await verdict({}, { trust: { ...trust, id: '0'.repeat(32) } }), []);
});

test('an expired layout releases nothing', async () => {
  assert.equal(await verdict({}, { now: Date.UTC(2040, 0, 1) / 1000 }), ['violation layout-expired']);
});

test('a link that is missing, altered or by a stranger fails the whole', async () => {
  assert.equal(await verdict({ evidence: [prepare, train] }), ['violation link-missing']);
  const changed = altered(train, (signed) => signed.set('command', ['true']));
  assert.equal(await verdict({ evidence: [prepare, changed, metrics] }), [
    'violation bad-signature line 8',
    'violation link-missing',
    'violation rule-failed model/m.bin',
  ]);
  const forged = signedLine(mallory, story.world.evidence[1]?.envelope.signed ?? new Map());
  assert.ok(
    (await verdict({ evidence: [prepare, forged, metrics] })).includes('violation unauthorised line 8'),
  );
});

test('junk beside good links fails the whole: in a bundle nothing may stand that counts for nothing', async () => {
  const world = story.world;
  const stray = linkToJson({
    name: 'deploy',
    command: [],
    materials: new Map(),
    products: new Map(),
    byproducts: new Map(),
    environment: new Map(),
  });
  assert.equal(await verdict({ evidence: [...parts.evidence, signedLine(carl, stray)] }), [
    'violation wrong-step',
  ]);
  const unsigned = (world.evidence[0]?.line ?? '').replace(
    /"signatures":\[.*\],"signed"/,
    '"signatures":[],"signed"',
  );
  assert.equal(await verdict({ evidence: [...parts.evidence, unsigned] }), [
    'violation unauthorised line 10',
  ]);
  const twice = signedLine(mallory, world.evidence[0]?.envelope.signed ?? new Map());
  assert.equal(await verdict({ evidence: [...parts.evidence, twice] }), ['violation unauthorised line 10']);
});

test('a layout where a link should be is no link', async () => {
  const sublayout = signedLine(bob, story.world.layouts.get(story.layout)?.envelope?.signed ?? new Map());
  const problem = await judgeParts(story, { ...parts, evidence: [prepare, sublayout, metrics] }).catch(
    (error: Error) => error,
  );
  assert.instance(problem, Error);
  assert.match((problem as Error).message, /expected one layout, found a second/);
});

test('rules are judged as in a release: also a MATCH that finds nothing', async () => {
  const { world, ...rest } = honestStory(people);
  world.evidence.pop();
  world.link({ step: 'test', commit: rest.tested, by: carl, materials: [], products: ['metrics/m.json'] });
  const vacuous = partsOf({ world, ...rest });
  assert.equal(await verdict(vacuous), ['violation materials-missing']);
  world.evidence.pop();
  const materials = artifacts({ 'model/m.bin': 'another' });
  world.link({ step: 'test', commit: rest.tested, by: carl, materials, products: ['metrics/m.json'] });
  assert.equal(await verdict(partsOf({ world, ...rest })), ['violation rule-failed model/m.bin']);
});

test('a threshold wants that many people, and all of them to agree', async () => {
  const text = pipeline(people);
  const steps = {
    ...text.steps,
    test: { ...text.steps.test, threshold: 2, pubkeys: [carl.keyid, bob.keyid] },
  };
  const { world, ...rest } = honestStory(people);
  const layout = world.layout({ ...text, steps });
  const two = () => partsOf({ ...rest, world, layout });
  assert.equal(await verdict(two()), ['violation threshold-unmet']);
  const products = ['metrics/m.json'];
  world.link({ step: 'test', commit: rest.tested, by: bob, materials: ['model/m.bin'], products });
  assert.equal(await verdict(two()), []);
  world.evidence.pop();
  const materials = artifacts({ 'model/m.bin': 'another' });
  world.link({ step: 'test', commit: rest.tested, by: bob, materials, products });
  assert.ok((await verdict(two())).includes('violation links-disagree model/m.bin'));
});

async function withCast(
  changed: Partial<Record<'bob' | 'olivia', Signatory>>,
  now?: number,
): Promise<string[]> {
  const cast = { ...people, ...changed };
  const of = honestStory(cast);
  const report = await judgeParts(of, partsOf(of), now === undefined ? {} : { now });
  return summary(report.findings);
}

test('nothing tells when a signature was made, so a key that has expired since does not count', async () => {
  const day = 24 * 3600;
  // Lives longer than the story, and not as long as the bundle.
  const lasting = await makeSignatory('bob', START + 30 * day);
  assert.equal(await withCast({ bob: lasting }, START + 10 * day), []);
  assert.ok((await withCast({ bob: lasting }, START + 60 * day)).includes('violation key-expired line 8'));
  const owner = await makeSignatory('olivia', START + 30 * day);
  assert.equal(await withCast({ olivia: owner }, START + 10 * day), []);
  assert.ok((await withCast({ olivia: owner }, START + 60 * day)).includes('violation layout-untrusted'));
});

test('names that lead outside fail the whole', async () => {
  for (const name of [
    '../m.json',
    '/etc/passwd',
    'metrics/../../x',
    'metrics\\x',
    '.git/hooks/x',
    'metrics/\0',
  ]) {
    const { world, ...rest } = honestStory(people);
    world.evidence.pop();
    const products = artifacts({ 'metrics/m.json': '0.95' });
    const materials = new Map([...artifacts({ 'model/m.bin': 'weights' }), ...artifacts({ [name]: 'x' })]);
    const allowing = pipeline(people);
    const test_ = {
      ...allowing.steps.test,
      materials: ['MATCH model/* WITH PRODUCTS FROM train', 'ALLOW *'],
    };
    const layout = world.layout({ ...allowing, steps: { ...allowing.steps, test: test_ } });
    world.link({ step: 'test', commit: rest.tested, by: carl, materials, products });
    assert.equal(await verdict(partsOf({ ...rest, world, layout })), [`violation invalid-name ${name}`]);
  }
});

test('an owner’s endorsement may be there, anybody else’s may not', async () => {
  const honest = endorsementLine(olivia, story.prepared);
  assert.equal(await verdict({ evidence: [...parts.evidence, honest] }), []);
  const other = endorsementLine(alice, story.prepared);
  assert.equal(await verdict({ evidence: [...parts.evidence, other] }), ['violation unauthorised']);
  const changed = altered(honest, (signed) => signed.set('reason', 'not seen'));
  assert.equal(await verdict({ evidence: [...parts.evidence, changed] }), ['violation unauthorised']);
});

test('owners that changed are followed from those pinned, and nobody makes themselves one', async () => {
  const [oscar, orla] = await Promise.all([makeSignatory('oscar'), makeSignatory('orla')]);
  const { world } = story;
  const envelopes = (...blobs: string[]) =>
    blobs.flatMap((blob) => world.owners.find((each) => each.blob === blob)?.envelope ?? []);
  const first = world.ownersVersion([olivia], [olivia]);
  const second = world.ownersVersion([oscar, orla], [olivia, oscar, orla], { threshold: 2, previous: first });
  const forged = world.ownersVersion([mallory], [mallory], { previous: first });
  const signedBy = async (by: readonly Signatory[], ...blobs: string[]) => {
    const layout = world.layouts.get(world.layout(pipeline(people), by))?.envelope ?? parts.layout;
    const certificates = [
      ...parts.certificates,
      ...[oscar, orla, mallory].map((each) => each.certificate.armored),
    ];
    const more = [oscar, orla, mallory].map(({ certificate }) => certificate);
    const known = { certificates: [...world.certificates, ...more] };
    return await verdict({ layout, certificates, owners: envelopes(...blobs) }, known);
  };
  assert.equal(await signedBy([oscar, orla], first, second), []);
  assert.equal(await signedBy([oscar, orla], second, first), [], 'in whatever order they lie there');
  assert.ok((await signedBy([olivia], first, second)).includes('violation layout-untrusted'));
  for (const owners of [[first, forged], [first, first], [forged]]) {
    assert.equal(await signedBy([mallory], ...owners), ['violation owners-untrusted']);
  }
});

test('steps that match each other in a circle are no layout for a repository', async () => {
  const text = pipeline(people);
  const circular = {
    ...text.steps,
    prepare: { ...text.steps.prepare, materials: ['MATCH none/* WITH PRODUCTS FROM test'] },
  };
  const { world, ...rest } = honestStory(people);
  const layout = world.layout({ ...text, steps: circular });
  assert.equal(await verdict(partsOf({ ...rest, world, layout })), ['violation layout-invalid']);
});

test('inspections cannot be run, which is said', async () => {
  const { world, ...rest } = honestStory(people);
  const layout = world.layout({ ...pipeline(people), inspections: { rebuild: { run: ['false'] } } });
  assert.equal(await verdict(partsOf({ ...rest, world, layout })), ['warning inspections-skipped']);
});

test('what was delivered is judged once the chain holds, and not before', async () => {
  const sha256 = artifacts({ x: '0.95' }).get('x')?.get('sha256') ?? '';
  const delivered = [{ file: 'm.json', sha256 }];
  const report = await judgeParts(story, parts, { delivered });
  assert.equal(report.findings, []);
  assert.equal(report.bundle?.products, [
    { file: 'm.json', sha256, product: 'metrics/m.json', step: 'test' },
  ]);
  const wrong = [{ file: 'm.json', sha256: 'f'.repeat(64) }];
  assert.equal(await verdict({}, { delivered: wrong }), ['violation artifact-mismatch m.json']);
  const broken = await judgeParts(story, { ...parts, evidence: [prepare] }, { delivered });
  assert.equal(broken.bundle?.products, []);
});

test.run();
