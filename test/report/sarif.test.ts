import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sarif } from '../../src/report/sarif.ts';
import { version } from '../../src/version.ts';
import { finding, verified, violated } from './sample.ts';

test('a run says who ran, how it ended and what was found', () => {
  const log = JSON.parse(sarif(violated));
  assert.is(log.version, '2.1.0');
  const [run] = log.runs;
  assert.is(run.tool.driver.name, 'git-mlchain');
  assert.is(run.tool.driver.version, version);
  assert.equal(run.invocations, [{ executionSuccessful: true }]);
  assert.is(run.properties.verdict, 'violated');
  assert.equal(
    run.results.map((each: { ruleId: string; level: string }) => [each.ruleId, each.level]),
    [
      ['unauthorised', 'note'],
      ['uncovered', 'error'],
      ['link-missing', 'error'],
    ],
  );
});

test('every result names a declared rule', () => {
  const [run] = JSON.parse(sarif(violated)).runs;
  const rules = new Set(run.tool.driver.rules.map(({ id }: { id: string }) => id));
  assert.is(rules.size, 43);
  for (const { ruleId } of run.results) assert.ok(rules.has(ruleId));
});

function resultFor(more: Parameters<typeof finding>[1]) {
  const log = JSON.parse(sarif({ ...verified, findings: [finding('uncovered', more)] }));
  return log.runs[0].results[0];
}

function uri(path: string | undefined): string {
  return resultFor({ path }).locations[0].physicalLocation.artifactLocation.uri;
}

test('a path is a relative URI, whatever is in it', () => {
  assert.is(uri('data/train.csv'), 'data/train.csv');
  assert.is(uri('a b/c#d?e%f:g'), 'a%20b/c%23d%3Fe%25f%3Ag');
  assert.is(uri('Zoë/学'), 'Zo%C3%AB/%E5%AD%A6');
  assert.is(uri('caf\udce9'), 'caf%E9');
  assert.is(uri('👍'), '%F0%9F%91%8D');
});

test('a finding about no file is shown at the layout, since a result without a place is dropped', () => {
  assert.is(uri(undefined), '.mlchain/root.layout');
});

test('the same finding keeps its identity from run to run, another has another', () => {
  const id = (more: Parameters<typeof finding>[1]) => resultFor(more).partialFingerprints['mlchain/v1'];
  assert.is(id({}), id({ detail: 'worded otherwise', author: 'Somebody' }));
  assert.is.not(id({}), id({ path: 'other' }));
  assert.is.not(id({ step: 'a', path: undefined }), id({ step: undefined, path: 'a' }));
});

test('what could not be checked is a warning to a code scanner', () => {
  assert.is(resultFor({ severity: 'incomplete' }).level, 'warning');
});

test('nothing found is an empty list of results', () => {
  assert.equal(JSON.parse(sarif(verified)).runs[0].results, []);
});

test.run();
