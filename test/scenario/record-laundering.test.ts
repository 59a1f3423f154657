import * as assert from 'uvu/assert';
import type { ExecResult } from '../support/exec.ts';
import type { Member } from '../support/member.ts';
import { assertVerdict } from '../support/member.ts';
import { stories } from '../support/stories.ts';
import type { Team } from '../support/team.ts';

// threats.md, row 48: poison is pushed past every hook, and an honest functionary pulls it. Whatever they then do with
// plain git – commit, merge, cherry-pick, rebase, squash, amend, run a step – their signature does not get onto it, and
// the chain stays violated until somebody explains the file on purpose. Each story has a twin in which the same is done
// with honest work.

const story = stories('threats: laundering');
const POISON = 'data/extra.txt';
const MINE = 'data/more.txt';

story('48: pulled, and then an own commit of the same step', async (scene) => {
  const { alice, carl, poison } = await poisoned(scene);
  await alice.pull();
  alice.write(MINE, 'mine\n');
  const { stderr } = await commits(alice, 'my own work');
  assert.match(stderr, `nobody has explained ${POISON}, last changed in ${poison.slice(0, 7)} by Mallory`);
  await nothingSigned(alice);
  await stillUncovered(alice, carl);
});

story(
  '48: pulled, and then an own commit of another step: it is signed, and explains nothing',
  async (scene) => {
    const { olivia, carl } = await poisoned(scene);
    await olivia.pull();
    olivia.write('raw/words.txt', 'kiwi\n');
    assert.match((await commits(olivia, 'new words')).stderr, /source: signed/);
    await stillUncovered(olivia, carl);
  },
);

story('48: merged from a branch, also where a conflict is settled for the poison', async (scene) => {
  const { alice } = await poisoned(scene, 'topic');
  await alice.git('fetch', '-q');
  alice.write(POISON, 'honest\n');
  assert.match((await commits(alice, 'honest')).stderr, /prepare: signed/);
  const merged = await alice.tries(['merge', '-q', '--no-edit', '-X', 'theirs', 'origin/topic']);
  assert.is(merged.code, 0);
  assert.match(merged.stderr, `nobody has explained ${POISON}`);
  await nothingSigned(alice);
  assertVerdict(await alice.verify('--history'), 'violated', [`violation uncovered ${POISON}`]);
});

story('48: cherry-picked', async (scene) => {
  const { alice } = await poisoned(scene, 'topic');
  await alice.git('fetch', '-q');
  const { stderr } = await alice.tries(['cherry-pick', 'origin/topic']);
  assert.match(stderr, /is not signed, it was cherry-picked/);
  await nothingSigned(alice);
  assertVerdict(await alice.verify('--history'), 'violated', [`violation uncovered ${POISON}`]);
});

for (const how of [
  ['cherry-pick', '--no-commit', 'origin/topic'],
  ['merge', '-q', '--squash', 'origin/topic'],
  ['checkout', '-q', 'origin/topic', '--', POISON],
]) {
  story(`48: brought by git ${how.join(' ')}`, async (scene) => {
    const { alice, poison } = await poisoned(scene, 'topic');
    await alice.git('fetch', '-q');
    await alice.git(...how);
    const { stderr } = await commits(alice, 'looks like my own');
    assert.match(stderr, `${POISON} is as Mallory committed it in ${poison.slice(0, 7)}`);
    await nothingSigned(alice);
    assertVerdict(await alice.verify('--history'), 'violated', [`violation uncovered ${POISON}`]);
  });
}

story('48: own work rebased onto it, by pull --rebase', async (scene) => {
  const { alice, carl } = await poisoned(scene);
  alice.write(MINE, 'mine\n');
  assert.match((await commits(alice, 'my own work')).stderr, /prepare: signed/);
  const { code, stderr } = await alice.tries(['pull', '-q', '--rebase']);
  assert.is(code, 0);
  assert.match(stderr, `nobody has explained ${POISON}`);
  await nothingSigned(alice);
  await stillUncovered(alice, carl);
});

story('48: the poison itself rebased onto own work', async (scene) => {
  const { alice } = await poisoned(scene, 'topic');
  await alice.git('fetch', '-q');
  alice.write(MINE, 'mine\n');
  await commits(alice, 'my own work');
  await alice.git('checkout', '-q', 'topic');
  await alice.git('rebase', '-q', 'main');
  await nothingSigned(alice);
  assertVerdict(await alice.verify('--history'), 'violated', [`violation uncovered ${POISON}`]);
});

story('48: amended, and amended again', async (scene) => {
  const { alice } = await poisoned(scene);
  await alice.pull();
  for (const content of ['once\n', 'twice\n']) {
    alice.write(MINE, content);
    await alice.git('add', '-A');
    const { stderr } = await alice.tries(['commit', '-q', '--amend', '--no-edit', '--reset-author']);
    assert.match(stderr, /is not signed, the commit it amends was not made here/);
    await nothingSigned(alice);
  }
});

