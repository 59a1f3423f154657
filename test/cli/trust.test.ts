import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ExecResult } from '../support/exec.ts';
import type { Person } from '../support/person.ts';
import { makePerson } from '../support/person.ts';
import { onTerminal } from '../support/terminal.ts';
import type { WorkingClone } from '../support/working-clone.ts';
import { makeClone } from '../support/working-clone.ts';

/** Olivia's repository with a signed layout, and Alice's fresh clone of it. */
interface Story {
  owner: Person;
  origin: WorkingClone;
  olivia: string;
  clone: WorkingClone;
}

const trust = suite<Story>('trust');

trust.before.each(async (story) => {
  story.owner = await makePerson('Olivia');
  story.origin = await makeClone({ person: story.owner });
  const made = await story.owner.mlchain(['key', 'new', '--no-passphrase']);
  story.olivia = made.stdout.trim();
  story.origin.write('.mlchainrc', 'steps: { prepare: { products: [data/] } }');
  const { owner, origin } = story;
  await owner.mlchain(['layout', 'new', '--functionary', story.olivia], { cwd: origin.path });
  await owner.mlchain(['layout', 'sign'], { cwd: origin.path });
  await origin.commit();
  story.clone = await makeClone({ from: origin.path, name: 'clone' });
});

trust.after.each(async ({ clone, origin, owner }) => {
  await clone.cleanup();
  await origin.cleanup();
  await owner.cleanup();
});

function run({ clone }: Story, ...argv: readonly string[]): Promise<ExecResult> {
  return clone.person.mlchain(argv, { cwd: clone.path, code: 'any' });
}

async function listed(story: Story) {
  return JSON.parse((await run(story, 'trust', '--list', '--json')).stdout);
}

function layoutFile({ clone }: Story): string {
  return path.join(clone.path, '.mlchain/root.layout');
}

trust('pins owners and the identity of the repository in git config, and names them', async (story) => {
  const { code, stdout } = await run(story, 'trust', story.olivia);
  assert.is(code, 0);
  assert.is(stdout, `trusting Olivia <olivia@example.org>  ${story.olivia}\n`);
  assert.is(await story.clone.git('config', '--get-all', 'mlchain.owner'), story.olivia);
  const [, id] = /mlchain-id: ([0-9a-f]{32})/.exec(fs.readFileSync(layoutFile(story), 'utf8')) ?? [];
  assert.is(await story.clone.git('config', 'mlchain.id'), id);
  assert.equal(await listed(story), {
    owners: [{ fingerprint: story.olivia, name: 'Olivia <olivia@example.org>' }],
    threshold: 1,
    id,
  });
});

trust('takes fingerprints as people write them, several at once, and each once', async (story) => {
  const other = 'B'.repeat(40);
  const spaced = story.olivia.toLowerCase().replace(/(.{4})/g, '$1 ');
  assert.is((await run(story, 'trust', spaced, `0x${other}`)).code, 0);
  assert.equal((await story.clone.git('config', '--get-all', 'mlchain.owner')).split('\n'), [
    story.olivia,
    other,
  ]);
  const again = await run(story, 'trust', other);
  assert.is(again.stdout, `already trusted: ${other}\n`);
  assert.is((await listed(story)).owners.length, 2);
});

trust('refuses whatever is no whole fingerprint', async (story) => {
  for (const text of [
    '1234567890',
    story.olivia.slice(-16),
    `${story.olivia}0`,
    'olivia',
    `G${'A'.repeat(39)}`,
  ]) {
    const { code, stderr } = await run(story, 'trust', text);
    assert.is(code, 2);
    assert.match(stderr, `expected a fingerprint of 40 hex digits, found '${text}'`);
  }
  assert.equal((await listed(story)).owners, []);
});

trust('wants to be told what to do, and one thing at a time', async (story) => {
  for (const args of [[], [story.olivia, '--list'], ['--first-use', '--list']]) {
    assert.is((await run(story, 'trust', ...args)).code, 2);
  }
});

trust('--first-use shows what the repository claims, and pins it with --yes', async (story) => {
  const { code, stderr } = await run(story, 'trust', '--first-use', '--yes');
  assert.is(code, 0);
  assert.match(stderr, `Olivia <olivia@example.org>  ${story.olivia}`);
  assert.match(stderr, /compare each fingerprint with its owner over another channel/);
  assert.is((await listed(story)).owners[0].fingerprint, story.olivia);
});

trust('--first-use without a terminal and without --yes trusts nobody', async (story) => {
  const { code, stderr } = await run(story, 'trust', '--first-use');
  assert.is(code, 2);
  assert.match(stderr, /give --yes/);
  assert.equal((await listed(story)).owners, []);
});

trust('--first-use asks on a terminal, and takes only a yes for a yes', async (story) => {
  const { person, path: cwd } = story.clone;
  const argv = [person.at('bin/git-mlchain'), 'trust', '--first-use'];
  const no = await onTerminal(argv, person.env, { type: 'n\n', after: '[y/N]' }, { cwd });
  assert.is(no.code, 1);
  assert.match(no.stdout, /nobody is trusted/);
  assert.equal((await listed(story)).owners, []);
  const yes = await onTerminal(argv, person.env, { type: 'y\n', after: '[y/N]' }, { cwd });
  assert.is(yes.code, 0);
  assert.is((await listed(story)).owners.length, 1);
});

