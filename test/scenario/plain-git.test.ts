import * as fs from 'node:fs';
import * as assert from 'uvu/assert';
import type { Member } from '../support/member.ts';
import { assertVerdict } from '../support/member.ts';
import { stories } from '../support/stories.ts';

// Who has set up once works with plain git from then on: commit, push, pull, log, worktrees. Whatever git is asked to
// do, the evidence goes along, and nothing else does.

const DATA = 'data/words.txt';

for (const objectFormat of ['sha1', 'sha256'] as const) {
  const story = stories(`plain git, ${objectFormat}`, { objectFormat });

  story('commit leaves a signed note, push delivers it, pull brings it, log shows it', async ({ team }) => {
    const { alice, host, carl } = team;
    const commit = await newData(alice);
    const shown = await alice.git('log', '-1', '--notes=mlchain/*');
    assert.match(shown, `Notes (mlchain/${alice.fingerprint}):`);
    assert.match(shown, '"_type":"link"');
    await alice.push();
    assert.is((await host.lines(commit, alice)).length, 1);

    await carl.pull();
    const [newest, ...older] = await logged(carl);
    assert.is(newest?.commit, commit);
    assert.is(newest?.state, 'verified');
    assert.equal(newest?.links, [{ step: 'prepare', name: 'Alice <alice@example.org>' }]);
    assert.equal(
      older.map(({ state }) => state),
      ['verified', 'verified', 'verified'],
    );
    assert.match(await carl.git('mlchain', 'log', '-n', '1'), `✓ ${commit.slice(0, 7)} new data (verified)`);
    for (const ref of ['remotes/origin/mlchain/*', '*mlchain/*'])
      assert.match(await carl.git('log', '-1', `--notes=${ref}`), '"_type":"link"');
  });

  story('a linked worktree is as good as the clone', async ({ team }) => {
    const { alice, carl } = team;
    const tree = alice.in(alice.person.at('tree'));
    await alice.git('worktree', 'add', '-q', tree.clone, '-b', 'work');
    await newData(tree);
    assert.is((await tree.lines('HEAD')).length, 1);
    tree.write('raw.txt', 'untouched\n');
    await tree.git('mlchain', 'run', 'prepare');
    await tree.commit('prepared again');
    assertVerdict(await tree.verify('--history'), 'verified');
    await tree.push('HEAD:main');
    await carl.pull();
    assertVerdict(await carl.verify(), 'verified');
    assert.is(await alice.git('status', '--porcelain'), '');
    // What ran there waits there: it is nothing that the main work tree would bind.
    await tree.git('mlchain', 'run', 'prepare', '--', 'sh', '-c', `echo more >>${DATA}`);
    assert.is(JSON.parse(await tree.mlchain('status', '--json')).pending.length, 1);
    assert.is(JSON.parse(await alice.mlchain('status', '--json')).pending.length, 0);
  });

  story.run();
}

const story = stories('plain git');

story('only lines of what is pushed are delivered', async ({ team: { alice, host } }) => {
  await alice.git('checkout', '-qb', 'experiment');
  const experiment = await newData(alice);
  await alice.git('checkout', '-q', 'main');
  alice.write('data/more.txt', 'more\n');
  const published = await alice.commit('more data');
  await alice.push();
  assert.is((await host.lines(published, alice)).length, 1);
  assert.is((await host.lines(experiment, alice)).length, 0);
  await alice.push('experiment');
  assert.is((await host.lines(experiment, alice)).length, 1);
});

story('with nothing to push, the evidence alone is delivered', async ({ team: { alice, host } }) => {
  const commit = await newData(alice);
  await alice.pushPastHooks();
  assert.is((await host.lines(commit, alice)).length, 0);
  const { code, stderr } = await alice.tries(['push']);
  assert.is(code, 0);
  assert.match(stderr, 'Everything up-to-date');
  assert.is((await host.lines(commit, alice)).length, 1);
});

