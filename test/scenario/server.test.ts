import * as fs from 'node:fs';
import * as path from 'node:path';
import * as assert from 'uvu/assert';
import type { ExecResult } from '../support/exec.ts';
import { linkFor, open, plant, sign, writeNote } from '../support/forger.ts';
import type { Member } from '../support/member.ts';
import { assertVerdict } from '../support/member.ts';
import { stories } from '../support/stories.ts';
import type { Team } from '../support/team.ts';

// product.md §8 and threats.md, row 43: a server that verifies what it is pushed before any of it can be seen. There is
// no way around this hook, so these people push with --no-verify, as Mallory would.

const story = stories('a verifying server');
const DATA = 'data/words.txt';

story('a plain push brings the evidence, then the branch, and both are taken', async ({ team }) => {
  const { alice, carl } = await guarded(team);
  await newData(alice);
  await alice.push();
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');
});

story('branch and evidence in one push are taken together', async ({ team }) => {
  const { alice, host, carl } = await guarded(team);
  const commit = await newData(alice);
  await onTopOfTheirs(alice, commit);
  await alice.pushPastHooks('HEAD', alice.notes);
  assert.is(await host.git('rev-parse', 'main'), commit);
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');
});

story('so they are one after the other, evidence first', async ({ team }) => {
  const { alice, host } = await guarded(team);
  const commit = await newData(alice);
  await onTopOfTheirs(alice, commit);
  await alice.pushPastHooks(alice.notes);
  await alice.pushPastHooks();
  assert.is(await host.git('rev-parse', 'main'), commit);
});

story('41: what a killed push left locked on the server does not lock everybody out', async ({ team }) => {
  const { alice, host } = await guarded(team);
  const lock = locked(host, alice.notes);
  const longAgo = new Date(Date.now() - 120_000);
  fs.utimesSync(lock, longAgo, longAgo);
  const commit = await newData(alice);
  await alice.push();
  assert.is(await host.git('rev-parse', 'main'), commit);
  assert.not(fs.existsSync(lock));
});

story('the honest twin: a lock that somebody holds is left to them', async ({ team }) => {
  const { alice, host } = await guarded(team);
  await onTopOfTheirs(alice, await newData(alice));
  const lock = locked(host, alice.notes);
  const pushed = await alice.tries(['push', '-q', '--no-verify', 'origin', alice.notes]);
  assert.is.not(pushed.code, 0);
  assert.ok(fs.existsSync(lock));
});

/** Objects of a push that is refused are gone afterwards; what was verified on the way must mislead nobody. */
story(
  'a server remembers what it verified, and poison on top of that is refused all the same',
  async ({ team }) => {
    const { alice, mallory, host } = await guarded(team);
    const remembered = () =>
      fs.readdirSync(`${host.clone}/mlchain/verified`).map((name) => name.split('-')[1]);
    const first = await newData(alice);
    await alice.push();
    alice.write('data/even-more.txt', 'plum\n');
    const second = await alice.commit('even more data');
    await alice.push();
    assert.equal(
      [first, second].map((commit) => remembered().includes(commit)),
      [true, true],
    );
    // Her hook ran on the server, and so did her seal: nobody else's program believes it.
    const judged = await alice.in(host.clone).verify('main', '--history');
    assertVerdict(judged, 'verified');
    assert.is(judged.checked.cached, judged.checked.commits);
    await mallory.pull();
    mallory.write(DATA, 'poison\n');
    const poisoned = await mallory.commitWithoutHooks('poison');
    const { stderr } = await refused(mallory, 'HEAD');
    assert.match(stderr, '[uncovered]');
    assert.is(remembered().includes(poisoned), false);
  },
);

story('43: the branch alone is refused, and nothing of it stays', async ({ team }) => {
  const { alice, host } = await guarded(team);
  const before = await host.git('for-each-ref');
  const commit = await newData(alice);
  const { stderr } = await refused(alice, 'HEAD');
  for (const word of [DATA, commit.slice(0, 7), 'Alice', '[uncovered]']) assert.match(stderr, word);
  assert.is(await host.git('for-each-ref'), before);
  assert.is.not((await host.tries(['cat-file', '-e', commit])).code, 0);
});

story('43: however much is wrong, a refusal is under 20 lines', async ({ team }) => {
  const { mallory } = await guarded(team);
  for (let count = 0; count < 20; count++) {
    mallory.write(`data/${count}.txt`, `${count}\n`);
    await mallory.commitWithoutHooks(`poison ${count}`);
  }
  await expectShort(mallory, 'HEAD');
  await expectShort(mallory, ...Array.from({ length: 6 }, (_, count) => `HEAD:refs/heads/side/${count}`));
});

story('43: MLCHAIN_SKIP is the word of a client, and not heard here', async ({ team }) => {
  const { mallory } = await guarded(team);
  await poisoned(mallory);
  const { code } = await mallory.tries(['push', '-q', 'origin', 'HEAD'], { env: { MLCHAIN_SKIP: '1' } });
  assert.is(code, 1);
});

