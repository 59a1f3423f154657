import * as assert from 'uvu/assert';
import { assertVerdict, Member } from '../support/member.ts';
import { stories } from '../support/stories.ts';
import { certificateFile, type Team } from '../support/team.ts';

// threats.md, rows 30 and 55: who owns the repository changes, with the threshold before and the threshold after.

const story = stories('owners');
const VERSIONS = '.mlchain/owners';
const UNTRUSTED = `violation owners-untrusted ${VERSIONS}`;

story('30: the owners change hands, and a clone that was pinned long ago follows', async ({ team }) => {
  const { olivia, alice, carl } = team;
  const oscar = await handedOver(team);
  await alice.pull();
  alice.write('data/words.txt', 'apple\n');
  await alice.commit('less data');
  await alice.push();
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');
  assert.match(
    await carl.mlchain('owners', 'show'),
    new RegExp(`version 2: 1 of 1 sign[^]*${oscar.fingerprint}`),
  );
  // Whoever pins the new owner alone believes the earlier history for what the new version calls its previous one.
  await carl.git('config', '--replace-all', 'mlchain.owner', oscar.fingerprint);
  assertVerdict(await carl.verify('--history'), 'verified');
  const endorses = ['endorse', '--yes', '--reason', 'seen', 'HEAD'];
  assert.match(await oscar.git('pull', '-q').then(() => oscar.mlchain(...endorses)), /endorsed/);
  assert.is((await olivia.tries(['mlchain', ...endorses])).code, 2);

  await olivia.pull();
  await olivia.git('mlchain', 'layout', 'set', '--expires', '3y');
  await olivia.git('mlchain', 'layout', 'sign');
  await olivia.commit('I am still the owner');
  assert.is((await olivia.tries(['push'])).code, 1);
  await olivia.pushPastHooks();
  await carl.pull();
  const findings = ['violation layout-untrusted .mlchain/root.layout'];
  assertVerdict(await carl.verify('--history'), 'violated', findings);
});

story('30: nobody makes themselves an owner', async ({ team }) => {
  const { mallory, carl } = team;
  const self = await certificateFile(mallory);
  await mallory.mlchain('owners', 'set', '--add', self, '--threshold', '1');
  const said = await mallory.mlchain('owners', 'sign');
  assert.match(said, `1 more signature needed, of:\n  `);
  await mallory.commitWithoutHooks('new owners');
  await mallory.pushPastHooks();
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'violated', [UNTRUSTED]);
});

story('55: versions that are gone or set back are seen, and put right', async ({ team }) => {
  const { mallory, carl } = team;
  await handedOver(team);
  await mallory.pull();
  mallory.remove(VERSIONS);
  await mallory.commitWithoutHooks('tidy up');
  await mallory.pushPastHooks();
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'violated', [UNTRUSTED]);
  await mallory.git('checkout', '-q', 'HEAD^', '--', `${VERSIONS}/1.json`);
  await mallory.commitWithoutHooks('tidy up less');
  await mallory.pushPastHooks();
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'violated', [UNTRUSTED]);
  await carl.git('checkout', '-q', 'HEAD~2', '--', VERSIONS);
  await carl.commitWithoutHooks('as it was');
  assertVerdict(await carl.verify('--history'), 'verified', [UNTRUSTED.replace('violation', 'warning')]);
});

story('55: a branch forced back to before the change is known to have had it', async ({ team }) => {
  const { host, carl } = team;
  await handedOver(team);
  await carl.pull();
  assertVerdict(await carl.verify('--history', 'origin/main'), 'verified');
  await host.git('update-ref', 'refs/heads/main', 'main^');
  await carl.git('fetch', '-q');
  const { verdict, findings } = await carl.verify('--history', 'origin/main');
  assert.is(verdict, 'violated');
  assert.ok(findings.some(({ code, severity }) => code === 'owners-untrusted' && severity === 'violation'));
  const dave = await team.join('dave');
  assertVerdict(await dave.verify('--history'), 'verified');
});

story('30: a server that verifies follows, and takes no owners that nobody made ones', async ({ team }) => {
  const { host, mallory, carl } = team;
  await host.git('config', 'mlchain.owner', team.olivia.fingerprint);
  await host.git('mlchain', 'hooks', 'install');
  await handedOver(team);
  await mallory.pull();
  await mallory.mlchain('owners', 'set', '--add', await certificateFile(mallory));
  await mallory.mlchain('owners', 'sign');
  await mallory.commitWithoutHooks('me too');
  const { code, stderr } = await mallory.tries(['push', '--no-verify', 'origin', 'HEAD']);
  assert.is(code, 1);
  assert.match(stderr, /owners/);
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');
});

story.run();

/** Olivia takes Oscar in beside her, and leaves; he signs the layout from then on. */
async function handedOver(team: Team): Promise<Member> {
  const { olivia } = team;
  const oscar = await withKey(await team.join('oscar'));
  await olivia.mlchain('owners', 'set', '--add', await certificateFile(oscar));
  await olivia.mlchain('owners', 'sign');
  await olivia.git('mlchain', 'layout', 'sign');
  await olivia.commit('Oscar is an owner, too');
  await olivia.push();
  await oscar.pull();
  await oscar.mlchain('owners', 'set', '--remove', olivia.fingerprint);
  await oscar.mlchain('owners', 'sign');
  await oscar.git('mlchain', 'layout', 'sign');
  await oscar.commit('Olivia leaves');
  await oscar.push();
  await olivia.pull();
  return oscar;
}

async function withKey(newcomer: Member): Promise<Member> {
  const { stdout } = await newcomer.person.mlchain(['key', 'new', '--no-passphrase']);
  return new Member(newcomer.person, stdout.trim(), newcomer.clone);
}
