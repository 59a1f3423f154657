import * as fs from 'node:fs';
import * as assert from 'uvu/assert';
import { assertVerdict, type Member } from '../support/member.ts';
import { stories } from '../support/stories.ts';

// product.md §6.2: 0 verified or done, 1 violated or failed, 2 usage, configuration or bad input, 3 cannot be checked –
// each through `git mlchain` as people and CI call it.

const story = stories('exit codes');

story('0: what is verified, and what merely shows', async ({ team: { carl } }) => {
  const words = ['verify', 'verify --history', 'verify HEAD~1..HEAD', 'log', 'show', 'status', 'layout show'];
  for (const each of [...words, 'layout check', 'hooks status', 'trust --list', 'key list', 'sync']) {
    await ends(carl, each, 0);
  }
});

story('0: help, of the whole and of each command, and the version', async ({ team: { carl } }) => {
  for (const each of ['-h', 'verify -h', 'verify --help', 'layout new --help', '--version']) {
    const { stdout, stderr } = await ends(carl, each, 0);
    assert.is(stderr, '');
    assert.match(stdout, /git.mlchain/);
  }
});

story('1: a violation, however many there are, in every format', async ({ team: { mallory } }) => {
  // 256 would be 0 to a shell that got the count.
  for (let count = 0; count < 256; count++) mallory.write(`data/${count}.txt`, `${count}\n`);
  await mallory.commitWithoutHooks('poison');
  for (const each of ['verify', 'verify --history', 'verify --json', 'verify --format sarif', 'verify -q']) {
    const { stdout } = await ends(mallory, each, 1);
    assert.not.match(stdout, /^verified/m);
  }
  const { findings } = JSON.parse((await ends(mallory, 'verify --history --json', 1)).stdout);
  assert.is(findings.length, 256);
});

story('0: log and show say what is wrong and end well', async ({ team: { mallory } }) => {
  mallory.write('data/words.txt', 'poison\n');
  await mallory.commitWithoutHooks('poison');
  for (const each of ['log', 'log --json', 'show', 'show --raw', 'status']) await ends(mallory, each, 0);
});

story('1: what was asked for and failed', async ({ team: { olivia, bob, mallory } }) => {
  await ends(bob, 'run train -- false', 1);
  olivia.write('.mlchain/root.layout', olivia.read('.mlchain/root.layout').replace('"ALLOW"', '"DENY"'));
  await ends(olivia, 'layout check', 1);
  await ends(mallory, 'hooks uninstall', 0);
  await ends(mallory, 'hooks status', 1);
  await ends(mallory, 'trust --first-use --yes', 1);
  mallory.remove('.mlchain/root.layout');
  await mallory.commitWithoutHooks('no layout');
  await ends(mallory, 'export --in-toto ../out', 1);
});

story('2: an unknown command, with the one that was meant', async ({ team: { carl } }) => {
  const near = {
    verfy: 'verify',
    recrod: 'record',
    'layuot new': 'layout',
    'layout nwe': 'layout new',
    lgo: 'log',
  };
  for (const [typed, meant] of Object.entries(near)) {
    const { stderr, stdout } = await ends(carl, typed, 2);
    assert.match(stderr, meant);
    assert.is(stdout, '');
  }
  await ends(carl, 'frobnicate', 2);
  await ends(carl, 'layout', 2);
});

story('2: a remote or a step that is none, and nothing of it stays', async ({ team: { carl, alice } }) => {
  const before = carl.read('.git/config');
  assert.match(
    (await ends(carl, 'sync orgin', 2)).stderr,
    /no remote 'orgin'\nhint: did you mean 'origin'\?/,
  );
  assert.match((await ends(carl, 'sync nowhere', 2)).stderr, /hint: remotes: origin; /);
  assert.is(carl.read('.git/config'), before);
  assertVerdict(await carl.verify(), 'verified');
  assert.match((await ends(alice, 'run perpare', 2)).stderr, "did you mean 'prepare'?");
  assert.match((await ends(alice, 'run source', 2)).stderr, 'git mlchain run source -- CMD');
});

