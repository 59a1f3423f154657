import * as fs from 'node:fs';
import * as path from 'node:path';
import * as assert from 'uvu/assert';
import { plant } from '../support/forger.ts';
import type { Member } from '../support/member.ts';
import { assertVerdict } from '../support/member.ts';
import { stories } from '../support/stories.ts';

// product.md §12: a message names what was read, where, and what was expected; there is no stack trace, and nothing is
// lost: refs and files are afterwards what they were before.

const story = stories('bad input');
const DATA = 'data/words.txt';
const ASKING = [
  'verify',
  'log',
  'show',
  'status',
  'layout show',
  'layout check',
  'trust --list',
  'record --missing',
];

story('a malformed note line is named, skipped, and kept', async ({ team: { alice, carl } }) => {
  const commit = await alice.git('rev-parse', 'HEAD^');
  await plant(carl, alice, commit, '{"signatures": [');
  const { stdout } = await carl.tries(['mlchain', 'verify']);
  assert.match(stdout, 'malformed-evidence');
  assert.match(stdout, commit.slice(0, 7));
  await carl.git('mlchain', 'sync');
  assert.is((await carl.lines(commit, alice)).length, 2);
});

story(
  'a malformed line does not keep who owns the notes from adding to them',
  async ({ team: { alice } }) => {
    const before = await alice.git('rev-parse', 'HEAD^');
    await plant(alice, alice, before, '{"signatures": [');
    alice.write(DATA, 'apple\nquince\n');
    const after = await alice.commit('new data');
    assert.is((await alice.lines(before)).length, 2);
    assert.is((await alice.lines(after)).length, 1);
  },
);

story(
  'a truncated layout is an error that names it, and the commit goes through',
  async ({ team: { alice } }) => {
    alice.write('.mlchain/root.layout', alice.read('.mlchain/root.layout').slice(0, 700));
    const clear = /^git-mlchain: \.mlchain\/root\.layout: .*expected .+, found .+$/m;
    assert.match((await asked(alice, 'layout check', 2)).stderr, clear);
    alice.write(DATA, 'apple\nquince\n');
    await alice.git('add', '-A');
    const { code, stderr } = await alice.tries(['commit', '-qm', 'cut short']);
    assert.is(code, 0);
    assert.is(stderr.trim().split('\n').length, 1, stderr);
    assert.match(stderr, 'root.layout');
    for (const words of ['log', 'show', 'status']) await asked(alice, words, 0);
    await asked(alice, 'verify', 1);
    await asked(alice, 'run prepare', 2);
    assert.is((await alice.lines('HEAD')).length, 0);

    // Mended, the queued commit is signed after all.
    await alice.git('checkout', '-q', 'HEAD^', '--', '.mlchain/root.layout');
    await alice.git('commit', '-q', '--amend', '--no-edit');
    assertVerdict(await alice.verify('--history'), 'verified');
  },
);

story(
  'a file name that is not UTF-8 is shown by its bytes and signed by nobody',
  async ({ team: { alice } }) => {
    const name = Buffer.concat([
      Buffer.from(path.join(alice.clone, 'data/caf')),
      Buffer.of(0xe9),
      Buffer.from('.txt'),
    ]);
    fs.writeFileSync(name, 'coffee\n');
    await alice.git('add', '-A');
    const { code, stderr } = await alice.tries(['commit', '-qm', 'coffee']);
    assert.is(code, 0);
    assert.match(stderr, 'caf\\xe9');
    assert.is((await alice.lines('HEAD')).length, 0);
    const { verdict, findings } = await alice.verify('--history');
    assert.is(verdict, 'violated');
    assert.equal([...new Set(findings.map(({ code: each }) => each))], ['invalid-name']);
    for (const words of ['log', 'show', 'status']) await asked(alice, words, 0);

    fs.renameSync(name, path.join(alice.clone, 'data/coffee.txt'));
    await alice.commit('coffee', '--amend');
    assertVerdict(await alice.verify('--history'), 'verified');
  },
);

