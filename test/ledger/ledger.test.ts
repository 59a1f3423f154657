import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { appendNotes } from '../../src/git/notes.ts';
import { updateRefs } from '../../src/git/refs.ts';
import type { Entry } from '../../src/ledger/entry.ts';
import { appendLines, Ledger } from '../../src/ledger/ledger.ts';
import { MAX_NOTE_BYTES } from '../../src/ledger/note.ts';
import { localRef, trackingRef } from '../../src/ledger/refs.ts';
import { endorsementLine, linkLine, revocationLine } from '../support/evidence.ts';
import { failure } from '../support/failure.ts';
import type { WorkingClone } from '../support/working-clone.ts';
import { makeClone } from '../support/working-clone.ts';
import type { Signatory } from '../support/world.ts';
import { makeSignatory } from '../support/world.ts';

let alice: Signatory;
let bob: Signatory;
test.before(async () => {
  alice = await makeSignatory('Alice');
  bob = await makeSignatory('Bob');
});

const lines = (entries: Iterable<Entry>) => [...entries].map(({ line }) => line).sort();
const note = (clone: WorkingClone, ref: string, commit: string, ...text: string[]) =>
  appendNotes(clone.repo, ref, new Map([[commit, text]]), 'test');

test('a recorded line is in the ledger, and plain git shows it', async () => {
  const clone = await makeClone();
  const commit = await clone.commit('with a link');
  const line = linkLine(alice, commit);
  await appendLines(clone.repo, alice.fingerprint, new Map([[commit, [line]]]));
  const [entry, ...rest] = (await Ledger.read(clone.repo)).entriesFor(commit);
  assert.is(rest.length, 0);
  assert.is(entry?.line, line);
  assert.is(entry?.signer, alice.fingerprint);
  const shown = await clone.git('log', '--notes=mlchain/*', '-1');
  assert.ok(shown.includes(`Notes (mlchain/${alice.fingerprint}):\n    ${line}`));
  await clone.cleanup();
});

test('the ledger is the union of all signers, local and fetched, each line once', async () => {
  const clone = await makeClone();
  const commit = await clone.commit();
  const [one, two, three] = ['prepare', 'train', 'test'].map((step) => linkLine(alice, commit, step));
  const other = linkLine(bob, commit);
  await note(clone, localRef(alice.fingerprint), commit, one ?? '', two ?? '');
  await note(clone, trackingRef('origin', alice.fingerprint), commit, two ?? '', three ?? '');
  await note(clone, trackingRef('team/fork', alice.fingerprint), commit, two ?? '');
  await note(clone, trackingRef('origin', bob.fingerprint), commit, other);
  const ledger = await Ledger.read(clone.repo);
  assert.equal(lines(ledger.entriesFor(commit)), [one, two, three, other].sort());
  assert.equal(lines(ledger.all()), lines(ledger.entriesFor(commit)));
  assert.equal([...ledger.commits()], [commit]);
  assert.equal(ledger.problems, []);
  await clone.cleanup();
});

test('the same line in two signers` refs is two entries: whose ref it is, is part of the evidence', async () => {
  const clone = await makeClone();
  const commit = await clone.commit();
  const line = linkLine(alice, commit);
  await note(clone, localRef(alice.fingerprint), commit, line);
  await note(clone, localRef(bob.fingerprint), commit, line);
  const signers = (await Ledger.read(clone.repo)).entriesFor(commit).map(({ signer }) => signer);
  assert.equal(signers.sort(), [alice.fingerprint, bob.fingerprint].sort());
  await clone.cleanup();
});

test('notes written by git itself, at any fan-out, are read; foreign files in the tree are not', async () => {
  const clone = await makeClone();
  const ref = localRef(alice.fingerprint);
  // Always the same objects: whether git fans out depends on how the ids happen to be spread.
  for (let at = 0; at < 200; at++) clone.write(`objects/${at}`, `object ${at}\n`);
  const names = Array.from({ length: 200 }, (_, at) => `objects/${at}`);
  const objects = (await clone.git('hash-object', '-w', ...names)).split('\n');
  const [first = '', ...others] = objects;
  await clone.git('notes', `--ref=${ref}`, 'add', '-m', linkLine(alice, 'c'.repeat(40)), first);
  const copies = others.map((object) => `${first} ${object}\n`).join('');
  await clone.person.git(['notes', `--ref=${ref}`, 'copy', '--stdin'], { cwd: clone.path, input: copies });
  const fanOut = await clone.git('ls-tree', '--name-only', ref);
  assert.ok(
    fanOut.split('\n').every((name) => name.length === 2),
    'git fans out',
  );
  const entries = await clone.git('ls-tree', ref);
  const foreign = `100644 blob ${objects[0]}\tREADME\n100644 blob ${objects[0]}\t${'a'.repeat(39)}\n`;
  const input = `${entries}\n${foreign}`;
  const { stdout: tree } = await clone.person.git(['mktree'], { cwd: clone.path, input });
  await clone.git('update-ref', ref, await clone.git('commit-tree', '-m', 'foreign', '-p', ref, tree.trim()));
  const ledger = await Ledger.read(clone.repo);
  assert.equal(new Set(ledger.commits()), new Set(objects));
  assert.equal(ledger.problems, []);
  for (const object of objects) assert.is(ledger.entriesFor(object).length, 1);
  await clone.cleanup();
});

