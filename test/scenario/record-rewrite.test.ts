import * as assert from 'uvu/assert';
import type { ExecResult } from '../support/exec.ts';
import type { Member } from '../support/member.ts';
import { assertVerdict } from '../support/member.ts';
import { stories } from '../support/stories.ts';

// What people do with commits after they have made them, and while they work on several branches: the chain holds where
// the work is the same work, and asks for a signature where it is not.

const story = stories('recording over rewritten history');
const DATA = 'data/words.txt';
const MORE = 'data/more.txt';

story('the words of a commit are amended: the link of its run goes along', async ({ team: { bob } }) => {
  const old = await bob.head();
  const { stderr } = await bob.tries(['commit', '-q', '--amend', '-m', 'better words']);
  assert.match(stderr, /train: signed/);
  const signed = await link(bob);
  assert.equal(signed.command, ['sh', 'scripts/train.sh']);
  assert.is(signed.environment.mlchain.rewrittenFrom, old);
  assertVerdict(await bob.verify(), 'verified');
});

story('the content of a commit is amended: a new link, and the old one covers nothing', async ({ team }) => {
  const { alice } = team;
  alice.write(MORE, 'one\n');
  await commits(alice, 'more');
  alice.write(MORE, 'two\n');
  await alice.git('add', '-A');
  assert.match((await alice.tries(['commit', '-q', '--amend', '--no-edit'])).stderr, /prepare: signed/);
  assert.is((await link(alice)).environment.mlchain.recorder, 'post-commit');
  assertVerdict(await alice.verify('--history'), 'verified');
});

story('two people work at once, one rebases, and both their works are verified', async ({ team }) => {
  const { olivia, alice, carl } = team;
  olivia.write('raw/more.txt', 'quince\n');
  await commits(olivia, 'more raw');
  await olivia.push();
  alice.write('README.md', 'words\n');
  await commits(alice, 'words');
  alice.write(MORE, 'sorted\n');
  await commits(alice, 'more data');
  const { code, stderr } = await alice.tries(['pull', '-q', '--rebase']);
  assert.is(code, 0);
  assert.match(stderr, /prepare: not signed again for [0-9a-f]{7}, raw\/more\.txt is not as it was/);
  assert.is((await alice.tries(['push'])).code, 0, 'the old link is carried: the change is the very same');
  await carl.pull();
  const judged = await carl.verify('--history');
  assertVerdict(judged, 'verified');
  assertVerdict(await carl.verify('--history', '--strict'), 'violated', [
    `violation uncovered ${MORE}`,
    'warning wrong-commit',
  ]);
  await alice.git('mlchain', 'record', 'HEAD', '--yes');
  await alice.push();
  await carl.pull();
  await carl.git('fetch', '-q');
  assertVerdict(await carl.verify('--history', '--strict'), 'verified');
});

story('commits are put in another order: each keeps the link that is still true', async ({ team }) => {
  const { alice } = team;
  alice.write('README.md', 'words\n');
  await commits(alice, 'words');
  alice.write(MORE, 'more\n');
  await commits(alice, 'more data');
  const swap = "sed -i -e '1{h;d}' -e '2{G}'";
  const rebased = await alice.tries(['rebase', '-q', '-i', 'HEAD~2'], { env: { GIT_SEQUENCE_EDITOR: swap } });
  assert.is(rebased.code, 0, rebased.stderr);
  assert.match(rebased.stderr, /prepare: signed/);
  assert.is((await link(alice, 'HEAD~1')).environment.mlchain.recorder, 'post-rewrite');
  assertVerdict(await alice.verify('--history', '--strict'), 'verified');
});

story(
  'a fixup is squashed into its commit: the step is asked for a new signature',
  async ({ team: { alice } }) => {
    alice.write(MORE, 'one\n');
    await commits(alice, 'more data');
    alice.write(MORE, 'two\n');
    await alice.git('add', '-A');
    await alice.git('commit', '-q', '--fixup', 'HEAD');
    const env = { GIT_SEQUENCE_EDITOR: 'true' };
    const { stderr } = await alice.tries(['rebase', '-q', '-i', '--autosquash', 'HEAD~2'], { env });
    assert.match(stderr, /prepare: not signed again for [0-9a-f]{7}/);
    assert.equal(await alice.lines(await alice.head()), []);
    const [, revision = ''] = /git mlchain record ([0-9a-f]+)/.exec(stderr) ?? [];
    await alice.git('mlchain', 'record', revision, '--step', 'prepare', '--yes');
    assertVerdict(await alice.verify('--history'), 'verified');
  },
);

story(
  'a commit made in the middle of a rebase is signed by nobody until it is asked for',
  async ({ team }) => {
    const { alice } = team;
    alice.write('README.md', 'words\n');
    await commits(alice, 'words');
    const env = { GIT_SEQUENCE_EDITOR: 'sed -i 1s/pick/edit/' };
    await alice.tries(['rebase', '-q', '-i', 'HEAD~1'], { env });
    alice.write(MORE, 'in the middle\n');
    await commits(alice, 'split off');
    await alice.git('rebase', '--continue');
    assert.equal(await alice.lines(await alice.head()), []);
    assertVerdict(await alice.verify('--history'), 'violated', [`violation uncovered ${MORE}`]);
    await alice.git('mlchain', 'record', 'HEAD', '--yes');
    assertVerdict(await alice.verify('--history'), 'verified');
  },
);

