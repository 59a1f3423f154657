import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { pinIdentity, pinOwners, unpinOwner } from '../../src/cli/pinning.ts';
import { failure } from '../support/failure.ts';
import { makeLayout } from '../support/layout.ts';
import type { WorkingClone } from '../support/working-clone.ts';
import { makeClone } from '../support/working-clone.ts';

interface Story {
  clone: WorkingClone;
}

const pinning = suite<Story>('pinning');
const [A, B] = ['A'.repeat(40), 'B'.repeat(40)];

pinning.before.each(async (story) => {
  story.clone = await makeClone();
});

pinning.after.each(({ clone }) => clone.cleanup());

function layoutWith(id: string) {
  return makeLayout({ readme: `mlchain-id: ${id}`, steps: {} });
}

pinning('owners are added, each once, whatever way they were written before', async ({ clone }) => {
  await clone.git('config', 'mlchain.owner', `0x${A.toLowerCase()}`);
  assert.equal(await pinOwners(clone.repo, [A, B, B]), [B]);
  assert.equal(await pinOwners(clone.repo, [A, B]), []);
  assert.equal((await clone.git('config', '--get-all', 'mlchain.owner')).split('\n').length, 2);
});

pinning('an owner is removed in every spelling, the others stay', async ({ clone }) => {
  for (const text of [A, A.toLowerCase(), B]) await clone.git('config', '--add', 'mlchain.owner', text);
  await unpinOwner(clone.repo, A);
  assert.is(await clone.git('config', '--get-all', 'mlchain.owner'), B);
  assert.is((await failure(unpinOwner(clone.repo, A))).code, 'input');
});

pinning('an identity is pinned once, and does not change', async ({ clone }) => {
  const [one, other] = ['1'.repeat(32), '2'.repeat(32)];
  assert.is(await pinIdentity(clone.repo, layoutWith(one)), one);
  assert.is(await pinIdentity(clone.repo, layoutWith(one)), one);
  const error = await failure(pinIdentity(clone.repo, layoutWith(other)));
  assert.is(error.code, 'failed');
  assert.match(error.message, `expected the layout of the repository ${one}, found that of ${other}`);
  assert.is(await clone.git('config', 'mlchain.id'), one);
});

pinning('a layout without an identity pins none, and takes none away', async ({ clone }) => {
  const nameless = makeLayout({ readme: 'hello', steps: {} });
  assert.is(await pinIdentity(clone.repo, nameless), undefined);
  await pinIdentity(clone.repo, layoutWith('1'.repeat(32)));
  assert.is(await pinIdentity(clone.repo, nameless), '1'.repeat(32));
});

pinning.run();
