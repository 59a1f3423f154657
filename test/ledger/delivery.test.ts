import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { GitError } from '../../src/git/git-error.ts';
import type { WantedLines } from '../../src/ledger/delivery.ts';
import { allWanted, deliver, linesBySigner } from '../../src/ledger/delivery.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { localRef, seenRef, trackingRef } from '../../src/ledger/refs.ts';
import { addFetchRefspec } from '../../src/ledger/setup.ts';
import { linkLine } from '../support/evidence.ts';
import { failure } from '../support/failure.ts';
import type { SharedServer } from '../support/shared-server.ts';
import { makeServer, record } from '../support/shared-server.ts';
import type { Signatory } from '../support/world.ts';
import { makeSignatory } from '../support/world.ts';

const COMMIT = 'c'.repeat(40);
const PRIVATE = 'd'.repeat(40);
let alice: Signatory;
let bob: Signatory;
test.before(async () => {
  alice = await makeSignatory('Alice');
  bob = await makeSignatory('Bob');
});

const wanted = (...lines: readonly (readonly [Signatory, string])[]): WantedLines => {
  const all = new Map<string, Map<string, string[]>>();
  for (const [signer, line] of lines) {
    const commits = all.get(signer.fingerprint) ?? new Map<string, string[]>([[COMMIT, []]]);
    commits.get(COMMIT)?.push(line);
    all.set(signer.fingerprint, commits);
  }
  return all;
};
const scratchRefs = async (server: SharedServer) =>
  await server.clone.git('for-each-ref', 'refs/mlchain/scratch');
const putHook = (server: SharedServer, name: string, script: string) =>
  fs.writeFileSync(path.join(server.url, 'hooks', name), `#!/bin/sh\n${script}`, { mode: 0o755 });

test('lines arrive in their signers` refs on the remote, one`s own as well as others`', async () => {
  const server = await makeServer();
  const [mine, theirs] = [linkLine(alice, COMMIT), linkLine(bob, COMMIT)];
  const result = await deliver(server.clone.repo, 'origin', wanted([alice, mine], [bob, theirs]));
  assert.equal(
    result.delivered,
    new Map([
      [alice.fingerprint, 1],
      [bob.fingerprint, 1],
    ]),
  );
  assert.equal(result.upToDate, []);
  assert.is(result.failed.size, 0);
  assert.equal(await server.lines(alice.fingerprint, COMMIT), [mine]);
  assert.equal(await server.lines(bob.fingerprint, COMMIT), [theirs]);
  assert.is(await scratchRefs(server), '');
  await server.cleanup();
});

test('delivered again, there is nothing to do and nothing moves', async () => {
  const server = await makeServer();
  const lines = wanted([alice, linkLine(alice, COMMIT)]);
  await deliver(server.clone.repo, 'origin', lines);
  const tip = await server.git('rev-parse', localRef(alice.fingerprint));
  const again = await deliver(server.clone.repo, 'origin', lines);
  assert.equal(again.upToDate, [alice.fingerprint]);
  assert.is(again.delivered.size, 0);
  assert.is(await server.git('rev-parse', localRef(alice.fingerprint)), tip);
  const nothing = await deliver(server.clone.repo, 'origin', new Map());
  assert.equal([nothing.delivered.size, nothing.upToDate.length, nothing.failed.size], [0, 0, 0]);
  await server.cleanup();
});

test('what was not wanted does not go along: experiments stay private, in content and in history', async () => {
  const server = await makeServer();
  const [published, secret] = [linkLine(alice, COMMIT), linkLine(alice, PRIVATE)];
  await record(server.clone, localRef(alice.fingerprint), PRIVATE, secret);
  await record(server.clone, localRef(alice.fingerprint), COMMIT, published);
  await deliver(server.clone.repo, 'origin', wanted([alice, published]));
  assert.equal(await server.lines(alice.fingerprint, COMMIT), [published]);
  assert.equal(await server.lines(alice.fingerprint, PRIVATE), []);
  const names = await server.git('log', '--format=', '--name-only', localRef(alice.fingerprint));
  assert.not.match(names, new RegExp(PRIVATE));
  const objects = await server.git('cat-file', '--batch-all-objects', '--batch-check=%(objectname)');
  const blob = await server.clone.git('rev-parse', `${localRef(alice.fingerprint)}:${PRIVATE}`);
  assert.not.match(objects, new RegExp(blob));
  await server.cleanup();
});

