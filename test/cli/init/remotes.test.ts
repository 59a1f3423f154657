import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connectRemotes } from '../../../src/cli/init/remotes.ts';
import { remoteEvidence } from '../../../src/ledger/fetched.ts';
import type { WorkingClone } from '../../support/working-clone.ts';
import { makeClone } from '../../support/working-clone.ts';

interface Story {
  origin: WorkingClone;
  clone: WorkingClone;
}

const remotes = suite<Story>('remotes');

remotes.before.each(async (story) => {
  story.origin = await makeClone();
  await story.origin.commit();
  story.clone = await makeClone({ person: story.origin.person, from: story.origin.path, name: 'clone' });
});

remotes.after.each(async ({ clone, origin }) => {
  await clone.cleanup();
  await origin.cleanup();
});

remotes('each is connected and asked once', async ({ clone, origin }) => {
  await clone.git('remote', 'add', 'fork', origin.path);
  assert.equal(await connectRemotes(clone.repo), [
    { remote: 'fork', fetched: true, problem: null },
    { remote: 'origin', fetched: true, problem: null },
  ]);
  const evidence = await remoteEvidence(await clone.reopen());
  assert.ok(evidence.every(({ hasRefspec, fetched }) => hasRefspec && fetched));
});

remotes('one that does not answer is connected all the same, and not taken for asked', async ({ clone }) => {
  await clone.git('remote', 'add', 'gone', `${clone.path}/nowhere`);
  const [gone, origin] = await connectRemotes(clone.repo);
  assert.is(gone?.fetched, false);
  assert.match(gone?.problem ?? '', /nowhere/);
  assert.is(origin?.fetched, true);
  const evidence = await remoteEvidence(await clone.reopen());
  assert.equal(
    evidence.find(({ remote }) => remote === 'gone'),
    { remote: 'gone', hasRefspec: true, fetched: false, used: false },
  );
});

remotes('without remotes there is nothing to connect', async ({ origin }) => {
  assert.equal(await connectRemotes(origin.repo), []);
});

remotes('evidence that the remote has is here afterwards', async ({ clone, origin }) => {
  const head = await origin.git('rev-parse', 'HEAD');
  const ref = `refs/notes/mlchain/${'A'.repeat(40)}`;
  await origin.git('notes', `--ref=${ref}`, 'add', '-m', 'note', head);
  await connectRemotes(clone.repo);
  assert.is(
    await clone.git('rev-parse', `refs/notes/remotes/origin/mlchain/${'A'.repeat(40)}`),
    await origin.git('rev-parse', ref),
  );
});

remotes.run();
