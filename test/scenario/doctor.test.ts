import * as fs from 'node:fs';
import * as path from 'node:path';
import * as assert from 'uvu/assert';
import { anotherClone } from '../support/another-clone.ts';
import type { Member } from '../support/member.ts';
import { stories } from '../support/stories.ts';

// `git mlchain doctor` (product.md §11): each fault has a line that names it and what mends it; the mend is typed here as
// it stands, and then the line is gone.

const story = stories('doctor');

interface Check {
  readonly about: string;
  readonly state: 'ok' | 'warning' | 'error';
  readonly says: string;
  readonly mend: string | null;
}

type Variables = Readonly<Record<string, string | undefined>>;

async function doctor(member: Member, env: Variables = {}): Promise<readonly Check[]> {
  const { code, stdout, stderr } = await member.person.mlchain(['doctor', '--json'], {
    ...{ cwd: member.clone, code: 'any', env },
  });
  assert.is.not(stdout, '', stderr);
  const { checks, errors } = JSON.parse(stdout) as { checks: readonly Check[]; errors: number };
  assert.is(code, errors > 0 ? 1 : 0, stdout);
  assert.is(checks.filter(({ state }) => state === 'error').length, errors);
  assert.ok(checks.every(({ state, mend }) => (state === 'ok') === (mend === null)));
  return checks;
}

/** What is not as it should be: `error pre-push hook`. */
async function faults(member: Member, env: Variables = {}): Promise<readonly string[]> {
  return (await doctor(member, env)).flatMap(({ state, about }) =>
    state === 'ok' ? [] : [`${state} ${about}`],
  );
}

type Expected = Readonly<Record<string, RegExp>>;

/** Finds these faults and no other, types every command that their mends name, and finds none any more. */
async function mended(
  member: Member,
  expected: Expected,
  fill: (command: string) => string = (command) => command,
): Promise<void> {
  const found = (await doctor(member)).filter(({ state }) => state !== 'ok');
  assert.equal(
    found.map(({ state, about }) => `${state} ${about}`),
    Object.keys(expected),
  );
  for (const { state, about, says } of found) assert.match(says, expected[`${state} ${about}`] ?? /^$/);
  for (const command of new Set(found.flatMap(({ mend }) => commandsIn(mend ?? '')))) {
    await member.person.exec('sh', ['-ec', fill(command)], { cwd: member.clone });
  }
  assert.equal(await faults(member), []);
}

/** What stands in quotes, and the `chmod` that the key store advises: its own argument is in quotes. */
function commandsIn(mend: string): readonly string[] {
  if (mend.startsWith('chmod ')) return [mend];
  const [first] = [...mend.matchAll(/'((?:git|rm) [^']*)'/g)].map(([, command = '']) => command);
  assert.ok(first, mend);
  // Where a second command follows, it follows from the first.
  const then = / then '([^']*)'/.exec(mend)?.[1];
  return then === undefined ? [first ?? ''] : [first ?? '', then];
}

story('finds nothing where everybody has set up, and changes nothing', async ({ team }) => {
  const { alice, olivia, carl, mallory } = team;
  const before = await stateOf(alice);
  const checks = await doctor(alice);
  assert.equal(
    checks.filter(({ state }) => state !== 'ok'),
    [],
  );
  const says = new Map(checks.map((check) => [check.about, check.says]));
  assert.match(says.get('pre-push hook') ?? '', /^ran and answered: .*hooks\/pre-push$/);
  assert.match(
    says.get('key') ?? '',
    /^Alice .*, in your key store, has just signed without asking anybody$/,
  );
  assert.is(says.get('authority'), 'you may sign prepare');
  assert.match(says.get('layout') ?? '', /^in force, signed by 1 owner, expires in 36\d days$/);
  assert.is(says.get('evidence of origin'), 'all that origin has is here');
  assert.is(await stateOf(alice), before);
  assert.equal(await faults(carl), ['warning key'], 'a reader can do without');
  assert.equal(await faults(mallory), ['warning authority']);

  const text = await olivia.tries(['mlchain', 'doctor']);
  assert.is(text.code, 0);
  assert.match(text.stdout, /^ok {7}git {2,}git \d/);
  assert.match(text.stdout, /\n\neverything is live\n$/);
});