test('only what lies on certain commits can be asked for, few or many', async () => {
  const clone = await makeClone();
  const commits: string[] = [];
  for (let at = 0; at < 40; at++) commits.push(at.toString(16).padStart(40, '0'));
  await appendLines(
    clone.repo,
    alice.fingerprint,
    new Map(commits.map((commit) => [commit, [linkLine(alice, commit)]])),
  );
  for (const count of [0, 1, 5, 39]) {
    const asked = new Set(commits.slice(0, count));
    const ledger = await Ledger.read(clone.repo, { commits: asked });
    assert.equal(new Set(ledger.commits()), asked);
    assert.is([...ledger.all()].length, count);
  }
  assert.equal((await Ledger.read(clone.repo)).entriesFor('f'.repeat(40)), []);
  await clone.cleanup();
});

test('a repository without evidence, or without commits, has an empty ledger', async () => {
  const clone = await makeClone();
  assert.equal([...(await Ledger.read(clone.repo)).all()], []);
  await clone.cleanup();
});

test('a sha256 repository', async () => {
  const clone = await makeClone({ objectFormat: 'sha256' });
  const commit = await clone.commit();
  await appendLines(clone.repo, alice.fingerprint, new Map([[commit, [linkLine(alice, commit)]]]));
  const [entry] = (await Ledger.read(clone.repo)).entriesFor(commit);
  assert.is(entry?.content.kind === 'link' ? entry.content.binding?.commit : undefined, commit);
  await clone.cleanup();
});

test('a ref that is not named by a fingerprint is a problem, and nobody`s evidence', async () => {
  const clone = await makeClone();
  const commit = await clone.commit();
  const name = alice.fingerprint.toLowerCase();
  await note(clone, localRef(name), commit, linkLine(alice, commit));
  await note(clone, localRef(bob.fingerprint), commit, linkLine(bob, commit));
  const ledger = await Ledger.read(clone.repo);
  assert.is(ledger.entriesFor(commit).length, 1);
  assert.is(ledger.problems.length, 1);
  assert.equal(
    { ...ledger.problems[0], reason: '' },
    { kind: 'malformed', signer: undefined, object: undefined, line: undefined, reason: '' },
  );
  assert.match(ledger.problems[0]?.reason ?? '', new RegExp(`fingerprint in upper hex.*${name}`));
  await clone.cleanup();
});

test('junk in a note is a problem of its commit, once, however many refs hold it', async () => {
  const clone = await makeClone();
  const commit = await clone.commit();
  const good = linkLine(alice, commit);
  await note(clone, localRef(alice.fingerprint), commit, good, 'junk');
  await note(clone, trackingRef('origin', alice.fingerprint), commit, good, 'junk', '{}');
  const ledger = await Ledger.read(clone.repo);
  assert.equal(lines(ledger.entriesFor(commit)), [good]);
  const reasons = ledger.problemsFor(commit).map(({ kind, signer, object }) => [kind, signer, object]);
  assert.ok(reasons.length >= 2);
  for (const each of reasons) assert.equal(each, ['malformed', alice.fingerprint, commit]);
  assert.equal(ledger.problems, []);
  await clone.cleanup();
});

test('a note over the limits is never held, and is reported: it may hide a revocation', async () => {
  const clone = await makeClone();
  const commit = await clone.commit();
  clone.write('huge', Buffer.alloc(MAX_NOTE_BYTES + 1, 'x'));
  const blob = await clone.git('hash-object', '-w', 'huge');
  const ref = localRef(alice.fingerprint);
  await clone.git('notes', `--ref=${ref}`, 'add', '-C', blob, commit);
  await note(clone, localRef(bob.fingerprint), commit, linkLine(bob, commit));
  const ledger = await Ledger.read(clone.repo);
  assert.is(ledger.entriesFor(commit).length, 1);
  assert.equal(ledger.problems, [
    {
      kind: 'over-limits',
      signer: alice.fingerprint,
      object: commit,
      line: undefined,
      reason: 'a note of 67108865 bytes, where at most 67108864 are read',
    },
  ]);
  await clone.cleanup();
});