trust('--first-use is for the first use', async (story) => {
  await run(story, 'trust', 'B'.repeat(40));
  const { code, stderr } = await run(story, 'trust', '--first-use', '--yes');
  assert.is(code, 1);
  assert.match(stderr, /this clone trusts owners already/);
  assert.is((await listed(story)).owners.length, 1);
});

trust('--first-use names nobody whose signature is not good', async (story) => {
  const text = fs.readFileSync(layoutFile(story), 'utf8');
  fs.writeFileSync(layoutFile(story), text.replace('"threshold": 1', '"threshold": 2'));
  const { code, stderr } = await run(story, 'trust', '--first-use', '--yes');
  assert.is(code, 1);
  assert.match(stderr, `a signature by ${story.olivia.toLowerCase()} cannot be shown to be good`);
  assert.match(stderr, /nobody has signed/);
  assert.equal((await listed(story)).owners, []);
});

trust('--first-use names nobody whose certificate is missing', async (story) => {
  fs.rmSync(path.join(story.clone.path, '.mlchain/keys'), { recursive: true });
  assert.is((await run(story, 'trust', '--first-use', '--yes')).code, 1);
  assert.equal((await listed(story)).owners, []);
});

trust('a repository without a layout claims no owners, but owners can be named', async (story) => {
  story.clone.remove('.mlchain/root.layout');
  await story.clone.commit();
  const { code, stderr } = await run(story, 'trust', '--first-use', '--yes');
  assert.is(code, 1);
  assert.match(stderr, /has no layout/);
  assert.is((await run(story, 'trust', story.olivia)).code, 0);
  assert.is((await listed(story)).id, null);
});

trust('the identity of a layout that no trusted owner signed is not remembered', async (story) => {
  assert.is((await run(story, 'trust', 'B'.repeat(40))).code, 0);
  assert.is((await listed(story)).id, null);
});

trust("another repository's layout by the same owner is not taken for this one's", async (story) => {
  await story.clone.git('config', 'mlchain.id', 'f'.repeat(32));
  const { code, stderr } = await run(story, 'trust', story.olivia);
  assert.is(code, 1);
  assert.match(stderr, `expected the layout of the repository ${'f'.repeat(32)}, found that of `);
  assert.equal((await listed(story)).owners, []);
});

trust('a malformed layout keeps nobody from naming an owner', async (story) => {
  fs.truncateSync(layoutFile(story), 100);
  const { code, stderr } = await run(story, 'trust', story.olivia);
  assert.is(code, 0);
  assert.match(stderr, /warning: \.mlchain\/root\.layout/);
  assert.is((await run(story, 'trust', '--first-use', '--yes')).code, 1);
});

trust('--remove removes, however the owner was written down', async (story) => {
  await story.clone.git('config', 'mlchain.owner', story.olivia.toLowerCase());
  const { code, stdout } = await run(story, 'trust', '--remove', story.olivia);
  assert.is(code, 0);
  assert.is(stdout, `no longer trusting ${story.olivia}\n`);
  assert.equal((await listed(story)).owners, []);
  const again = await run(story, 'trust', '--remove', story.olivia);
  assert.is(again.code, 2);
  assert.match(again.stderr, /is not pinned in this clone/);
});

trust('--remove says so when somebody else than this clone pins the owner', async (story) => {
  await story.clone.git('config', '--global', 'mlchain.owner', story.olivia);
  const { code, stderr } = await run(story, 'trust', '--remove', story.olivia);
  assert.is(code, 1);
  assert.match(stderr, /still pinned, in git config outside this clone/);
});

trust('fewer owners than the threshold are worth a warning', async (story) => {
  await run(story, 'trust', story.olivia, 'B'.repeat(40));
  await story.clone.git('config', 'mlchain.ownerThreshold', '2');
  const { code, stderr } = await run(story, 'trust', '--remove', 'B'.repeat(40));
  assert.is(code, 0);
  assert.match(stderr, /warning: 1 trusted owners are left, and mlchain\.ownerThreshold asks for 2/);
  assert.is((await listed(story)).threshold, 2);
});

trust('a bare repository trusts by the layout of its HEAD', async (story) => {
  const { person } = story.clone;
  await person.git(['clone', '-q', '--bare', story.origin.path, 'bare.git']);
  const options = { cwd: person.at('bare.git') };
  const { stdout } = await person.mlchain(['trust', '--first-use', '--yes'], options);
  assert.is(stdout, `trusting Olivia <olivia@example.org>  ${story.olivia}\n`);
  const { id } = JSON.parse((await person.mlchain(['trust', '--list', '--json'], options)).stdout);
  assert.match(id, /^[0-9a-f]{32}$/);
});

trust('what --list shows is what is pinned, not what a variable says for one call', async (story) => {
  const { person, path: cwd } = story.clone;
  const env = { MLCHAIN_OWNER: 'B'.repeat(40) };
  const { stdout } = await person.mlchain(['trust', '--list'], { cwd, env });
  assert.match(stdout, /nobody is trusted here/);
});

trust.run();