/** Refs, but what every verification remembers of remotes; settings; files. */
async function stateOf(member: Member): Promise<string> {
  const refs = (await member.git('for-each-ref'))
    .split('\n')
    .filter((line) => !line.includes('refs/mlchain/'));
  return [...refs, await member.git('config', '--list'), await member.git('status', '--porcelain')].join(
    '\n',
  );
}

story('names what is broken in a clone, and its mends are typed as they stand', async ({ team }) => {
  const { alice, bob } = team;
  const hooks = path.join(alice.clone, '.git/hooks');
  fs.chmodSync(path.join(hooks, 'post-commit'), 0o644);
  fs.rmSync(path.join(hooks, 'pre-push'));
  await alice.git('config', '--unset', 'remote.origin.fetch', 'mlchain');
  const shard = path.join(alice.clone, '.git/mlchain/digests/2/00');
  fs.rmSync(shard, { force: true });
  fs.mkdirSync(shard, { recursive: true });
  fs.chmodSync(alice.person.at('.local/share/git-mlchain/keys', `${alice.fingerprint}.asc`), 0o644);
  bob.write('model/more.txt', 'more\n');
  await bob.commit('more weights');
  const unsent = (await doctor(bob)).find(({ about }) => about === 'evidence of origin');
  assert.match(unsent?.says ?? '', /1 line of yours will go with the next push/);
  await bob.push();
  await mended(alice, {
    'error post-commit hook': /cannot run: .*EACCES/,
    'error pre-push hook': /^nothing starts it$/,
    'error key store': /open to others \(mode 644\)/,
    'error remote origin': /plain 'git fetch' does not bring its evidence/,
    'warning evidence of origin': /^origin has news of 1 signer$/,
    'error caches': /cannot be read/,
  });
});