test('evidence that the clone names but does not hold is no empty evidence', async () => {
  const clone = await makeClone();
  const commit = await clone.commit();
  const ref = localRef(alice.fingerprint);
  await note(clone, ref, commit, linkLine(alice, commit));
  const blob = await clone.git('rev-parse', `${ref}:${commit}`);
  await clone.person.exec('rm', ['-f', `${clone.path}/.git/objects/${blob.slice(0, 2)}/${blob.slice(2)}`]);
  const packs = await clone.git('count-objects', '-v');
  assert.match(packs, /in-pack: 0/, 'the note was a loose object');
  const repo = await clone.reopen();
  const ledger = await Ledger.read(repo);
  assert.equal(
    ledger.problems.map(({ kind, object }) => [kind, object]),
    [['object-missing', commit]],
  );
  const tree = await clone.git('rev-parse', `${ref}^{tree}`);
  await clone.person.exec('rm', ['-f', `${clone.path}/.git/objects/${tree.slice(0, 2)}/${tree.slice(2)}`]);
  assert.is((await failure(Ledger.read(await clone.reopen()))).code, 'incomplete');
  await clone.cleanup();
});

test('statements are found among links, however they are spelled, and on commits that are not here', async () => {
  const clone = await makeClone();
  const commit = await clone.commit();
  const far = 'f'.repeat(40);
  const revocation = revocationLine(alice, far);
  const respelled = revocationLine(bob, commit).replace('"_type"', '"\\u005ftype"');
  const hiding = revocationLine(bob, commit, { reason: '"signed":{"_type":"link",' });
  const endorsement = endorsementLine(bob, commit);
  await note(clone, localRef(alice.fingerprint), far, revocation, linkLine(alice, far));
  await note(clone, localRef(bob.fingerprint), commit, respelled, hiding, endorsement, linkLine(bob, commit));
  const ledger = await Ledger.read(clone.repo);
  assert.equal(lines(ledger.statements()), [revocation, respelled, hiding, endorsement].sort());
  await clone.cleanup();
});

test('what is incoming is read before any ref names it', async () => {
  const clone = await makeClone();
  const commit = await clone.commit();
  const line = linkLine(alice, commit);
  const tip = await note(clone, 'refs/notes/elsewhere', commit, line);
  const incoming = [{ signer: alice.fingerprint, tip }];
  assert.equal(lines((await Ledger.read(clone.repo, { incoming })).all()), [line]);
  assert.equal(lines((await Ledger.read(clone.repo)).all()), []);
  await clone.cleanup();
});

test('two entries asked for twice in a row are the same objects', async () => {
  const clone = await makeClone();
  const commit = await clone.commit();
  await note(clone, localRef(alice.fingerprint), commit, linkLine(alice, commit));
  const ledger = await Ledger.read(clone.repo);
  assert.is(ledger.entriesFor(commit)[0], ledger.entriesFor(commit)[0]);
  await clone.cleanup();
});

test('eight writers of one signer lose no line of each other', async () => {
  const clone = await makeClone();
  const commit = await clone.commit();
  const repos = await Promise.all(Array.from({ length: 8 }, () => clone.reopen()));
  const all = repos.map((_, at) => linkLine(alice, commit, `step${at}`));
  await Promise.all(
    repos.map((repo, at) => appendLines(repo, alice.fingerprint, new Map([[commit, [all[at] ?? '']]]))),
  );
  assert.equal(lines((await Ledger.read(clone.repo)).entriesFor(commit)), [...all].sort());
  await clone.cleanup();
});

test('a ref that points at something else than a commit is a problem, and keeps nobody from being heard', async () => {
  const clone = await makeClone();
  clone.write('file', 'x');
  const commit = await clone.commit();
  await note(clone, localRef(bob.fingerprint), commit, linkLine(bob, commit));
  await clone.git('tag', '-a', '-m', 'tag', 'tag');
  for (const [revision, type] of [
    ['HEAD:file', 'blob'],
    ['HEAD^{tree}', 'tree'],
    ['tag', 'tag'],
  ] as const) {
    const id = await clone.git('rev-parse', revision);
    await updateRefs(clone.repo, [{ ref: trackingRef('origin', alice.fingerprint), new: id }]);
    const ledger = await Ledger.read(clone.repo);
    assert.is(ledger.entriesFor(commit).length, 1);
    assert.is(ledger.problems.length, 1);
    assert.is(ledger.problems[0]?.signer, alice.fingerprint);
    assert.match(ledger.problems[0]?.reason ?? '', new RegExp(`expected a commit at '.*', found ${type}`));
  }
  await clone.cleanup();
});

test.run();
