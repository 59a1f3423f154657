import * as fs from 'node:fs';
import * as path from 'node:path';
import * as assert from 'uvu/assert';
import type { Member } from '../support/member.ts';
import { assertVerdict } from '../support/member.ts';
import { stories } from '../support/stories.ts';

// threats.md, rows 41, 42 and 44: whatever ends a hook – a power cut, a full disk, another process – the work is there,
// signed once it can be, and once only.

const story = stories('recording against all odds', { stopBefore: 'prepare' });
const DATA = 'data/words.txt';

story(
  '41: a hook killed at any moment loses nothing, and record makes it good',
  async ({ team: { alice } }) => {
    for (const [round, milliseconds] of [5, 30, 60, 90, 120, 150].entries()) {
      alice.write(DATA, `round ${round}\n`);
      const commit = await alice.commitWithoutHooks(`round ${round}`);
      const killed = `git mlchain hook post-commit -- & sleep ${milliseconds / 1000}; kill -9 $!; wait`;
      await alice.person.exec('sh', ['-c', killed], { cwd: alice.clone, code: 'any' });
      await alice.git('mlchain', 'record', '--missing');
      // Killed before it had even looked at the commit, it left nothing to make good: then it is signed by hand.
      if ((await alice.lines(commit)).length === 0) await alice.git('mlchain', 'record', commit, '--yes');
      assert.is((await alice.lines(commit)).length, 1, `killed after ${milliseconds} ms`);
    }
    assert.match(await alice.mlchain('record', '--missing'), /nothing is queued/);
    assertVerdict(await alice.verify('--history'), 'verified');
    await alice.git('fsck', '--strict');
  },
);

story('41: a run whose hook is killed is bound when it is made good', async ({ team: { alice } }) => {
  await alice.git('mlchain', 'run', 'prepare');
  const commit = await alice.commitWithoutHooks('prepare');
  const gitDir = path.join(alice.clone, '.git');
  fs.mkdirSync(path.join(gitDir, 'mlchain'), { recursive: true });
  fs.appendFileSync(path.join(gitDir, 'mlchain/journal'), `\nmade ${commit}\n`);
  assert.match(await alice.mlchain('record', '--missing'), /prepare: signed/);
  const [line = ''] = await alice.lines(commit);
  assert.is(JSON.parse(line).signed.environment.mlchain.recorder, 'run');
});

story(
  '41: a lock that a dead process left on the ref keeps the commit queued, with one line',
  async ({ team }) => {
    const { alice } = team;
    alice.write(DATA, 'first\n');
    await alice.commit('first');
    const lock = path.join(alice.clone, '.git', `${alice.notes}.lock`);
    fs.writeFileSync(lock, '');
    alice.write(DATA, 'second\n');
    await alice.git('add', '-A');
    const { code, stderr } = await alice.tries(['commit', '-q', '-m', 'second']);
    assert.is(code, 0);
    assert.match(stderr, /^git-mlchain: [0-9a-f]{7} is not signed yet: .*record --missing'\n$/);
    // Git itself would refuse for ever; a minute later nobody can still be at it.
    fs.utimesSync(lock, new Date(), new Date(Date.now() - 61_000));
    assert.match(await alice.mlchain('record', '--missing'), /prepare: signed/);
    assert.not(fs.existsSync(lock));
  },
);

story('42: people who commit in several worktrees at once lose no link', async ({ team: { alice } }) => {
  const trees = await Promise.all(
    ['one', 'two', 'three', 'four'].map(async (name) => {
      const place = path.join(alice.person.home, name);
      return { name, place };
    }),
  );
  for (const { name, place } of trees) await alice.git('worktree', 'add', '-q', '-b', name, place);
  const commits = await Promise.all(
    trees.map(async ({ name, place }) => await workIn(alice.in(place), name)),
  );
  for (const commit of commits.flat()) assert.is((await alice.lines(commit)).length, 1);
  assert.match(await alice.mlchain('record', '--missing'), /nothing is queued/);
});

async function workIn(member: Member, name: string): Promise<readonly string[]> {
  const commits: string[] = [];
  for (const round of [1, 2, 3]) {
    member.write(DATA, `${name} ${round}\n`);
    commits.push(await member.commit(`${name} ${round}`));
  }
  return commits;
}

story('44: a gpg that waits for somebody does not make a commit wait', async ({ team: { alice } }) => {
  // A GnuPG that needs a terminal, and a smart card that nobody puts in.
  const program = alice.person.at('gpg-that-fails');
  fs.writeFileSync(program, '#!/bin/sh\necho "gpg: no pinentry" >&2\nexit 2\n', { mode: 0o755 });
  await alice.git('config', 'gpg.program', program);
  await alice.git('config', 'mlchain.signingKey', 'somebody@example.org');
  alice.write(DATA, 'x\n');
  await alice.git('add', '-A');
  const { code, stderr } = await alice.tries(['commit', '-q', '-m', 'x'], { timeout: 30_000 });
  assert.is(code, 0);
  assert.match(stderr, /is not signed yet/);
  assert.is(stderr.trim().split('\n').length, 1);
});

story('two runs in two worktrees wait for their own commits', async ({ team: { alice } }) => {
  const other = alice.in(alice.person.at('other'));
  await alice.git('worktree', 'add', '-q', '-b', 'other', other.clone);
  await alice.git('mlchain', 'run', 'prepare', '--', 'sh', '-c', 'mkdir -p data; echo here >data/words.txt');
  await other.git('mlchain', 'run', 'prepare', '--', 'sh', '-c', 'mkdir -p data; echo there >data/words.txt');
  for (const member of [alice, other]) {
    const [line = ''] = await member.lines(await member.commit('mine'));
    assert.is(JSON.parse(line).signed.environment.mlchain.recorder, 'run');
  }
});

story.run();