story('48: a run of the step, whose products it lies among', async (scene) => {
  const { alice } = await poisoned(scene);
  await alice.pull();
  alice.write('raw/words.txt', 'kiwi\n');
  await alice.git('mlchain', 'run', 'prepare');
  assert.match((await commits(alice, 'prepare')).stderr, `nobody has explained ${POISON}`);
  await nothingSigned(alice);
});

for (const back of [
  ['revert', '--no-edit', 'HEAD'],
  ['checkout', '-q', 'HEAD^', '--', POISON],
]) {
  story(`48: taken out by an honest revert, and brought back by git ${back.join(' ')}`, async (scene) => {
    const { alice, poison } = await poisoned(scene);
    await alice.pull();
    assert.match((await alice.tries(['revert', '--no-edit', 'HEAD'])).stderr, /prepare: signed/);
    assertVerdict(await alice.verify('--history'), 'verified', [`warning uncovered ${POISON}`]);
    const brought = await alice.tries(back);
    const { stderr } = back[0] === 'revert' ? brought : await commits(alice, 'as it was');
    assert.match(stderr, `${POISON} is as Mallory committed it in ${poison.slice(0, 7)}`);
    await nothingSigned(alice);
    const findings = [`violation uncovered ${POISON}`, `warning uncovered ${POISON}`];
    assertVerdict(await alice.verify('--history'), 'violated', findings);
    // Who signs it by hand all the same vouches for the very change that Mallory made: it is carried to her commit.
    await alice.mlchain('record', '--yes', '--step', 'prepare', 'HEAD');
    assertVerdict(await alice.verify('--history'), 'verified', []);
    assertVerdict(await alice.verify('--history', '--no-cache'), 'verified', []);
  });
}

story('the honest twin: own work is reverted and brought back as one likes', async ({ team: { alice } }) => {
  alice.write(MINE, 'mine\n');
  assert.match((await commits(alice, 'mine')).stderr, /prepare: signed/);
  for (let time = 0; time < 2; time++) {
    const { stderr } = await alice.tries(['revert', '--no-edit', 'HEAD']);
    assert.match(stderr, /prepare: signed/);
  }
  assertVerdict(await alice.verify('--history'), 'verified');
});

story('48: record --missing finds nothing of it', async (scene) => {
  const { alice } = await poisoned(scene);
  await alice.pull();
  assert.match(await alice.mlchain('record', '--missing'), /nothing is queued/);
  await nothingSigned(alice);
});

story('48: whoever reviews it and signs on purpose, or removes it, ends the matter', async (scene) => {
  const { alice, carl } = await poisoned(scene);
  await alice.pull();
  alice.remove(POISON);
  assert.match((await commits(alice, 'remove what nobody made')).stderr, /prepare: signed/);
  await alice.push();
  await carl.pull();
  const judged = await carl.verify('--history');
  assertVerdict(judged, 'verified', [`warning uncovered ${POISON}`]);
});

story(
  'the honest twin: pulled, merged, rebased, cherry-picked work of a functionary goes on',
  async ({ team }) => {
    const { alice, carl } = team;
    const ann = alice.in(alice.person.at('second-clone'));
    await alice.person.git(['clone', '-q', 'team:server.git', ann.clone]);
    await ann.git('mlchain', 'init', '--yes');
    await ann.git('mlchain', 'trust', team.olivia.fingerprint);
    ann.write(POISON, 'honest\n');
    await ann.commit('from the other machine');
    await ann.push();
    alice.write(MINE, 'mine\n');
    assert.match((await commits(alice, 'meanwhile')).stderr, /prepare: signed/);
    const pulled = await alice.tries(['pull', '-q', '--rebase']);
    assert.match(pulled.stderr, /prepare: signed/);
    await alice.push();
    await carl.pull();
    assertVerdict(await carl.verify('--history'), 'verified');
  },
);

story.run();

interface Poisoned extends Team {
  /** Mallory's commit. */
  readonly poison: string;
}

/** Mallory adds a file to the dataset and pushes it past the hook, to `main` or to a branch of hers. */
async function poisoned({ team }: { team: Team }, branch?: string): Promise<Poisoned> {
  const { mallory } = team;
  if (branch !== undefined) await mallory.git('checkout', '-q', '-b', branch);
  mallory.write(POISON, 'poison\n');
  const poison = await mallory.commitWithoutHooks('improve the dataset');
  await mallory.pushPastHooks();
  return { ...team, poison };
}

async function commits(member: Member, message: string): Promise<ExecResult> {
  await member.git('add', '-A');
  const result = await member.tries(['commit', '-q', '-m', message]);
  assert.is(result.code, 0, result.stderr);
  return result;
}

async function nothingSigned(member: Member): Promise<void> {
  assert.equal(await member.lines(await member.head()), []);
}

/** The own hook refuses the push; past it, everybody else sees it too. */
async function stillUncovered(member: Member, carl: Member): Promise<void> {
  assert.is((await member.tries(['push'])).code, 1);
  await member.pushPastHooks();
  await carl.pull();
  const judged = await carl.verify('--history');
  assert.is(judged.verdict, 'violated');
  assert.ok(
    judged.findings.some(
      ({ code, severity, path }) => code === 'uncovered' && severity === 'violation' && path === POISON,
    ),
  );
}
