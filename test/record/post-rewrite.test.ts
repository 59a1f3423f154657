import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readNote } from '../../src/git/notes.ts';
import { localRef } from '../../src/ledger/refs.ts';
import type { RecordingContext } from '../../src/record/context.ts';
import { pendingLinks } from '../../src/record/desk.ts';
import { Journal } from '../../src/record/journal.ts';
import { queuedCommits, recordMissing } from '../../src/record/missing.ts';
import type { Outcome } from '../../src/record/outcome.ts';
import { afterCommit } from '../../src/record/post-commit.ts';
import { afterRewrite, parseRewritten } from '../../src/record/post-rewrite.ts';
import { asMaps } from '../support/as-maps.ts';
import { pendingOf } from '../support/listings.ts';
import type { Workshop } from '../support/workshop.ts';
import { makeWorkshop, matches, only, threeSteps, whileLocked } from '../support/workshop.ts';

/** A repository on `main`, whose post-rewrite hook keeps what git tells it. */
async function begun(): Promise<Workshop> {
  const shop = await makeWorkshop();
  shop.write('.git/hooks/post-rewrite', `#!/bin/sh\ncat >${shop.path}/.git/rewritten-$1\n`);
  fs.chmodSync(path.join(shop.path, '.git/hooks/post-rewrite'), 0o755);
  await shop.layOut(threeSteps);
  await make(shop, { 'raw/a.csv': 'raw\n' });
  return shop;
}

async function make(
  shop: Workshop,
  files: Readonly<Record<string, string>>,
  changes?: Partial<RecordingContext>,
): Promise<string> {
  for (const [name, content] of Object.entries(files)) shop.write(name, content);
  const id = await shop.commit();
  await afterCommit(shop.context(changes), 'post-commit');
  return id;
}

async function rebase(
  shop: Workshop,
  onto: string,
  changes?: Partial<RecordingContext>,
): Promise<readonly Outcome[]> {
  await shop.git('rebase', '-q', onto);
  const told = fs.readFileSync(path.join(shop.path, '.git/rewritten-rebase'), 'utf8');
  return await afterRewrite(shop.context(changes), parseRewritten(told));
}

test('the lines that git writes are read, unchanged commits and junk are passed over', () => {
  const [a, b] = ['a'.repeat(40), 'b'.repeat(40)];
  assert.equal(parseRewritten(`${a} ${b}\n${b} ${b}\n\nnonsense\n${b} ${a} extra\n`), [
    { from: a, to: b },
    { from: b, to: a },
  ]);
  assert.equal(parseRewritten(''), []);
});

test('a rebase over the work of others signs own links again, with the others’ products beside', async () => {
  const shop = await begun();
  await shop.git('checkout', '-q', '-b', 'mine');
  const old = await make(shop, { 'data/mine.csv': 'mine\n' });
  await shop.git('checkout', '-q', 'main');
  await make(shop, { 'data/other.csv': 'other\n' });
  await shop.git('checkout', '-q', 'mine');
  const outcome = only(await rebase(shop, 'main'));
  const id = await shop.git('rev-parse', 'HEAD');
  matches(outcome, { kind: 'signed', commit: id, recorder: 'post-rewrite' });
  const { link, binding } = only(await shop.links(id));
  assert.equal([...link.products.keys()].sort(), ['data/mine.csv', 'data/other.csv']);
  assert.equal([...binding.changed.keys()], ['data/mine.csv']);
  assert.is(binding.rewrittenFrom, old);
  await shop.cleanup();
});

test('what a run knew goes along', async () => {
  const shop = await begun();
  await shop.git('checkout', '-q', '-b', 'mine');
  await pendingLinks(shop.repo).write(
    pendingOf({ materials: { 'raw/a.csv': 'raw\n' }, products: { 'data/a.csv': 'd\n' } }),
  );
  await make(shop, { 'data/a.csv': 'd\n' });
  await shop.git('checkout', '-q', 'main');
  await make(shop, { 'README.md': 'x\n' });
  await shop.git('checkout', '-q', 'mine');
  await rebase(shop, 'main');
  const { link } = only(await shop.links(await shop.git('rev-parse', 'HEAD')));
  assert.equal(link.command, ['make', 'data']);
  assert.equal(asMaps(link.byproducts), new Map([['return-value', 0]]));
  await shop.cleanup();
});

