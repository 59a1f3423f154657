import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { removeDeadLock } from '../../src/git/dead-lock.ts';
import { appendNotes } from '../../src/git/notes.ts';
import { updateRefs } from '../../src/git/refs.ts';
import { failure } from '../support/failure.ts';
import type { WorkingClone } from '../support/working-clone.ts';
import { makeClone } from '../support/working-clone.ts';

const REF = 'refs/notes/mlchain/TEST';

const test = suite<{ clone: WorkingClone; lock: string }>('locks of dead processes');
test.before.each(async (context) => {
  context.clone = await makeClone();
  context.lock = path.join(context.clone.path, '.git', `${REF}.lock`);
  await context.clone.commit();
});
test.after.each(({ clone }) => clone.cleanup());

/** As a process left it that was killed so long ago. */
function leave(lock: string, secondsAgo: number): void {
  fs.mkdirSync(path.dirname(lock), { recursive: true });
  fs.writeFileSync(lock, '');
  const then = Date.now() / 1000 - secondsAgo;
  fs.utimesSync(lock, then, then);
}

test('an old lock goes, and nothing is left of it', async ({ clone, lock }) => {
  leave(lock, 120);
  assert.is(await removeDeadLock(clone.repo, REF), true);
  assert.not(fs.existsSync(lock));
  assert.equal(fs.readdirSync(path.join(clone.path, '.git/mlchain')), []);
});

test('a lock that may be in use stays, and where there is none there is nothing to do', async ({
  clone,
  lock,
}) => {
  assert.is(await removeDeadLock(clone.repo, REF), false);
  leave(lock, 5);
  assert.is(await removeDeadLock(clone.repo, REF), false);
  assert.ok(fs.existsSync(lock));
});

test('an old lock whose process comes back to finish is left to it', async ({ clone, lock }) => {
  leave(lock, 120);
  const removed = removeDeadLock(clone.repo, REF);
  setTimeout(() => fs.writeFileSync(lock, 'written'), 200);
  assert.is(await removed, false);
  assert.is(fs.readFileSync(lock, 'utf8'), 'written');
});

test('of two who find it dead at once one removes it', async ({ clone, lock }) => {
  leave(lock, 120);
  const removed = await Promise.all([1, 2].map(() => removeDeadLock(clone.repo, REF)));
  assert.equal(removed.sort(), [false, true]);
});

test('notes and refs are written past a dead lock, and not past a living one', async ({ clone, lock }) => {
  const head = await clone.git('rev-parse', 'HEAD');
  leave(lock, 120);
  await appendNotes(clone.repo, REF, new Map([[head, ['line']]]), 'test');
  assert.is(await clone.git('notes', `--ref=${REF}`, 'show', head), 'line');
  leave(lock, 120);
  await updateRefs(clone.repo, [{ ref: REF, new: head }]);
  assert.is(await clone.git('rev-parse', REF), head);
  leave(lock, 0);
  const error = await failure(updateRefs(clone.repo, [{ ref: REF, new: undefined }]));
  assert.match(error.message, 'lock');
});

test.run();
