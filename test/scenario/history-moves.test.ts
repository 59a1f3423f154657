import * as assert from 'uvu/assert';
import { assertVerdict, type Member } from '../support/member.ts';
import { stories } from '../support/stories.ts';

// docs/git.md, row by row: what becomes of links when git rewrites their commits.

const story = stories('when history moves');
const MORE = 'data/more.txt';

async function commitMore(member: Member, content: string, ...options: string[]): Promise<string> {
  member.write(MORE, content);
  return await member.commit(`more: ${content}`, ...options);
}

/** Alice on a branch that parted one commit ago, with one change of hers. */
async function topic(alice: Member): Promise<void> {
  await alice.git('checkout', '-q', '-b', 'topic', 'HEAD~1');
  await commitMore(alice, 'kiwi\n');
}

const history = async (member: Member, ...args: string[]) => await member.verify('--history', ...args);

story('commit --amend: the amended commit is signed afresh', async ({ team: { alice } }) => {
  await commitMore(alice, 'kiwi\n');
  await commitMore(alice, 'plum\n', '--amend');
  assertVerdict(await history(alice, '--strict'), 'verified');
});

story(
  'commit --amend of a commit that this clone did not see made signs nothing',
  async ({ team: { alice } }) => {
    alice.write(MORE, 'poison\n');
    await alice.commitWithoutHooks('made elsewhere');
    await alice.git('commit', '-q', '--amend', '--no-edit', '--allow-empty', '-m', 'reworded');
    assertVerdict(await history(alice), 'violated', [`violation uncovered ${MORE}`]);
  },
);

story('rebase: carried, and signed again at the end', async ({ team: { alice } }) => {
  await topic(alice);
  await alice.git('rebase', '-q', 'main');
  assertVerdict(await history(alice), 'verified');
  assertVerdict(await history(alice, '--strict'), 'verified');
});

story('rebase by somebody without the key: carried, and only that', async ({ team: { alice, carl } }) => {
  await topic(alice);
  await alice.git('push', '-q', 'origin', 'topic');
  await carl.git('fetch', '-q');
  await carl.git('checkout', '-q', 'topic');
  await carl.git('rebase', '-q', 'main');
  assertVerdict(await history(carl), 'verified');
  assert.equal(
    (await carl.newest()).links.map(({ state }) => state),
    ['carried'],
  );
  assertVerdict(await history(carl, '--strict'), 'violated', [
    `violation uncovered ${MORE}`,
    'warning wrong-commit',
  ]);
});

story('rebase -i, fixup: what came out needs record', async ({ team: { alice } }) => {
  await commitMore(alice, 'kiwi\n');
  alice.write(MORE, 'plum\n');
  await alice.commit('fixup! more: kiwi');
  await alice.git('-c', 'sequence.editor=:', 'rebase', '-q', '-i', '--autosquash', 'HEAD~2');
  assertVerdict(await history(alice), 'violated', [`violation uncovered ${MORE}`]);
  await alice.mlchain('record', 'HEAD', '--step', 'prepare', '--yes');
  assertVerdict(await history(alice), 'verified');
});

story('rebase -i, drop: the others keep their links', async ({ team: { alice } }) => {
  await commitMore(alice, 'kiwi\n');
  alice.write('data/other.txt', 'fig\n');
  await alice.commit('other');
  await alice.git('-c', 'sequence.editor=sed -i 1d', 'rebase', '-q', '-i', 'HEAD~2');
  assert.not((await alice.git('ls-files')).includes(MORE));
  assertVerdict(await history(alice), 'verified');
});

story('cherry-pick: carried', async ({ team: { alice } }) => {
  await topic(alice);
  await alice.git('checkout', '-q', 'main');
  await alice.git('cherry-pick', 'topic');
  assertVerdict(await history(alice), 'verified');
  assert.equal(
    (await alice.newest()).links.map(({ state }) => state),
    ['carried'],
  );
});

story('cherry-pick of what nobody signed signs nothing', async ({ team: { alice } }) => {
  await alice.git('checkout', '-q', '-b', 'topic', 'HEAD~1');
  alice.write(MORE, 'poison\n');
  await alice.commitWithoutHooks('poison');
  await alice.git('checkout', '-q', 'main');
  await alice.git('cherry-pick', 'topic');
  assertVerdict(await history(alice), 'violated', [`violation uncovered ${MORE}`]);
});

