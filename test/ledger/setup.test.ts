import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { localRef, trackingRef } from '../../src/ledger/refs.ts';
import { addFetchRefspec, hasFetchRefspec } from '../../src/ledger/setup.ts';
import { makeServer, record } from '../support/shared-server.ts';

const SIGNER = 'A'.repeat(40);
const REFSPEC = 'refs/notes/mlchain/*:refs/notes/remotes/origin/mlchain/*';

test('after set-up plain git pull brings branch and evidence', async () => {
  const server = await makeServer();
  const bob = await server.another('bob');
  assert.ok(await addFetchRefspec(bob.repo, 'origin'));
  const commit = await server.clone.commit('second');
  await record(server.clone, localRef(SIGNER), commit, 'line');
  await server.clone.git('push', '-q', 'origin', 'main', `${localRef(SIGNER)}:${localRef(SIGNER)}`);
  await bob.git('pull', '-q');
  assert.is(await bob.git('rev-parse', 'HEAD'), commit);
  assert.is(await bob.git('notes', `--ref=${trackingRef('origin', SIGNER)}`, 'show', commit), 'line');
  await server.cleanup();
});

test('set-up twice changes nothing the second time', async () => {
  const server = await makeServer();
  const { repo, git } = server.clone;
  assert.not(await hasFetchRefspec(repo, 'origin'));
  assert.is(await addFetchRefspec(repo, 'origin'), true);
  assert.is(await addFetchRefspec(repo, 'origin'), false);
  assert.ok(await hasFetchRefspec(repo, 'origin'));
  const configured = await git('config', '--get-all', 'remote.origin.fetch');
  assert.equal(configured.split('\n'), ['+refs/heads/*:refs/remotes/origin/*', REFSPEC]);
  await server.cleanup();
});

test('a forcing refspec, which would let a rewound remote take evidence away, gives way', async () => {
  const server = await makeServer();
  const { repo, git } = server.clone;
  for (const before of [[`+${REFSPEC}`], [`+${REFSPEC}`, REFSPEC]]) {
    await git('config', '--unset-all', 'remote.origin.fetch');
    for (const refspec of before) await git('config', '--add', 'remote.origin.fetch', refspec);
    const repo = await server.clone.reopen();
    assert.is(await addFetchRefspec(repo, 'origin'), true);
    assert.is(await git('config', '--get-all', 'remote.origin.fetch'), REFSPEC);
  }
  assert.is(await git('config', '--default', 'none', '--get', 'remote.origin.push'), 'none');
  assert.ok(repo);
  await server.cleanup();
});

test('each remote has a refspec of its own, whatever its name', async () => {
  const server = await makeServer();
  const { repo, git } = server.clone;
  await git('remote', 'add', 'team/fork.x', server.url);
  await addFetchRefspec(repo, 'team/fork.x');
  assert.not(await hasFetchRefspec(repo, 'origin'));
  await record(server.clone, localRef(SIGNER), 'c'.repeat(40), 'line');
  await git('push', '-q', 'origin', `${localRef(SIGNER)}:${localRef(SIGNER)}`);
  await git('fetch', '-q', 'team/fork.x');
  assert.ok(await repo.tryResolve(trackingRef('team/fork.x', SIGNER)));
  await server.cleanup();
});

test.run();