test('lines go on top of what the remote has, which stays, whatever this clone knows of it', async () => {
  const server = await makeServer();
  const laptop = await server.another('laptop');
  const [first, second] = [linkLine(alice, COMMIT, 'prepare'), linkLine(alice, COMMIT, 'train')];
  await deliver(laptop.repo, 'origin', wanted([alice, first]));
  const before = await server.git('rev-parse', localRef(alice.fingerprint));
  await record(server.clone, localRef(alice.fingerprint), COMMIT, second);
  const result = await deliver(server.clone.repo, 'origin', wanted([alice, second]));
  assert.equal(result.delivered, new Map([[alice.fingerprint, 1]]));
  assert.equal(await server.lines(alice.fingerprint, COMMIT), [first, second].sort());
  await server.git('merge-base', '--is-ancestor', before, localRef(alice.fingerprint));
  await server.cleanup();
});

test('a remote that was rewound gets back what is wanted, as a fast-forward', async () => {
  const server = await makeServer();
  const [first, second] = [linkLine(alice, COMMIT, 'prepare'), linkLine(alice, COMMIT, 'train')];
  await deliver(server.clone.repo, 'origin', wanted([alice, first]));
  const back = await server.git('rev-parse', localRef(alice.fingerprint));
  await deliver(server.clone.repo, 'origin', wanted([alice, second]));
  await server.git('config', 'receive.denyNonFastForwards', 'true');
  await server.git('update-ref', localRef(alice.fingerprint), back);
  const result = await deliver(server.clone.repo, 'origin', wanted([alice, first], [alice, second]));
  assert.equal(result.delivered, new Map([[alice.fingerprint, 1]]));
  assert.equal(await server.lines(alice.fingerprint, COMMIT), [first, second].sort());
  await server.cleanup();
});

test('what was delivered is known here as the remote`s, and as seen', async () => {
  const server = await makeServer();
  await deliver(server.clone.repo, 'origin', wanted([alice, linkLine(alice, COMMIT)]));
  const notes = `${localRef(alice.fingerprint)}^{tree}`;
  for (const ref of [trackingRef('origin', alice.fingerprint), seenRef('origin', alice.fingerprint)]) {
    assert.is(await server.clone.git('rev-parse', `${ref}^{tree}`), await server.git('rev-parse', notes));
  }
  await server.cleanup();
});

test('a remote with another push URL is delivered to there, and tracks nothing of it', async () => {
  const server = await makeServer();
  const { clone } = server;
  await clone.git('init', '-q', '--bare', '../fork.git');
  await clone.git('config', 'remote.origin.pushurl', clone.person.at('fork.git'));
  const line = linkLine(alice, COMMIT);
  await deliver(await clone.reopen(), 'origin', wanted([alice, line]));
  assert.equal(await server.lines(alice.fingerprint, COMMIT), []);
  const fork = { cwd: clone.person.at('fork.git') };
  const shown = await clone.person.git(['show', `${localRef(alice.fingerprint)}:${COMMIT}`], fork);
  assert.is(shown.stdout, `${line}\n`);
  const tracking = trackingRef('origin', alice.fingerprint);
  assert.is(await clone.repo.tryResolve(tracking), undefined);
  await server.cleanup();
});

test('a URL without a remote is delivered to', async () => {
  const server = await makeServer();
  const line = linkLine(alice, COMMIT);
  await server.clone.git('remote', 'remove', 'origin');
  await deliver(await server.clone.reopen(), server.url, wanted([alice, line]), { url: server.url });
  assert.equal(await server.lines(alice.fingerprint, COMMIT), [line]);
  await server.cleanup();
});

test('hooks of the pushing clone do not run: a pre-push that delivers would start itself without end', async () => {
  const server = await makeServer();
  const hook = path.join(server.clone.path, '.git/hooks/pre-push');
  fs.writeFileSync(hook, `#!/bin/sh\ntouch '${server.clone.person.at('ran')}'\nexit 1\n`, { mode: 0o755 });
  const result = await deliver(server.clone.repo, 'origin', wanted([alice, linkLine(alice, COMMIT)]));
  assert.is(result.delivered.size, 1);
  assert.not(fs.existsSync(server.clone.person.at('ran')));
  await server.cleanup();
});

