import * as assert from 'uvu/assert';
import { assertVerdict } from '../support/member.ts';
import { stories } from '../support/stories.ts';

// Options of `git mlchain run` that in-toto-run has, too, as people use them in a repository.

const story = stories('options of run');

story(
  'work done by hand is noted without a command, bound by the next commit, and verified',
  async ({ team }) => {
    const { alice, bob, carl } = team;
    alice.write('data/words.txt', 'apple\nfig\npear\nplum\n');
    const noted = await alice.mlchain('run', 'prepare', '--no-command');
    assert.match(noted, /prepare: 1 product noted/);
    await alice.commit('one more word, by hand');
    const [line = ''] = await alice.lines(await alice.head());
    const { signed } = JSON.parse(line) as { signed: { command: string[]; byproducts: object } };
    assert.equal([signed.command, signed.byproducts], [[], {}]);
    await alice.push();
    await bob.pull();
    await bob.work('train');
    await bob.push();
    await carl.pull();
    const judged = await carl.verify('--history');
    assertVerdict(judged, 'verified');
  },
);

story('a material that was excluded is not in the link, a product is', async ({ team: { alice } }) => {
  alice.write('raw/cache.tmp', 'left over\n');
  alice.write('.gitignore', '*.tmp\n');
  const excluding = ['--exclude', '*.tmp', '--exclude', 'words.txt'];
  await alice.mlchain('run', 'prepare', ...excluding, '--', 'sh', '-c', 'echo kiwi >data/words.txt');
  const commit = await alice.commit('new words');
  const [line = ''] = await alice.lines(commit);
  const { signed } = JSON.parse(line) as { signed: Record<'materials' | 'products', object> };
  assert.equal(Object.keys(signed.materials), ['scripts/prepare.sh']);
  assert.equal(Object.keys(signed.products), ['data/words.txt']);
});

story('without --exclude all of it is recorded', async ({ team: { alice } }) => {
  await alice.mlchain('run', 'prepare', '--', 'sh', '-c', 'echo kiwi >data/words.txt');
  const [line = ''] = await alice.lines(await alice.commit('new words'));
  const { signed } = JSON.parse(line) as { signed: { materials: object } };
  assert.equal(Object.keys(signed.materials), ['raw/words.txt', 'scripts/prepare.sh']);
});

story('what the command says is kept only when asked for', async ({ team: { alice } }) => {
  for (const [options, expected] of [
    [[], ''],
    [['--record-streams'], 'hello\n'],
  ] as const) {
    await alice.mlchain(
      'run',
      'prepare',
      ...options,
      '--',
      'sh',
      '-c',
      'echo hello; date +%N >data/words.txt',
    );
    const [line = ''] = await alice.lines(await alice.commit('again'));
    const { signed } = JSON.parse(line) as { signed: { byproducts: { stdout: string } } };
    assert.is(signed.byproducts.stdout, expected);
  }
});

story('a failed rule is explained: artifact, digests, rule, and who made it where', async ({ team }) => {
  const { alice, bob } = team;
  bob.write('data/words.txt', 'never committed\n');
  await bob.mlchain(
    'run',
    'train',
    '--metadata-directory',
    '../links',
    '-m',
    'data',
    '-m',
    'scripts/train.sh',
    '-p',
    'model',
    '--',
    'sh',
    'scripts/train.sh',
  );
  await bob.git('checkout', '-q', 'data');
  await bob.mlchain('export', '--in-toto', '../out');
  const out = bob.person.at('out');
  const cwd = { cwd: out, code: 'any' } as const;
  const owner = `keys/${team.olivia.fingerprint}.asc`;
  const check = [
    'verify',
    '--in-toto',
    '.',
    '--owner-cert',
    owner,
    '--cert',
    `keys/${alice.fingerprint}.asc`,
    '--no-inspect',
  ];
  assert.is((await bob.person.mlchain(check, cwd)).code, 0);
  await bob.person.exec('sh', ['-c', `cp ../links/*.link .`], { cwd: out });
  const { code, stdout } = await bob.person.mlchain([...check, '--verbose'], cwd);
  assert.is(code, 1);
  for (const words of [
    /train: the link of key [0-9A-F]{16} breaks a rule of the layout on data\/words\.txt/,
    /expected sha256:[0-9a-f]{12}…, found sha256:[0-9a-f]{12}…/,
    /DISALLOW \* in expected_materials; prepare has another digest; last made by prepare, signed by Alice/,
    /materials queued: data\/words\.txt, scripts\/train\.sh/,
    / {4}DISALLOW \*: refuses data\/words\.txt/,
  ]) {
    assert.match(stdout, words);
  }
});

story.run();
