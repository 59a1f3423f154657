import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { CommitChanges } from '../../src/git/history.ts';
import { controlOf } from '../../src/layout/control.ts';
import type { Occurrence } from '../../src/record/occurrence.ts';
import { namedSteps, neededSteps } from '../../src/record/steps.ts';
import { makeLayout } from '../support/layout.ts';
import { threeSteps } from '../support/workshop.ts';

const commit = (body: string) => ({ body }) as CommitChanges;

function occurrence(...paths: string[]): Occurrence {
  const control = controlOf(makeLayout(threeSteps));
  const changed = new Map(paths.map((path) => [path, { path, before: undefined, after: undefined }]));
  return { commit: commit(''), layout: { blob: '', layout: control.layout }, control, changed };
}

test('a commit needs a link of every step that controls something it changed', () => {
  const { steps, unknown } = neededSteps(occurrence('data/a', 'model/m', 'README.md'), []);
  assert.equal(
    steps.map(({ step }) => step.name),
    ['prepare', 'train'],
  );
  assert.equal(unknown, []);
});

test('a step that is named is needed whatever changed, and a name that no step has is told', () => {
  const { steps, unknown } = neededSteps(occurrence('data/a'), ['train', 'trian']);
  assert.equal(
    steps.map(({ step }) => step.name),
    ['prepare', 'train'],
  );
  assert.equal(unknown, ['trian']);
});

test('a step is named by a trailer, in any case of letters, once or several times', () => {
  assert.equal(namedSteps(commit('why\n\nSigned-off-by: A\nMlchain-Step: train\nmlchain-step:test'), {}), [
    'train',
    'test',
  ]);
  assert.equal(namedSteps(commit('Mlchain-Step: train'), {}), ['train']);
});

test('only the last paragraph has trailers, and an empty one names nothing', () => {
  assert.equal(namedSteps(commit('Mlchain-Step: train\n\nthat line is quoted above'), {}), []);
  assert.equal(namedSteps(commit('Mlchain-Step:  '), {}), []);
  assert.equal(namedSteps(commit('a Mlchain-Step: train'), {}), []);
});

test('a step is named by the environment too, each name once', () => {
  assert.equal(namedSteps(commit('Mlchain-Step: train'), { MLCHAIN_STEP: 'train' }), ['train']);
  assert.equal(namedSteps(commit(''), { MLCHAIN_STEP: 'test' }), ['test']);
  assert.equal(namedSteps(commit(''), { MLCHAIN_STEP: '' }), []);
});

test.run();