test('what the remote has just said that it has is not asked again', async () => {
  const server = await makeServer();
  const first = linkLine(alice, COMMIT, 'prepare');
  await deliver(server.clone.repo, 'origin', wanted([alice, first]));
  const there = new Map([
    [
      localRef(alice.fingerprint),
      await server.clone.git('rev-parse', trackingRef('origin', alice.fingerprint)),
    ],
  ]);
  await server.clone.git('config', 'remote.origin.uploadpack', 'false');
  const second = linkLine(alice, COMMIT, 'train');
  const lines = wanted([alice, first], [alice, second]);
  const unasked = await failure(deliver(await server.clone.reopen(), 'origin', lines));
  assert.ok(unasked instanceof GitError, 'who does not say what it has cannot be asked');
  const result = await deliver(await server.clone.reopen(), 'origin', lines, { there });
  assert.equal(result.delivered, new Map([[alice.fingerprint, 1]]));
  assert.equal(await server.lines(alice.fingerprint, COMMIT), [first, second].sort());
  await server.cleanup();
});

test('what the remote has said and is no longer so costs nobody a line', async () => {
  const server = await makeServer();
  const rival = await server.another('rival');
  const [ours, theirs] = [linkLine(alice, COMMIT, 'prepare'), linkLine(alice, COMMIT, 'train')];
  await deliver(rival.repo, 'origin', wanted([alice, theirs]));
  const result = await deliver(server.clone.repo, 'origin', wanted([alice, ours]), { there: new Map() });
  assert.equal(result.delivered, new Map([[alice.fingerprint, 1]]));
  assert.equal(await server.lines(alice.fingerprint, COMMIT), [ours, theirs].sort());
  assert.is(await scratchRefs(server), '');
  await server.cleanup();
});

test('a server that refuses one signer`s lines takes the others`, and its words are handed on', async () => {
  const server = await makeServer();
  putHook(server, 'update', `case "$1" in *${bob.fingerprint}) echo no >&2; exit 1;; esac\n`);
  const lines = wanted([alice, linkLine(alice, COMMIT)], [bob, linkLine(bob, COMMIT)]);
  const result = await deliver(server.clone.repo, 'origin', lines);
  assert.equal([...result.delivered.keys()], [alice.fingerprint]);
  assert.equal([...result.failed], [[bob.fingerprint, 'hook declined']]);
  assert.equal(await server.lines(bob.fingerprint, COMMIT), []);
  assert.is(await scratchRefs(server), '');
  await server.cleanup();
});

test('a rejection is fetched and tried again: a server that refuses at first takes the lines in the end', async () => {
  const server = await makeServer();
  const tries = server.clone.person.at('tries');
  putHook(server, 'update', `echo x >>'${tries}'\ntest "$(wc -l <'${tries}')" -ge 3\n`);
  const line = linkLine(alice, COMMIT);
  const result = await deliver(server.clone.repo, 'origin', wanted([alice, line]));
  assert.equal(result.delivered, new Map([[alice.fingerprint, 1]]));
  assert.is(result.failed.size, 0);
  assert.equal(await server.lines(alice.fingerprint, COMMIT), [line]);
  await server.cleanup();
});

test('somebody who is faster between our look and our push loses nothing, and neither do we', async () => {
  const server = await makeServer();
  const rival = await server.another('rival');
  const [ours, theirs] = [linkLine(alice, COMMIT, 'prepare'), linkLine(alice, COMMIT, 'train')];
  const ref = localRef(alice.fingerprint);
  await record(rival, ref, COMMIT, theirs);
  // The push itself lets the rival go first, once.
  const once = server.clone.person.at('once');
  const rivalPush = `GIT_DIR='${rival.path}/.git' git push -q '${server.url}' '${ref}:${ref}'`;
  const unset = 'unset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES';
  putHook(server, 'pre-receive', `test -e '${once}' && exit 0\ntouch '${once}'\n${unset}\n${rivalPush}\n`);
  const result = await deliver(server.clone.repo, 'origin', wanted([alice, ours]));
  assert.equal(result.delivered, new Map([[alice.fingerprint, 1]]));
  assert.ok(fs.existsSync(once));
  assert.equal(await server.lines(alice.fingerprint, COMMIT), [ours, theirs].sort());
  await server.cleanup();
});

