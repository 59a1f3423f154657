import * as assert from 'uvu/assert';
import { anotherClone } from '../support/another-clone.ts';
import type { Member } from '../support/member.ts';
import { assertVerdict } from '../support/member.ts';
import { stories } from '../support/stories.ts';

// product.md §5 and §8: forks, several remotes, remotes that are renamed, and every way to fetch. Readers take the union
// of what is here, however it came.

const story = stories('remotes and fetches');
const DATA = 'data/words.txt';

story('a fork: work goes there with its evidence, and from there to the owner', async ({ team }) => {
  const { alice, host, olivia, carl } = team;
  const fork = await bare(host, 'fork');
  await alice.git('remote', 'add', 'fork', 'team:fork.git');
  await alice.git('config', 'mlchain.remote', 'fork');
  const commit = await newData(alice);
  await alice.push('HEAD:refs/heads/unrelated');
  await host.git('update-ref', '-d', 'refs/heads/unrelated');
  await alice.git('push', '-q', 'fork', 'HEAD');
  assert.is((await fork.lines(commit, alice)).length, 1);
  await alice.git('mlchain', 'sync');
  for (const each of [alice, olivia, team.bob]) assert.ok(await tipAt(fork, each), each.person.name);

  await olivia.git('remote', 'add', 'alice', 'team:fork.git');
  await olivia.git('mlchain', 'sync', 'alice');
  await olivia.git('pull', '-q', 'alice', 'main');
  assertVerdict(await olivia.verify('--history'), 'verified');
  await olivia.push();
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');
});

story('a fork that does not have the evidence of its origin is given it', async ({ team }) => {
  const { alice, host, olivia } = team;
  // A forge copies branches and tags, and no notes.
  const fork = await bare(host, 'fork');
  await alice.git('push', '-q', '--no-verify', 'team:fork.git', 'main');
  const clone = alice.in(alice.person.at('fork'));
  await alice.person.git(['clone', '-q', 'team:fork.git', clone.clone]);
  await clone.git('remote', 'add', 'upstream', 'team:server.git');
  await clone.git('mlchain', 'init', '--yes');
  await clone.git('mlchain', 'trust', olivia.fingerprint);
  assertVerdict(await clone.verify(), 'verified');
  await newData(clone);
  await clone.push();
  for (const each of [alice, olivia, team.bob]) assert.ok(await tipAt(fork, each), each.person.name);
});

story('two remotes: each gets what is published there, and each may be behind', async ({ team }) => {
  const { alice, host, carl } = team;
  const mirror = await bare(host, 'second');
  await alice.git('remote', 'add', 'second', 'team:second.git');
  const first = await newData(alice);
  await alice.push();
  assert.is(await mirror.git('for-each-ref'), '');
  const next = await newData(alice, 'apple\n');
  await alice.git('push', '-q', 'second', 'HEAD');
  for (const commit of [first, next]) assert.is((await mirror.lines(commit, alice)).length, 1);
  assert.is((await host.lines(next, alice)).length, 0);

  await carl.git('remote', 'add', 'second', 'team:second.git');
  assertVerdict(await carl.verify('--history'), 'verified');
  await carl.git('fetch', '-q', 'second');
  const unasked = await carl.verify('--history');
  assertVerdict(unasked, 'incomplete', ['incomplete evidence-missing']);
  assert.match(unasked.stdout, 'git mlchain sync second');
  await carl.git('mlchain', 'sync', 'second');
  await carl.git('pull', '-q', 'second', 'main');
  assertVerdict(await carl.verify('--history'), 'verified');
});

story('one remote with two push URLs: both get branch and evidence', async ({ team: { alice, host } }) => {
  const mirror = await bare(host, 'second');
  for (const name of ['server', 'second'])
    await alice.git('remote', 'set-url', '--add', '--push', 'origin', `team:${name}.git`);
  const commit = await newData(alice);
  await alice.git('push', '-q', 'origin', 'main');
  for (const server of [host, mirror]) {
    assert.is(await server.git('rev-parse', 'main'), commit);
    assert.is((await server.lines(commit, alice)).length, 1);
  }
});

