import * as assert from 'uvu/assert';
import type { Member } from '../support/member.ts';
import { assertVerdict } from '../support/member.ts';
import { stories } from '../support/stories.ts';

// threats.md, rows 20, 58, 59 and 67: history gets rewritten, and a link keeps its worth where exactly the same was done
// again – but never to bring back what was taken away, and never in part.

const story = stories('threats: rewritten history');
const DATA = 'data/words.txt';
const OLD = 'apple\nfig\npear\n';
const NEW = 'apple\nquince\n';

story('a link is carried to a cherry-pick of its commit, unless --strict', async ({ team }) => {
  const { alice, mallory, carl } = team;
  await onABranch(alice);
  await mallory.git('fetch', '-q');
  await mallory.git('cherry-pick', 'origin/side');
  await mallory.push('HEAD:main');
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');
  assert.is((await carl.newest()).state, 'carried');
  const findings = [`violation uncovered ${DATA}`, 'warning wrong-commit'];
  assertVerdict(await carl.verify('--history', '--strict'), 'violated', findings);
  await carl.git('config', 'mlchain.strict', 'true');
  assertVerdict(await carl.verify('--history'), 'violated', findings);
});

story('20: an old commit copied on top brings the old data back, and no link with it', async ({ team }) => {
  const { alice, mallory, carl } = team;
  const added = await alice.git('rev-parse', 'HEAD^');
  alice.remove(DATA);
  alice.write('data/other.txt', 'other\n');
  await alice.commit('other data');
  await alice.push();
  await mallory.pull();
  await mallory.git('cherry-pick', added);
  await mallory.pushPastHooks();
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'violated', [`violation uncovered ${DATA}`]);
});

story('20, 58: nor does a carried link, once what it made was taken back', async ({ team }) => {
  const { alice, mallory, carl } = team;
  await onABranch(alice);
  await mallory.git('fetch', '-q');
  await mallory.git('cherry-pick', 'origin/side');
  await mallory.push('HEAD:main');
  await alice.git('checkout', '-q', 'main');
  await alice.pull();
  alice.write(DATA, OLD);
  await alice.commit('the old data was right');
  await alice.push();
  await carl.pull();
  assertVerdict(await carl.verify(), 'verified');

  await mallory.pull();
  await mallory.git('cherry-pick', 'origin/side');
  const { code, stderr } = await mallory.tries(['push', 'origin', 'HEAD:main']);
  assert.is(code, 1);
  assert.match(stderr, '[replay]');
  await mallory.pushPastHooks('HEAD:main');
  await carl.pull();
  const findings = [`violation uncovered ${DATA}`, `warning replay ${DATA}`];
  assertVerdict(await carl.verify('--history'), 'violated', findings);
});

story('20: brought back by who may, it has a fresh link', async ({ team: { alice, carl } }) => {
  await newData(alice);
  await alice.push();
  alice.write(DATA, OLD);
  await alice.commit('the old data was right');
  await alice.push();
  await carl.pull();
  assertVerdict(await carl.verify(), 'verified');
});

story('58: deleted data does not come back by its carried link either', async ({ team }) => {
  const { alice, mallory, carl } = team;
  await alice.git('checkout', '-qb', 'side');
  alice.write('data/more.txt', 'more\n');
  await alice.commit('more data');
  await alice.push('side');
  await mallory.git('fetch', '-q');
  await mallory.git('cherry-pick', 'origin/side');
  await mallory.push('HEAD:main');
  await alice.git('checkout', '-q', 'main');
  await alice.pull();
  alice.remove('data/more.txt');
  await alice.commit('less data');
  await alice.push();
  await mallory.pull();
  await mallory.git('cherry-pick', 'origin/side');
  await mallory.pushPastHooks('HEAD:main');
  await carl.pull();
  const findings = ['violation uncovered data/more.txt', 'warning replay data/more.txt'];
  assertVerdict(await carl.verify('--history'), 'violated', findings);
});

