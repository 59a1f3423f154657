import * as assert from 'uvu/assert';
import { assertVerdict, type Member } from '../support/member.ts';
import { stories } from '../support/stories.ts';
import type { Team } from '../support/team.ts';

// threats.md, rows 13 and 63: an old layout that was good once, where a newer one is known.

const story = stories('threats: outdated layouts');

/** Olivia takes Alice out of the step and puts herself in; what Alice made is signed anew. */
async function removeAlice({ olivia, alice }: Team): Promise<void> {
  await olivia.pull();
  const change = [
    '--functionary',
    `prepare=${olivia.fingerprint}`,
    '--remove-functionary',
    `prepare=${alice.fingerprint}`,
  ];
  await olivia.mlchain('layout', 'set', ...change);
  await olivia.mlchain('layout', 'sign');
  await olivia.commit('Alice has left');
  await olivia.mlchain('record', '--step', 'prepare', '--yes');
  await olivia.push();
}

function codes({ findings }: Awaited<ReturnType<Member['verify']>>): string[] {
  return findings.map(({ severity, code }) => `${severity} ${code}`);
}

story('63: who was removed and goes on under the old layout may not release from there', async ({ team }) => {
  const { alice, carl } = team;
  await removeAlice(team);
  alice.write('data/more.txt', 'late\n');
  await alice.commit('signed after she left');
  await alice.git('mlchain', 'run', 'prepare').catch(() => undefined);
  await alice.pushPastHooks('HEAD:refs/heads/fork');
  await carl.git('fetch', '-q');
  await carl.git('checkout', '-q', 'origin/fork');
  const judged = await carl.verify();
  assert.is(judged.verdict, 'violated');
  assert.ok(codes(judged).includes('violation layout-rollback'), judged.stdout);
});

story('an old tag, which the newer layout grew out of, may still be released', async ({ team }) => {
  const { olivia, carl } = team;
  await olivia.pull();
  await olivia.git('tag', '-a', 'v1', '-m', 'v1');
  await olivia.push('v1');
  await removeAlice(team);
  await carl.git('fetch', '-q', '--tags');
  assertVerdict(await carl.verify('v1'), 'verified', ['warning superseded .mlchain/root.layout']);
});

story('13: a branch that its host forces back to before the layout changed is seen', async ({ team }) => {
  const { carl, host } = team;
  const before = await host.git('rev-parse', 'main');
  await removeAlice(team);
  await carl.pull();
  assert.is((await carl.verify('--history')).verdict, 'verified');
  await host.git('update-ref', 'refs/heads/main', before);
  await carl.git('fetch', '-q', '--force');
  await carl.git('reset', '-q', '--hard', 'origin/main');
  const judged = await carl.verify('--history');
  assert.ok(codes(judged).includes('violation layout-rollback'), judged.stdout);
});

story.run();