story('a remote is renamed, and another takes its name', async ({ team }) => {
  const { alice, carl, host } = team;
  await carl.git('remote', 'rename', 'origin', 'upstream');
  await newData(alice);
  await alice.push();
  await carl.git('pull', '-q');
  assertVerdict(await carl.verify('--history'), 'verified');

  const fork = await bare(host, 'fork');
  await alice.git('push', '-q', 'team:fork.git', 'main~1:refs/heads/main');
  await carl.git('remote', 'add', 'origin', 'team:fork.git');
  await carl.git('mlchain', 'init', '--yes');
  await carl.git('fetch', '-q', '--all', '--prune');
  assertVerdict(await carl.verify('--history'), 'verified');
  assert.is((await fork.git('for-each-ref', 'refs/notes/mlchain')).split('\n').length, 3);
  // What the first remote was seen to have is not asked of the second, and still asked of the first.
  await host.git('update-ref', '-d', alice.notes);
  await carl.git('fetch', '-q', '--all', '--prune');
  const { findings } = await carl.verify('--history');
  assert.ok(findings.some(({ code, message }) => code === 'evidence-rewound' && /upstream/.test(message)));
  await carl.git('mlchain', 'sync', 'upstream');
  assertVerdict(await carl.verify('--history'), 'verified');
});

story('a remote is removed: what it was seen to have is neither lost nor missed', async ({ team }) => {
  const { alice, carl } = team;
  await newData(alice);
  await alice.push();
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');
  await carl.git('remote', 'remove', 'origin');
  assertVerdict(await carl.verify('--history'), 'verified');
});

story('git pull of one branch brings the evidence of what it brings', async ({ team }) => {
  const { alice, bob, carl } = team;
  await newData(alice);
  await alice.push();
  await carl.git('pull', '-q', 'origin', 'main');
  assertVerdict(await carl.verify('--history'), 'verified');

  bob.write('NOTES', 'x\n');
  await bob.commit('notes');
  await bob.git('pull', '-q', '--rebase', 'origin', 'main');
  // And so the next commit is signed: what it rests on is explained here.
  await bob.work('train');
  assertVerdict(await bob.verify('--no-inspect'), 'verified', ['warning inspections-skipped']);
});

story(
  'git fetch of one branch does not, and says nothing wrong; the push fetches what it needs',
  async ({ team }) => {
    const { alice, bob, host } = team;
    await newData(alice);
    await alice.push();
    await bob.git('fetch', '-q', 'origin', 'main');
    await bob.git('merge', '-q', '--ff-only', 'FETCH_HEAD');
    assert.match((await bob.verify('--history')).findings[0]?.message ?? '', 'explained by no link');
    bob.write('NOTES', 'x\n');
    await bob.commit('notes');
    await bob.push();
    assertVerdict(await bob.verify('--history'), 'verified');
    assert.is(await host.git('rev-parse', 'main'), await bob.head());
  },
);

story('evidence is read wherever a refspec put it', async ({ team }) => {
  const { alice, olivia, carl } = team;
  await newData(alice);
  await alice.push();
  const clone = carl.in(carl.person.at('plain'));
  await carl.person.git(['clone', '-q', 'team:server.git', clone.clone]);
  await clone.git('mlchain', 'trust', olivia.fingerprint);
  await clone.git('fetch', '-q', 'origin', '+refs/notes/mlchain/*:refs/notes/remotes/origin/mlchain/*');
  assertVerdict(await clone.verify('--history'), 'verified');
});

story('a mirror clone has everything', async ({ team }) => {
  const { alice, olivia, carl } = team;
  await newData(alice);
  await alice.push();
  const mirror = carl.in(carl.person.at('mirror.git'));
  await carl.person.git(['clone', '-q', '--mirror', 'team:server.git', mirror.clone]);
  assertVerdict(await mirror.verify('--history', '--owner', olivia.fingerprint), 'verified');
  await alice.git('commit', '-q', '--allow-empty', '-m', 'more');
  await newData(alice, 'apple\n');
  await alice.push();
  await mirror.git('remote', 'update');
  assertVerdict(await mirror.verify('--history', '--owner', olivia.fingerprint), 'verified');
  await mirror.git('mlchain', 'sync');
  await mirror.git('remote', 'update', '--prune');
  assertVerdict(await mirror.verify('--history', '--owner', olivia.fingerprint), 'verified');
});

story('a clone of one branch has the evidence of it', async ({ team }) => {
  await newData(team.alice);
  await team.alice.push('HEAD:refs/heads/side');
  const clone = await anotherClone(team, team.carl, 'single', '--single-branch', '--branch', 'side');
  assertVerdict(await clone.verify('--history'), 'verified');
});

story.run();

async function newData(alice: Member, content = 'apple\nquince\n'): Promise<string> {
  alice.write(DATA, content);
  return await alice.commit('new data');
}

async function bare(host: Member, name: string): Promise<Member> {
  const server = host.in(host.clone.replace(/server\.git$/, `${name}.git`));
  await host.person.git(['init', '-q', '--bare', server.clone]);
  return server;
}

async function tipAt(server: Member, signer: Member): Promise<string> {
  return (await server.tries(['rev-parse', '-q', '--verify', signer.notes])).stdout;
}
