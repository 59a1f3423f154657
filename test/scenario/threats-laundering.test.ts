import * as assert from 'uvu/assert';
import type { Member } from '../support/member.ts';
import { assertVerdict } from '../support/member.ts';
import { stories } from '../support/stories.ts';
import type { Team } from '../support/team.ts';

// threats.md, row 48: Mallory pushes poison past her hook and waits for Alice, who may sign data, to sign it without
// knowing, by whatever git does when she works on. Nobody signs by accident.

const story = stories('threats: laundering');
const DATA = 'data/words.txt';
const MORE = 'data/more.txt';

const launderings = new Map<string, (alice: Member) => Promise<unknown>>([
  [
    'pulls, and commits more data',
    async (alice) => {
      await alice.pull();
      await moreData(alice);
    },
  ],
  [
    'merges it into work of her own',
    async (alice) => {
      await moreData(alice);
      await alice.git('fetch', '-q');
      await alice.git('merge', '-q', '-m', 'merge', 'origin/main');
    },
  ],
  [
    'pulls it by rebasing work of her own',
    async (alice) => {
      await moreData(alice);
      await alice.git('pull', '-q', '--rebase');
    },
  ],
  [
    'cherry-picks it',
    async (alice) => {
      await alice.git('fetch', '-q');
      await alice.git('cherry-pick', 'origin/main');
    },
  ],
  [
    'cherry-picks it without committing, and commits',
    async (alice) => {
      await alice.git('fetch', '-q');
      await alice.git('cherry-pick', '--no-commit', 'origin/main');
      await alice.git('commit', '-qm', 'new data');
    },
  ],
  [
    'squashes it',
    async (alice) => {
      await alice.git('fetch', '-q');
      await alice.git('merge', '-q', '--squash', 'origin/main');
      await alice.git('commit', '-qm', 'new data');
    },
  ],
  [
    'checks the file out from that branch',
    async (alice) => {
      await alice.git('fetch', '-q');
      await alice.git('checkout', 'origin/main', '--', DATA);
      await alice.git('commit', '-qm', 'new data');
    },
  ],
  [
    'amends the commit that she pulled',
    async (alice) => {
      await alice.pull();
      await alice.git('commit', '-q', '--amend', '-m', 'new data');
    },
  ],
  [
    'applies it as a mail',
    async (alice) => {
      await alice.git('fetch', '-q');
      const patch = await alice.git('format-patch', '--stdout', '-1', 'origin/main');
      await alice.person.git(['am', '-q'], { cwd: alice.clone, input: `${patch}\n` });
    },
  ],
]);

for (const [what, launder] of launderings) {
  story(`48: nothing signs the poison when Alice ${what}`, async ({ team }) => {
    const { alice, mallory, carl } = team;
    await poison(mallory);
    await launder(alice);
    assert.is(alice.read(DATA), 'poison\n');
    const { code, stderr } = await alice.tries(['push', '--force', 'origin', 'HEAD']);
    assert.is(code, 1);
    assert.match(stderr, '[uncovered]');
    await alice.git('push', '-q', '--force', '--no-verify', 'origin', 'HEAD');
    await alice.git('mlchain', 'sync');
    await carl.git('fetch', '-q', '--force');
    await carl.git('fetch', '-q', 'origin', '+main:main', '--update-head-ok');
    const { verdict, findings } = await carl.verify('--history', 'main');
    assert.is(verdict, 'violated');
    const uncovered = findings.filter((each) => each.severity === 'violation' && each.path === DATA);
    assert.ok(uncovered.some(({ code }) => code === 'uncovered'));
  });
}

story('48: she is told whose commit it is that she will not sign', async ({ team: { alice, mallory } }) => {
  const id = await poison(mallory);
  await alice.pull();
  alice.write(MORE, 'more\n');
  await alice.git('add', '-A');
  const { code, stderr } = await alice.tries(['commit', '-qm', 'more data']);
  assert.is(code, 0);
  for (const word of [DATA, id.slice(0, 7), 'Mallory']) assert.match(stderr, word);
});

story('48: nor does the model get trained on it and signed', async ({ team }) => {
  const { bob, mallory, carl } = team;
  await poison(mallory);
  await bob.pull();
  await bob.work('train');
  await bob.pushPastHooks();
  await bob.git('mlchain', 'sync');
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'violated', [
    `violation uncovered ${DATA}`,
    'violation uncovered model/weights.txt',
    `warning rule-failed ${DATA}`,
  ]);
});

const honest = new Map<string, (alice: Member) => Promise<unknown>>([
  [
    'pulls, and commits more data',
    async (alice) => {
      await alice.pull();
      await moreData(alice);
    },
  ],
  [
    'merges it into work of her own',
    async (alice) => {
      await moreData(alice);
      await alice.git('fetch', '-q');
      await alice.git('merge', '-q', '-m', 'merge', 'origin/main');
    },
  ],
  [
    'pulls it by rebasing work of her own',
    async (alice) => {
      await moreData(alice);
      await alice.git('pull', '-q', '--rebase');
    },
  ],
]);

for (const [what, work] of honest) {
  story(`48: a colleague's signed data is no obstacle when Alice ${what}`, async ({ team }) => {
    const { alice, carl } = team;
    await byHerOtherClone(team);
    await work(alice);
    assert.is(alice.read(DATA), 'apple\nquince\n');
    await alice.push();
    await carl.pull();
    assertVerdict(await carl.verify('--history'), 'verified');
  });
}

async function poison(mallory: Member): Promise<string> {
  mallory.write(DATA, 'poison\n');
  const id = await mallory.commitWithoutHooks('new data');
  await mallory.pushPastHooks();
  return id;
}

async function moreData(alice: Member): Promise<void> {
  alice.write(MORE, 'more\n');
  await alice.commit('more data');
}

/** Signed data from another machine, where Alice's key is, too. */
async function byHerOtherClone({ alice, olivia }: Team): Promise<void> {
  const other = alice.in(alice.person.at('other'));
  await alice.person.git(['clone', '-q', 'team:server.git', other.clone]);
  await other.git('mlchain', 'init', '--yes');
  await other.git('mlchain', 'trust', olivia.fingerprint);
  other.write(DATA, 'apple\nquince\n');
  await other.commit('new data');
  await other.push();
}

story.run();
