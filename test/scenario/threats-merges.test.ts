import * as path from 'node:path';
import type { Member } from '../support/member.ts';
import { assertVerdict } from '../support/member.ts';
import { stories } from '../support/stories.ts';
import type { Team } from '../support/team.ts';

// threats.md, rows 19, 53, 56, 61, 63 and 64: what hides in the shape of a history. Whoever can push can make any
// commit with any parents; each story has an honest merge beside it.

const story = stories('threats: merges');
const DATA = 'data/words.txt';
const MODEL = 'model/weights.txt';

story('19: a merge that brings what neither side has is uncovered', async ({ team }) => {
  const { alice, mallory, carl } = team;
  await newData(alice);
  await sideBranch(mallory);
  await mallory.git('fetch', '-q');
  await mallory.git('merge', '-q', '--no-commit', 'origin/main');
  mallory.write(DATA, 'poison\n');
  await mallory.commitWithoutHooks('merge');
  await mallory.pushPastHooks();
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'violated', [`violation uncovered ${DATA}`]);
});

story('19: a merge that keeps the old data of its own side is uncovered', async ({ team }) => {
  const { alice, mallory, carl } = team;
  await newData(alice);
  await sideBranch(mallory);
  await mallory.git('fetch', '-q');
  await mallory.git('merge', '-q', '-s', 'ours', '-m', 'merge', 'origin/main');
  await mallory.pushPastHooks();
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'violated', [`violation uncovered ${DATA}`]);
});

for (const from of ['HEAD~2', 'HEAD~1']) {
  story(`19: a merge with the ancestor ${from} whose old file wins is uncovered`, async ({ team }) => {
    const { alice, mallory, carl } = team;
    await newData(alice);
    await mallory.pull();
    const parents = ['-p', 'HEAD', '-p', from];
    const merge = await mallory.git('commit-tree', ...parents, '-m', 'merge', `${from}^{tree}`);
    await mallory.git('reset', '-q', '--hard', merge);
    await mallory.pushPastHooks();
    await carl.pull();
    const { findings, ...judged } = await carl.verify('--history');
    const uncovered = findings.filter(({ path }) => path === DATA);
    assertVerdict({ ...judged, findings: uncovered }, 'violated', [`violation uncovered ${DATA}`]);
  });
}

story('19: a merge with an early fork whose old file wins is uncovered', async ({ team }) => {
  const { alice, mallory, carl } = team;
  await mallory.git('checkout', '-qb', 'fork', 'HEAD~1');
  await mallory.git('-c', 'core.hooksPath=/dev/null', 'commit', '-q', '--allow-empty', '-m', 'fork');
  await newData(alice);
  await mallory.git('checkout', '-q', 'main');
  await mallory.pull();
  await mallory.git('merge', '-q', '--no-commit', '--no-ff', 'fork');
  await mallory.git('checkout', '-q', 'fork', '--', DATA);
  await mallory.commitWithoutHooks('merge');
  await mallory.pushPastHooks();
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'violated', [`violation uncovered ${DATA}`]);
});

story('19: a merge that only joins two honest sides needs no link', async ({ team }) => {
  const { alice, bob, mallory, carl } = team;
  await newData(alice);
  bob.write(MODEL, 'weights\n');
  await bob.commit('trained by hand');
  await bob.git('pull', '-q');
  await bob.push();
  await sideBranch(mallory);
  await mallory.git('pull', '-q');
  await mallory.push('HEAD');
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');
});

story('53: who was removed from the layout cannot work on under an older branch', async ({ team }) => {
  const { olivia, alice, carl } = team;
  await removed(olivia, alice);
  await newData(alice, 'HEAD:refs/heads/side');
  await olivia.git('fetch', '-q');
  await olivia.git('merge', '-q', '-m', 'merge', 'origin/side');
  await olivia.pushPastHooks();
  await olivia.git('mlchain', 'sync');
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'violated', [
    `violation uncovered ${DATA}`,
    'warning unauthorised',
  ]);
});

story('53: what they did before that is merged still counts', async ({ team }) => {
  const { olivia, alice, carl } = team;
  await newData(alice);
  await olivia.pull();
  await removed(olivia, alice);
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified', ['warning threshold-unmet']);
});

story('63: parents swapped, the removed functionary still has no say', async ({ team }) => {
  const { olivia, alice, carl } = team;
  await removed(olivia, alice);
  await newData(alice, 'HEAD:refs/heads/side');
  await alice.git('fetch', '-q');
  await alice.git('merge', '-q', '-m', 'merge', 'origin/main');
  await alice.git('push', '-q', '--no-verify', 'origin', 'HEAD:main');
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'violated', [
    `violation uncovered ${DATA}`,
    'warning unauthorised',
  ]);
});

story('63: nor where the new layout was picked onto their branch before', async ({ team }) => {
  const { olivia, alice, carl } = team;
  await removed(olivia, alice);
  alice.write(DATA, 'apple\nquince\n');
  await alice.commit('new data');
  await alice.git('fetch', '-q');
  await alice.git('checkout', '-q', 'origin/main', '--', '.mlchain');
  await alice.commit('the new layout');
  await alice.pushPastHooks('HEAD:refs/heads/side');
  await alice.git('mlchain', 'sync');
  await olivia.git('fetch', '-q');
  await olivia.git('merge', '-q', '-m', 'merge', 'origin/side');
  await olivia.pushPastHooks();
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'violated', [
    `violation uncovered ${DATA}`,
    'warning unauthorised',
  ]);
});

