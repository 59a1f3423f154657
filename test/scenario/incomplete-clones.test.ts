import * as assert from 'uvu/assert';
import { anotherClone } from '../support/another-clone.ts';
import { assertVerdict, type Member } from '../support/member.ts';
import { stories } from '../support/stories.ts';

// Threat 40: what a clone lacks may be what explains a change. Such a clone is *incomplete* (exit 3), never verified and
// never violated, and the message names the command that mends it, which is then typed here as it stands.

const story = stories('clones that lack something');

/** Runs the command that `verify` names in its hint, the first of several. */
async function followHint(member: Member, ...args: readonly string[]): Promise<void> {
  const { stdout, code } = await member.tries(['mlchain', 'verify', ...args]);
  assert.is(code, 3);
  const [, command] = /hint: '(git [^']+)'/.exec(stdout) ?? [];
  assert.ok(command, stdout);
  await member.git(...(command ?? '').split(' ').slice(1));
}

async function hasObject(member: Member, id: string): Promise<boolean> {
  const { code } = await member.tries(['cat-file', '-e', id], {
    env: { GIT_NO_LAZY_FETCH: '1', GIT_ALLOW_PROTOCOL: 'none' },
  });
  return code === 0;
}

story('a shallow clone is made whole by the command it names', async ({ team }) => {
  const shallow = await anotherClone(team, team.carl, 'shallow', '--depth', '1');
  assertVerdict(await shallow.verify(), 'incomplete', ['incomplete shallow']);
  assert.match(await shallow.mlchain('log'), /^\? \w+ train again \(unknown\)/);
  assert.match(await shallow.mlchain('show'), /^\? \w+ train again.*1 line of evidence/s);
  assert.is((await shallow.mlchain('show', '--raw')).split('\n').length, 1);
  await followHint(shallow);
  assertVerdict(await shallow.verify(), 'verified');
});

story('what is committed in a shallow clone is signed once the history is there', async ({ team }) => {
  const { bob, carl } = team;
  const shallow = await anotherClone(team, bob, 'shallow', '--depth', '1');
  shallow.write('model/config.txt', 'wide\n');
  await shallow.git('add', '-A');
  const { stderr } = await shallow.tries(['commit', '-q', '-m', 'config']);
  // It would sign for weights that only the missing history can explain.
  assert.match(stderr, /not signed yet: .*shallow.*record --missing/);
  const refused = await shallow.tries(['push', '-q']);
  assert.is(refused.code, 1);
  assert.match(refused.stderr, /incomplete.*git fetch --unshallow/s);
  await shallow.git('fetch', '-q', '--unshallow');
  await shallow.push();
  await carl.pull();
  assertVerdict(await carl.verify('--history', '--strict'), 'verified');
});

story('a partial clone says what it lacks, and is made whole by the commands it names', async ({ team }) => {
  const { bob, carl, host } = team;
  await host.git('config', 'uploadpack.allowFilter', 'true');
  bob.write('model/weights.txt', 'first\n');
  const first = await bob.commit('first weights');
  bob.write('model/weights.txt', 'second\n');
  await bob.commit('second weights');
  await bob.push();
  const partial = await anotherClone(team, carl, 'partial', '--filter=blob:none');
  const weights = await bob.git('rev-parse', `${first}:model/weights.txt`);
  assert.not(await hasObject(partial, weights), 'a blob that no checkout needed is not there');
  assertVerdict(await partial.verify('--history'), 'incomplete', [
    'incomplete object-missing model/weights.txt',
  ]);
  assert.not(await hasObject(partial, weights), 'verifying fetches nothing behind the back of whoever asks');
  await followHint(partial, '--history');
  assertVerdict(await partial.verify('--history'), 'verified');

  bob.write('model/weights.txt', 'third\n');
  await bob.commit('third weights');
  await bob.push();
  await partial.pull();
  // Plain git leaves the content of notes out, too: uncovered, for all this clone knows, and that is not for it to say.
  assertVerdict(await partial.verify('--history'), 'incomplete', ['incomplete object-missing']);
  await followHint(partial, '--history');
  assertVerdict(await partial.verify('--history'), 'verified');
});

story('who works in a partial clone pushes without another thought', async ({ team }) => {
  const { alice, bob, carl, host } = team;
  await host.git('config', 'uploadpack.allowFilter', 'true');
  const partial = await anotherClone(team, bob, 'partial', '--filter=blob:none');
  alice.write('data/more.txt', 'kiwi\n');
  await alice.commit('more');
  await alice.push();
  await partial.pull();
  partial.write('model/config.txt', 'wide\n');
  await partial.commit('config');
  await partial.push();
  await carl.pull();
  assertVerdict(await carl.verify('--history', '--strict'), 'verified');
});

story.run();
