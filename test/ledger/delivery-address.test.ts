import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { deliveryAddress } from '../../src/ledger/delivery-address.ts';
import { makeClone } from '../support/working-clone.ts';

async function cloneWith(...config: readonly (readonly [string, string])[]) {
  const clone = await makeClone();
  for (const [name, value] of config) await clone.git('config', '--add', name, value);
  return clone;
}

test('a remote that pushes to where it fetches from is addressed by its name, and its tracking refs tell about it', async () => {
  const clone = await cloneWith(['remote.origin.url', '/one.git']);
  const expected = { push: 'origin', fetch: 'origin', tracked: 'origin' };
  assert.equal(await deliveryAddress(clone.repo, 'origin', undefined), expected);
  assert.equal(await deliveryAddress(clone.repo, 'origin', '/one.git'), expected);
  await clone.cleanup();
});

test('a remote that pushes elsewhere is not what its tracking refs are about', async () => {
  const clone = await cloneWith(['remote.origin.url', '/one.git'], ['remote.origin.pushurl', '/fork.git']);
  const expected = { push: 'origin', fetch: '/fork.git', tracked: undefined };
  assert.equal(await deliveryAddress(clone.repo, 'origin', undefined), expected);
  assert.equal(await deliveryAddress(clone.repo, 'origin', '/fork.git'), expected);
  await clone.cleanup();
});

test('of several places to push to, exactly the one that git names is addressed', async () => {
  const clone = await cloneWith(
    ['remote.origin.url', '/one.git'],
    ['remote.origin.pushurl', '/one.git'],
    ['remote.origin.pushurl', '/two.git'],
  );
  assert.equal(await deliveryAddress(clone.repo, 'origin', '/two.git'), {
    push: '/two.git',
    fetch: '/two.git',
    tracked: undefined,
  });
  assert.equal(await deliveryAddress(clone.repo, 'origin', '/one.git'), {
    push: '/one.git',
    fetch: 'origin',
    tracked: 'origin',
  });
  await clone.cleanup();
});

test('a URL that no remote has is its own address', async () => {
  const clone = await cloneWith(['remote.origin.url', '/one.git']);
  const expected = { push: '/other.git', fetch: '/other.git', tracked: undefined };
  assert.equal(await deliveryAddress(clone.repo, '/other.git', undefined), expected);
  assert.equal(await deliveryAddress(clone.repo, '/other.git', '/other.git'), expected);
  await clone.cleanup();
});

test('a URL rewritten by insteadOf is the one git pushes to', async () => {
  const clone = await cloneWith(['remote.origin.url', 'team:x.git'], ['url./srv/.insteadOf', 'team:']);
  const address = await deliveryAddress(clone.repo, 'origin', '/srv/x.git');
  assert.equal(address, { push: 'origin', fetch: 'origin', tracked: 'origin' });
  await clone.cleanup();
});

test.run();
