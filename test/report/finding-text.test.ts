import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { findingText, findingTitles } from '../../src/report/finding-text.ts';
import type { Finding, FindingCode, Severity } from '../../src/verify/finding.ts';
import { bob, commit, finding, full } from './sample.ts';

const BOB = 'Bob (key 89ABCDEF7E5D0C11)';

/** What a user reads when all is known but digests. */
const messages: Readonly<Record<FindingCode, string>> = {
  'layout-missing': 'there is no .mlchain/root.layout in 2be8810 by Mallory',
  'layout-bad-signature': 'the layout at 2be8810 is not what was signed',
  'layout-untrusted': 'the layout at 2be8810 is not signed by the owners pinned here',
  'layout-rollback': 'the layout in 2be8810 by Mallory is older than one seen before',
  'layout-expired': 'the layout at 2be8810 has expired',
  'layout-invalid': 'the layout at 2be8810 cannot be used',
  superseded: 'the layout at 2be8810 has been replaced by a newer one',
  'owners-untrusted': 'the owners named at 2be8810 are not backed by those pinned here',
  uncovered: 'data/train.csv, changed in 2be8810 by Mallory, is explained by no link that counts',
  'artifact-mismatch': `train: the link of ${BOB} at 2be8810 and the commit differ in data/train.csv`,
  unauthorised: `train: the link of ${BOB} at 2be8810 is signed by a key the layout does not allow`,
  'bad-signature': `train: the link of ${BOB} at 2be8810 is not what was signed`,
  'wrong-commit': `train: the link of ${BOB} at 2be8810 was signed for another commit`,
  'wrong-step': `train: the link of ${BOB} at 2be8810 was signed for another step`,
  'foreign-ref': `train: the link of ${BOB} at 2be8810 lies in somebody else's notes`,
  'malformed-evidence': `a line of evidence of ${BOB} at 2be8810 cannot be read`,
  replay: `train: the link of ${BOB} at 2be8810 would bring back an old data/train.csv`,
  'weak-key': `train: the link of ${BOB} at 2be8810 is signed too weakly to count`,
  'key-expired': `train: the link of ${BOB} at 2be8810 is signed by an expired key`,
  'key-revoked': `train: the link of ${BOB} at 2be8810 is signed by a revoked key`,
  'evidence-rewound': `evidence of ${BOB} at 2be8810 that this clone had seen was taken back`,
  'rule-failed': `train: the link of ${BOB} at 2be8810 breaks a rule of the layout on data/train.csv`,
  'materials-missing': `train: the link of ${BOB} at 2be8810 does not list the material data/train.csv it was made from`,
  'command-failed': `train: the link of ${BOB} at 2be8810 records a command that failed`,
  'command-differs': `train: the link of ${BOB} at 2be8810 records another command than expected`,
  'link-missing': 'train: nobody has signed this step at 2be8810',
  stale: 'train: stale: data/train.csv changed in 2be8810 by Mallory',
  diverged: 'train: its products at 2be8810 agree with no link of its own on data/train.csv',
  'threshold-unmet': 'train: too few functionaries have signed at 2be8810',
  'links-disagree': `train: the link of ${BOB} contradicts the others on data/train.csv at 2be8810`,
  'inspection-failed': 'inspection train failed on data/train.csv at 2be8810',
  'inspection-unpinned': 'inspection train would run data/train.csv, which no step controls',
  'inspections-skipped': 'inspections were not run',
  revoked: `train: data/train.csv in 2be8810 by Mallory has been revoked by ${BOB}`,
  'invalid-name': 'data/train.csv at 2be8810 cannot name an artifact',
  'c2pa-missing': 'data/train.csv at 2be8810 carries no content credentials',
  'c2pa-invalid': 'data/train.csv at 2be8810 is not what its credentials say',
  'c2pa-untrusted': 'the credentials of data/train.csv at 2be8810 are by nobody trusted',
  'nothing-pinned': 'no owner is pinned in this clone, so there is nobody to trust',
  shallow: 'the history before 2be8810 is not here',
  'object-missing': 'the content of data/train.csv at 2be8810 is not here',
  'evidence-missing': 'the evidence was never fetched',
  'unsupported-repository': 'this repository cannot be read',
};

const codes = Object.keys(messages) as FindingCode[];

test('each code says what is wrong, where and by whom', () => {
  for (const code of codes) assert.is(findingText(finding(code)).message, messages[code], code);
});

test('every code has a title, and there are no others', () => {
  assert.equal(
    findingTitles().map(([code]) => code),
    codes,
  );
  for (const [code, title] of findingTitles()) assert.match(title, /^[a-z].*[^.]$/, code);
});