story(
  '56: poison in an orphan, with the layout put on top, is uncovered',
  async ({ team: { mallory, carl } }) => {
    await mallory.git('checkout', '-q', '--orphan', 'fresh');
    await mallory.git('rm', '-rqf', '--cached', '.mlchain');
    mallory.write(DATA, 'poison\n');
    await mallory.git('add', 'data', 'model', 'raw', 'scripts');
    await mallory.git('-c', 'core.hooksPath=/dev/null', 'commit', '-qm', 'start over');
    await mallory.commitWithoutHooks('the layout');
    await mallory.pushPastHooks('fresh');
    await carl.git('fetch', '-q');
    assertVerdict(
      await carl.verify('--history', 'origin/fresh'),
      'violated',
      [DATA, MODEL, 'raw/words.txt', 'scripts/check.sh', 'scripts/prepare.sh', 'scripts/train.sh'].map(
        (path) => `violation uncovered ${path}`,
      ),
    );
  },
);

story('56: a layout that is widened over files covers none that nobody signed', async ({ team }) => {
  const { olivia, mallory, carl } = team;
  mallory.write('extra/notes.txt', 'poison\n');
  await mallory.commit('notes');
  await mallory.push();
  await olivia.pull();
  await widened(team);
  await olivia.git('-c', 'core.hooksPath=/dev/null', 'commit', '-qam', 'extra is a product of sources');
  await olivia.pushPastHooks();
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'violated', ['violation uncovered extra/notes.txt']);

  await olivia.git(
    'mlchain',
    'endorse',
    '--yes',
    'HEAD',
    'extra/notes.txt',
    '--reason',
    'read and found good',
  );
  await olivia.git('mlchain', 'sync');
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');
});

story('61: an edit under a layout that controlled less does not get in by a merge', async ({ team }) => {
  const { olivia, mallory, carl } = team;
  mallory.write('extra/notes.txt', 'poison\n');
  await mallory.commit('notes');
  await mallory.push('HEAD:refs/heads/side');
  await widened(team);
  await olivia.commit('extra is a product of sources');
  await olivia.push();
  await olivia.git('fetch', '-q');
  await olivia.git('-c', 'core.hooksPath=/dev/null', 'merge', '-q', '-m', 'merge', 'origin/side');
  await olivia.pushPastHooks();
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'violated', ['violation uncovered extra/notes.txt']);
});

story('64: a parallel branch heals no poison that it never saw', async ({ team }) => {
  const { alice, mallory, carl } = team;
  await mallory.git('checkout', '-qb', 'side');
  mallory.write(DATA, 'poison\n');
  await mallory.commitWithoutHooks('poison');
  await newData(alice);
  await mallory.git('fetch', '-q');
  await mallory.git('merge', '-q', '-X', 'theirs', '-m', 'merge', 'origin/main');
  await mallory.git('push', '-q', '--no-verify', 'origin', 'HEAD:main');
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'violated', [`violation uncovered ${DATA}`]);
});

story('64: a commit on top of the poison that signs the path heals it', async ({ team }) => {
  const { alice, mallory, carl } = team;
  mallory.write(DATA, 'poison\n');
  await mallory.commitWithoutHooks('poison');
  await mallory.pushPastHooks();
  await alice.pull();
  await newData(alice);
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified', [`warning uncovered ${DATA}`]);
});

/** Alice commits new data, with her hook, and pushes. */
async function newData(alice: Member, where = 'HEAD'): Promise<void> {
  alice.write(DATA, 'apple\nquince\n');
  await alice.commit('new data');
  await alice.push(where);
}

/** A commit of something that is nobody's artifact, so that a merge is one. */
async function sideBranch(by: Member): Promise<void> {
  by.write('README.md', 'read me\n');
  await by.commit('a page');
}

/** Olivia takes a step away from its functionary. */
async function removed(olivia: Member, functionary: Member): Promise<void> {
  await olivia.git('mlchain', 'layout', 'set', '--functionary', `prepare=${olivia.fingerprint}`);
  await olivia.git('mlchain', 'layout', 'set', '--remove-functionary', `prepare=${functionary.fingerprint}`);
  await olivia.git('mlchain', 'layout', 'sign');
  await olivia.commit('somebody has left');
  await olivia.push();
}

/** A new layout, in the work tree, whose step `source` controls `extra/`, too. */
async function widened({ olivia, alice, bob }: Team): Promise<void> {
  olivia.write(
    '.mlchainrc',
    olivia.read('.mlchainrc').replace('[raw/, scripts/]', '[raw/, scripts/, extra/]'),
  );
  const people = { source: olivia, prepare: alice, train: bob };
  const words = Object.entries(people).flatMap(([step, { fingerprint }]) => {
    return ['--functionary', `${step}=${path.join(olivia.clone, `.mlchain/keys/${fingerprint}.asc`)}`];
  });
  await olivia.git('mlchain', 'layout', 'new', '--force', ...words);
  await olivia.git('mlchain', 'layout', 'sign');
}

story.run();
