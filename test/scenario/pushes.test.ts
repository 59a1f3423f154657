import * as fs from 'node:fs';
import * as assert from 'uvu/assert';
import type { Member } from '../support/member.ts';
import { assertVerdict } from '../support/member.ts';
import { stories } from '../support/stories.ts';
import { startedWith } from '../support/trace.ts';

// product.md §8: whatever way a push is asked for, no branch arrives without its evidence, and no evidence that a
// remote has is lost by one.

const story = stories('every kind of push');
const DATA = 'data/words.txt';

story('--force: a rewritten branch arrives with the links of its new commits', async ({ team }) => {
  const { alice, host, carl } = team;
  await newData(alice, 'apple\n');
  await alice.push();
  const old = await alice.head();
  alice.write(DATA, 'apple\nquince\n');
  const amended = await alice.commit('amended', '--amend');
  await alice.git('push', '-q', '--force', 'origin', 'HEAD');
  assert.is(await host.git('rev-parse', 'main'), amended);
  assert.is((await host.lines(amended, alice)).length, 1);
  assert.is((await host.lines(old, alice)).length, 1, 'evidence only grows');
  await carl.git('fetch', '-q');
  assertVerdict(await carl.verify('--history', 'origin/main'), 'verified');
});

story('--force-with-lease is not confused by evidence that goes ahead', async ({ team: { alice, host } }) => {
  await newData(alice, 'apple\n');
  await alice.push();
  alice.write(DATA, 'apple\nquince\n');
  const amended = await alice.commit('amended', '--amend');
  await alice.git('push', '-q', '--force-with-lease', 'origin', 'HEAD');
  assert.is(await host.git('rev-parse', 'main'), amended);
});

story(
  '--atomic: several branches and a tag arrive, with their evidence',
  async ({ team: { alice, host } }) => {
    const first = await newData(alice, 'apple\n');
    await alice.git('checkout', '-qb', 'side');
    const second = await newData(alice, 'quince\n');
    await alice.git('tag', 'light');
    await alice.git('push', '-q', '--atomic', 'origin', 'main', 'side', 'light');
    assert.is(await host.git('rev-parse', 'main', 'side', 'light'), `${first}\n${second}\n${second}`);
    for (const commit of [first, second]) assert.is((await host.lines(commit, alice)).length, 1);
  },
);

story('a branch push that is rejected leaves evidence that harms nothing', async ({ team }) => {
  const { alice, bob, host, carl } = team;
  bob.write('NOTES', 'x\n');
  await bob.commit('notes');
  await bob.push();
  const commit = await newData(alice, 'apple\n');
  const rejected = await alice.tries(['push', '-q', 'origin', 'HEAD']);
  assert.is(rejected.code, 1);
  assert.match(rejected.stderr, 'fetch first');
  assert.is((await host.lines(commit, alice)).length, 1);
  await carl.pull();
  assertVerdict(await carl.verify(), 'verified');

  await alice.git('pull', '-q', '--rebase');
  await alice.push();
  await carl.pull();
  assertVerdict(await carl.verify('--history', '--strict'), 'verified');
});

story('what is committed offline is delivered once the server is back', async ({ team }) => {
  const { alice, host, carl } = team;
  fs.renameSync(host.clone, `${host.clone}.away`);
  const commits = [await newData(alice, 'apple\n'), await newData(alice, 'apple\nquince\n')];
  const failed = await alice.tries(['push', '-q']);
  assert.is.not(failed.code, 0);
  assertVerdict(await alice.verify('--history'), 'verified');
  fs.renameSync(`${host.clone}.away`, host.clone);
  await alice.push();
  for (const commit of commits) assert.is((await host.lines(commit, alice)).length, 1);
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');
});

story(
  'what the push itself tells the remote is not asked: two connections, as without evidence',
  async ({ team }) => {
    const { alice, host } = team;
    await newData(alice, 'apple\n');
    await alice.push();
    const commit = await newData(alice, 'apple\nquince\n');
    const trace = alice.person.at('trace');
    await alice.tries(['push', '-q'], { env: { GIT_TRACE2_EVENT: trace }, code: 0 });
    assert.is((await host.lines(commit, alice)).length, 1);
    assert.equal(startedWith(trace, 'ls-remote'), []);
    assert.is(startedWith(trace, 'push').length, 2);
  },
);

