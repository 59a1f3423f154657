import * as fs from 'node:fs';
import * as path from 'node:path';
import * as assert from 'uvu/assert';
import type { Member } from '../support/member.ts';
import { assertVerdict } from '../support/member.ts';
import { stories } from '../support/stories.ts';

// `git mlchain run`, and work that is no single command (product.md §4.2 and §4.3), as people use them.

const story = stories('running steps');
const MODEL = 'model/weights.txt';

story('a step is run, committed, pushed, and verified elsewhere', async ({ team }) => {
  const { olivia, alice, bob, carl } = team;
  olivia.write('raw/words.txt', 'kiwi\n');
  await olivia.commit('new words');
  await olivia.push();
  await alice.pull();
  await alice.work('prepare');
  await alice.push();
  await bob.pull();
  const ran = await bob.tries(['mlchain', 'run', 'train']);
  assert.is(ran.code, 0);
  assert.match(ran.stdout, /train: 1 product noted; the link waits for the commit/);
  await bob.commit('retrained');
  await bob.push();
  await carl.pull();
  assertVerdict(await carl.verify(), 'verified');
});

story(
  'trained on data that were never committed: the commit is not bound, and the file is named',
  async ({ team }) => {
    const { bob } = team;
    bob.write('data/words.txt', 'secret sauce\n');
    await bob.git('mlchain', 'run', 'train');
    await bob.git('add', 'model');
    const { code, stderr } = await bob.tries(['commit', '-q', '-m', 'a better model']);
    assert.is(code, 0);
    assert.match(
      stderr,
      /train: the pending link does not fit [0-9a-f]{7}: data\/words\.txt, a material, was recorded as/,
    );
    assert.match(stderr, "'git mlchain run --discard train'");
    assert.equal(await bob.lines(await bob.head()), []);
    assert.is((await bob.tries(['push'])).code, 1);
    assert.match(await bob.mlchain('run', '--discard', 'train'), /is dropped/);
    assert.match(await bob.mlchain('run', '--discard', 'train'), /there is no pending link/);
  },
);

story(
  'a command that fails ends with 1, names its code, and can be made to leave no trace',
  async ({ team: { bob } }) => {
    const before = bob.read(MODEL);
    const script = `echo spoilt >${MODEL}; exit 9`;
    const failed = await bob.tries([
      'mlchain',
      'run',
      'train',
      '--rollback-on-failure',
      '--',
      'sh',
      '-c',
      script,
    ]);
    assert.is(failed.code, 1);
    assert.match(failed.stderr, /'sh' failed with exit code 9: no link is made/);
    assert.is(bob.read(MODEL), before);
    assert.is(await bob.git('status', '--short'), '');
    const slow = await bob.tries(['mlchain', 'run', 'train', '--timeout', '1s', '--', 'sleep', '60']);
    assert.is(slow.code, 1);
    assert.match(slow.stderr, /'sleep' took too long and was ended by SIGTERM/);
    assert.match(await bob.mlchain('run', '--discard', 'train'), /there is no pending link/);
  },
);

story('who is no functionary of the step is told before the command runs', async ({ team: { alice } }) => {
  const refused = await alice.tries(['mlchain', 'run', 'train', '--', 'touch', 'ran']);
  assert.is(refused.code, 1);
  assert.match(refused.stderr, /Alice .* is not among the functionaries of train/);
  assert.not(fs.existsSync(path.join(alice.clone, 'ran')));
});

story('what is wrong with the words is said with 2', async ({ team: { bob } }) => {
  for (const [words, message] of [
    [['run'], /which step/],
    [['run', 'tarin'], /no step 'tarin'|no command for tarin/],
    [['run', 'train', 'python'], /too many arguments/],
    [['record', '--missing', 'HEAD'], /--missing cannot go with/],
    [['record', '--start', 'tarin'], /no step 'tarin'/],
    [['record', 'no-such-commit'], /not a commit: 'no-such-commit'/],
    [['record', 'HEAD', '--step', 'tarin'], /no step 'tarin'/],
    [['record', 'HEAD', '--step', 'train'], /there is no terminal to ask on/],
    [['endorse', 'HEAD'], /needs a reason/],
  ] as const) {
    const { code, stderr } = await bob.tries(['mlchain', ...words]);
    assert.is(code, 2, `${words.join(' ')}: ${stderr}`);
    assert.match(stderr, message);
  }
});

story(
  'a typed command runs where it was typed, its output goes through, and --json keeps its document clean',
  async ({ team }) => {
    const { bob } = team;
    const cwd = path.join(bob.clone, 'model');
    const words = [
      'run',
      'train',
      '--json',
      '--record-streams',
      '--',
      'sh',
      '-c',
      'echo epoch 1; pwd; echo w >weights.txt',
    ];
    const { stdout, stderr } = await bob.person.mlchain(words, { cwd });
    assert.match(stderr, `epoch 1\n${fs.realpathSync(cwd)}`);
    assert.equal(JSON.parse(stdout), {
      step: 'train',
      state: 'pending',
      commit: null,
      products: [MODEL],
      external: [],
      replaced: false,
    });
    const commit = await bob.commit('by hand');
    const [line = ''] = await bob.lines(commit);
    assert.match(JSON.parse(line).signed.byproducts.stdout, /^epoch 1\n/);
  },
);

story(
  'the same result binds at once: to the commit of the link there is, or to HEAD for new materials',
  async ({ team }) => {
    const { bob } = team;
    const trained = await bob.head();
    bob.write('README.md', 'words\n');
    await bob.commit('words');
    const again = JSON.parse(await bob.mlchain('run', 'train', '--json'));
    assert.equal([again.state, again.commit], ['bound', trained], 'run by another hand it would co-sign');
    const script = 'mkdir -p model && cksum <data/words.txt >model/weights.txt # faster\n';
    bob.write('scripts/train.sh', script);
    const waiting = JSON.parse(await bob.mlchain('run', 'train', '--json'));
    assert.is(waiting.state, 'pending', 'its script is in no commit yet');
  },
);