story('59: the link of an experiment that was never published covers no copy of it', async ({ team }) => {
  const { alice, mallory, carl } = team;
  await alice.git('checkout', '-qb', 'experiment');
  const id = await newData(alice);
  const patch = await alice.git('format-patch', '--stdout', '-1', id);
  await alice.git('checkout', '-q', 'main');
  alice.write('data/more.txt', 'more\n');
  await alice.commit('more data');
  await alice.push();

  await mallory.pull();
  await mallory.person.git(['am', '-q'], { cwd: mallory.clone, input: `${patch}\n` });
  await mallory.pushPastHooks();
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'violated', [`violation uncovered ${DATA}`]);
});

story('59: nothing of it stands in what a push delivers', async ({ team: { alice, host } }) => {
  await alice.git('checkout', '-qb', 'experiment');
  const experiment = await newData(alice);
  await alice.git('checkout', '-q', 'main');
  alice.write('data/more.txt', 'more\n');
  const published = await alice.commit('more data');
  await alice.push();
  assert.is((await host.lines(published, alice)).length, 1);
  assert.is((await host.lines(experiment, alice)).length, 0);
  const { stdout } = await host.tries(['log', '--all', '-p', '--notes=mlchain/*']);
  assert.not.match(stdout, experiment);
});

story('67: a carried link applied in part covers nothing', async ({ team }) => {
  const { alice, mallory, carl } = team;
  await alice.git('checkout', '-qb', 'side');
  alice.write(DATA, NEW);
  alice.write('data/labels.txt', '1\n2\n');
  await alice.commit('data and labels');
  await alice.push('side');
  await mallory.git('fetch', '-q');
  await mallory.git('cherry-pick', '--no-commit', 'origin/side');
  await mallory.git('rm', '-qf', 'data/labels.txt');
  await mallory.git('commit', '-qm', 'data');
  await mallory.pushPastHooks('HEAD:main');
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'violated', [`violation uncovered ${DATA}`]);
});

story('67: nor does it with something added', async ({ team: { alice, mallory, carl } }) => {
  await onABranch(alice);
  await mallory.git('fetch', '-q');
  await mallory.git('cherry-pick', '--no-commit', 'origin/side');
  mallory.write('data/poison.txt', 'poison\n');
  await mallory.commitWithoutHooks('data');
  await mallory.pushPastHooks('HEAD:main');
  await carl.pull();
  const findings = ['violation uncovered data/poison.txt', `violation uncovered ${DATA}`];
  assertVerdict(await carl.verify('--history'), 'violated', findings);
});

story("a rebase signs one's own work anew, and each commit is explained", async ({ team }) => {
  const { alice, olivia, carl } = team;
  olivia.write('scripts/check.sh', 'exit 0\n');
  await rebasedOnto(olivia, alice);
  await alice.push();
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');
  assert.is((await alice.lines('HEAD')).length, 1);
  assert.is((await alice.lines('HEAD^')).length, 1);
});

story('rebased onto other sources than it was made from, data is not signed anew', async ({ team }) => {
  const { alice, olivia } = team;
  olivia.write('raw/words.txt', 'pear\napple\nfig\nkiwi\n');
  await rebasedOnto(olivia, alice);
  assert.is((await alice.lines('HEAD')).length, 0);
  const uncovered = [`violation uncovered ${DATA}`, 'violation uncovered data/more.txt'];
  // What the old links say is still there, and does not fit.
  const findings = [...uncovered, 'warning rule-failed raw/words.txt'];
  assertVerdict(await alice.verify('--history'), 'violated', findings);
});

/** Olivia publishes what she has changed, and Alice pulls it under two commits of her own. */
async function rebasedOnto(olivia: Member, alice: Member): Promise<void> {
  await olivia.commit('sources');
  await olivia.push();
  await newData(alice);
  alice.write('data/more.txt', 'more\n');
  await alice.commit('more data');
  await alice.git('pull', '-q', '--rebase');
}

/** Alice publishes new data on a branch of its own. */
async function onABranch(alice: Member): Promise<void> {
  await alice.git('checkout', '-qb', 'side');
  await newData(alice);
  await alice.push('side');
}

async function newData(alice: Member): Promise<string> {
  alice.write(DATA, NEW);
  return await alice.commit('new data');
}

story.run();