test('eight clones that deliver lines of one signer at once lose none', async () => {
  const server = await makeServer();
  const clones = await Promise.all(Array.from({ length: 8 }, (_, at) => server.another(`clone${at}`)));
  const lines = clones.map((_, at) => linkLine(alice, COMMIT, `step${at}`));
  const results = await Promise.all(
    clones.map((clone, at) => deliver(clone.repo, 'origin', wanted([alice, lines[at] ?? '']))),
  );
  for (const { delivered, failed } of results) {
    assert.equal([...failed.values()], []);
    assert.is(delivered.size, 1);
  }
  assert.equal(await server.lines(alice.fingerprint, COMMIT), [...lines].sort());
  await server.cleanup();
});

test('where the remote`s ref holds something else than evidence, that signer fails at once and the others do not', async () => {
  const server = await makeServer();
  const tree = await server.git('rev-parse', 'main^{tree}');
  await server.git('update-ref', '--no-deref', localRef(bob.fingerprint), tree);
  const lines = wanted([alice, linkLine(alice, COMMIT)], [bob, linkLine(bob, COMMIT)]);
  const result = await deliver(server.clone.repo, 'origin', lines);
  assert.equal([...result.delivered.keys()], [alice.fingerprint]);
  assert.match(result.failed.get(bob.fingerprint) ?? '', /expected a commit at the remote's refs\/notes/);
  await server.cleanup();
});

test('a remote that does not answer is an error', async () => {
  const server = await makeServer();
  await server.clone.git('remote', 'set-url', 'origin', '/nowhere.git');
  const lines = wanted([alice, linkLine(alice, COMMIT)]);
  const error = await failure(deliver(await server.clone.reopen(), 'origin', lines));
  assert.is(error.code, 'git');
  assert.is(await scratchRefs(server), '');
  await server.cleanup();
});

test('a configured fetch refspec, a mirror remote and a push refspec do not get in the way', async () => {
  const server = await makeServer();
  const { clone } = server;
  await addFetchRefspec(clone.repo, 'origin');
  await clone.git('config', 'remote.origin.mirror', 'true');
  await clone.git('config', 'remote.origin.push', 'refs/heads/*:refs/heads/*');
  await clone.git('config', 'push.followTags', 'true');
  const line = linkLine(alice, COMMIT);
  await deliver(await clone.reopen(), 'origin', wanted([alice, line]));
  assert.equal(await server.lines(alice.fingerprint, COMMIT), [line]);
  const refs = await server.git('for-each-ref', '--format=%(refname)');
  assert.equal(refs.split('\n').sort(), ['refs/heads/main', localRef(alice.fingerprint)].sort());
  await server.cleanup();
});

test('entries of the ledger become wanted lines of their signers', async () => {
  const server = await makeServer();
  const { clone } = server;
  const lines = ['prepare', 'train'].map((step) => linkLine(alice, COMMIT, step)).sort();
  await record(clone, localRef(alice.fingerprint), COMMIT, ...lines);
  await record(clone, localRef(bob.fingerprint), PRIVATE, linkLine(bob, PRIVATE));
  const want = linesBySigner((await Ledger.read(clone.repo)).all());
  assert.equal(want.get(alice.fingerprint), new Map([[COMMIT, lines]]));
  assert.equal(want.get(bob.fingerprint), new Map([[PRIVATE, [linkLine(bob, PRIVATE)]]]));
  await server.cleanup();
});

test('what is wanted twice is wanted once, and of two lists nothing is lost', () => {
  const [first, second] = [linkLine(alice, COMMIT, 'prepare'), linkLine(alice, COMMIT, 'train')];
  const all = allWanted([
    wanted([alice, first]),
    wanted([alice, second], [bob, 'x']),
    wanted([alice, first]),
  ]);
  assert.equal(all.get(alice.fingerprint)?.get(COMMIT), [first, second]);
  assert.equal(all.get(bob.fingerprint)?.get(COMMIT), ['x']);
});

test('many lines on many commits arrive', async () => {
  const server = await makeServer();
  const commits = new Map<string, string[]>();
  for (let at = 0; at < 200; at++) commits.set(at.toString(16).padStart(40, '0'), [`{"line":${at}}`]);
  await deliver(server.clone.repo, 'origin', new Map([[alice.fingerprint, commits]]));
  const again = await deliver(server.clone.repo, 'origin', new Map([[alice.fingerprint, commits]]));
  assert.equal(again.upToDate, [alice.fingerprint]);
  await server.cleanup();
});

test.run();