story('names what was never pinned or fetched, and what a push would send instead', async ({ team }) => {
  const { alice, olivia } = team;
  await alice.git('config', '--unset', 'remote.origin.mlchainFetched');
  const tracking = await alice.git('for-each-ref', '--format=delete %(refname)', 'refs/notes/remotes');
  await alice.tries(['update-ref', '--stdin'], { input: `${tracking}\n`, code: 0 });
  await alice.git('config', 'remote.origin.push', 'refs/notes/mlchain/*:refs/notes/mlchain/*');
  await mended(alice, {
    'error layout': /evidence was never fetched/,
    'error remote origin': /plain 'git push' sends that, and no branch/,
    'error evidence of origin': /^never fetched/,
  });
  await alice.git('config', '--unset', 'mlchain.owner');
  await mended(
    alice,
    { 'error owner': /nobody is trusted/, 'error layout': /while nobody is trusted/ },
    (command) => command.replace('FPR', olivia.fingerprint),
  );
  await alice.git('config', 'mlchain.owner', 'not a fingerprint');
  const broken = (await doctor(alice)).find(({ state }) => state === 'error');
  assert.match(broken?.says ?? '', /expected an owner's fingerprint/);
});

story('names a variable that switches hooks off or slows them down', async ({ team: { alice } }) => {
  const env = {
    SKIP_SIMPLE_GIT_HOOKS: '1',
    MLCHAIN_SKIP: '1',
    GIT_LFS_SKIP_PUSH: 'true',
    NODE_EXTRA_CA_CERTS: '/dev/null',
  };
  const found = (await doctor(alice, env)).filter(({ state }) => state !== 'ok');
  assert.equal(
    found.map(({ state, about }) => `${state} ${about}`),
    [
      ...Array.from({ length: 4 }, () => 'warning environment'),
      ...['post-commit', 'post-merge', 'post-rewrite', 'pre-push'].map((hook) => `error ${hook} hook`),
    ],
  );
  const variables = found.slice(0, 4).map(({ mend }) => /'unset (\w+)'/.exec(mend ?? '')?.[1]);
  assert.equal(variables.sort(), Object.keys(env).sort());
  assert.ok(found.slice(4).every(({ mend }) => mend === "'unset SKIP_SIMPLE_GIT_HOOKS'"));
});

story('names a layout that is not trusted, and one that is soon over', async ({ team }) => {
  const { alice, olivia, mallory } = team;
  await alice.git('config', 'mlchain.owner', mallory.fingerprint);
  await alice.git('config', 'mlchain.ownerThreshold', '2');
  const found = (await doctor(alice)).filter(({ state }) => state === 'error');
  assert.equal(
    found.map(({ about }) => about),
    ['owner', 'layout'],
  );
  assert.match(found[1]?.says ?? '', /not signed by the owners pinned here/);

  await olivia.git('mlchain', 'layout', 'set', '--expires', '7d');
  await olivia.git('mlchain', 'layout', 'sign');
  await olivia.commit('a short layout');
  const commit = (command: string) => `${command} && git commit -qam 'a longer layout'`;
  await mended(olivia, { 'warning layout': /expires in 7 days/ }, commit);
});

story('makes the key sign, and names what keeps it from that', async ({ team: { alice } }) => {
  // A second key, under a passphrase that only a file knows.
  const secret = alice.person.at('passphrase');
  fs.writeFileSync(secret, 'correct horse\n', { mode: 0o600 });
  const env = { MLCHAIN_PASSPHRASE_FILE: secret };
  const { stdout } = await alice.person.mlchain(['key', 'new', '--name', 'Other'], { env });
  assert.equal(await faults(alice), ['error key'], 'which of the two?');
  await alice.git('config', 'mlchain.signingKey', stdout.trim());
  const [locked] = (await doctor(alice)).filter(({ about }) => about === 'key');
  assert.is(locked?.state, 'warning');
  assert.match(locked?.says ?? '', /is locked, and there is nobody to ask: hooks queue what you commit/);
  assert.match(locked?.mend ?? '', /'git mlchain key unlock'/);
  await alice.tries(['mlchain', 'key', 'unlock'], { env, code: 0 });
  assert.equal(await faults(alice), ['warning authority']);
});

story('names commits that wait for a signature, and signs them by its own words', async ({ team }) => {
  const { alice } = team;
  const secret = alice.person.at('.local/share/git-mlchain/keys', `${alice.fingerprint}.asc`);
  fs.renameSync(secret, `${secret}.away`);
  alice.write('data/more.txt', 'more\n');
  await alice.commit('the key is on another stick');
  fs.renameSync(`${secret}.away`, secret);
  await mended(alice, { 'warning queue': /^not signed yet: \w{7}$/ });
});

story('names a broken configuration, what a shallow clone lacks, a remote that is away', async ({ team }) => {
  const { alice, carl, host } = team;
  alice.write('.mlchainrc', 'steps: { prepare: { product: [data/] } }\n');
  fs.renameSync(host.clone, `${host.clone}.away`);
  const found = (await doctor(alice)).filter(({ state }) => state !== 'ok');
  fs.renameSync(`${host.clone}.away`, host.clone);
  assert.equal(
    found.map(({ state, about }) => `${state} ${about}`),
    ['error configuration', 'warning evidence of origin'],
  );
  assert.match(found[0]?.says ?? '', /product/);
  assert.match(found[1]?.says ?? '', /^origin does not answer/);

  const shallow = await anotherClone(team, carl, 'shallow', '--depth', '1');
  const lacking = (await doctor(shallow)).find(({ about }) => about === 'layout');
  assert.match(lacking?.says ?? '', /the history before .* is not here/);
  assert.is(lacking?.mend, "'git fetch --unshallow'");
});

story('names who uploads large files, and that nobody does', async ({ team: { alice } }) => {
  alice.write('.gitattributes', '*.bin filter=lfs diff=lfs merge=lfs -text\n');
  const lfs = async () => (await doctor(alice)).find(({ about }) => about === 'git-lfs');
  assert.match((await lfs())?.says ?? '', /^uploaded by our pre-push hook .*; git-lfs\/\d/);
  await alice.git('mlchain', 'hooks', 'uninstall');
  assert.match((await lfs())?.says ?? '', /a push would arrive without them/);
  assert.is((await lfs())?.mend, "'git mlchain hooks install'");
});

story('on a server it looks for what a server needs', async ({ team: { host, olivia } }) => {
  const fill = (command: string) => command.replace('FPR', olivia.fingerprint);
  await mended(
    host,
    {
      'error pre-receive hook': /^nothing starts it$/,
      'warning server': /can force a branch back/,
      'error owner': /nobody is trusted/,
      'error layout': /while nobody is trusted/,
    },
    fill,
  );
});

story.run();
