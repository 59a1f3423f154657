import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { appendNotes } from '../../src/git/notes.ts';
import { evidenceSince } from '../../src/ledger/evidence-since.ts';
import { listEvidence } from '../../src/ledger/read-notes.ts';
import { localRef, trackingRef } from '../../src/ledger/refs.ts';
import { failure } from '../support/failure.ts';
import { makeClone, type WorkingClone } from '../support/working-clone.ts';

const ALICE = 'A'.repeat(40);
const BOB = 'B'.repeat(40);
const commit = (digit: string) => digit.repeat(40);

let clone: WorkingClone;
test.before.each(async () => {
  clone = await makeClone();
  await note(localRef(ALICE), '1', 'one', 'two');
});
test.after.each(() => clone.cleanup());

const note = (ref: string, digit: string, ...lines: string[]) =>
  appendNotes(clone.repo, ref, new Map([[commit(digit), lines]]), 'test');
const refs = async () => (await listEvidence(clone.repo)).refs;
const since = async (before: Awaited<ReturnType<typeof refs>>) => {
  const found = await evidenceSince(clone.repo, before, await refs());
  return found && { touched: [...found.touched].sort(), grown: [...found.grown].sort() };
};
const nothing = { touched: [], grown: [] };

test('where no ref has moved nothing came', async () => {
  assert.equal(await since(await refs()), nothing);
});

test('a line on an old and on a new commit, and a new signer', async () => {
  const before = await refs();
  await note(localRef(ALICE), '1', 'three');
  await note(localRef(ALICE), '2', 'four');
  await note(localRef(BOB), '3', 'five');
  const all = ['1', '2', '3'].map(commit);
  assert.equal(await since(before), { touched: all, grown: all });
});

test('what a remote is now known to have as well is nothing new', async () => {
  const before = await refs();
  await note(trackingRef('origin', ALICE), '1', 'two');
  assert.equal(await since(before), { touched: [commit('1')], grown: [] });
  await note(trackingRef('origin', ALICE), '1', 'one');
  assert.equal(await since(before), nothing);
});

test('a line that is gone, a note, a ref: then nothing can be said', async () => {
  await note(localRef(BOB), '1', 'five');
  const before = await refs();
  await clone.git('notes', '--ref', localRef(ALICE), 'add', '-f', '-m', 'one', commit('1'));
  assert.is(await since(before), undefined);
  await clone.git('update-ref', '-d', localRef(BOB));
  assert.is(await since(before), undefined);
});

test('a ref that is gone takes nothing along that another one holds', async () => {
  await clone.git('update-ref', trackingRef('origin', ALICE), localRef(ALICE));
  const before = await refs();
  await clone.git('update-ref', '-d', localRef(ALICE));
  assert.equal(await since(before), nothing);
  await clone.git('update-ref', localRef(BOB), trackingRef('origin', ALICE));
  await clone.git('update-ref', '-d', trackingRef('origin', ALICE));
  assert.is(await since(before), undefined, 'the same lines of another signer are other lines');
});

test('more than a thousand notes are as well read from the beginning', async () => {
  const before = await refs();
  // The note that was there moves too: the tree fans out.
  const many = Array.from({ length: 1000 }, (_, at) => [`${at}`.padStart(40, '0'), ['line']] as const);
  await appendNotes(clone.repo, localRef(ALICE), new Map(many.slice(0, 999)), 'test');
  assert.is((await since(before))?.grown.length, 999);
  await appendNotes(clone.repo, localRef(ALICE), new Map(many), 'test');
  assert.is(await since(before), undefined);
});

test('a notes commit that is not here any more is missed aloud', async () => {
  const before = [{ ref: localRef(ALICE), signer: ALICE, tip: 'f'.repeat(40) }];
  const { code } = await failure(evidenceSince(clone.repo, before, await refs()));
  assert.is(code, 'incomplete');
});

test.run();