story('a dry run delivers it, too, and no branch', async ({ team: { alice, host } }) => {
  const commit = await newData(alice);
  await alice.git('push', '-q', '--dry-run');
  assert.is((await host.lines(commit, alice)).length, 1);
  assert.is.not(await host.git('rev-parse', 'main'), commit);
});

story('all branches, tags and a mirror go as git sends them', async ({ team: { alice, host } }) => {
  await alice.git('checkout', '-qb', 'side');
  const commit = await newData(alice);
  await alice.git('tag', 'light');
  await alice.git('push', '-q', '--all');
  await alice.git('push', '-q', '--tags');
  assert.is((await host.lines(commit, alice)).length, 1);
  assert.is(await host.git('rev-parse', 'side', 'light'), `${commit}\n${commit}`);
});

story('a clone made by plain git has everything after init', async ({ team }) => {
  const { alice, olivia, carl } = team;
  await newData(alice);
  await alice.push();
  const fresh = carl.in(carl.person.at('fresh'));
  await carl.person.git(['clone', '-q', 'team:server.git', fresh.clone]);
  await fresh.git('mlchain', 'init', '--yes');
  await fresh.git('mlchain', 'trust', olivia.fingerprint);
  assertVerdict(await fresh.verify('--history'), 'verified');
});

story('two who push at the same time both arrive, with all their lines', async ({ team }) => {
  const { alice, bob, carl } = team;
  alice.write('data/more.txt', 'more\n');
  bob.write('model/more.txt', 'more\n');
  await Promise.all([alice.commit('more data'), bob.commit('more weights')]);
  await Promise.all([alice, bob].map((each) => pushedUntilTaken(each)));
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');
});

story('git status, stash, bisect and gc find nothing of ours in the way', async ({ team: { alice } }) => {
  const commit = await newData(alice);
  alice.write(DATA, 'unfinished\n');
  await alice.git('stash', '-q');
  await alice.git('stash', 'pop', '-q');
  assert.is(await alice.git('status', '--porcelain'), ` M ${DATA}`);
  await alice.git('checkout', '-q', '--', DATA);
  await alice.git('gc', '-q', '--prune=now');
  assert.is((await alice.lines(commit)).length, 1);
  assertVerdict(await alice.verify('--history'), 'verified');
  assert.is(await alice.git('fsck', '--no-progress', '--no-dangling'), '');
});

story('what is set up can be undone, and leaves a plain clone', async ({ team: { alice } }) => {
  const hooks = `${alice.clone}/.git/hooks`;
  await alice.git('mlchain', 'hooks', 'uninstall');
  assert.equal(fs.readdirSync(hooks), []);
  await newData(alice);
  assert.is((await alice.lines('HEAD')).length, 0);
  await alice.git('push', '-q');
  const { findings } = await alice.verify('--history');
  assert.equal(
    findings.map(({ code }) => code),
    ['uncovered'],
  );

  await alice.git('mlchain', 'hooks', 'install');
  await alice.git('mlchain', 'record', '--yes', 'HEAD');
  await alice.git('push', '-q');
  assertVerdict(await alice.verify('--history'), 'verified');
});

story.run();

async function newData(alice: Member): Promise<string> {
  alice.write(DATA, 'apple\nquince\n');
  return await alice.commit('new data');
}

async function logged(member: Member) {
  const entries = JSON.parse(await member.mlchain('log', '--json'));
  return entries.map(
    (entry: { commit: string; state: string; links: { step: string; signer: { name: string } }[] }) => ({
      commit: entry.commit,
      state: entry.state,
      links: entry.links.map(({ step, signer }) => ({ step, name: signer.name })),
    }),
  ) as { commit: string; state: string; links: { step: string; name: string }[] }[];
}

/** As anybody does whose push was overtaken. */
async function pushedUntilTaken(member: Member): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const { code, stderr } = await member.tries(['push', '-q']);
    if (code === 0) return;
    if (attempt === 5) throw new Error(stderr);
    await member.git('pull', '-q', '--no-edit');
  }
}
