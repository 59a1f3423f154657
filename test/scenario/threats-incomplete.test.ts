import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as assert from 'uvu/assert';
import type { Member } from '../support/member.ts';
import { assertVerdict } from '../support/member.ts';
import { stories } from '../support/stories.ts';
import type { Team } from '../support/team.ts';

// threats.md, rows 38 and 40: a clone that lacks what would be needed to judge says that, and neither "verified" nor
// "violated". What is missing may lie just where the clone was cut off.

const story = stories('threats: what cannot be checked');
const DATA = 'data/words.txt';

story('40: with no owner pinned nothing is verified', async ({ team: { carl, olivia } }) => {
  await carl.git('config', '--unset-all', 'mlchain.owner');
  assertVerdict(await carl.verify(), 'incomplete', ['incomplete nothing-pinned']);
  await assertUnjudged(carl, 'nobody to trust');
  assertVerdict(await carl.verify('--owner', olivia.fingerprint), 'verified');
  const { stdout } = await carl.tries(['mlchain', 'verify', '--json'], {
    env: { MLCHAIN_OWNER: olivia.fingerprint },
  });
  assert.is(JSON.parse(stdout).verdict, 'verified');
});

story('40: nor by the wrong owner', async ({ team: { carl, mallory } }) => {
  const { verdict, code, findings } = await carl.verify('--owner', mallory.fingerprint);
  assert.equal([verdict, code], ['violated', 1]);
  assert.ok(findings.some((each) => each.code === 'layout-untrusted' && each.severity === 'violation'));
});

story('40: a shallow clone is incomplete until it is whole', async ({ team }) => {
  const clone = await cloned(team, '--depth=2');
  assertVerdict(await clone.verify(), 'incomplete', ['incomplete shallow']);
  await clone.git('fetch', '-q', '--unshallow');
  assertVerdict(await clone.verify(), 'verified');
});

story('40: a clone whose evidence was never fetched is incomplete until it is', async ({ team }) => {
  const clone = team.carl.in(team.carl.person.at('plain'));
  await clone.person.git(['clone', '-q', 'team:server.git', clone.clone]);
  await clone.git('mlchain', 'trust', team.olivia.fingerprint);
  assertVerdict(await clone.verify(), 'incomplete', ['incomplete evidence-missing']);
  await assertUnjudged(clone, 'never fetched');
  await clone.git('mlchain', 'sync');
  assertVerdict(await clone.verify(), 'verified');
  assert.match(await clone.mlchain('log', '-n', '1'), '(verified)');
});

story('40: poison in such a clone is incomplete, too, and found once it is whole', async ({ team }) => {
  const { mallory, carl, olivia } = team;
  mallory.write(DATA, 'poison\n');
  await mallory.commitWithoutHooks('poison');
  await mallory.pushPastHooks();
  const clone = carl.in(carl.person.at('plain'));
  await clone.person.git(['clone', '-q', 'team:server.git', clone.clone]);
  await clone.git('mlchain', 'trust', olivia.fingerprint);
  assertVerdict(await clone.verify('--history'), 'incomplete', ['incomplete evidence-missing']);
  await clone.git('mlchain', 'sync');
  assertVerdict(await clone.verify('--history'), 'violated', [`violation uncovered ${DATA}`]);
});

story('40: a partial clone without its server lacks objects, and says so', async ({ team }) => {
  const { alice, host } = team;
  alice.write(DATA, 'apple\nquince\n');
  await alice.commit('new data');
  await alice.push();
  await host.git('config', 'uploadpack.allowFilter', 'true');
  const clone = await cloned(team, '--filter=blob:none', '--no-checkout');
  await clone.git('fetch', '-q');
  fs.renameSync(host.clone, `${host.clone}.away`);
  const gone = await clone.verify('--history');
  assert.is(gone.verdict, 'incomplete');
  assert.is(gone.code, 3);
  assert.ok(
    gone.findings.some(({ code, severity }) => code === 'object-missing' && severity === 'incomplete'),
  );

  fs.renameSync(`${host.clone}.away`, host.clone);
  await clone.git('rev-list', '--objects', '--all', '--missing=allow-any');
  await clone.git('-c', 'remote.origin.partialclonefilter=', 'fetch', '-q', '--refetch');
  assertVerdict(await clone.verify('--history'), 'verified');
});

story('38: a git-lfs pointer stands for its content: without it no inspection can look', async ({ team }) => {
  const { alice, bob, carl } = team;
  await largeData(alice, 'apple\nfig\npear\n');
  await alice.push();
  await bob.pull();
  await bob.git('mlchain', 'record', '--yes', '--step', 'train', 'HEAD');
  await bob.git('mlchain', 'sync');
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');
  assertVerdict(await carl.verify(), 'incomplete', [`incomplete object-missing data/big.bin`]);

  putLargeFile(carl, sha256(LARGE), 'something else\n');
  assertVerdict(await carl.verify(), 'incomplete', [`incomplete object-missing data/big.bin`]);
  putLargeFile(carl, sha256(LARGE), LARGE);
  assertVerdict(await carl.verify(), 'verified');
});

story('38: a pointer to other content than was signed is uncovered', async ({ team }) => {
  const { alice, mallory, carl } = team;
  await largeData(alice, LARGE);
  await alice.push();
  await mallory.pull();
  mallory.write('data/big.bin', pointerTo('poison\n'));
  await mallory.commitWithoutHooks('poison');
  await mallory.pushPastHooks();
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'violated', ['violation uncovered data/big.bin']);
});

const LARGE = 'apple\nfig\npear\n';

/** A pointer, as git-lfs leaves it in git's tree, committed by who may. */
async function largeData(alice: Member, content: string): Promise<void> {
  alice.write('data/big.bin', pointerTo(content));
  await alice.commit('large data');
}

function pointerTo(content: string): string {
  const size = Buffer.byteLength(content);
  return `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256(content)}\nsize ${size}\n`;
}

/** Into the store of git-lfs in that clone. */
function putLargeFile(member: Member, oid: string, content: string): void {
  member.write(path.join('.git/lfs/objects', oid.slice(0, 2), oid.slice(2, 4), oid), content);
}

function sha256(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** What shows whatever there is accuses nobody, and says why. */
async function assertUnjudged(reader: Member, why: string): Promise<void> {
  for (const command of ['log', 'show']) {
    const { stdout, stderr, code } = await reader.tries(['mlchain', command]);
    assert.is(code, 0);
    assert.match(stdout, /^\? \w+ train again \(unknown\)/);
    assert.not.match(stdout, 'violated');
    assert.match(stderr, why);
  }
}

/** Carl's new clone over the wire, with the hooks and the owner pinned. */
async function cloned({ carl, host, olivia }: Team, ...options: readonly string[]): Promise<Member> {
  const clone = carl.in(carl.person.at('another'));
  await clone.person.git(['clone', '-q', ...options, `file://${host.clone}`, clone.clone]);
  await clone.git('mlchain', 'init', '--yes');
  await clone.git('mlchain', 'trust', olivia.fingerprint);
  return clone;
}

story.run();
