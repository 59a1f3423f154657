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

/** How many links count on HEAD, and whether one of them was carried there. */
async function linksAtHead(member: Member): Promise<readonly { state: string }[]> {
  const [entry] = JSON.parse(await member.mlchain('log', '--json', '-n', '1')) as {
    links: { state: string }[];
  }[];
  return entry?.links ?? [];
}

story('amend: the amended commit is signed afresh', async ({ team: { alice } }) => {
  await commitMore(alice, 'kiwi\n');
  await commitMore(alice, 'plum\n', '--amend');
  assertVerdict(await history(alice, '--strict'), 'verified');
});

story('amend of a commit that this clone did not see made signs nothing', async ({ team: { alice } }) => {
  alice.write(MORE, 'poison\n');
  await alice.commitWithoutHooks('made elsewhere');
  await alice.git('commit', '-q', '--amend', '--no-edit', '--allow-empty', '-m', 'reworded');
  assertVerdict(await history(alice), 'violated', [`violation uncovered ${MORE}`]);
});

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
    (await linksAtHead(carl)).map(({ state }) => state),
    ['carried'],
  );
  assertVerdict(await history(carl, '--strict'), 'violated', [
    `violation uncovered ${MORE}`,
    'warning wrong-commit',
  ]);
});

story('rebase -i with a fixup: what came out needs record', async ({ team: { alice } }) => {
  await commitMore(alice, 'kiwi\n');
  alice.write(MORE, 'plum\n');
  await alice.commit('fixup! more: kiwi');
  await alice.git('-c', 'sequence.editor=:', 'rebase', '-q', '-i', '--autosquash', 'HEAD~2');
  assertVerdict(await history(alice), 'violated', [`violation uncovered ${MORE}`]);
  await alice.mlchain('record', 'HEAD', '--step', 'prepare', '--yes');
  assertVerdict(await history(alice), 'verified');
});

story('rebase -i that drops a commit keeps the others', async ({ team: { alice } }) => {
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
    (await linksAtHead(alice)).map(({ state }) => state),
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

story('revert is a commit like any other', async ({ team: { alice } }) => {
  await commitMore(alice, 'kiwi\n');
  await alice.git('revert', '--no-edit', 'HEAD');
  assertVerdict(await history(alice, '--strict'), 'verified');
});

story('a clean merge needs no link', async ({ team: { alice } }) => {
  await topic(alice);
  await alice.git('checkout', '-q', 'main');
  alice.write('NOTES', 'x\n');
  await alice.commit('notes');
  await alice.git('merge', '-q', '--no-edit', 'topic');
  assertVerdict(await history(alice, '--strict'), 'verified');
  assert.equal(await linksAtHead(alice), []);
});

story('a conflict that its functionary resolved is signed', async ({ team: { alice } }) => {
  await topic(alice);
  await alice.git('checkout', '-q', 'main');
  await commitMore(alice, 'plum\n');
  assert.is.not((await alice.tries(['merge', 'topic'])).code, 0);
  alice.write(MORE, 'kiwi\nplum\n');
  await alice.commit('merge both');
  assertVerdict(await history(alice, '--strict'), 'verified');
});

story(
  'merge -s ours brings an old state back: its functionary signs for that',
  async ({ team: { alice } }) => {
    await topic(alice);
    await alice.git('checkout', '-q', 'main');
    await alice.git('merge', '-q', '--no-edit', '-s', 'ours', 'topic');
    assertVerdict(await history(alice, '--strict'), 'verified');
    assert.is((await linksAtHead(alice)).length, 1);
  },
);

story('merge -s ours by somebody without the key is uncovered', async ({ team: { alice, carl } }) => {
  await topic(alice);
  await alice.git('push', '-q', 'origin', 'topic');
  await carl.git('fetch', '-q');
  await carl.git('merge', '-q', '--no-edit', '-s', 'ours', 'origin/topic');
  assertVerdict(await history(carl), 'violated', [`violation uncovered ${MORE}`]);
});

story('merge --squash of one’s own work is signed', async ({ team: { alice } }) => {
  await topic(alice);
  await alice.git('checkout', '-q', 'main');
  await alice.git('merge', '-q', '--squash', 'topic');
  await alice.commit('squashed');
  assertVerdict(await history(alice, '--strict'), 'verified');
});

story('a forge’s squash merge is endorsed by the owner', async ({ team: { olivia, alice, carl } }) => {
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

story('pull --rebase, as teams do it all day', async ({ team: { alice, bob } }) => {
  bob.write('NOTES', 'x\n');
  await bob.commit('notes');
  await bob.push();
  await commitMore(alice, 'kiwi\n');
  await alice.git('pull', '-q', '--rebase');
  await alice.push();
  await bob.pull();
  assertVerdict(await history(bob), 'verified');
});

story('reset and commit again, stash and pop', async ({ team: { alice } }) => {
  await commitMore(alice, 'kiwi\n');
  await alice.git('reset', '-q', '--soft', 'HEAD~1');
  await alice.commit('again');
  alice.write(MORE, 'plum\n');
  await alice.git('stash', '-q');
  await alice.git('stash', 'pop', '-q');
  await alice.commit('popped');
  assertVerdict(await history(alice, '--strict'), 'verified');
});

story('an octopus merge of honest branches needs no link', async ({ team: { alice } }) => {
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

story.run();