story('a later run replaces an earlier one, aloud', async ({ team: { bob } }) => {
  await bob.git('mlchain', 'run', 'train', '--', 'sh', '-c', `echo 1 >${MODEL}`);
  const second = await bob.tries(['mlchain', 'run', 'train', '--', 'sh', '-c', `echo 2 >${MODEL}`]);
  assert.match(second.stderr, /the pending link of train from .* is replaced/);
  assert.is((await bob.lines(await bob.commit('second'))).length, 1);
});

story('products that git ignores are said to be covered by nothing', async ({ team: { bob } }) => {
  fs.appendFileSync(path.join(bob.clone, '.git/info/exclude'), 'model/*.pt\n');
  const some = await bob.tries([
    'mlchain',
    'run',
    'train',
    '--',
    'sh',
    '-c',
    'echo o >model/optimizer.pt; echo w >model/weights.txt',
  ]);
  assert.match(some.stderr, /git ignores model\/optimizer.pt: recorded, covered by nothing/);
  const [line = ''] = await bob.lines(await bob.commit('with optimizer'));
  assert.equal(JSON.parse(line).signed.environment.mlchain.external, ['model/optimizer.pt']);
  await bob.git('rm', '-q', MODEL);
  const all = await bob.tries(['mlchain', 'run', 'train', '--', 'sh', '-c', 'echo o >model/optimizer.pt']);
  assert.match(all.stderr, /run --bind/);
});

story('notebook work is bracketed by --start and --stop', async ({ team: { bob } }) => {
  assert.match(
    await bob.mlchain('record', '--start', 'train'),
    /when the work is done: git mlchain record --stop train/,
  );
  bob.write(MODEL, 'by notebook\n');
  assert.match(await bob.mlchain('record', '--stop', 'train'), /waits for the commit/);
  const [line = ''] = await bob.lines(await bob.commit('by notebook'));
  assert.is(JSON.parse(line).signed.environment.mlchain.recorder, 'record');
  assertVerdict(await bob.verify('--history'), 'verified');
});

story('MLCHAIN_SKIP=1 runs the command, loudly, and records nothing', async ({ team: { bob } }) => {
  const words = ['mlchain', 'run', 'train', '--', 'sh', '-c', `echo x >${MODEL}; exit 3`];
  const { code, stderr } = await bob.tries(words, { env: { MLCHAIN_SKIP: '1' } });
  assert.is(code, 1);
  assert.match(stderr, /MLCHAIN_SKIP=1: the command is run and nothing is recorded/);
  assert.match(await bob.mlchain('run', '--discard', 'train'), /there is no pending link/);
});

story('a range is signed by hand, oldest first, after it was shown', async ({ team: { alice } }) => {
  alice.write('data/words.txt', 'one\n');
  const first = await alice.commitWithoutHooks('one');
  alice.write('data/words.txt', 'two\n');
  const second = await alice.commitWithoutHooks('two');
  const shown = await alice.mlchain('record', 'HEAD~2..HEAD', '--yes');
  assert.match(
    shown,
    new RegExp(`prepare at ${first.slice(0, 7)}, one[\\s\\S]*prepare at ${second.slice(0, 7)}, two`),
  );
  assert.match(shown, /products:\n {4}sha256:[0-9a-f]{12}… {2}data\/words.txt/);
  for (const commit of [first, second]) assert.is((await alice.lines(commit)).length, 1);
  assertVerdict(await alice.verify('--history'), 'verified');
  const again = JSON.parse(await alice.mlchain('record', 'HEAD', '--yes', '--json'));
  assert.equal(
    again.map(({ state }: { state: string }) => state),
    ['already-signed'],
  );
});

story(
  'an owner endorses what nobody made, and only an owner',
  async ({ team: { olivia, alice, mallory } }) => {
    mallory.write('data/extra.txt', 'reviewed\n');
    await mallory.commitWithoutHooks('a gift');
    await mallory.pushPastHooks();
    await Promise.all([olivia.pull(), alice.pull()]);
    const refused = await alice.tries(['mlchain', 'endorse', 'HEAD', '--reason', 'looks fine', '--yes']);
    assert.is(refused.code, 1);
    assert.match(refused.stderr, /expected the key of an owner/);
    const cwd = path.join(olivia.clone, 'data');
    await olivia.person.mlchain(['endorse', 'HEAD', 'extra.txt', '--reason', 'reviewed', '--yes'], { cwd });
    assertVerdict(await olivia.verify('--history'), 'verified');
    const outside = await olivia.tries(['mlchain', 'endorse', 'HEAD', '../x', '--reason', 'x', '--yes']);
    assert.is(outside.code, 2);
  },
);

story.run();

const twoOfTwo = stories('a step that two have to sign', {
  layout: ({ alice }) => [
    '--functionary',
    `train=${alice.person.at('certificate.asc')}`,
    '--threshold',
    'train=2',
  ],
});

twoOfTwo(
  'the second functionary runs the step again and co-signs, with no new commit',
  async ({ team: { alice, bob } }) => {
    assert.is((await alice.verify()).verdict, 'violated');
    const trained = await bob.head();
    const { state, commit } = await rerun(alice);
    assert.equal([state, commit], ['bound', trained]);
    assertVerdict(await alice.verify(), 'verified');
  },
);

async function rerun(member: Member): Promise<{ state: string; commit: string }> {
  return JSON.parse(await member.mlchain('run', 'train', '--json'));
}

twoOfTwo.run();
