import * as fs from 'node:fs';
import * as path from 'node:path';
import * as assert from 'uvu/assert';
import type { ExecResult } from '../support/exec.ts';
import type { Member } from '../support/member.ts';
import { assertVerdict } from '../support/member.ts';
import { stories } from '../support/stories.ts';

// What somebody sees who works with plain git: `git commit` leaves a signed note, and whatever stands in the way of
// that costs one line and nothing else (product.md §4). Nobody here has a terminal.

const story = stories('recording by the hook', { stopBefore: 'prepare' });
const DATA = 'data/words.txt';

async function commits(member: Member, message: string, ...options: readonly string[]): Promise<ExecResult> {
  await member.git('add', '-A');
  return await member.tries(['commit', '-q', '-m', message, ...options]);
}

/** The commit was made, and exactly one line was said about it. */
function saysOnly(result: ExecResult, line: RegExp): void {
  assert.is(result.code, 0, result.stderr);
  assert.is(result.stderr.trim().split('\n').length, 1, result.stderr);
  assert.match(result.stderr, line);
}

story('a plain commit leaves a signed note that git shows', async ({ team: { alice } }) => {
  alice.write(DATA, 'apple\nfig\npear\n');
  saysOnly(await commits(alice, 'by hand'), /^git-mlchain: prepare: signed [0-9a-f]{7}, data\/words.txt$/m);
  const shown = await alice.git('log', '-1', '--notes=mlchain/*');
  assert.match(shown, `Notes (mlchain/${alice.fingerprint}):`);
  assert.match(shown, '"_type":"link"');
  assertVerdict(await alice.verify('--history'), 'verified');
});

story('a commit that touches nothing controlled says and leaves nothing', async ({ team: { alice } }) => {
  alice.write('README.md', 'words\n');
  const { code, stderr } = await commits(alice, 'words');
  assert.is(code, 0);
  assert.is(stderr, '');
  assert.equal(await alice.lines(await alice.head()), []);
});

story('a commit on a detached HEAD is recorded like any other', async ({ team: { alice } }) => {
  await alice.git('checkout', '-q', '--detach');
  alice.write(DATA, 'apple\n');
  saysOnly(await commits(alice, 'detached'), /prepare: signed/);
  assert.is((await alice.lines(await alice.head())).length, 1);
});

story('a locked key queues the commit, and the next push signs it', async ({ team: { alice, carl } }) => {
  await lockKey(alice);
  alice.write(DATA, 'apple\nfig\npear\n');
  saysOnly(
    await commits(alice, 'locked'),
    /is not signed yet: the key of .* is locked.*'git mlchain record --missing'$/m,
  );
  assert.equal(await alice.lines(await alice.head()), []);
  const refused = await alice.tries(['push']);
  assert.is(refused.code, 1);
  assert.match(refused.stderr, /record --missing/);
  fs.writeFileSync(alice.person.at('passphrase'), 'secret\n');
  const pushed = await alice.tries(['push'], {
    env: { MLCHAIN_PASSPHRASE_FILE: alice.person.at('passphrase') },
  });
  assert.is(pushed.code, 0, pushed.stderr);
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');
});

story('record --missing signs what is queued, once it can', async ({ team: { alice } }) => {
  await lockKey(alice);
  alice.write(DATA, 'apple\n');
  await commits(alice, 'locked');
  const still = await alice.tries(['mlchain', 'record', '--missing']);
  assert.is(still.code, 1);
  assert.match(still.stdout, /is not signed yet/);
  fs.writeFileSync(alice.person.at('passphrase'), 'secret\n');
  const env = { MLCHAIN_PASSPHRASE_FILE: alice.person.at('passphrase') };
  const done = await alice.tries(['mlchain', 'record', '--missing'], { env });
  assert.is(done.code, 0, done.stderr);
  assert.match(done.stdout, /prepare: signed/);
  assert.match((await alice.tries(['mlchain', 'record', '--missing'], { env })).stdout, /nothing is queued/);
});

story('without a key the commit is queued, with one line', async ({ team: { carl } }) => {
  carl.write(DATA, 'apple\n');
  saysOnly(await commits(carl, 'keyless'), /is not signed yet: there is no signing key/);
});

story('who is no functionary of the step is told what to do', async ({ team: { bob } }) => {
  bob.write(DATA, 'apple\n');
  saysOnly(
    await commits(bob, 'not mine'),
    /prepare: .* is not signed: Bob .* is not among the functionaries/,
  );
  assert.equal(await bob.lines(await bob.head()), []);
});