story('revert: a commit like any other', async ({ team: { alice } }) => {
  await commitMore(alice, 'kiwi\n');
  await alice.git('revert', '--no-edit', 'HEAD');
  assertVerdict(await history(alice, '--strict'), 'verified');
});

story('merge: a clean one needs no link', async ({ team: { alice } }) => {
  await topic(alice);
  await alice.git('checkout', '-q', 'main');
  alice.write('NOTES', 'x\n');
  await alice.commit('notes');
  await alice.git('merge', '-q', '--no-edit', 'topic');
  assertVerdict(await history(alice, '--strict'), 'verified');
  assert.equal((await alice.newest()).links, []);
});

story('merge: a conflict that its functionary resolved is signed', async ({ team: { alice } }) => {
  await topic(alice);
  await alice.git('checkout', '-q', 'main');
  await commitMore(alice, 'plum\n');
  assert.is.not((await alice.tries(['merge', 'topic'])).code, 0);
  alice.write(MORE, 'kiwi\nplum\n');
  await alice.commit('merge both');
  assertVerdict(await history(alice, '--strict'), 'verified');
});

story('merge -s ours: its functionary signs for bringing an old state back', async ({ team: { alice } }) => {
  await topic(alice);
  await alice.git('checkout', '-q', 'main');
  await alice.git('merge', '-q', '--no-edit', '-s', 'ours', 'topic');
  assertVerdict(await history(alice, '--strict'), 'verified');
  assert.is((await alice.newest()).links.length, 1);
});

story('merge -s ours by somebody without the key is uncovered', async ({ team: { alice, carl } }) => {
  await topic(alice);
  await alice.git('push', '-q', 'origin', 'topic');
  await carl.git('fetch', '-q');
  await carl.git('merge', '-q', '--no-edit', '-s', 'ours', 'origin/topic');
  assertVerdict(await history(carl), 'violated', [`violation uncovered ${MORE}`]);
});

story('merge --squash of your own work: signed', async ({ team: { alice } }) => {
  await topic(alice);
  await alice.git('checkout', '-q', 'main');
  await alice.git('merge', '-q', '--squash', 'topic');
  await alice.commit('squashed');
  assertVerdict(await history(alice, '--strict'), 'verified');
});

story('a forge’s squash merge: endorsed by the owner', async ({ team: { olivia, alice, carl } }) => {
  await topic(alice);
  alice.write('data/other.txt', 'fig\n');
  await alice.commit('other');
  await alice.git('push', '-q', 'origin', 'topic');
  await carl.git('fetch', '-q');
  await carl.git('merge', '-q', '--squash', 'origin/topic');
  const squashed = await carl.commitWithoutHooks('squash by a forge');
  await carl.pushPastHooks();
  await olivia.pull();
  assert.is((await history(olivia)).verdict, 'violated');
  await olivia.mlchain('endorse', squashed, '--reason', 'squash merge of topic', '--yes');
  assertVerdict(await history(olivia), 'verified');
});

story('pull --rebase: as teams do it all day', async ({ team: { alice, bob } }) => {
  bob.write('NOTES', 'x\n');
  await bob.commit('notes');
  await bob.push();
  await commitMore(alice, 'kiwi\n');
  await alice.git('pull', '-q', '--rebase');
  await alice.push();
  await bob.pull();
  assertVerdict(await history(bob), 'verified');
});

story(
  'reset, stash, checkout: what is committed afterwards is a commit like any other',
  async ({ team: { alice } }) => {
    await commitMore(alice, 'kiwi\n');
    await alice.git('reset', '-q', '--soft', 'HEAD~1');
    await alice.commit('again');
    alice.write(MORE, 'plum\n');
    await alice.git('stash', '-q');
    await alice.git('stash', 'pop', '-q');
    await alice.commit('popped');
    assertVerdict(await history(alice, '--strict'), 'verified');
  },
);

story('an octopus merge: of honest branches it needs no link', async ({ team: { alice } }) => {
  for (const name of ['one', 'two']) {
    await alice.git('checkout', '-q', '-b', name, 'main');
    alice.write(`data/${name}.txt`, `${name}\n`);
    await alice.commit(name);
  }
  await alice.git('checkout', '-q', 'main');
  alice.write('NOTES', 'x\n');
  await alice.commit('notes');
  await alice.git('merge', '-q', '--no-edit', 'one', 'two');
  assertVerdict(await history(alice), 'verified');
});