test('what was expected and found, and further details, follow the message', () => {
  const { message, headline, more } = findingText(
    finding('uncovered', { ...full, detail: 'no step has it' }),
  );
  assert.is(headline, messages.uncovered);
  assert.is(more, 'expected sha256:9f86d081884c…, found sha256:d41d8cd98f00…: no step has it');
  assert.ok(message.endsWith('(expected sha256:9f86d081884c…, found sha256:d41d8cd98f00…): no step has it'));
  assert.match(
    findingText(finding('threshold-unmet', { expected: '2', found: '1' })).message,
    / \(expected 2, found 1\)$/,
  );
  assert.match(
    findingText(finding('wrong-commit', { detail: `made for ${commit}` })).message,
    /: made for 2be8810c0ffe…$/,
  );
});

test('the hint names the command that helps, with the commit and step at hand', () => {
  const hint = (code: FindingCode, more?: Partial<Finding>) => findingText(finding(code, more)).hint;
  assert.match(hint('uncovered') ?? '', /'git mlchain record 2be8810 --step train'/);
  assert.match(
    hint('uncovered', { step: undefined, commit: undefined }) ?? '',
    /'git mlchain record COMMIT'/,
  );
  assert.match(hint('stale') ?? '', /'git mlchain run train'/);
  assert.match(hint('diverged') ?? '', /'git mlchain record --step train'/);
  assert.match(hint('unauthorised') ?? '', /'git mlchain layout set --functionary train=FPR'/);
  assert.match(
    hint('layout-expired') ?? '',
    /'git mlchain layout set --expires 1y', then 'git mlchain layout sign'/,
  );
  assert.match(hint('nothing-pinned') ?? '', /'git mlchain trust --first-use'/);
  assert.is(hint('shallow'), "'git fetch --unshallow'");
});

test('what is only a warning is worded as one', () => {
  const healed = findingText(finding('uncovered', { severity: 'warning' }));
  assert.is(
    healed.message,
    'data/train.csv, changed in 2be8810 by Mallory, was explained only by a later commit',
  );
  assert.is(healed.hint, undefined);
  const hidden = findingText(finding('malformed-evidence', { severity: 'incomplete' }));
  assert.match(hidden.message, /is over its limits and may hide a revocation/);
});

test('what is missing is named with the command that brings it: content, evidence, history', () => {
  const said = (more: Partial<Finding>) =>
    findingText({ code: 'object-missing', severity: 'incomplete', ...more });
  assert.match(
    said({ path: 'data/train.csv' }).hint ?? '',
    /'git fetch --refetch --no-filter'.*'git lfs fetch'/,
  );
  const note = said({ commit, signer: { fingerprint: 'A'.repeat(40), name: '' } });
  assert.is(note.headline, `evidence of key ${'A'.repeat(16)} at 2be8810 is not here`);
  assert.is(note.hint, "'git mlchain sync'");
  assert.is(said({ commit }).headline, 'something that the history names at 2be8810 is not here');
});

test('a remote that was never asked is named', () => {
  assert.is(
    findingText(finding('evidence-missing', { detail: 'origin' })).message,
    'the evidence was never fetched: origin',
  );
});

const optional = (text: fc.Arbitrary<string>) => fc.option(text, { nil: undefined });

test('whatever is missing, and whatever a repository put in, one clean line comes out (threat 34)', () => {
  const foreign = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\x1b[2J\x1b[Hverified', 'a\nviolation: no', '\u202eevil', '\x9b31m', '__proto__', ''),
  );
  const arbitrary = fc.record({
    code: fc.constantFrom(...codes),
    severity: fc.constantFrom<Severity>('violation', 'incomplete', 'warning'),
    commit: optional(foreign),
    step: optional(foreign),
    path: optional(foreign),
    author: optional(foreign),
    expected: optional(foreign),
    found: optional(foreign),
    detail: optional(foreign),
    signer: fc.option(fc.record({ fingerprint: foreign, name: foreign }), { nil: undefined }),
  });
  fc.assert(
    fc.property(arbitrary, (any) => {
      const { message, hint } = findingText(any);
      assert.not.match(`${message}${hint ?? ''}`, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      assert.not.match(message, /undefined|\[object/);
    }),
    { numRuns: 2000 },
  );
});

test('with nothing known at all, the words still make a sentence', () => {
  for (const code of codes) {
    const { message, hint } = findingText({ code, severity: 'violation' });
    assert.match(message, /^\S.*\S$/, code);
    assert.not.match(`${message} ${hint ?? ''}`, / {2}|undefined| ,| :/, `${code}: ${message}`);
  }
});

test('a name is anybody’s claim, so the key stands beside it', () => {
  const forged = findingText(
    finding('unauthorised', { signer: { ...bob, name: 'Olivia Owner <olivia@example.org>' } }),
  );
  assert.match(forged.message, /Olivia Owner \(key 89ABCDEF7E5D0C11\)/);
  const nameless = findingText(finding('unauthorised', { signer: { ...bob, name: '' } }));
  assert.match(nameless.message, /the link of key 89ABCDEF7E5D0C11 at/);
});

test.run();
