import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Step } from '../../src/intoto/layout.ts';
import { parseRule } from '../../src/intoto/rule.ts';
import {
  patternAsWritten,
  recordedDirectories,
  recordedMatcher,
  recordedPatterns,
  recordedPrefixes,
} from '../../src/layout/recorded.ts';

function stepOf(materials: readonly string[], products: readonly string[]): Step {
  const rules = (lines: readonly string[]) => lines.map((line) => parseRule(line.split(' ')));
  return {
    name: 'train',
    expectedCommand: [],
    threshold: 1,
    pubkeys: [],
    expectedMaterials: rules(materials),
    expectedProducts: rules(products),
  };
}

test('what rules name is recorded; what they only forbid or delete is not', () => {
  const step = stepOf(
    [
      'MATCH data/* WITH PRODUCTS FROM prepare',
      'ALLOW conf.json',
      'DELETE old/*',
      'DISALLOW tmp/*',
      'DISALLOW *',
    ],
    ['CREATE model/*', 'MODIFY log.txt', 'REQUIRE model/m.bin', 'DELETE gone/*', 'DISALLOW *'],
  );
  assert.equal(recordedPatterns(step), {
    materials: ['data/*', 'conf.json'],
    products: ['model/*', 'log.txt', 'model/m.bin'],
  });
});

test('a bare star says what may be there, not what the step is about', () => {
  const step = stepOf(['MATCH * WITH PRODUCTS FROM prepare', 'ALLOW *'], ['CREATE *', 'ALLOW *']);
  assert.equal(recordedPatterns(step), { materials: [], products: [] });
});

test('an IN prefix is put in front, literally and with one slash', () => {
  const step = stepOf(
    ['MATCH * IN dist WITH PRODUCTS FROM build', 'MATCH *.csv IN a[1]/ WITH PRODUCTS IN b FROM build'],
    [],
  );
  assert.equal(recordedPatterns(step).materials, ['dist/*', 'a[[]1]/*.csv']);
  const matches = recordedMatcher(recordedPatterns(step).materials);
  assert.ok(matches('dist/deep/file'));
  assert.ok(matches('a[1]/x.csv'));
  assert.not(matches('a1/x.csv'));
});

test('REQUIRE names one artifact, whatever characters its name holds', () => {
  const matches = recordedMatcher(recordedPatterns(stepOf([], ['REQUIRE out[1]*?.csv'])).products);
  assert.ok(matches('out[1]*?.csv'));
  assert.not(matches('out1xx.csv'));
});

test('the configuration adds patterns, each once; a slash at the end means everything below', () => {
  const step = stepOf(['MATCH data/* WITH PRODUCTS FROM prepare'], ['ALLOW model/*']);
  const patterns = recordedPatterns(step, {
    materials: ['data/', 'scripts/', '*.toml'],
    products: ['dir:weights/'],
  });
  assert.equal(patterns, {
    materials: ['data/*', 'scripts/*', '*.toml'],
    products: ['model/*', 'dir:weights'],
  });
  assert.is(patternAsWritten('data//'), 'data/*');
  assert.is(patternAsWritten('data/x'), 'data/x');
});

test('stars cross slashes, as in in-toto', () => {
  const matches = recordedMatcher(['data/*.csv']);
  assert.ok(matches('data/a/b.csv'));
  assert.not(matches('other/data/a.csv'));
});

test("the tool's own files are never recorded, not even by a star", () => {
  const matches = recordedMatcher(['*']);
  assert.ok(matches('README.md'));
  assert.not(matches('.mlchainrc'));
  assert.not(matches('.mlchain/root.layout'));
});

test('dir: patterns name directories, not files', () => {
  const patterns = ['dir:data/raw', 'model/*'];
  assert.equal(recordedDirectories(patterns), ['data/raw']);
  assert.not(recordedMatcher(patterns)('data/raw/a'));
  assert.not(recordedMatcher(patterns)('dir:data/raw'));
});

test('prefixes limit a walk and never miss anything', () => {
  assert.equal(recordedPrefixes(['data/*.csv', 'dir:weights', 'data/*.csv']), ['data/', 'weights/']);
  assert.equal(recordedPrefixes(['*.pt', 'dir:']), ['']);
});

test.run();