story('work is cherry-picked to a release branch: the link is carried', async ({ team: { alice, carl } }) => {
  await alice.git('branch', 'release');
  alice.write(MORE, 'more\n');
  await commits(alice, 'more data');
  await alice.push();
  await alice.git('checkout', '-q', 'release');
  const picked = await alice.tries(['cherry-pick', 'main']);
  assert.match(
    picked.stderr,
    /is not signed, it was cherry-picked \(a link of the original goes with the same change\)/,
  );
  await alice.push('release');
  await carl.git('fetch', '-q');
  assertVerdict(await carl.verify('--history', 'origin/release'), 'verified');
});

story('a revert is work like any other', async ({ team: { alice } }) => {
  alice.write(DATA, 'worse\n');
  await commits(alice, 'worse');
  const { stderr } = await alice.tries(['revert', '--no-edit', 'HEAD']);
  assert.match(stderr, /prepare: signed/);
  assertVerdict(await alice.verify(), 'verified');
});

story(
  'a merge needs nothing where each side has signed, and a signature for what it put together',
  async ({ team }) => {
    const { alice } = team;
    const lines = 'b\nc\nd\ne\nf\ng\nh\n';
    alice.write(DATA, `a\n${lines}i\n`);
    await commits(alice, 'longer');
    await alice.git('checkout', '-q', '-b', 'topic');
    alice.write(MORE, 'topic\n');
    await commits(alice, 'on topic');
    await alice.git('checkout', '-q', 'main');
    alice.write(DATA, `A\n${lines}i\n`);
    await commits(alice, 'on main');
    const clean = await alice.tries(['merge', '-q', '--no-edit', 'topic']);
    assert.is(clean.stderr, '', 'nobody has to sign what nobody made');
    assertVerdict(await alice.verify('--history'), 'verified');
    await alice.git('checkout', '-q', '-b', 'second', 'HEAD~1');
    alice.write(DATA, `A\n${lines}I\n`);
    await commits(alice, 'at the end');
    await alice.git('checkout', '-q', 'main');
    alice.write(DATA, `AA\n${lines}i\n`);
    await commits(alice, 'at the start');
    assert.match((await alice.tries(['merge', '-q', '--no-edit', 'second'])).stderr, /prepare: signed/);
    assert.is(alice.read(DATA), `AA\n${lines}I\n`);
    assertVerdict(await alice.verify('--history'), 'verified');
  },
);

story('a merge that throws the other side away has to be signed for, and is', async ({ team: { alice } }) => {
  await alice.git('checkout', '-q', '-b', 'topic');
  alice.write(MORE, 'topic\n');
  await commits(alice, 'on topic');
  await alice.git('checkout', '-q', 'main');
  alice.write('README.md', 'x\n');
  await commits(alice, 'on main');
  const { stderr } = await alice.tries(['merge', '-q', '-s', 'ours', '--no-edit', 'topic']);
  assert.match(stderr, /prepare: signed/);
  assertVerdict(await alice.verify('--history'), 'verified');
});

story('a conflict that is settled is new content, and signed as such', async ({ team: { alice } }) => {
  await alice.git('checkout', '-q', '-b', 'topic');
  alice.write(DATA, 'topic\n');
  await commits(alice, 'on topic');
  await alice.git('checkout', '-q', 'main');
  alice.write(DATA, 'main\n');
  await commits(alice, 'on main');
  assert.is((await alice.tries(['merge', '-q', 'topic'])).code, 1);
  alice.write(DATA, 'main and topic\n');
  assert.match((await commits(alice, 'settled')).stderr, /prepare: signed/);
  assertVerdict(await alice.verify('--history'), 'verified');
});

story('a commit that is undone and made again is a commit like any other', async ({ team: { alice } }) => {
  alice.write(MORE, 'one\n');
  await commits(alice, 'first try');
  await alice.git('reset', '-q', '--soft', 'HEAD~1');
  assert.match((await commits(alice, 'second try')).stderr, /prepare: signed/);
  await alice.git('reset', '-q', '--hard', 'HEAD~1');
  await alice.git('cherry-pick', 'ORIG_HEAD');
  assertVerdict(await alice.verify('--history'), 'verified');
});

story.run();

async function commits(member: Member, message: string): Promise<ExecResult> {
  await member.git('add', '-A');
  const result = await member.tries(['commit', '-q', '-m', message]);
  assert.is(result.code, 0, result.stderr);
  return result;
}

/** The one link of a commit, as it was signed. */
async function link(member: Member, revision = 'HEAD') {
  const lines = await member.lines(await member.git('rev-parse', revision));
  assert.is(lines.length, 1);
  return JSON.parse(lines[0] ?? '').signed;
}
