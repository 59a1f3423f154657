import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fetchEvidence } from '../../src/ledger/fetch.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { localRef, seenRef, trackingRef } from '../../src/ledger/refs.ts';
import { linkLine } from '../support/evidence.ts';
import { failure } from '../support/failure.ts';
import type { SharedServer } from '../support/shared-server.ts';
import { makeServer, record } from '../support/shared-server.ts';
import type { WorkingClone } from '../support/working-clone.ts';
import type { Signatory } from '../support/world.ts';
import { makeSignatory } from '../support/world.ts';

const COMMIT = 'c'.repeat(40);
const OTHER = 'd'.repeat(40);
let alice: Signatory;
let REF: string;
test.before(async () => {
  alice = await makeSignatory('Alice');
  REF = localRef(alice.fingerprint);
});

/** A server with two lines of Alice's, the second younger, and Bob who has fetched them. */
async function published(): Promise<{
  server: SharedServer;
  bob: WorkingClone;
  tips: string[];
  lines: string[];
}> {
  const server = await makeServer();
  const lines = [linkLine(alice, COMMIT, 'prepare'), linkLine(alice, OTHER, 'train')];
  const tips = [
    await record(server.clone, REF, COMMIT, lines[0] ?? ''),
    await record(server.clone, REF, OTHER, lines[1] ?? ''),
  ];
  await server.clone.git('push', '-q', 'origin', `${REF}:${REF}`);
  const bob = await server.another('bob');
  return { server, bob, tips, lines };
}

const linesIn = async (clone: WorkingClone) =>
  [...(await Ledger.read(clone.repo)).all()].map(({ line }) => line).sort();
const fetchAll = (clone: WorkingClone) => fetchEvidence(clone.repo, 'origin');

test('evidence arrives in the tracking refs and is remembered as seen; nothing else is left behind', async () => {
  const { server, bob, tips, lines } = await published();
  assert.equal(await fetchAll(bob), []);
  assert.equal(await linesIn(bob), [...lines].sort());
  const refs = await bob.git('for-each-ref', '--format=%(tree) %(refname)', 'refs/notes', 'refs/mlchain');
  const tree = await bob.git('rev-parse', `${tips[1]}^{tree}`);
  assert.equal(
    refs.split('\n').sort(),
    [
      `${tree} ${seenRef('origin', alice.fingerprint)}`,
      `${tree} ${trackingRef('origin', alice.fingerprint)}`,
    ].sort(),
  );
  assert.equal(await fetchAll(bob), [], 'and again');
  await server.cleanup();
});

test('a remote that was forced back is seen, what it dropped is named, and nothing is lost here', async () => {
  const { server, bob, tips, lines } = await published();
  await fetchAll(bob);
  await server.git('update-ref', REF, tips[0] ?? '');
  for (let time = 0; time < 2; time++) {
    const rewound = await fetchAll(bob);
    assert.equal(rewound, [
      {
        remote: 'origin',
        signer: alice.fingerprint,
        ref: trackingRef('origin', alice.fingerprint),
        droppedLines: new Map([[OTHER, [lines[1]]]]),
      },
    ]);
    assert.equal(await linesIn(bob), [...lines].sort());
  }
  await server.git('update-ref', REF, tips[1] ?? '');
  assert.equal(await fetchAll(bob), [], 'mended');
  await server.cleanup();
});

test('a remote that deleted a ref is seen, with and without pruning', async () => {
  const { server, bob, lines } = await published();
  await fetchAll(bob);
  await server.git('update-ref', '-d', REF);
  const expected = new Map([
    [COMMIT, [lines[0]]],
    [OTHER, [lines[1]]],
  ]);
  assert.equal((await fetchAll(bob))[0]?.droppedLines, expected);
  assert.equal(await linesIn(bob), [...lines].sort());
  await bob.git('update-ref', '-d', trackingRef('origin', alice.fingerprint));
  const rewound = await fetchAll(bob);
  assert.is(rewound.length, 1);
  assert.equal(rewound[0]?.droppedLines, expected);
  assert.ok(await bob.repo.tryResolve(seenRef('origin', alice.fingerprint)), 'still reachable');
  await server.cleanup();
});

test('one line dropped in a new commit on top is seen too', async () => {
  const { server, bob, lines } = await published();
  await fetchAll(bob);
  await server.git('-c', 'user.name=M', '-c', 'user.email=m@x', 'notes', `--ref=${REF}`, 'remove', OTHER);
  const rewound = await fetchAll(bob);
  assert.equal(rewound[0]?.droppedLines, new Map([[OTHER, [lines[1]]]]));
  await server.cleanup();
});

test('from a remote with another history its new lines are taken, ours stay, and what it lacks is named', async () => {
  const { server, bob, lines } = await published();
  await fetchAll(bob);
  const fresh = linkLine(alice, COMMIT, 'test');
  const fork = await server.another('fork');
  await record(fork, 'refs/notes/fork', COMMIT, lines[0] ?? '', fresh);
  await fork.git('push', '-q', '--force', 'origin', `refs/notes/fork:${REF}`);
  const rewound = await fetchAll(bob);
  assert.equal(rewound[0]?.droppedLines, new Map([[OTHER, [lines[1]]]]));
  assert.equal(await linesIn(bob), [...lines, fresh].sort());
  await server.cleanup();
});

test('a remote that has all our lines in another history is simply followed', async () => {
  const { server, bob, lines } = await published();
  await fetchAll(bob);
  const fresh = linkLine(alice, COMMIT, 'test');
  const fork = await server.another('fork');
  await record(fork, 'refs/notes/fork', COMMIT, lines[0] ?? '', fresh);
  const tip = await record(fork, 'refs/notes/fork', OTHER, lines[1] ?? '');
  await fork.git('push', '-q', '--force', 'origin', `refs/notes/fork:${REF}`);
  assert.equal(await fetchAll(bob), []);
  assert.is(await bob.repo.tryResolve(trackingRef('origin', alice.fingerprint)), tip);
  assert.equal(await linesIn(bob), [...lines, fresh].sort());
  await server.cleanup();
});

test('a ref that holds no commit brings nothing, and goes as soon as the remote is mended', async () => {
  const { server, bob, tips, lines } = await published();
  const blob = await server.git('hash-object', '-w', '--stdin');
  await server.git('update-ref', '--no-deref', REF, blob);
  await fetchAll(bob);
  assert.equal(await linesIn(bob), []);
  await server.git('update-ref', REF, tips[1] ?? '');
  assert.equal(await fetchAll(bob), []);
  assert.equal(await linesIn(bob), [...lines].sort());
  await server.git('update-ref', '--no-deref', REF, blob);
  assert.is((await fetchAll(bob))[0]?.droppedLines.size, 2, 'put in place of evidence it is a rewind');
  assert.equal(await linesIn(bob), [...lines].sort());
  await server.cleanup();
});

test('a remote that does not answer is an error, and does not count as asked', async () => {
  const { server, bob } = await published();
  await bob.git('remote', 'add', 'gone', '/nowhere.git');
  const repo = await bob.reopen();
  assert.is((await failure(fetchEvidence(repo, 'gone'))).code, 'git');
  assert.is(await repo.config('remote.gone.mlchainFetched'), undefined);
  await server.cleanup();
});

test.run();