const shrinkings = new Map<string, (team: Team) => Promise<void>>([
  ['drops a line', async ({ mallory, alice }) => dropNote(mallory, alice)],
  ['edits a line', async ({ mallory, alice }) => editNote(mallory, alice)],
  ['deletes the ref', async ({ mallory, alice }) => mallory.git('update-ref', '-d', alice.notes).then()],
  ['starts it over', async ({ mallory, alice }) => startOver(mallory, alice)],
  ['empties it', async ({ mallory, alice }) => emptyNotes(mallory, alice)],
]);

for (const [what, shrink] of shrinkings) {
  story(`43: a push of notes that ${what} is refused`, async ({ team }) => {
    const { mallory, alice, host } = await guarded(team);
    const before = await host.git('for-each-ref');
    await shrink(team);
    const isThere = (await mallory.tries(['rev-parse', '-q', '--verify', alice.notes])).code === 0;
    const { stderr } = await refused(mallory, isThere ? `+${alice.notes}` : `:${alice.notes}`);
    assert.match(stderr, 'only grow');
    assert.is(await host.git('for-each-ref'), before);
  });
}

story('43: lines for another signer are refused', async ({ team }) => {
  const { mallory, alice } = await guarded(team);
  const commit = await poisoned(mallory);
  const link = await linkFor(mallory, 'prepare', commit, { products: [DATA] });
  await plant(mallory, alice, commit, await sign(team.bob, link));
  assert.match((await refused(mallory, alice.notes)).stderr, 'not by the owner of the ref');
});

story(
  '43: evidence that the server does not take stops the push, and its words reach who pushes',
  async ({ team }) => {
    const { alice, host } = await guarded(team);
    const commit = await newData(alice);
    await host.git('config', 'core.hooksPath', host.person.at('other-hooks'));
    host.write(
      '../host/other-hooks/pre-receive',
      '#!/bin/sh\nprintf "no notes \\033[31mhere, ask Olivia" >&2\nexit 1\n',
    );
    fs.chmodSync(host.person.at('other-hooks/pre-receive'), 0o755);
    const { code, stderr } = await alice.tries(['push', 'origin', 'HEAD']);
    assert.is(code, 1);
    assert.match(stderr, `the evidence of ${alice.fingerprint} was not taken: pre-receive hook declined`);
    assert.match(stderr, /^remote: no notes \S+here, ask Olivia$/m);
    assert.not.match(stderr, '\u001b[31m');
    assert.ok(stderr.split('\n').length < 20, stderr);
    assert.is.not(await host.git('rev-parse', 'main'), commit);
  },
);

story('43: so are lines that are none, or whose signature is not good', async ({ team }) => {
  const { mallory, alice } = await guarded(team);
  const commit = await mallory.git('rev-parse', 'HEAD^');
  const [line = ''] = await alice.lines(commit);
  const envelope = open(line);
  envelope.signed.command = ['true'];
  for (const bad of ['junk', JSON.stringify(envelope)]) {
    await plant(mallory, alice, commit, bad);
    await refused(mallory, alice.notes);
    await mallory.git('update-ref', '-d', alice.notes);
  }
});

story('43: lines that their owner signed are taken, whoever pushes them', async ({ team }) => {
  const { mallory, alice, host } = await guarded(team);
  const commit = await newData(alice);
  await alice.push();
  const link = await linkFor(alice, 'prepare', commit, { products: [DATA] });
  const line = await sign(alice, link);
  await mallory.pull();
  await plant(mallory, alice, commit, line);
  await mallory.pushPastHooks(alice.notes);
  assert.ok((await host.lines(commit, alice)).includes(line));
});

story('a release tag is asked for the whole chain', async ({ team }) => {
  const { alice, bob, host } = await guarded(team);
  await bob.git('tag', '-a', '-m', 'first', 'v1');
  await bob.git('push', '-q', 'origin', 'v1');
  await newData(alice);
  await alice.push();
  await alice.git('tag', '-a', '-m', 'second', 'v2');
  assert.match((await refused(alice, 'v2')).stderr, '[stale]');
  await alice.git('tag', 'light');
  await alice.pushPastHooks('light');
  assert.equal((await host.git('tag')).split('\n'), ['light', 'v1']);
});

story('mlchain.releaseRefs names other refs, and the step that they release', async ({ team }) => {
  const { alice, host } = await guarded(team);
  await host.git('config', 'mlchain.releaseRefs', 'refs/heads/data/*=prepare');
  await newData(alice);
  await alice.push();
  await alice.pushPastHooks('HEAD:refs/heads/data/1');
  await host.git('config', 'mlchain.releaseRefs', 'refs/heads/data/*=prepaer');
  assert.match((await refused(alice, 'HEAD:refs/heads/data/2')).stderr, 'prepaer');
  await host.git('config', 'mlchain.releaseRefs', 'refs/heads/data/*');
  assert.match((await refused(alice, 'HEAD:refs/heads/data/2')).stderr, '[stale]');
});