story(
  'evidence that came to the remote meanwhile stays, and what it has lost comes back',
  async ({ team }) => {
    const { alice, bob, host } = team;
    const first = await newData(alice, 'apple\n');
    await alice.push();
    const ofBob = await host.git('rev-parse', bob.notes);
    await bob.git('checkout', '-qb', 'side');
    bob.write('model/weights.json', '{}\n');
    const foreign = await bob.commit('on the side');
    await bob.push('side');
    assert.is.not(await host.git('rev-parse', bob.notes), ofBob);

    const second = await newData(alice, 'apple\nquince\n');
    await alice.push();
    assert.is((await host.lines(foreign, bob)).length, 1, 'alice did not know of it');
    for (const commit of [first, second]) assert.is((await host.lines(commit, alice)).length, 1);

    await alice.git('fetch', '-q');
    const commits = (await alice.git('rev-list', 'main', 'origin/side')).split('\n');
    const linesThere = async () =>
      await Promise.all(commits.flatMap((each) => [alice, bob].map((signer) => host.lines(each, signer))));
    const before = await linesThere();
    assert.ok(before.flat().length > 2);
    for (const { notes } of [alice, bob]) await host.git('update-ref', '-d', notes);
    const third = await newData(alice, 'quince\n');
    await alice.push();
    assert.equal(await linesThere(), before);
    assert.is((await host.lines(third, alice)).length, 1);
  },
);

story('a branch is deleted, and its evidence stays', async ({ team: { alice, host } }) => {
  await alice.git('checkout', '-qb', 'side');
  const commit = await newData(alice, 'apple\n');
  await alice.push('side');
  await alice.git('push', '-q', 'origin', '--delete', 'side');
  await alice.git('push', '-q', 'origin', 'side:other');
  await alice.git('push', '-q', '--prune', 'origin', 'refs/heads/*');
  assert.is(await host.git('branch', '--list', 'other'), '');
  assert.is((await host.lines(commit, alice)).length, 1);
});

story('a tag brings the evidence of what it names', async ({ team: { alice, bob, host } }) => {
  await alice.git('checkout', '-q', '--detach');
  const commit = await newData(alice, 'apple\n');
  await alice.git('tag', 'light');
  await alice.git('push', '-q', 'origin', 'light');
  assert.is((await host.lines(commit, alice)).length, 1);
  await bob.git('tag', '-a', '-m', 'first', 'v1');
  await bob.git('push', '-q', '--follow-tags', 'origin', 'main');
  await bob.git('push', '-q', 'origin', 'v1');
  assert.is(await host.git('rev-parse', 'v1^{commit}'), await bob.head());
});

story('--mirror to an empty repository takes everything along', async ({ team: { alice, host, olivia } }) => {
  const commit = await newData(alice, 'apple\n');
  const copy = await emptyServer(host, 'copy');
  await alice.git('push', '-q', '--mirror', 'team:copy.git');
  assert.is(await copy.git('rev-parse', 'main'), commit);
  const clone = alice.in(alice.person.at('copy'));
  await alice.person.git(['clone', '-q', 'team:copy.git', clone.clone]);
  await clone.git('mlchain', 'init', '--yes');
  await clone.git('mlchain', 'trust', olivia.fingerprint);
  assertVerdict(await clone.verify('--history'), 'verified');
});

for (const flags of [['--mirror'], ['--atomic', '--mirror']]) {
  story(
    `${flags.join(' ')} over other people's evidence is refused, with the way to go`,
    async ({ team }) => {
      const { alice, host } = team;
      const before = await host.git('for-each-ref');
      await newData(alice, 'apple\n');
      const { code, stderr } = await alice.tries(['push', '-q', ...flags, 'origin']);
      assert.is(code, 1, stderr);
      assert.match(stderr, 'refs/notes/mlchain/');
      assert.match(stderr, 'git push --all');
      assert.is(await host.git('for-each-ref'), before);
    },
  );
}

story('notes that are pushed by hand with their branch are taken as they are', async ({ team }) => {
  const { alice, host } = team;
  const copy = await emptyServer(host, 'copy');
  const commit = await newData(alice, 'apple\n');
  await alice.git('push', '-q', 'team:copy.git', 'main', alice.notes);
  assert.is(await copy.git('rev-parse', 'main'), commit);
  assert.is((await copy.lines(commit, alice)).length, 1);
});

story('notes that are pushed by hand and would take lines away are refused', async ({ team }) => {
  const { alice, host } = team;
  const before = await host.git('for-each-ref');
  const commit = await newData(alice, 'apple\n');
  for (const what of [`+${alice.notes}`, `:${alice.notes}`]) {
    await alice.git(
      'notes',
      '--ref',
      alice.notes,
      'remove',
      '--ignore-missing',
      'HEAD~1',
      'HEAD~2',
      'HEAD~3',
    );
    const { code, stderr } = await alice.tries(['push', '-q', 'origin', 'HEAD', what]);
    assert.is(code, 1, stderr);
    assert.match(stderr, 'git mlchain sync');
  }
  assert.is(await host.git('for-each-ref'), before);
  assert.is((await host.lines(commit, alice)).length, 0);
});

story.run();

async function newData(alice: Member, content: string): Promise<string> {
  alice.write(DATA, content);
  return await alice.commit('new data');
}

async function emptyServer(host: Member, name: string): Promise<Member> {
  const server = host.in(host.clone.replace(/server\.git$/, `${name}.git`));
  await host.person.git(['init', '-q', '--bare', server.clone]);
  return server;
}
