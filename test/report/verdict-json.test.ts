import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { jsonDocument } from '../../src/report/json.ts';
import { findingJson, verdictJson } from '../../src/report/verdict-json.ts';
import { bob, commit, finding, full, verified, violated } from './sample.ts';

test('the document has exactly the keys of the format, in its order', () => {
  const json = verdictJson(violated);
  assert.equal(Object.keys(json), ['verdict', 'revision', 'questions', 'checked', 'steps', 'findings']);
  assert.equal(json.checked, { commits: 12, links: 9, signatures: 11, cached: 0 });
  assert.equal(Object.keys(json.steps[0] ?? {}), ['step', 'state', 'commit', 'carried', 'signers']);
  assert.equal(Object.keys(json.findings[0] ?? {}), [
    'code',
    'severity',
    'commit',
    'step',
    'path',
    'signer',
    'expected',
    'found',
    'message',
    'hint',
  ]);
});

test('what is not known is null, never left out', () => {
  assert.equal(findingJson({ code: 'nothing-pinned', severity: 'incomplete' }), {
    code: 'nothing-pinned',
    severity: 'incomplete',
    commit: null,
    step: null,
    path: null,
    signer: null,
    expected: null,
    found: null,
    message: 'no owner is pinned in this clone, so there is nobody to trust',
    hint: "'git mlchain trust FPR', or 'git mlchain trust --first-use' to see who it could be",
  });
  assert.is(verdictJson({ ...verified, revision: undefined }).revision, null);
  assert.is(verdictJson(violated).steps[2]?.commit, null);
});

test('names, paths and digests stand whole and as they are; only prose is escaped', () => {
  const path = 'a\u001b\u202e\udce9';
  const json = findingJson(finding('uncovered', { ...full, path }));
  assert.is(json.path, path);
  assert.is(json.expected, full.expected);
  assert.is(json.commit, commit);
  assert.equal(json.signer, bob);
  assert.ok(json.message.startsWith('"a\\033\\342\\200\\256\\351", changed'));
});

test('the document survives a round trip with all of it', () => {
  const report = { ...violated, findings: [finding('uncovered', { path: 'x\u202e\udce9"\u0000' })] };
  const text = jsonDocument(verdictJson(report));
  assert.ok(text.endsWith('}\n'));
  assert.equal(JSON.parse(text), JSON.parse(JSON.stringify(verdictJson(report))));
  assert.is(JSON.parse(text).findings[0].path, 'x\u202e\udce9"\u0000');
});

test.run();
