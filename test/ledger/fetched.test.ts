import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fetchEvidence } from '../../src/ledger/fetch.ts';
import { markFetched, remoteEvidence } from '../../src/ledger/fetched.ts';
import { localRef } from '../../src/ledger/refs.ts';
import { addFetchRefspec } from '../../src/ledger/setup.ts';
import { makeServer, record } from '../support/shared-server.ts';
import { makeClone } from '../support/working-clone.ts';

const SIGNER = 'A'.repeat(40);
const state = (remote: string, hasRefspec: boolean, fetched: boolean, used = true) => ({
  remote,
  hasRefspec,
  fetched,
  used,
});

test('a clone that never asked for evidence says so; after asking a remote that has none it is settled', async () => {
  const server = await makeServer();
  const { repo } = server.clone;
  assert.equal(await remoteEvidence(repo), [state('origin', false, false)]);
  await addFetchRefspec(repo, 'origin');
  assert.equal(await remoteEvidence(repo), [state('origin', true, false)]);
  await fetchEvidence(repo, 'origin');
  assert.equal(await remoteEvidence(repo), [state('origin', true, true)]);
  assert.equal(await remoteEvidence(await server.clone.reopen()), [state('origin', true, true)]);
  await server.cleanup();
});

test('a plain git fetch that brought evidence counts', async () => {
  const server = await makeServer();
  const { repo, git } = server.clone;
  await record(server.clone, localRef(SIGNER), 'c'.repeat(40), 'line');
  await git('push', '-q', 'origin', `${localRef(SIGNER)}:${localRef(SIGNER)}`);
  await addFetchRefspec(repo, 'origin');
  await git('fetch', '-q');
  assert.equal(await remoteEvidence(repo), [state('origin', true, true)]);
  await server.cleanup();
});

test('the memory goes with the remote: renamed it stays, removed and made anew it is gone', async () => {
  const server = await makeServer();
  const { git } = server.clone;
  await markFetched(server.clone.repo, 'origin');
  await git('remote', 'rename', 'origin', 'upstream');
  assert.equal(await remoteEvidence(await server.clone.reopen()), [state('upstream', false, true)]);
  await git('remote', 'remove', 'upstream');
  await git('remote', 'add', 'upstream', server.url);
  assert.equal(await remoteEvidence(await server.clone.reopen()), [state('upstream', false, false, false)]);
  await server.cleanup();
});

test('a remote that was pointed elsewhere has not been asked', async () => {
  const server = await makeServer();
  await markFetched(server.clone.repo, 'origin');
  await server.clone.git('remote', 'set-url', 'origin', '/elsewhere.git');
  assert.equal(await remoteEvidence(await server.clone.reopen()), [state('origin', false, false)]);
  await server.cleanup();
});

test('a remote from which nothing was fetched has nothing that could be missed', async () => {
  const server = await makeServer();
  const { git, reopen } = server.clone;
  await git('remote', 'add', 'fork', server.url);
  const used = async () => (await remoteEvidence(await reopen())).map((each) => each.used);
  assert.equal(await used(), [false, true]);
  await git('fetch', '-q', 'fork');
  assert.equal(await used(), [true, true]);
  await git('remote', 'add', 'mirror', '--mirror=fetch', server.url);
  assert.equal(await used(), [true, true, true], 'what lies elsewhere is taken to be there');
  await server.cleanup();
});

test('no second copy of a password in the URL is kept', async () => {
  const server = await makeServer();
  const { git } = server.clone;
  await git('remote', 'set-url', 'origin', 'https://alice:secret@example.org/x.git');
  await markFetched(server.clone.repo, 'origin');
  await git('remote', 'set-url', 'origin', 'https://example.org/x.git');
  assert.not.match(await git('config', '--list'), /secret/);
  await server.cleanup();
});

test('each remote is asked about; without remotes there is nobody to ask', async () => {
  const server = await makeServer();
  await server.clone.git('remote', 'add', 'fork', server.url);
  await markFetched(server.clone.repo, 'fork');
  assert.equal(await remoteEvidence(await server.clone.reopen()), [
    state('fork', false, true, false),
    state('origin', false, false),
  ]);
  await server.cleanup();
  const alone = await makeClone();
  assert.equal(await remoteEvidence(alone.repo), []);
  await alone.cleanup();
});

test.run();
