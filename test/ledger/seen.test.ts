import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { seenRef, trackingRef } from '../../src/ledger/refs.ts';
import { rememberSeen, seenBefore } from '../../src/ledger/seen.ts';
import { record } from '../support/shared-server.ts';
import type { WorkingClone } from '../support/working-clone.ts';
import { makeClone } from '../support/working-clone.ts';

const SIGNER = 'A'.repeat(40);
const OTHER = 'B'.repeat(40);
const COMMIT = 'c'.repeat(40);
const TRACKING = trackingRef('origin', SIGNER);
const SEEN = seenRef('origin', SIGNER);

const remember = (clone: WorkingClone) => rememberSeen(clone.repo, 'origin');
/** The seen notes are those of that commit, and not the commit itself: what it says of times says somebody else. */
async function assertSeen(clone: WorkingClone, commit: string): Promise<void> {
  assert.is(await clone.git('rev-parse', `${SEEN}^{tree}`), await clone.git('rev-parse', `${commit}^{tree}`));
  assert.is.not(await clone.git('rev-parse', SEEN), commit);
}

const seenLines = async (clone: WorkingClone) => (await clone.git('show', `${SEEN}:${COMMIT}`)).split('\n');

test('what is fetched is seen, and seen follows what is fetched', async () => {
  const clone = await makeClone();
  assert.equal(await remember(clone), []);
  const first = await record(clone, TRACKING, COMMIT, 'one');
  assert.equal(await remember(clone), []);
  await assertSeen(clone, first);
  const second = await record(clone, TRACKING, COMMIT, 'two');
  assert.equal(await remember(clone), []);
  await assertSeen(clone, second);
  await clone.cleanup();
});

test('a ref that was forced back is reported as long as it stays back, and what was seen stays reachable', async () => {
  const clone = await makeClone();
  const first = await record(clone, TRACKING, COMMIT, 'one');
  const second = await record(clone, TRACKING, COMMIT, 'two');
  await remember(clone);
  await clone.git('update-ref', TRACKING, first);
  for (let time = 0; time < 2; time++) {
    assert.equal(await remember(clone), [
      { remote: 'origin', signer: SIGNER, ref: TRACKING, droppedLines: new Map([[COMMIT, ['two']]]) },
    ]);
  }
  await assertSeen(clone, second);
  await clone.git('gc', '-q', '--prune=now');
  assert.equal(await seenLines(clone), ['one', 'two']);
  await record(clone, TRACKING, COMMIT, 'two', 'three');
  assert.equal(await remember(clone), [], 'mended by another way');
  assert.equal(await seenLines(clone), ['one', 'three', 'two']);
  await clone.cleanup();
});

test('when a line was seen is this clone`s own word, whatever time the notes commit gives', async () => {
  const clone = await makeClone();
  const begin = Math.floor(Date.now() / 1000);
  await record(clone, TRACKING, COMMIT, 'one');
  const tree = await clone.git('rev-parse', `${TRACKING}^{tree}`);
  const dates = { GIT_AUTHOR_DATE: '2001-01-01T00:00:00Z', GIT_COMMITTER_DATE: '2001-01-01T00:00:00Z' };
  const env = { ...clone.person.env, ...dates };
  const { stdout } = await clone.person.git(['commit-tree', '-m', 'long ago', tree], {
    cwd: clone.path,
    env,
  });
  await clone.git('update-ref', TRACKING, stdout.trim());
  await remember(clone);
  assert.equal(await seenBefore(clone.repo, [SEEN], begin), []);
  const later = await seenBefore(clone.repo, [SEEN], Math.floor(Date.now() / 1000) + 1);
  assert.equal(later, [await clone.git('rev-parse', SEEN)]);
  await clone.cleanup();
});

test('a ref that vanished, as fetch --prune lets it, is reported whole', async () => {
  const clone = await makeClone();
  await record(clone, TRACKING, COMMIT, 'one', 'two');
  await record(clone, trackingRef('origin', OTHER), COMMIT, 'other');
  await remember(clone);
  await clone.git('update-ref', '-d', TRACKING);
  const [found, ...rest] = await remember(clone);
  assert.is(rest.length, 0, 'the other signer`s ref is as it was');
  assert.equal(found?.droppedLines, new Map([[COMMIT, ['one', 'two']]]));
  assert.equal(await seenLines(clone), ['one', 'two']);
  await clone.cleanup();
});

test('after the two have parted, new lines are seen as well and none is forgotten', async () => {
  const clone = await makeClone();
  await record(clone, TRACKING, COMMIT, 'one', 'two');
  await remember(clone);
  await record(clone, 'refs/notes/fork', COMMIT, 'two', 'three');
  await clone.git('update-ref', TRACKING, 'refs/notes/fork');
  const [found] = await remember(clone);
  assert.equal(found?.droppedLines, new Map([[COMMIT, ['one']]]));
  assert.equal(await seenLines(clone), ['one', 'three', 'two']);
  await clone.cleanup();
});

test('a line dropped by a fast-forward is reported', async () => {
  const clone = await makeClone();
  await record(clone, TRACKING, COMMIT, 'one', 'two');
  await remember(clone);
  await clone.git('notes', `--ref=${TRACKING}`, 'add', '-f', '-m', 'two', COMMIT);
  const [found] = await remember(clone);
  assert.equal(found?.droppedLines, new Map([[COMMIT, ['one']]]));
  await clone.cleanup();
});

test('a move to another fan-out drops nothing', async () => {
  const clone = await makeClone();
  const lines = new Map(Array.from({ length: 120 }, (_, at) => [at.toString(16).padStart(40, 'e'), 'line']));
  for (const [commit, line] of lines) await record(clone, TRACKING, commit, line);
  await remember(clone);
  const flat = await clone.git('rev-parse', `${TRACKING}^{tree}`);
  await clone.git('rm', '-r', '-q', '--cached', '--ignore-unmatch', '.');
  await clone.git('read-tree', flat);
  const entries = (await clone.git('ls-files', '-s')).split('\n');
  const moved = entries.map((entry) => {
    const [meta, path = ''] = entry.split('\t');
    const object = path.replaceAll('/', '');
    return `${meta}\t${object.slice(0, 2)}/${object.slice(2, 4)}/${object.slice(4)}`;
  });
  await clone.git('read-tree', '--empty');
  await clone.person.git(['update-index', '--index-info'], {
    cwd: clone.path,
    input: `${moved.join('\n')}\n`,
  });
  const tree = await clone.git('write-tree');
  const commit = await clone.git('commit-tree', '-m', 'other fan-out', '-p', TRACKING, tree);
  await clone.git('update-ref', TRACKING, commit);
  assert.equal(await remember(clone), []);
  await assertSeen(clone, commit);
  await clone.cleanup();
});

test('other remotes, and refs that are not named by a fingerprint, are left alone', async () => {
  const clone = await makeClone();
  await record(clone, trackingRef('fork', SIGNER), COMMIT, 'one');
  await record(clone, trackingRef('origin', 'alice'), COMMIT, 'one');
  assert.equal(await remember(clone), []);
  assert.is(await clone.git('for-each-ref', 'refs/mlchain'), '');
  await clone.cleanup();
});

test('processes that remember at the same time do not disturb each other', async () => {
  const clone = await makeClone();
  await record(clone, TRACKING, COMMIT, 'one');
  const repos = await Promise.all(Array.from({ length: 4 }, () => clone.reopen()));
  const found = await Promise.all(repos.map((repo) => rememberSeen(repo, 'origin')));
  assert.equal(found.flat(), []);
  assert.equal(await seenLines(clone), ['one']);
  await clone.cleanup();
});

test.run();