story("outside what is controlled, such a name is nobody's business", async ({ team: { alice } }) => {
  const name = Buffer.concat([Buffer.from(path.join(alice.clone, 'caf')), Buffer.of(0xe9)]);
  fs.writeFileSync(name, 'coffee\n');
  await alice.commit('coffee');
  assertVerdict(await alice.verify(), 'verified');
});

story('a repository without commits says so', async ({ team: { olivia } }) => {
  const empty = olivia.in(olivia.person.at('empty'));
  await olivia.person.git(['init', '-q', empty.clone]);
  for (const words of ['verify', 'log', 'show', 'export --in-toto ../out', 'record HEAD']) {
    const { stderr } = await asked(empty, words, 2);
    assert.match(stderr, /no commits yet|does not exist|no layout|unknown/, words);
  }
  await asked(empty, 'status', 0);
  await asked(empty, 'init --yes', 0);
  await asked(empty, 'hooks status', 0);
});

story('an empty remote is no obstacle', async ({ team: { olivia } }) => {
  const { person } = olivia;
  await person.git(['init', '-q', '--bare', 'empty.git']);
  await person.git(['clone', '-q', 'empty.git', 'empty']);
  const empty = olivia.in(person.at('empty'));
  await asked(empty, 'init --yes', 0);
  await asked(empty, 'sync', 0);
  empty.write('README.md', 'read me\n');
  await empty.commit('first');
  const { code, stderr } = await empty.tries(['push', '-q', 'origin', 'HEAD']);
  assert.is(code, 0, stderr);
});

story('on a detached HEAD everything works as on a branch', async ({ team: { alice, carl } }) => {
  await alice.git('checkout', '-q', '--detach');
  for (const words of ASKING) await asked(alice, words, 0);
  alice.write(DATA, 'apple\nquince\n');
  await alice.commit('new data');
  await alice.push('HEAD:main');
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');
});

story('a path outside a repository is said to be that', async ({ team: { carl } }) => {
  const outside = carl.in(carl.person.home);
  for (const words of ['verify', 'log', 'layout show', 'record', `-C ${carl.person.home} status`]) {
    const { stderr } = await asked(outside, words, 2);
    assert.match(stderr, 'repository');
  }
  const paths = await carl.tries(['mlchain', 'endorse', 'HEAD', '/etc/passwd', '--reason', 'no']);
  assert.ok([1, 2].includes(paths.code), paths.stderr);
});

story('an unreadable .mlchainrc stops who needs it, and nobody else', async ({ team: { alice, carl } }) => {
  for (const text of ['steps: [unclosed', 'steps: { prepare: { products: [*.csv] } }', '\0\u0001']) {
    alice.write('.mlchainrc', text);
    const { stderr } = await asked(alice, 'run prepare', 2);
    assert.match(stderr, '.mlchainrc');
    assertVerdict(await alice.verify(), 'verified');
  }
  alice.write(DATA, 'apple\nquince\n');
  await alice.git('add', '-A');
  const { code, stderr } = await alice.tries(['commit', '-qm', 'new data']);
  assert.is(code, 0);
  assert.match(stderr, '.mlchainrc');
  assert.is(stderr.trim().split('\n').length, 1, stderr);

  alice.write('.mlchainrc', await alice.git('show', 'HEAD^:.mlchainrc'));
  await alice.commit('mended');
  await alice.git('mlchain', 'record', '--missing');
  await alice.push();
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');
});

story(
  'a .mlchainrc that is a directory, or that may not be read, is no crash',
  async ({ team: { alice } }) => {
    alice.remove('.mlchainrc');
    fs.mkdirSync(path.join(alice.clone, '.mlchainrc'));
    const { stderr } = await asked(alice, 'run prepare', [1, 2]);
    assert.match(stderr, '.mlchainrc');
  },
);

/** `git mlchain WORDS`: ends as expected, explains itself without a stack, and changes no ref. */
async function asked(member: Member, words: string, code: number | readonly number[]) {
  const result = await member.tries(['mlchain', ...words.split(' ')]);
  const expected = typeof code === 'number' ? [code] : code;
  assert.ok(expected.includes(result.code), `${words}: ${result.code}\n${result.stderr}`);
  assert.not.match(result.stderr, /^\s+at .*:\d+/m);
  return result;
}

story.run();