story('2: an unknown option, with the one that was meant', async ({ team: { carl } }) => {
  const near = { 'verify --hisotry': '--history', 'log --setp train': '--step', 'trust --lits': '--list' };
  for (const [typed, meant] of Object.entries(near)) {
    const { stderr, stdout } = await ends(carl, typed, 2);
    assert.match(stderr, meant);
    assert.is(stdout, '');
  }
  await ends(carl, 'verify --frobnicate', 2);
  await ends(carl, 'verify -z', 2);
});

const misuses = [
  'run',
  'run nothing',
  'run train --timeout soon',
  'verify nowhere',
  'verify HEAD HEAD',
  'verify --format yaml',
  'verify --owner olivia',
  'verify --for nothing',
  'verify --in-toto nowhere',
  'log -n many',
  'log --max-count=-1',
  'key new --type dsa',
  'key new --expires never',
  'key export',
  'key import nowhere.asc',
  'layout new --functionary nobody=nowhere.asc',
  'layout set --expires yesterday',
  'layout set --threshold train=0',
  'trust nobody',
  'trust --remove nobody',
  'endorse',
  'export',
  'export --in-toto .',
  'record --start',
  'hook nothing',
];

story('2: misuse is said in one line or two, without a stack', async ({ team: { olivia } }) => {
  for (const each of misuses) {
    const { stderr, stdout } = await ends(olivia, each, 2);
    assert.is(stdout, '', each);
    assert.not.match(stderr, /^\s+at /m);
    assert.ok(stderr.trim().split('\n').length <= 3, `${each}\n${stderr}`);
    assert.match(stderr, /^git-mlchain: \S/);
  }
});

story('2: configuration that cannot be read', async ({ team: { olivia, carl } }) => {
  olivia.write('.mlchainrc', 'steps: { prepare: { product: [data/] } }\n');
  assert.match((await ends(olivia, 'layout new --force', 2)).stderr, 'products');
  olivia.write('.mlchainrc', 'steps: [unclosed\n');
  await ends(olivia, 'layout new --force', 2);
  await carl.git('config', 'mlchain.ownerThreshold', 'many');
  await ends(carl, 'verify', 2);
});

story('2: outside a repository', async ({ team: { carl } }) => {
  for (const each of ['verify', 'log', 'status', 'run train', 'init --yes', 'sync']) {
    const { stderr } = await ends(carl.in(carl.person.home), each, 2);
    assert.match(stderr, 'repository');
  }
  await ends(carl, '-C nowhere verify', 2);
  await ends(carl.in(carl.person.home), `-C ${carl.clone} verify`, 0);
});

story('3: what cannot be checked, in every format', async ({ team: { carl } }) => {
  await carl.git('config', '--unset-all', 'mlchain.owner');
  for (const each of ['verify', 'verify --json', 'verify --history', 'verify --format junit']) {
    const { stdout } = await ends(carl, each, 3);
    assert.not.match(stdout, /^verified/m);
  }
});

story(
  '1 before 3: what is violated is not excused by what is missing',
  async ({ team: { mallory, carl } }) => {
    mallory.write('data/words.txt', 'poison\n');
    const id = await mallory.commitWithoutHooks('poison');
    await mallory.pushPastHooks();
    await carl.pull();
    // A note that cannot be read at all may hide something; the poison is there all the same.
    const huge = carl.person.at('huge');
    fs.writeFileSync(huge, `${'{"signatures":[]}\n'.repeat(10_001)}`);
    await carl.git('notes', '--ref', `mlchain/${mallory.fingerprint}`, 'add', '-F', huge, id);
    const { findings } = JSON.parse((await ends(carl, 'verify --history --json', 1)).stdout);
    assert.ok(findings.some((each: { severity: string }) => each.severity === 'incomplete'));
  },
);

/** `git mlchain WORDS`, which has to end with that code. */
async function ends(member: Member, words: string, code: number) {
  const result = await member.tries(['mlchain', ...words.split(' ')]);
  assert.is(result.code, code, `git mlchain ${words}: ${result.code}\n${result.stdout}\n${result.stderr}`);
  return result;
}

story.run();
