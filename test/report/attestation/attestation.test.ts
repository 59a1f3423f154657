import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { stringify } from '../../../src/intoto/json.ts';
import { gitUri, personUri } from '../../../src/report/attestation/attestation.ts';
import { linkAttestations } from '../../../src/report/attestation/link.ts';
import type { SummaryFacts } from '../../../src/report/attestation/summary.ts';
import { summaryAttestation } from '../../../src/report/attestation/summary.ts';
import type { StepLink } from '../../../src/verify/counting-link.ts';
import type { Verdict } from '../../../src/verify/finding.ts';
import { makeLayout } from '../../support/layout.ts';
import { honestStory, makePeople, pipeline } from '../../support/pipeline.ts';
import { artifacts } from '../../support/world.ts';

const people = await makePeople();
const story = honestStory(people);
const effective = story.world.judge().commits.get(story.tested)?.effective;

function linkOf(step: string, more: Partial<StepLink['link']> = {}): StepLink {
  const found = effective?.get(step)?.link;
  if (found === undefined) throw new Error(`no link of ${step}`);
  return { ...found, link: { ...found.link, ...more } };
}

const read = (json: Parameters<typeof stringify>[0]) => JSON.parse(stringify(json, 0));
const COMMAND = ['node', 'scripts/train.mjs'];

test('a link without a command is attested as a link alone', () => {
  const attestations = linkAttestations(linkOf('train'));
  assert.equal(
    attestations.map(({ commit, name, statement }) => [commit, name, statement.get('predicateType')]),
    [[story.trained, 'train', 'https://in-toto.io/attestation/link/v0.3']],
  );
});

test('where a command ran there is provenance, too, about the same subject', () => {
  const [link, provenance] = linkAttestations(linkOf('train', { command: COMMAND })).map(({ statement }) =>
    read(statement),
  );
  assert.is(provenance.predicateType, 'https://slsa.dev/provenance/v1');
  assert.equal(provenance.subject, link.subject);
});

test('provenance says what ran, on what, by whom and when', () => {
  const link = linkOf('train', { command: COMMAND });
  const { buildDefinition, runDetails } = read(linkAttestations(link)[1]?.statement ?? null).predicate;
  assert.equal(Object.keys(buildDefinition).sort(), [
    'buildType',
    'externalParameters',
    'resolvedDependencies',
  ]);
  assert.equal(buildDefinition.externalParameters, { command: COMMAND, step: 'train' });
  assert.equal(buildDefinition.resolvedDependencies, [
    { name: 'data/train.csv', digest: { sha256: artifacts({ x: '1,2' }).get('x')?.get('sha256') } },
    {
      name: 'commit',
      uri: `gitoid:commit:sha1:${story.trained}`,
      digest: { gitCommit: story.trained },
    },
  ]);
  assert.equal(runDetails, {
    builder: { id: `openpgp4fpr:${people.bob.fingerprint}` },
    metadata: { invocationId: `sha256:${link.entry.id}`, finishedOn: '2026-11-01T00:00:00Z' },
  });
});

test('of an imported link only the signature tells the time', () => {
  const link = {
    ...linkOf('train', { command: COMMAND }),
    binding: undefined,
    created: Date.UTC(2025, 0, 2) / 1000,
  };
  const { runDetails } = read(linkAttestations(link)[1]?.statement ?? null).predicate;
  assert.is(runDetails.metadata.finishedOn, '2025-01-02T00:00:00Z');
  const timeless = linkAttestations({ ...link, created: undefined })[1]?.statement ?? null;
  assert.equal(Object.keys(read(timeless).predicate.runDetails.metadata), ['invocationId']);
});

test('a step that made nothing is attested about its commit', () => {
  const link = linkOf('train', { command: COMMAND, products: new Map() });
  for (const { statement } of linkAttestations(link)) {
    assert.equal(read(statement).subject[0].digest, { gitCommit: story.trained });
  }
});

function summary(verdict: Verdict, more: Partial<SummaryFacts> = {}) {
  const attestation = summaryAttestation({
    report: {
      verdict,
      revision: story.tested,
      questions: ['history', 'release'],
      checked: { commits: 4, links: 3, signatures: 4, cached: 0 },
      steps: [],
      findings: [],
    },
    commit: story.tested,
    layout: makeLayout(pipeline(people)),
    policy: { blob: '2'.repeat(40), sha256: '3'.repeat(64) },
    linkOf: (step) => effective?.get(step)?.link.link,
    inputs: ['4'.repeat(64)],
    verifier: people.olivia.fingerprint,
    version: '1.2.3',
    now: Date.UTC(2026, 10, 22, 8) / 1000,
    ...more,
  });
  return { ...attestation, statement: read(attestation.statement) };
}

test('a summary of a verdict has the fields that SLSA asks for', () => {
  const { commit, name, statement } = summary('verified');
  assert.equal([commit, name], [story.tested, 'verification-summary']);
  assert.is(statement.predicateType, 'https://slsa.dev/verification_summary/v1');
  assert.equal(statement.predicate, {
    verifier: { id: `openpgp4fpr:${people.olivia.fingerprint}`, version: { 'git-mlchain': '1.2.3' } },
    timeVerified: '2026-11-22T08:00:00Z',
    resourceUri: `gitoid:commit:sha1:${story.tested}`,
    policy: { uri: `gitoid:blob:sha1:${'2'.repeat(40)}`, digest: { sha256: '3'.repeat(64) } },
    inputAttestations: [{ digest: { sha256: '4'.repeat(64) } }],
    verificationResult: 'PASSED',
    verifiedLevels: ['MLCHAIN_HISTORY', 'MLCHAIN_RELEASE'],
    slsaVersion: '1.0',
  });
});

test('no level of SLSA’s own is claimed', () => {
  for (const level of summary('verified').statement.predicate.verifiedLevels)
    assert.not.match(level, /^SLSA_/);
});

test('a summary is about the commit and about what the last steps made', () => {
  assert.equal(summary('verified').statement.subject, [
    { name: `commit ${story.tested}`, digest: { gitCommit: story.tested } },
    { name: 'metrics/m.json', digest: { sha256: artifacts({ x: '0.95' }).get('x')?.get('sha256') } },
  ]);
});

test('what does not verify is said to have failed', () => {
  const { predicate } = summary('violated').statement;
  assert.equal([predicate.verificationResult, predicate.verifiedLevels], ['FAILED', ['FAILED']]);
});

test('a step without a link adds nothing to the subject', () => {
  const { subject } = summary('violated', { linkOf: () => undefined }).statement;
  assert.is(subject.length, 1);
});

test('git objects and people have URIs of their own', () => {
  assert.is(gitUri('blob', 'a'.repeat(40)), `gitoid:blob:sha1:${'a'.repeat(40)}`);
  assert.is(gitUri('commit', 'a'.repeat(64)), `gitoid:commit:sha256:${'a'.repeat(64)}`);
  assert.is(personUri('A'.repeat(40)), `openpgp4fpr:${'A'.repeat(40)}`);
  assert.is(personUri('A'.repeat(64)), `urn:in-toto:keyid:${'a'.repeat(64)}`);
});

test.run();
