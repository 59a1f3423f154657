import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { listRefs } from '../../src/git/refs.ts';
import { withScratchRefs } from '../../src/ledger/scratch-refs.ts';
import { failure } from '../support/failure.ts';
import { makeClone } from '../support/working-clone.ts';

test('scratch refs live as long as the work, whether it succeeds or fails', async () => {
  const clone = await makeClone();
  const commit = await clone.commit();
  const refs = async () => [...(await listRefs(clone.repo, 'refs/mlchain')).keys()];
  const found = await withScratchRefs(clone.repo, async (prefix) => {
    await clone.git('update-ref', `${prefix}a/b`, commit);
    return await refs();
  });
  assert.is(found.length, 1);
  assert.equal(await refs(), []);
  const error = await failure(
    withScratchRefs(clone.repo, async (prefix) => {
      await clone.git('update-ref', `${prefix}a`, commit);
      throw new Error('no');
    }),
  );
  assert.is(error.message, 'no');
  assert.equal(await refs(), []);
  await clone.cleanup();
});

test('what a killed process left behind is swept a day later; what another is working on is not', async () => {
  const clone = await makeClone();
  const commit = await clone.commit();
  const hours = (count: number) => `refs/mlchain/scratch/${Date.now() - count * 3_600_000}-x/ref`;
  const [old, young] = [hours(25), hours(1)];
  for (const ref of [old, young]) await clone.git('update-ref', ref, commit);
  await withScratchRefs(clone.repo, async () => undefined);
  assert.equal([...(await listRefs(clone.repo, 'refs/mlchain')).keys()], [young]);
  await clone.cleanup();
});

test.run();
