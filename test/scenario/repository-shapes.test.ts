import * as fs from 'node:fs';
import * as path from 'node:path';
import * as assert from 'uvu/assert';
import { anotherClone } from '../support/another-clone.ts';
import { assertVerdict, type Member } from '../support/member.ts';
import { stories } from '../support/stories.ts';

// docs/repositories.md: git repositories come in many shapes; recording, pushing and verifying work in each.

const story = stories('repositories as they are');
const MORE = 'data/more.txt';

async function commitMore(member: Member, content = 'kiwi\n'): Promise<string> {
  member.write(MORE, content);
  return await member.commit(`more: ${content}`);
}

/** Recorded by the hook and by a run, pushed, and found good by somebody else. */
async function assertWorks(member: Member, reader: Member): Promise<void> {
  await commitMore(member);
  await member.git('mlchain', 'run', 'prepare', '--', 'sh', '-c', `echo fig >>${MORE}`);
  await member.commit('prepared again');
  assertVerdict(await member.verify('--history', '--strict'), 'verified', ['warning command-differs']);
  await member.git('push', '-q', 'origin', 'HEAD:main');
  await reader.pull();
  assertVerdict(await reader.verify('--history', '--strict'), 'verified', ['warning command-differs']);
}

story('in a linked worktree', async ({ team: { alice, carl } }) => {
  const tree = alice.in(alice.person.at('tree'));
  await alice.git('worktree', 'add', '-q', '-b', 'topic', tree.clone);
  await assertWorks(tree, carl);
  assert.equal(await alice.lines(await tree.head()), await tree.lines(await tree.head()));
});

story(
  'what waits for its commit in one worktree is not bound by a commit in another',
  async ({ team: { alice } }) => {
    const tree = alice.in(alice.person.at('tree'));
    await alice.git('worktree', 'add', '-q', '-b', 'topic', tree.clone);
    tree.write('scripts/prepare.sh', 'mkdir -p data && echo other >data/other.txt\n');
    await tree.git('mlchain', 'run', 'prepare');
    await commitMore(alice);
    assertVerdict(await alice.verify('--history'), 'verified');
    assert.match(await tree.git('mlchain', 'status'), /pending/);
  },
);

story('as a submodule of another repository', async ({ team: { alice, carl } }) => {
  const outer = alice.in(alice.person.at('outer'));
  await alice.person.git(['init', '-q', outer.clone]);
  await outer.git('submodule', '--quiet', 'add', 'team:server.git', 'project');
  const inner = alice.in(path.join(outer.clone, 'project'));
  await inner.git('mlchain', 'init', '--yes');
  await inner.git('config', '--add', 'mlchain.owner', await alice.git('config', 'mlchain.owner'));
  await assertWorks(inner, carl);
});

story('a controlled submodule is signed by its commit', async ({ team: { alice, bob, carl } }) => {
  const other = bob.in(bob.person.at('other'));
  await bob.person.git(['init', '-q', other.clone]);
  other.write('a', 'a');
  await other.commit('a');
  await alice.git('submodule', '--quiet', 'add', other.clone, 'data/vendor');
  await alice.commit('vendor');
  await alice.push();
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');
  other.write('a', 'b');
  await other.commit('b');
  await alice.in(path.join(alice.clone, 'data/vendor')).git('pull', '-q');
  await alice.commit('vendor moves');
  assertVerdict(await alice.verify('--history'), 'verified');
  await carl.git('update-index', '--cacheinfo', `160000,${'5'.repeat(40)},data/vendor`);
  await carl.git('-c', 'core.hooksPath=/dev/null', 'commit', '-q', '-m', 'vendor elsewhere');
  assertVerdict(await carl.verify('--history'), 'violated', ['violation uncovered data/vendor']);
});

story('with a sparse checkout', async ({ team }) => {
  const { alice, carl } = team;
  const sparse = await anotherClone(team, alice, 'sparse', '--no-checkout');
  await sparse.git('sparse-checkout', 'set', '--cone', 'data', 'raw', 'scripts');
  await sparse.git('checkout', '-q', 'main');
  assert.not(fs.existsSync(path.join(sparse.clone, 'model')));
  await assertWorks(sparse, carl);
  await sparse.git('sparse-checkout', 'set', '--sparse-index', 'scripts');
  assert.not(fs.existsSync(path.join(sparse.clone, 'data')));
  sparse.write('scripts/new.sh', 'true\n');
  await sparse.commit('a script');
  assertVerdict(await sparse.verify('--history'), 'violated', [
    'violation uncovered scripts/new.sh',
    'warning command-differs',
  ]);
});

story('borrowing objects from another clone', async ({ team }) => {
  const { alice, carl } = team;
  const shared = await anotherClone(team, alice, 'shared', '--reference', alice.clone);
  assert.ok(fs.existsSync(path.join(shared.clone, '.git/objects/info/alternates')));
  await assertWorks(shared, carl);
});

for (const [what, settings] of [
  ['a split index', [['core.splitIndex', 'true']]],
  ['an index of version 4', [['index.version', '4']]],
  ['an untracked cache and many-files settings', [['feature.manyFiles', 'true']]],
] as const) {
  story(`with ${what}`, async ({ team: { alice, carl } }) => {
    for (const setting of settings) await alice.git('config', ...setting);
    await alice.git('update-index', '--refresh');
    alice.write('.gitattributes', '*.txt text\n');
    await alice.commit('attributes');
    await assertWorks(alice, carl);
    await alice.git('fsck', '--strict');
  });
}

story.run();