story('what never had a layout is passed on with one line, unless it is a release', async ({ team }) => {
  const { mallory, host } = await guarded(team);
  await mallory.git('checkout', '-q', '--orphan', 'pages');
  await mallory.git('rm', '-rqf', '.');
  mallory.write('index.html', 'hello\n');
  await mallory.commitWithoutHooks('a page');
  const { code, stderr } = await mallory.tries(['push', '-q', '--no-verify', 'origin', 'pages']);
  assert.is(code, 0);
  assert.is(stderr.trim().split('\n').length, 1, stderr);
  await host.git('config', 'mlchain.releaseRefs', 'refs/heads/release/*');
  assert.match((await refused(mallory, 'pages:release/1')).stderr, '[layout-missing]');
  assert.match((await refused(mallory, '+pages:main')).stderr, '[layout-missing]');
});

story('a server on which nobody is pinned takes nothing that has a layout', async ({ team }) => {
  const { alice, host } = await guarded(team);
  await host.git('config', '--unset', 'mlchain.owner');
  await newData(alice);
  assert.match((await refused(alice, 'HEAD')).stderr, '[nothing-pinned]');
});

story('a branch may be deleted', async ({ team }) => {
  const { alice, host } = await guarded(team);
  await alice.push('HEAD:refs/heads/side');
  await alice.git('push', '-q', 'origin', ':side');
  assert.is(await host.git('branch', '--list', 'side'), '');
});

story.run();

const other = stories('a verifying server with SHA-256 objects', { objectFormat: 'sha256' });

other('takes what is explained, and refuses what is not', async ({ team }) => {
  const { alice, mallory, carl, host } = await guarded(team);
  assert.is((await host.git('rev-parse', 'main')).length, 64);
  await newData(alice);
  await alice.push();
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');
  await mallory.pull();
  await poisoned(mallory);
  assert.match((await refused(mallory, 'HEAD')).stderr, '[uncovered]');
  await dropNote(mallory, alice);
  assert.match((await refused(mallory, alice.notes)).stderr, 'only grow');
});

other.run();

/** The host installs the hook and pins the owner. */
async function guarded(team: Team): Promise<Team> {
  await team.host.git('mlchain', 'hooks', 'install');
  await team.host.git('config', 'mlchain.owner', team.olivia.fingerprint);
  return team;
}

function locked(host: Member, ref: string): string {
  const lock = path.join(host.clone, `${ref}.lock`);
  fs.mkdirSync(path.dirname(lock), { recursive: true });
  fs.writeFileSync(lock, '');
  return lock;
}

async function newData(alice: Member): Promise<string> {
  alice.write(DATA, 'apple\nquince\n');
  return await alice.commit('new data');
}

async function poisoned(mallory: Member): Promise<string> {
  mallory.write(DATA, 'poison\n');
  return await mallory.commitWithoutHooks('poison');
}

async function expectShort(by: Member, ...what: readonly string[]): Promise<void> {
  const { stderr } = await refused(by, ...what);
  const lines = stderr.split('\n').filter((line) => line.startsWith('remote:'));
  assert.ok(lines.length > 3 && lines.length < 20, stderr);
}

/** A push past the hooks of who pushes, which the server does not take. */
async function refused(by: Member, ...what: readonly string[]): Promise<ExecResult> {
  const result = await by.tries(['push', '-q', '--no-verify', 'origin', ...what]);
  assert.is(result.code, 1, result.stderr);
  assert.match(result.stderr, 'pre-receive hook declined');
  return result;
}

/** Puts one's own lines on top of what the server has of one's notes, as delivery does. */
async function onTopOfTheirs(by: Member, commit: string): Promise<void> {
  const lines = await by.lines(commit);
  await by.git('update-ref', by.notes, `refs/notes/remotes/origin/mlchain/${by.fingerprint}`);
  await writeNote(by, by, commit, lines);
}

async function dropNote(by: Member, signer: Member): Promise<void> {
  await editNotes(by, signer, (commit) => ['notes', '--ref', signer.notes, 'remove', commit]);
}

async function editNote(by: Member, signer: Member): Promise<void> {
  await editNotes(by, signer, (commit) => ['notes', '--ref', signer.notes, 'add', '-f', '-m', '{}', commit]);
}

async function editNotes(by: Member, signer: Member, edit: (commit: string) => string[]): Promise<void> {
  await by.git('update-ref', signer.notes, `refs/notes/remotes/origin/mlchain/${signer.fingerprint}`);
  const [listed = ''] = (await by.git('notes', '--ref', signer.notes, 'list')).split('\n');
  await by.git(...edit(listed.split(' ')[1] ?? ''));
}

/** A new history with the same content and none of the old commits. */
async function startOver(by: Member, signer: Member): Promise<void> {
  const tracked = `refs/notes/remotes/origin/mlchain/${signer.fingerprint}`;
  const root = await by.git('commit-tree', '-m', 'over', `${tracked}^{tree}`);
  await by.git('update-ref', signer.notes, root);
}

async function emptyNotes(by: Member, signer: Member): Promise<void> {
  const tracked = `refs/notes/remotes/origin/mlchain/${signer.fingerprint}`;
  const { stdout } = await by.person.git(['mktree'], { cwd: by.clone, input: '' });
  const commit = await by.git('commit-tree', '-p', tracked, '-m', 'empty', stdout.trim());
  await by.git('update-ref', signer.notes, commit);
}
