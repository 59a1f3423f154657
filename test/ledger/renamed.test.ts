import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fetchEvidence } from '../../src/ledger/fetch.ts';
import { localRef, seenRef, trackingRef } from '../../src/ledger/refs.ts';
import { followRenamed } from '../../src/ledger/renamed.ts';
import { addFetchRefspec } from '../../src/ledger/setup.ts';
import type { SharedServer } from '../support/shared-server.ts';
import { makeServer, record } from '../support/shared-server.ts';

const SIGNER = 'A'.repeat(40);
const COMMIT = 'c'.repeat(40);

const OLD = [trackingRef('origin', SIGNER), seenRef('origin', SIGNER)];
const NEW = [trackingRef('upstream', SIGNER), seenRef('upstream', SIGNER)];

/** A clone that has fetched a line of evidence from `origin`, which is then renamed. */
async function renamed(): Promise<{ server: SharedServer; tips: readonly string[] }> {
  const server = await makeServer();
  const { clone } = server;
  const tip = await record(clone, localRef(SIGNER), COMMIT, 'line');
  await clone.git('push', '-q', 'origin', `${tip}:${localRef(SIGNER)}`);
  await addFetchRefspec(clone.repo, 'origin');
  await fetchEvidence(clone.repo, 'origin');
  const tips = (await clone.git('rev-parse', ...OLD)).split('\n');
  await clone.git('remote', 'rename', 'origin', 'upstream');
  return { server, tips };
}

test('refspec and refs follow a remote that was renamed, once', async () => {
  const { server, tips } = await renamed();
  const repo = await server.clone.reopen();
  for (let time = 1; time <= 2; time++) {
    await followRenamed(repo);
    const refspecs = (await server.clone.git('config', '--get-all', 'remote.upstream.fetch')).split('\n');
    assert.equal(refspecs, [
      '+refs/heads/*:refs/remotes/upstream/*',
      'refs/notes/mlchain/*:refs/notes/remotes/upstream/mlchain/*',
    ]);
    assert.is(await server.clone.git('rev-parse', ...NEW), tips.join('\n'));
    for (const ref of OLD) assert.is(await repo.tryResolve(ref), undefined);
  }
  await server.cleanup();
});

test('where another remote has taken the name and was asked itself, it keeps what lies there', async () => {
  const { server, tips } = await renamed();
  const { clone } = server;
  await clone.git('remote', 'add', 'origin', server.url);
  await fetchEvidence(await clone.reopen(), 'origin');
  const repo = await clone.reopen();
  await followRenamed(repo);
  assert.is(await clone.git('rev-parse', ...OLD, ...NEW), [...tips, ...tips].join('\n'));
  await server.cleanup();
});

test('what a remote was seen to have under its new name is not replaced by what it had under the old', async () => {
  const { server } = await renamed();
  const { clone } = server;
  const later = await record(clone, localRef(SIGNER), COMMIT, 'later');
  for (const ref of NEW) await clone.git('update-ref', ref, later);
  const repo = await clone.reopen();
  await followRenamed(repo);
  for (const ref of NEW) assert.is(await repo.tryResolve(ref), later);
  await server.cleanup();
});

test.run();
