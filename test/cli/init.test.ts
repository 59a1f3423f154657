import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ExecOptions, ExecResult } from '../support/exec.ts';
import type { Person } from '../support/person.ts';
import { makePerson, projectRoot } from '../support/person.ts';
import { onTerminal } from '../support/terminal.ts';
import type { WorkingClone } from '../support/working-clone.ts';
import { makeClone } from '../support/working-clone.ts';

interface Story {
  person: Person;
  repo: WorkingClone;
}

const init = suite<Story>('init');

init.before.each(async (story) => {
  story.person = await makePerson('Olivia');
  story.repo = await makeClone({ person: story.person });
});

init.after.each(async ({ repo, person }) => {
  await repo.cleanup();
  await person.cleanup();
});

function run(
  { person, repo }: Story,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<ExecResult> {
  return person.mlchain(argv, { cwd: repo.path, code: 'any', ...options });
}

async function newKey({ person }: Story): Promise<string> {
  return (await person.mlchain(['key', 'new', '--no-passphrase'])).stdout.trim();
}

/** A layout signed by the person's only key, which is also the functionary of its one step. */
async function foundChain(story: Story): Promise<string> {
  const key = await newKey(story);
  story.repo.write('.mlchainrc', 'steps: { prepare: { products: [data/] } }');
  await run(story, ['layout', 'new', '--functionary', key], { code: 0 });
  await run(story, ['layout', 'sign'], { code: 0 });
  await story.repo.commit();
  return key;
}

function hookNames({ repo }: Story): string[] {
  return fs
    .readdirSync(path.join(repo.path, '.git/hooks'))
    .filter((name) => !name.endsWith('.sample'))
    .sort();
}

init('sets a new repository up: example, hooks, what comes next', async (story) => {
  await newKey(story);
  const { code, stdout } = await run(story, ['init', '--yes']);
  assert.is(code, 0);
  const example = fs.readFileSync(path.join(projectRoot, '.mlchainrc.example'), 'utf8');
  assert.is(fs.readFileSync(path.join(story.repo.path, '.mlchainrc'), 'utf8'), example);
  assert.equal(hookNames(story), ['post-commit', 'post-merge', 'post-rewrite', 'pre-push']);
  assert.match(stdout, /^wrote \.mlchainrc: a commented example/);
  assert.match(stdout, /^hooks: post-commit, post-merge, post-rewrite, pre-push$/m);
  assert.match(stdout, /^next: name your steps in \.mlchainrc/m);
});

init('the example can be drafted from as it stands', async (story) => {
  const key = await newKey(story);
  await run(story, ['init', '--yes'], { code: 0 });
  const { stdout } = await run(story, ['layout', 'new', '--functionary', key], { code: 0 });
  assert.match(stdout, /5 steps/);
});

init('is safe to repeat, and never touches a configuration that is there', async (story) => {
  await newKey(story);
  story.repo.write('.mlchainrc', '# mine\n');
  const first = JSON.parse((await run(story, ['init', '--yes', '--json'])).stdout);
  const second = JSON.parse((await run(story, ['init', '--yes', '--json'])).stdout);
  assert.equal(first, second);
  assert.is(first.configuration, 'unchanged');
  assert.equal(
    first.hooks.map(({ state }: { state: string }) => state),
    ['live', 'live', 'live', 'live'],
  );
  assert.is(fs.readFileSync(path.join(story.repo.path, '.mlchainrc'), 'utf8'), '# mine\n');
});

init(
  'makes a key where there is no layout yet, under the passphrase of MLCHAIN_PASSPHRASE_FILE',
  async (story) => {
    fs.writeFileSync(story.person.at('passphrase'), 'secret\n');
    const env = { MLCHAIN_PASSPHRASE_FILE: story.person.at('passphrase') };
    const { code, stdout } = await run(story, ['init', '--yes'], { env });
    assert.is(code, 0);
    const [, fingerprint] =
      /made a signing key for Olivia <olivia@example\.org>: ([0-9A-F]{40})/.exec(stdout) ?? [];
    const [key] = JSON.parse((await run(story, ['key', 'list', '--json'])).stdout);
    assert.is(key.fingerprint, fingerprint);
    assert.ok(key.passphrase);
    assert.match(stdout, `yours is ${fingerprint}`);
  },
);

init('asks on a terminal before it makes a key', async (story) => {
  const argv = [story.person.at('bin/git-mlchain'), 'init'];
  const { code, stdout } = await onTerminal(
    argv,
    story.person.env,
    { type: 'n\n', after: '[y/N]' },
    { cwd: story.repo.path },
  );
  assert.is(code, 0);
  assert.match(stdout, /make a signing key for Olivia <olivia@example\.org>\? \[y\/N\]/);
  assert.is((await run(story, ['key', 'list', '--json'])).stdout.trim(), '[]');
});

init('makes no unprotected key behind anybody’s back', async (story) => {
  const { code, stderr } = await run(story, ['init', '--yes']);
  assert.is(code, 0);
  assert.match(stderr, /warning: no signing key was made: there is no terminal to ask for a passphrase/);
  assert.match(stderr, /hint: 'git mlchain key new' makes one/);
  assert.is((await run(story, ['key', 'list', '--json'])).stdout.trim(), '[]');
});

init('several keys of which none is chosen are said aloud, and no further one is made', async (story) => {
  await newKey(story);
  await newKey(story);
  fs.writeFileSync(story.person.at('passphrase'), 'secret\n');
  const env = { MLCHAIN_PASSPHRASE_FILE: story.person.at('passphrase') };
  const { code, stderr } = await run(story, ['init', '--yes'], { env });
  assert.is(code, 0);
  assert.match(stderr, /fits 2 keys/);
  assert.is(JSON.parse((await run(story, ['key', 'list', '--json'])).stdout).length, 2);
});

init('connects the remotes: the refspec once, without a plus, and a first fetch', async (story) => {
  await foundChain(story);
  const other = await makeClone({ person: story.person, from: story.repo.path, name: 'clone' });
  const { stdout } = await run({ ...story, repo: other }, ['init', '--yes'], { code: 0 });
  assert.match(stdout, /origin: 'git fetch' brings the evidence from now on, and has brought it/);
  await run({ ...story, repo: other }, ['init', '--yes'], { code: 0 });
  const refspecs = (await other.git('config', '--get-all', 'remote.origin.fetch')).split('\n');
  assert.equal(refspecs.slice(1), ['refs/notes/mlchain/*:refs/notes/remotes/origin/mlchain/*']);
  assert.is(await other.git('config', '--get-all', 'remote.origin.push').catch(() => ''), '');
  await other.cleanup();
});

init('a remote that does not answer is no obstacle', async (story) => {
  await newKey(story);
  await story.repo.git('remote', 'add', 'origin', story.person.at('nowhere'));
  const { code, stdout, stderr } = await run(story, ['init', '--yes']);
  assert.is(code, 0);
  assert.match(stdout, /origin: 'git fetch' brings the evidence from now on$/m);
  assert.match(stderr, /warning: origin does not answer yet/);
});

init('a functionary is told their steps and to trust the owners, and gets no example', async (story) => {
  const key = await foundChain(story);
  story.repo.remove('.mlchainrc');
  const { stdout } = await run(story, ['init', '--yes'], { code: 0 });
  assert.match(stdout, /you may sign prepare/);
  assert.match(stdout, /this clone trusts no owner yet[\s\S]*git mlchain trust FPR/);
  assert.not(fs.existsSync(path.join(story.repo.path, '.mlchainrc')));
  await run(story, ['trust', key], { code: 0 });
  assert.not.match((await run(story, ['init', '--yes'])).stdout, /trusts no owner/);
});

init('somebody whose key the layout does not know is told how to join', async (story) => {
  await foundChain(story);
  const alice = await makePerson('Alice');
  const clone = await makeClone({ person: alice, from: story.repo.path });
  const aliceStory = { person: alice, repo: clone };
  const reader = JSON.parse((await run(aliceStory, ['init', '--yes', '--json'])).stdout);
  assert.is(reader.role, 'reader');
  assert.is(reader.key, null);
  assert.is((await run(aliceStory, ['key', 'list', '--json'])).stdout.trim(), '[]');
  const key = await newKey(aliceStory);
  const { stdout } = await run(aliceStory, ['init', '--yes'], { code: 0 });
  assert.match(stdout, `git mlchain key export ${key} > me.asc`);
  await clone.cleanup();
  await alice.cleanup();
});

init('somebody of an address that the layout knows is told to import their key', async (story) => {
  const key = await foundChain(story);
  const elsewhere = await makePerson('Olivia');
  const clone = await makeClone({ person: elsewhere, from: story.repo.path });
  const { stdout } = await run({ person: elsewhere, repo: clone }, ['init', '--yes'], { code: 0 });
  assert.match(stdout, `import your key: the layout knows ${key} Olivia <olivia@example.org>`);
  await clone.cleanup();
  await elsewhere.cleanup();
});

init('--new-key makes a key beside others and signs with it from now on', async (story) => {
  const before = await foundChain(story);
  fs.writeFileSync(story.person.at('passphrase'), 'secret\n');
  const env = { MLCHAIN_PASSPHRASE_FILE: story.person.at('passphrase') };
  const { key, role } = JSON.parse(
    (await run(story, ['init', '--new-key', '--json'], { env, code: 0 })).stdout,
  );
  assert.is.not(key, before);
  assert.is(role, 'newcomer');
  assert.is(await story.repo.git('config', 'mlchain.signingKey'), key);
  const refused = await run(story, ['init', '--new-key']);
  assert.is(refused.code, 2);
  assert.match(refused.stderr, /no signing key was made: there is no terminal/);
});

init(
  'a malformed layout is the owners’ to mend: hooks and remotes are set up, no key and no example is made',
  async (story) => {
    story.repo.write('.mlchain/root.layout', '{');
    const { code, stderr } = await run(story, ['init', '--yes']);
    assert.is(code, 0);
    assert.match(stderr, /warning: \.mlchain\/root\.layout/);
    assert.not(fs.existsSync(path.join(story.repo.path, '.mlchainrc')));
    assert.equal(hookNames(story), ['post-commit', 'post-merge', 'post-rewrite', 'pre-push']);
  },
);

init('hooks that cannot be installed are an error that keeps nothing else from being done', async (story) => {
  await newKey(story);
  for (const name of ['pre-push', 'pre-push.mlchain-chained']) {
    story.repo.write(`.git/hooks/${name}`, `#!/bin/sh\n# ${name}\n`);
    fs.chmodSync(path.join(story.repo.path, '.git/hooks', name), 0o755);
  }
  const { code, stdout, stderr } = await run(story, ['init', '--yes']);
  assert.is(code, 1);
  assert.match(stderr, /no hooks were installed: expected one pre-push hook/);
  assert.match(stdout, /next: name your steps/);
});

init('a server gets its pre-receive hook, and no key', async (story) => {
  await story.person.git(['init', '-q', '--bare', 'server.git']);
  const cwd = story.person.at('server.git');
  const { code, stdout } = await story.person.mlchain(['init', '--yes'], { cwd, code: 'any' });
  assert.is(code, 0);
  assert.is(stdout, 'hooks: pre-receive\n');
  assert.ok(fs.existsSync(path.join(cwd, 'hooks/pre-receive')));
});

init('outside a repository there is nothing to set up', async (story) => {
  const { code, stderr } = await story.person.mlchain(['init', '--yes'], { code: 'any' });
  assert.is(code, 2);
  assert.match(stderr, /not .*a git repository|repository/);
});

init.run();
