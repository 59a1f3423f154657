import * as fs from 'node:fs';
import * as assert from 'uvu/assert';
import { linkFor, plant, sign, signFile } from '../support/forger.ts';
import type { Member } from '../support/member.ts';
import { assertVerdict } from '../support/member.ts';
import { stories } from '../support/stories.ts';

// threats.md, rows 31 to 34 and 37: a clone that was prepared to run something, to show another history than it has, or
// to write where nobody looks.

const story = stories('threats: hostile repositories');
const DATA = 'data/words.txt';
const MODEL = 'model/weights.txt';

story('31: replaced objects and grafts show git another history, and us the true one', async ({ team }) => {
  const { carl, mallory } = team;
  const good = await carl.head();
  await poisoned(mallory);
  await carl.pull();
  const bad = await carl.head();
  await carl.git('replace', bad, good);
  assert.is(await carl.git('show', `HEAD:${DATA}`), 'apple\nfig\npear');
  assertVerdict(await carl.verify('--history'), 'violated', [`violation uncovered ${DATA}`]);

  await carl.git('replace', '-d', bad);
  carl.write('.git/info/grafts', `${bad}\n`);
  assertVerdict(await carl.verify('--history'), 'violated', [`violation uncovered ${DATA}`]);
});

story('31: nor does the environment', async ({ team }) => {
  const { carl, mallory } = team;
  const good = await carl.head();
  await poisoned(mallory);
  await carl.pull();
  await carl.git('update-ref', `refs/other/${await carl.head()}`, good);
  const env = {
    GIT_REPLACE_REF_BASE: 'refs/other/',
    GIT_GRAFT_FILE: carl.person.at('grafts'),
    GIT_INDEX_FILE: '/nowhere/index',
    GIT_SHALLOW_FILE: '/nowhere/shallow',
    GIT_LITERAL_PATHSPECS: '1',
    GIT_NAMESPACE: 'elsewhere',
  };
  fs.writeFileSync(env.GIT_GRAFT_FILE, `${await carl.head()}\n`);
  const { code, stdout } = await carl.person.mlchain(['verify', '--history', '--json'], {
    ...{ cwd: carl.clone, env, code: 'any' },
  });
  assertVerdict({ ...JSON.parse(stdout), code, stdout }, 'violated', [`violation uncovered ${DATA}`]);
});

story('31: nothing that a hostile configuration names is run', async ({ team: { carl } }) => {
  const marker = carl.person.at('pwned');
  const program = carl.person.at('evil.sh');
  fs.writeFileSync(program, `#!/bin/sh\ntouch '${marker}'\ncat\n`, { mode: 0o755 });
  const settings = {
    'core.fsmonitor': program,
    'filter.evil.clean': program,
    'filter.evil.smudge': program,
    'filter.evil.process': program,
    'diff.evil.textconv': program,
    'diff.evil.command': program,
    'diff.external': program,
    'core.pager': program,
    'gpg.program': program,
    'core.sshCommand': program,
    'log.showSignature': 'true',
  };
  for (const [name, value] of Object.entries(settings)) await carl.git('config', name, value);
  carl.write('.git/info/attributes', '* filter=evil diff=evil\n');
  for (const words of [['verify'], ['log'], ['show'], ['status'], ['export', '--in-toto', '../out']]) {
    const { code, stderr } = await carl.person.mlchain(words, { cwd: carl.clone, code: 'any' });
    assert.is(code, 0, stderr);
    assert.not.ok(fs.existsSync(marker), words.join(' '));
  }
});

story('32: no configuration in a clone is executed', async ({ team: { olivia } }) => {
  const marker = olivia.person.at('pwned');
  const script = `require('fs').writeFileSync(${JSON.stringify(marker)}, '')\n`;
  for (const name of ['.mlchainrc.js', '.mlchainrc.cjs', 'mlchain.config.js', 'mlchain.config.cjs']) {
    olivia.write(name, `${script}module.exports = {}\n`);
  }
  for (const name of ['.mlchainrc.mjs', '.mlchainrc.ts', 'mlchain.config.mjs', '.config/mlchainrc.js']) {
    olivia.write(
      name,
      `import fs from 'fs'; fs.writeFileSync(${JSON.stringify(marker)}, '')\nexport default {}\n`,
    );
  }
  const step = { products: ['poison/'], command: ['touch', marker] };
  olivia.write(
    'package.json',
    JSON.stringify({ mlchain: { steps: { prepare: step, source: step, train: step } } }),
  );
  for (const words of [
    ['run', 'source'],
    ['run', 'nothing'],
    ['status'],
    ['layout', 'check'],
    ['verify'],
    ['init', '--yes'],
  ]) {
    await olivia.person.mlchain(words, { cwd: olivia.clone, code: 'any' });
  }
  await olivia.commit('files');
  assert.not.ok(fs.existsSync(marker));
});

story('33: a step whose name leads elsewhere is exported nowhere', async ({ team: { olivia, bob } }) => {
  const layout = JSON.parse(bob.read('.mlchain/root.layout')).signed;
  for (const step of layout.steps) if (step.name === 'train') step.name = '../../train';
  bob.write('.mlchain/root.layout', await signFile(olivia, layout));
  bob.write(MODEL, 'weights\n');
  const commit = await bob.commitWithoutHooks('a layout and a model');
  const files = { materials: [DATA, 'scripts/train.sh'], products: [MODEL] };
  await plant(bob, bob, commit, await sign(bob, await linkFor(bob, '../../train', commit, files)));
  // The owner may call a step what they like; a file it does not become.
  assertVerdict(await bob.verify('--history'), 'verified');
  const { code, stderr } = await bob.tries(['mlchain', 'export', '--in-toto', '../out/deep']);
  assert.is(code, 1);
  assert.not.match(stderr, ' at ');
  assert.equal(strangers(bob.person.home), []);
});