story('rebase -i, reword and reorder: signed again', async ({ team: { alice } }) => {
  await commitMore(alice, 'kiwi\n');
  alice.write('data/other.txt', 'fig\n');
  await alice.commit('other');
  const todo = "sed -i -e 's/^pick/reword/' -e '1{h;d}' -e '2{G}'";
  await alice.git(
    ...['-c', `sequence.editor=${todo}`, '-c', 'core.editor=sed -i 1s/^/better:/'],
    ...['rebase', '-q', '-i', 'HEAD~2'],
  );
  assert.match(await alice.git('log', '--format=%s', '-2'), /^better:more.*\nbetter:other$/);
  assertVerdict(await history(alice, '--strict'), 'verified');
});

story('rebase -i, edit and split: what came out needs record', async ({ team: { alice } }) => {
  alice.write('data/other.txt', 'fig\n');
  await commitMore(alice, 'kiwi\n');
  await alice.git('-c', 'sequence.editor=sed -i 1s/^pick/edit/', 'rebase', '-q', '-i', 'HEAD~1');
  await alice.git('reset', '-q', 'HEAD~1');
  for (const name of [MORE, 'data/other.txt']) {
    await alice.git('add', name);
    await alice.git('commit', '-q', '-m', `only ${name}`);
  }
  await alice.git('rebase', '--continue');
  assertVerdict(await history(alice), 'violated', [
    `violation uncovered ${MORE}`,
    'violation uncovered data/other.txt',
  ]);
  await alice.mlchain('record', 'HEAD~2..HEAD', '--yes');
  assertVerdict(await history(alice, '--strict'), 'verified');
});

story('rebase --onto: carried, and signed again at the end', async ({ team: { alice } }) => {
  await topic(alice);
  await alice.git('checkout', '-q', '-b', 'other');
  alice.write('data/other.txt', 'fig\n');
  await alice.commit('other');
  await alice.git('rebase', '-q', '--onto', 'main', 'topic', 'other');
  assert.not((await alice.git('ls-files')).includes(MORE));
  assertVerdict(await history(alice, '--strict'), 'verified');
});

story('rebase --rebase-merges: the merge is made again, and each side keeps its links', async ({ team }) => {
  const { alice } = team;
  await topic(alice);
  await alice.git('checkout', '-q', '-b', 'side', 'HEAD~1');
  alice.write('data/other.txt', 'fig\n');
  await alice.commit('other');
  await alice.git('checkout', '-q', 'topic');
  await alice.git('merge', '-q', '--no-edit', 'side');
  await alice.git('rebase', '-q', '--rebase-merges', 'main');
  assert.is((await alice.git('rev-list', '--merges', 'main..HEAD')).split('\n').length, 1);
  assert.is((await history(alice)).verdict, 'verified');
});

story('am: carried; nobody is signed for', async ({ team: { alice, carl } }) => {
  await topic(alice);
  await alice.git('push', '-q', 'origin', 'topic');
  const mail = await alice.git('format-patch', '-1', '--stdout');
  for (const member of [alice, carl]) {
    await member.git('fetch', '-q');
    await member.git('checkout', '-q', 'main');
    await member.person.git(['am', '-q'], { cwd: member.clone, input: `${mail}\n` });
    assertVerdict(await history(member), 'verified');
    assert.equal(
      (await member.newest()).links.map(({ state }) => state),
      ['carried'],
    );
  }
});

story('filter-branch: carried where the change is the same', async ({ team: { alice } }) => {
  await commitMore(alice, 'kiwi\n');
  const env = { FILTER_BRANCH_SQUELCH_WARNING: '1' };
  const rename = ['filter-branch', '-f', '--msg-filter', 'sed s/^/old:/', 'HEAD'];
  assert.is((await alice.tries(rename, { env })).code, 0);
  assert.match(await alice.git('log', '--format=%s', '--max-parents=0'), /^old:/);
  assertVerdict(await history(alice), 'verified');
});