test('a model that now lies on new data is not signed again, and is said not to be', async () => {
  const shop = await begun();
  await make(shop, { 'data/a.csv': 'old\n' });
  await shop.git('checkout', '-q', '-b', 'mine');
  await make(shop, { 'model/m': 'from old data\n' });
  await shop.git('checkout', '-q', 'main');
  await make(shop, { 'data/a.csv': 'new\n' });
  await shop.git('checkout', '-q', 'mine');
  const outcome = only(await rebase(shop, 'main'));
  const commit = await shop.git('rev-parse', 'HEAD');
  assert.equal(outcome, { kind: 'not-renewed', commit, step: 'train', path: 'data/a.csv' });
  assert.equal(await shop.links(commit), []);
  assert.equal(await queuedCommits(shop.context()), [], 'nor is it signed later, as if it were new work');
  await shop.cleanup();
});

test('poison that came in below is not signed with the products beside it', async () => {
  const shop = await begun();
  await shop.git('checkout', '-q', '-b', 'mine');
  await make(shop, { 'data/mine.csv': 'mine\n' });
  await shop.git('checkout', '-q', 'main');
  shop.write('data/poison.csv', 'poison\n');
  await shop.git('add', '-A');
  await shop.git('commit', '-q', '-m', 'x', '--author', 'Mallory <m@example.org>');
  await shop.git('checkout', '-q', 'mine');
  const outcome = only(await rebase(shop, 'main'));
  assert.is(outcome.kind === 'refused' && outcome.refusal.kind, 'unexplained');
  assert.equal(await shop.links(await shop.git('rev-parse', 'HEAD')), []);
  await shop.cleanup();
});

test("somebody else's commits are rebased without being signed", async () => {
  const shop = await begun();
  await shop.git('checkout', '-q', '-b', 'theirs');
  shop.write('data/poison.csv', 'poison\n');
  await shop.git('add', '-A');
  await shop.git('commit', '-q', '-m', 'x', '--author', 'Mallory <m@example.org>');
  await shop.git('checkout', '-q', 'main');
  await make(shop, { 'README.md': 'x\n' });
  await shop.git('checkout', '-q', 'theirs');
  assert.equal(await rebase(shop, 'main'), []);
  assert.equal(await shop.links(await shop.git('rev-parse', 'HEAD')), []);
  assert.not((await new Journal(shop.repo).read()).made.has(await shop.git('rev-parse', 'HEAD')));
  await shop.cleanup();
});

test('a line that somebody put into own notes without the key is no own link', async () => {
  const shop = await begun();
  await shop.git('checkout', '-q', '-b', 'mine');
  const old = await make(shop, { 'data/mine.csv': 'mine\n' });
  const ref = localRef(shop.signer.fingerprint);
  const note = (await readNote(shop.repo, ref, old))?.toString('utf8') ?? '';
  const forged = note.replaceAll('"signature":"', '"signature":"00');
  assert.is.not(forged, note);
  await shop.person.git(['notes', `--ref=${ref}`, 'add', '-f', '-F', '-', old], {
    cwd: shop.path,
    input: forged,
  });
  await shop.git('checkout', '-q', 'main');
  await make(shop, { 'README.md': 'x\n' });
  await shop.git('checkout', '-q', 'mine');
  assert.equal(await rebase(shop, 'main'), []);
  await shop.cleanup();
});

test('a squash of two own commits is another change, and is not signed unasked', async () => {
  const shop = await begun();
  await make(shop, { 'data/a.csv': 'one\n' });
  await make(shop, { 'data/a.csv': 'two\n' });
  await shop.person.git(['rebase', '-q', '-i', 'HEAD~2'], {
    cwd: shop.path,
    env: { GIT_SEQUENCE_EDITOR: "sed -i '2s/pick/fixup/'", GIT_EDITOR: 'true' },
  });
  const told = fs.readFileSync(path.join(shop.path, '.git/rewritten-rebase'), 'utf8');
  const outcomes = await afterRewrite(shop.context(), parseRewritten(told));
  assert.equal([...new Set(outcomes.map(({ kind }) => kind))], ['not-renewed']);
  await shop.cleanup();
});

test('what was queued stays queued under its new name, and an amend of it is own work', async () => {
  const shop = await begun();
  await shop.git('checkout', '-q', '-b', 'mine');
  const old = await make(shop, { 'data/mine.csv': 'mine\n' }, whileLocked);
  await shop.git('checkout', '-q', 'main');
  await make(shop, { 'README.md': 'x\n' });
  await shop.git('checkout', '-q', 'mine');
  const id = only(await rebase(shop, 'main', whileLocked)).commit;
  assert.equal(await queuedCommits(shop.context()), [id]);
  assert.is.not(id, old);
  matches(only(await recordMissing(shop.context())), { kind: 'signed', commit: id });
  await shop.git('commit', '-q', '--amend', '-m', 'words');
  matches(only(await afterCommit(shop.context(), 'post-commit')), {
    kind: 'signed',
    recorder: 'post-rewrite',
  });
  await shop.cleanup();
});

test.run();