for (const name of ['..', '.git', '.GIT', 'git~1', 'a\\b']) {
  story(`33: a tree with a directory '${name}' is exported nowhere`, async ({ team: { olivia } }) => {
    const blob = await olivia.git('rev-parse', `HEAD:${DATA}`);
    const inner = await made(olivia, ['mktree'], `100644 blob ${blob}\tconfig\n`);
    const raw = await made(
      olivia,
      ['mktree'],
      `040000 tree ${inner}\t${name}\n100644 blob ${blob}\twords.txt\n`,
    );
    await olivia.git('read-tree', 'HEAD');
    const root = await olivia.git('ls-tree', 'HEAD');
    const tree = await made(olivia, ['mktree'], `${root.replace(/tree \w+\tdata$/m, `tree ${raw}\tdata`)}\n`);
    const commit = await olivia.git('commit-tree', '-p', 'HEAD', '-m', 'a tree', tree);
    await olivia.git('update-ref', 'HEAD', commit);
    const verdict = await olivia.verify('--history');
    assert.is(verdict.code, 1, verdict.stdout);
    await olivia.git('mlchain', 'endorse', '--yes', 'HEAD', '--reason', 'looks fine').catch(() => undefined);
    const { code } = await olivia.tries(['mlchain', 'export', '--in-toto', '../out/deep']);
    assert.is.not(code, 0);
    assert.equal(strangers(olivia.person.home), []);
  });
}

story('34: what a terminal or a reader could be fooled by is shown escaped', async ({ team }) => {
  const { mallory, carl } = team;
  const evil = '\u001b[2J\u001b]0;owned\u0007\u202everified\u202c';
  mallory.write(`data/${evil}.txt`, 'poison\n');
  await mallory.git('add', '-A');
  await mallory.git(
    ...['-c', 'core.hooksPath=/dev/null', '-c', `user.name=Mallory${evil}`],
    ...['commit', '-qm', `a commit ${evil}`],
  );
  await mallory.pushPastHooks();
  await carl.pull();
  for (const words of [['verify', '--history'], ['log'], ['show'], ['status']]) {
    const { stdout, stderr, code } = await carl.tries(['mlchain', ...words]);
    assert.is(code, words[0] === 'verify' ? 1 : 0);
    for (const character of evil.match(/[^\x20-\x7e]/g) ?? []) assert.not.match(stdout + stderr, character);
  }
  const { findings } = await carl.verify('--history');
  assert.ok(findings.some(({ path, code }) => code === 'uncovered' && path === `data/${evil}.txt`));
});

story('37: a symbolic link in place of an artifact is none, whoever signs it', async ({ team }) => {
  const { alice, carl } = team;
  alice.remove(DATA);
  fs.symlinkSync('/etc/passwd', `${alice.clone}/${DATA}`);
  await alice.git('add', '-A');
  const { stderr } = await alice.tries(['commit', '-qm', 'a link']);
  assert.match(stderr, DATA);
  await alice.pushPastHooks();
  await alice.git('mlchain', 'sync');
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'violated', [`violation artifact-mismatch ${DATA}`]);
  const { code } = await carl.tries(['mlchain', 'export', '--in-toto', '../out']);
  const exported = `${carl.person.home}/out/product/${DATA}`;
  assert.not.ok(fs.existsSync(exported), `export ended with ${code}`);
});

for (const [name, twin] of [
  [DATA, 'data/Words.txt'],
  ['data/caf\u00e9.txt', 'data/cafe\u0301.txt'],
] as const) {
  story(`37: '${twin}' beside '${name}' would be one file elsewhere`, async ({ team: { alice, carl } }) => {
    alice.write(name, 'one\n');
    await alice.commit('one');
    await alice.push();
    await carl.pull();
    assertVerdict(await carl.verify('--history'), 'verified');
    // Git itself, not the file system: where the test runs the two may be one.
    const blob = await made(alice, ['hash-object', '-w', '--stdin'], 'other\n');
    await alice.git('config', 'core.precomposeUnicode', 'false');
    await alice.git('update-index', '--add', '--cacheinfo', `100644,${blob},${twin}`);
    await alice.git('commit', '-qm', 'other');
    await alice.pushPastHooks();
    await alice.git('mlchain', 'sync');
    await carl.git('fetch', '-q');
    const { verdict, findings } = await carl.verify('--history', 'origin/main');
    assert.is(verdict, 'violated');
    const grave = findings.filter(({ severity }) => severity === 'violation');
    assert.equal([...new Set(grave.map(({ code }) => code))], ['invalid-name']);
  });
}

async function poisoned(mallory: Member): Promise<void> {
  mallory.write(DATA, 'poison\n');
  await mallory.commitWithoutHooks('poison');
  await mallory.pushPastHooks();
}

/** The id of what git makes from standard input. */
async function made(by: Member, words: readonly string[], input: string): Promise<string> {
  return (await by.person.git(words, { cwd: by.clone, input })).stdout.trim();
}

/** Files that an export could have planted outside `out/deep`. */
function strangers(home: string): string[] {
  const suspects = [
    'train',
    'config',
    'words.txt',
    'out/config',
    'out/.git',
    'out/deep/.git',
    'out/deep/product/.git',
  ];
  const found = suspects.filter((name) => fs.existsSync(`${home}/${name}`));
  const links = fs.readdirSync(home).filter((name) => name.endsWith('.link'));
  return [...found, ...links];
}

story.run();
