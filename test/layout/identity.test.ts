import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { layoutId, readmeWithId } from '../../src/layout/identity.ts';

const id = '0123456789abcdef'.repeat(2);

test('the identity stands on the first line of the readme', () => {
  assert.is(layoutId(readmeWithId(id)), id);
  assert.is(layoutId(`mlchain-id: ${id}\nOur chain.`), id);
});

test('anything else there is no identity', () => {
  for (const readme of [
    '',
    `Our chain\nmlchain-id: ${id}`,
    `mlchain-id: ${id} `,
    'mlchain-id: ',
    `mlchain-id: ${id}0`,
  ]) {
    assert.is(layoutId(readme), undefined, readme);
  }
});

test.run();
