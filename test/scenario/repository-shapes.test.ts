import * as fs from 'node:fs';
import * as path from 'node:path';
import * as assert from 'uvu/assert';
import { anotherClone } from '../support/another-clone.ts';
import { assertVerdict, type Member } from '../support/member.ts';
import { stories } from '../support/stories.ts';

// Git repositories come in many shapes; recording, pushing and verifying work in each.

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

/** What git's index begins with: `DIRC`, and its version. */
function indexVersion({ clone }: Member): number {
  return fs.readFileSync(path.join(clone, '.git/index')).readUInt32BE(4);
}

for (const [what, setting, isSo] of [
  [
    'a split index',
    ['core.splitIndex', 'true'],
    ({ clone }: Member) =>
      fs.readdirSync(path.join(clone, '.git')).some((name) => name.startsWith('sharedindex.')),
  ],
  ['an index of version 4', ['index.version', '4'], (member: Member) => indexVersion(member) === 4],
  [
    'an untracked cache and many-files settings',
    ['feature.manyFiles', 'true'],
    (member: Member) => indexVersion(member) === 4,
  ],
] as const) {
  story(`with ${what}`, async ({ team: { alice, carl } }) => {
    await alice.git('config', ...setting);
    // The file keeps the form it has until git makes it anew.
    fs.rmSync(path.join(alice.clone, '.git/index'));
    await alice.git('reset', '-q');
    alice.write('.gitattributes', '*.txt text\n');
    await alice.commit('attributes');
    assert.ok(isSo(alice));
    await assertWorks(alice, carl);
    assert.ok(isSo(alice), 'it is still so after we have worked in it');
    await alice.git('fsck', '--strict');
  });
}

story(
  'with replaced objects and grafts, which change nothing that is signed',
  async ({ team: { alice, carl } }) => {
    const other = (
      await alice.tries(['hash-object', '-w', '--stdin'], { input: 'poison\n', code: 0 })
    ).stdout.trim();
    await alice.git('replace', await alice.git('rev-parse', 'HEAD:data/words.txt'), other);
    await alice.git('replace', '--graft', 'HEAD~1');
    assert.is(await alice.git('show', 'HEAD:data/words.txt'), 'poison');
    await assertWorks(alice, carl);
    const [{ signed }] = JSON.parse(await alice.mlchain('show', 'HEAD~1', '--json')).envelopes;
    const { stdout } = await carl.person.exec('sha256sum', ['data/words.txt'], { cwd: carl.clone });
    assert.is(signed.products['data/words.txt'].sha256, stdout.slice(0, 64));
    assert.is((await alice.git('replace', '--list')).split('\n').length, 2, 'they are still there');
  },
);

story('where a hook before ours commits what it has changed itself', async ({ team: { alice, carl } }) => {
  // Formatters do this: git has an index of its own for `commit -a` and `commit -- PATH`, and names it to the hook.
  const hook = path.join(alice.clone, '.git/hooks/pre-commit');
  fs.writeFileSync(hook, '#!/bin/sh\necho formatted >>data/words.txt && git add data/words.txt\n', {
    mode: 0o755,
  });
  alice.write(MORE, 'kiwi\n');
  await alice.git('add', MORE);
  await alice.git('commit', '-q', '-a', '-m', 'all');
  alice.write(MORE, 'quince\n');
  await alice.git('commit', '-q', '-m', 'one path', '--', MORE);
  await alice.push();
  await carl.pull();
  assertVerdict(await carl.verify('--history', '--strict'), 'verified');
  assert.match(carl.read('data/words.txt'), /formatted\nformatted\n$/);
});

story.run();
