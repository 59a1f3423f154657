import * as assert from 'uvu/assert';
import { assertVerdict, type Member } from '../support/member.ts';
import { stories } from '../support/stories.ts';

// A name is a name, whatever is in it; and two names that a Mac or Windows takes for one are none (threat 37).

const story = stories('odd names');

const ODD = [
  'data/with space.txt',
  `data/"quotes" and 'apostrophes'.txt`,
  'data/new\nline.txt',
  'data/tab\tstop',
  'data/*glob?[x]',
  'data/-option',
  'data/:(top)pathspec',
  'data/ünïcödé 😀',
  'data/\u202egpj.txt',
  'data/\u001b[31mred',
  'data/#comment',
  'data/~user',
  'data/$(touch pwned)`touch pwned`',
];

/** Longer than any work tree can hold by an absolute path, and no longer than a link and a tree can. */
const LONG = `data/${Array.from({ length: 20 }, (_, at) => String(at).padStart(199, 'x')).join('/')}`.slice(
  0,
  4000,
);

/** Into the index as git's plumbing takes it, for what no file system here would hold. */
async function stage(member: Member, name: string, content: string): Promise<void> {
  const hashed = await member.tries(['hash-object', '-w', '--stdin'], { input: content });
  const input = `100644 ${hashed.stdout.trim()}\t${name}\0`;
  await member.tries(['update-index', '-z', '--index-info'], { input, code: 0 });
}

story('are recorded, pushed, verified, run and inspected like any other', async ({ team }) => {
  const { alice, bob, carl } = team;
  for (const name of ODD) alice.write(name, name);
  await alice.git('add', '-A');
  await alice.git('commit', '-q', '-m', 'odd names');
  await alice.push();
  await bob.pull();
  await bob.git('mlchain', 'run', 'train', '--', 'sh', '-c', 'printf %s "$1" >"model/$1"', '-', 'so\n"so"');
  await bob.commit('a model of that name');
  await bob.push();
  await carl.pull();
  assertVerdict(await carl.verify('--strict'), 'verified', ['warning command-differs']);
  const [link] = JSON.parse(await carl.mlchain('show', 'HEAD~1', '--json')).envelopes;
  assert.equal(Object.keys(link.signed.products).sort(), [...ODD, 'data/words.txt'].sort());
});

story('4,000 characters are recorded, pushed and verified', async ({ team: { alice, carl } }) => {
  assert.is(LONG.length, 4000);
  await stage(alice, LONG, 'deep\n');
  await alice.git('commit', '-q', '-m', 'a long name');
  await alice.push();
  await carl.git('fetch', '-q');
  assertVerdict(await carl.verify('--history', '--strict', 'origin/main'), 'verified');
  const release = await carl.verify('origin/main', '--for', 'prepare');
  assertVerdict(release, 'verified', ['warning inspections-skipped']);
});

story('a name that no file can have is invalid once an inspection wants the file', async ({ team }) => {
  const { alice, bob } = team;
  const name = `data/${'x'.repeat(300)}`;
  await stage(alice, name, 'deep\n');
  await alice.git('commit', '-q', '-m', 'a long name');
  await alice.push();
  await bob.git('fetch', '-q');
  await bob.git('mlchain', 'record', 'origin/main', '--step', 'train', '--yes');
  assertVerdict(await bob.verify('origin/main', '--no-inspect'), 'verified', ['warning inspections-skipped']);
  assertVerdict(await bob.verify('origin/main'), 'violated', [`violation invalid-name ${name}`]);
});

for (const [what, twin] of [
  ['case', 'data/Words.txt'],
  ['the case of the directory', 'DATA/extra.txt'],
] as const) {
  story(`37: a twin in ${what} is invalid, in this clone and behind the server`, async ({ team }) => {
    const { mallory, carl } = team;
    assertVerdict(await carl.verify('--history'), 'verified');
    await stage(mallory, twin, 'poison\n');
    await mallory.git('-c', 'core.hooksPath=/dev/null', 'commit', '-q', '-m', 'twin');
    await mallory.pushPastHooks();
    await carl.pull();
    const expected = [`violation invalid-name ${twin}`];
    if (twin.startsWith('data/')) expected.push(`violation uncovered ${twin}`);
    assertVerdict(await carl.verify('--history'), 'violated', expected);
  });
}

story(
  '37: a twin that its functionary signed is stopped at the push, and good once renamed',
  async ({ team }) => {
    const { alice, carl } = team;
    await stage(alice, 'data/caf\u00e9.txt', 'one\n');
    await stage(alice, 'data/cafe\u0301.txt', 'two\n');
    await alice.git('commit', '-q', '-m', 'twins');
    const refused = await alice.tries(['push', '-q']);
    assert.is(refused.code, 1);
    assert.match(refused.stderr, /cannot name an artifact.*on macOS and Windows it is the same as/s);
    assert.match(refused.stderr, /rename it/);
    await alice.git('rm', '-q', '--cached', 'data/caf\u00e9.txt');
    await stage(alice, 'data/tea.txt', 'one\n');
    await alice.git('commit', '-q', '-m', 'renamed');
    await alice.push();
    await carl.git('fetch', '-q');
    assertVerdict(await carl.verify('--history', 'origin/main'), 'verified', [
      'warning invalid-name data/caf\u00e9.txt',
    ]);
  },
);

story.run();