story('an unreadable .mlchainrc queues the commit, and mending it is enough', async ({ team: { alice } }) => {
  alice.write('.mlchainrc', 'steps: {prepare: {products: [data/], materals: []}}\n');
  alice.write(DATA, 'apple\n');
  saysOnly(await commits(alice, 'typo'), /is not signed yet: .*materals/);
  await alice.git('checkout', 'HEAD~1', '--', '.mlchainrc');
  await alice.git('mlchain', 'record', '--missing');
  assert.is((await alice.lines(await alice.head())).length, 1);
});

story('a broken layout is named, and nothing can be signed under it', async ({ team: { alice } }) => {
  alice.write('.mlchain/root.layout', '{"signatures":[');
  alice.write(DATA, 'apple\n');
  saysOnly(await commits(alice, 'broken'), /is not signed: \.mlchain\/root\.layout of [0-9a-f]{7}: line 1/);
  assert.match(await alice.mlchain('record', '--missing'), /nothing is queued/);
});

story('a name that is no UTF-8 is shown by its bytes', async ({ team: { alice } }) => {
  alice.write(DATA, 'apple\n');
  fs.writeFileSync(Buffer.concat([Buffer.from(path.join(alice.clone, 'data/caf')), Buffer.of(0xe9)]), 'x');
  saysOnly(await commits(alice, 'latin'), /is not signed: .*caf\\+xe9/);
});

story('where no owner is pinned, only what a commit brings itself is signed', async ({ team: { alice } }) => {
  await alice.git('config', '--unset-all', 'mlchain.owner');
  alice.write(DATA, 'apple\n');
  saysOnly(await commits(alice, 'first'), /prepare: signed/);
  alice.write('data/more.txt', 'fig\n');
  saysOnly(await commits(alice, 'second'), /is not signed yet: no owner is pinned.*git mlchain trust/);
});

story('a step can be named by a trailer and by the environment', async ({ team: { olivia } }) => {
  const trailer = await commits(
    olivia,
    'looked at it again',
    '--allow-empty',
    '--trailer',
    'Mlchain-Step: source',
  );
  saysOnly(trailer, /source: signed/);
  await olivia.git('add', '-A');
  const named = await olivia.tries(['commit', '-q', '--allow-empty', '-m', 'x'], {
    env: { MLCHAIN_STEP: 'suorce' },
  });
  saysOnly(named, /no step is called 'suorce'.*source, prepare, train/);
});

story('MLCHAIN_SKIP=1 is loud and records nothing', async ({ team: { alice } }) => {
  alice.write(DATA, 'apple\n');
  await alice.git('add', '-A');
  const skipped = await alice.tries(['commit', '-q', '-m', 'x'], { env: { MLCHAIN_SKIP: '1' } });
  saysOnly(skipped, /MLCHAIN_SKIP=1/);
  assert.equal(await alice.lines(await alice.head()), []);
});

story('a message, a path and an author cannot speak through the hook', async ({ team: { alice } }) => {
  const hostile = 'data/\u001b[2J\u202edetset.txt';
  alice.write(hostile, 'x\n');
  const { stderr } = await commits(alice, 'hostile');
  for (const control of ['\u001b', '\u202e']) assert.not(stderr.includes(control));
  assert.match(stderr, '\\033[2J');
});

story('the hook takes no terminal and no repository variables for granted', async ({ team: { alice } }) => {
  alice.write(DATA, 'apple\n');
  await alice.git('add', '-A');
  const env = { GIT_DIR: path.join(alice.clone, '.git'), GIT_WORK_TREE: alice.clone };
  const { code, stderr } = await alice.person.git(['commit', '-q', '-m', 'elsewhere'], {
    env,
    cwd: alice.person.home,
  });
  assert.is(code, 0);
  assert.match(stderr, /prepare: signed/);
});

story.run();

/** Their key gets a passphrase: the same key, as `gpg --passwd` would leave it. */
async function lockKey(member: Member): Promise<void> {
  const file = path.join(member.person.home, '.local/share/git-mlchain/keys', `${member.fingerprint}.asc`);
  const { readPrivateKey, encryptKey } = await import('openpgp');
  const privateKey = await readPrivateKey({ armoredKey: fs.readFileSync(file, 'utf8') });
  fs.writeFileSync(file, (await encryptKey({ privateKey, passphrase: 'secret' })).armor());
}
