import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { linkFromJson, linkToJson } from '../../src/intoto/link.ts';
import { findingText } from '../../src/report/finding-text.ts';
import { importUseWords } from '../../src/report/import-text.ts';
import { importedLinkText } from '../../src/report/link-text.ts';
import { styleFor } from '../../src/report/style.ts';
import { verdictJson } from '../../src/report/verdict-json.ts';
import { verdictText } from '../../src/report/verdict-text.ts';
import type { VerdictReport } from '../../src/verify/verdict.ts';
import { artifacts } from '../support/world.ts';

const plain = styleFor(false);
const BOB = { fingerprint: 'AB'.repeat(20), name: 'Bob <bob@example.org>' };

const report: VerdictReport = {
  verdict: 'violated',
  revision: '1'.repeat(40),
  questions: ['release'],
  checked: { commits: 0, links: 2, signatures: 3, cached: 0 },
  steps: [],
  findings: [],
  bundle: {
    created: '2026-11-22T08:00:00Z',
    products: [
      { file: 'model.tar.gz', sha256: 'a'.repeat(64), product: 'dist/model.tar.gz', step: 'package' },
      { file: 'evil\u001b[31m', sha256: 'b'.repeat(64), product: undefined, step: undefined },
    ],
  },
};

test('the verdict on a bundle says when it was bundled, and what each artifact is', () => {
  const lines = verdictText(report, plain).split('\n');
  assert.is(lines[0], 'violated: release of 1111111 as bundled on 2026-11-22T08:00:00Z');
  assert.ok(lines.some((line) => /^ {2}model\.tar\.gz +is dist\/model\.tar\.gz +package$/.test(line)));
  assert.ok(lines.some((line) => /^ {2}"evil.*" +no product of this chain$/.test(line)));
});

test('a file’s name repaints no terminal', () => {
  assert.not(verdictText(report, plain).includes('\u001b'));
});

test('where nothing was delivered there is no table of it', () => {
  const bundle = { created: '2026-11-22T08:00:00Z', products: [] };
  assert.not.match(verdictText({ ...report, bundle }, plain), /artifact/);
});

test('the JSON of a bundle has what each artifact is; that of a repository does not', () => {
  assert.equal(verdictJson(report).bundle, {
    created: '2026-11-22T08:00:00Z',
    artifacts: [
      { file: 'model.tar.gz', sha256: 'a'.repeat(64), product: 'dist/model.tar.gz', step: 'package' },
      { file: 'evil\u001b[31m', sha256: 'b'.repeat(64), product: null, step: null },
    ],
  });
  const { bundle: _, ...repository } = report;
  assert.not('bundle' in verdictJson(repository));
});

test('a bundle that was altered, and an artifact that is another, have words of their own', () => {
  const altered = findingText({
    code: 'malformed-evidence',
    severity: 'violation',
    detail: 'line 3: no JSON',
  });
  assert.is(altered.message, 'the bundle is not as it was written: line 3: no JSON');
  assert.match(altered.hint ?? '', /nothing in it can be relied on/);
  const other = findingText({ code: 'artifact-mismatch', severity: 'violation', path: 'model.bin' });
  assert.is(other.message, 'model.bin is not what this chain ends in');
  assert.not.match(other.hint ?? '', /git mlchain record/);
});

test('what becomes of an imported link is said in a few words', () => {
  const finding = { code: 'unauthorised', severity: 'warning', step: 'train', signer: BOB } as const;
  assert.equal(
    (['used', 'recorded-here', 'no-layout', 'no-step', 'not-needed'] as const).map((kind) =>
      importUseWords({ kind }).startsWith(kind === 'used' ? 'used' : 'not used'),
    ),
    [true, true, true, true, true],
  );
  assert.match(
    importUseWords({ kind: 'refused', finding }),
    /^not used: train: the link of Bob .*does not allow/,
  );
});

test('an imported link is shown with what it says, and with no time that it does not know', () => {
  const none = new Map();
  const link = linkFromJson(
    linkToJson({
      name: 'train',
      command: ['sh', '-c', 'x\u001b]0;y'],
      materials: none,
      products: artifacts({ 'model/m': 'm' }),
      byproducts: none,
      environment: none,
    }),
  );
  const text = importedLinkText(link, BOB, { kind: 'used' }, plain);
  assert.match(text, /^imported link of train \(used for the release\)$/m);
  assert.match(text, /^ {2}signer: +Bob \(key ABABABABABABABAB\)$/m);
  assert.match(text, /^ {2}materials: none$/m);
  assert.match(text, /^ {4}sha256:[0-9a-f]{12}… {2}model\/m$/m);
  assert.not(text.includes('\u001b'));
  assert.not.match(text, /recorded/);
});

test.run();
