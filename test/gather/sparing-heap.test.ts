import { cachedDataVersionTag } from 'node:v8';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sparingHeap } from '../../src/gather/sparing-heap.ts';

// The tag that V8 gives its code changes with its flags.

test('while the work lasts the heap grows by another rule, and by the usual one afterwards', async () => {
  const usual = cachedDataVersionTag();
  assert.is.not(await sparingHeap(async () => cachedDataVersionTag()), usual);
  assert.is(cachedDataVersionTag(), usual);
});

test('afterwards, too, where the work fails', async () => {
  const usual = cachedDataVersionTag();
  const failed = await sparingHeap(async () => Promise.reject(new Error('failed'))).catch(
    (error: unknown) => error,
  );
  assert.instance(failed, Error);
  assert.is(cachedDataVersionTag(), usual);
});

test.run();