story('fast-export and fast-import: carried where the change is the same', async ({ team: { alice } }) => {
  await commitMore(alice, 'kiwi\n');
  const exported = await alice.git('fast-export', '--no-data', 'main');
  const input = `feature done\n${exported.replaceAll('alice@example.org', 'alice@example.com')}\ndone\n`;
  await alice.person.git(['fast-import', '--quiet', '--force'], { cwd: alice.clone, input });
  assert.is(await alice.git('log', '-1', '--format=%ae'), 'alice@example.com');
  assertVerdict(await history(alice), 'verified');
});

story('a forge’s rebase merge: carried', async ({ team: { alice, carl, host } }) => {
  await topic(alice);
  await alice.git('push', '-q', 'origin', 'topic');
  const forge = host.in(host.person.at('forge'));
  await host.person.git(['clone', '-q', 'team:server.git', forge.clone]);
  await forge.git('rebase', '-q', '--force-rebase', 'main', 'origin/topic');
  await forge.git('push', '-q', 'origin', 'HEAD:main');
  assert.is(await host.git('log', '-1', '--format=%cn', 'main'), 'Host');
  await carl.pull();
  assertVerdict(await history(carl), 'verified');
  assert.equal(
    (await carl.newest()).links.map(({ state }) => state),
    ['carried'],
  );
});

story('revert of a merge: a commit like any other', async ({ team: { alice } }) => {
  await topic(alice);
  await alice.git('checkout', '-q', 'main');
  await alice.git('merge', '-q', '--no-ff', '--no-edit', 'topic');
  await alice.git('revert', '--no-edit', '-m', '1', 'HEAD');
  assert.not((await alice.git('ls-files')).includes(MORE));
  assert.is((await history(alice, '--strict')).verdict, 'verified');
  await alice.git('revert', '--no-edit', 'HEAD');
  assert.is((await history(alice, '--strict')).verdict, 'verified');
});

story(
  'a merge with changes of its own: its functionary signs for them',
  async ({ team: { alice, carl } }) => {
    await topic(alice);
    await alice.git('push', '-q', 'origin', 'topic');
    await carl.git('fetch', '-q');
    await carl.git('merge', '-q', '--no-ff', '--no-commit', 'origin/topic');
    carl.write(MORE, 'something else\n');
    await carl.commit('merged, and more');
    assertVerdict(await history(carl), 'violated', [`violation uncovered ${MORE}`]);
    await alice.git('checkout', '-q', 'main');
    await alice.git('merge', '-q', '--no-ff', '--no-commit', 'topic');
    await commitMore(alice, 'kiwi and more\n');
    assertVerdict(await history(alice, '--strict'), 'verified');
  },
);

story('merge --squash of several people’s work: each signs for their steps', async ({ team }) => {
  const { alice, bob } = team;
  await topic(alice);
  alice.write('data/other.txt', 'fig\n');
  await alice.commit('other');
  await alice.git('push', '-q', 'origin', 'topic');
  await bob.git('fetch', '-q');
  await bob.git('checkout', '-q', 'topic');
  bob.write('model/more.txt', 'more\n');
  await bob.commit('more weights');
  await bob.git('checkout', '-q', 'main');
  await bob.git('merge', '-q', '--squash', 'topic');
  const squashed = await bob.commit('squashed');
  // Bob's own step is made from Alice's, for which nobody has signed yet.
  assert.is((await history(bob)).verdict, 'violated');
  await bob.pushPastHooks();
  await alice.git('checkout', '-q', 'main');
  await alice.pull();
  await alice.mlchain('record', squashed, '--step', 'prepare', '--yes');
  await alice.git('mlchain', 'sync');
  await bob.git('fetch', '-q');
  await bob.git('mlchain', 'record', squashed, '--step', 'train', '--yes');
  assertVerdict(await history(bob), 'verified');
});

story('an old state brought back by a copied commit: refused as replay', async ({ team: { alice } }) => {
  await topic(alice);
  await alice.git('checkout', '-q', 'main');
  await alice.git('cherry-pick', 'topic');
  await alice.git('revert', '--no-edit', 'HEAD');
  await alice.git('cherry-pick', 'topic');
  const judged = await history(alice);
  assertVerdict(judged, 'violated', [`violation uncovered ${MORE}`, `warning replay ${MORE}`]);
  await alice.mlchain('record', 'HEAD', '--yes');
  assert.is((await history(alice)).verdict, 'verified');
});

story.run();
