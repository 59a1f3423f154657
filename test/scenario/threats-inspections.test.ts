import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as assert from 'uvu/assert';
import type { Member } from '../support/member.ts';
import { assertVerdict } from '../support/member.ts';
import { stories } from '../support/stories.ts';
import { CONFIG } from '../support/team.ts';

// threats.md, rows 25 and 52: the command that the owners have whoever verifies run. It sees controlled, verified
// files only, in a place of its own, and nothing it starts outlives it.

const story = stories('threats: inspections');
const FAILED = 'violation inspection-failed';

story('25: an inspection that finds the data is not what the script makes', async ({ team }) => {
  const { alice, bob, carl } = team;
  alice.write('data/words.txt', 'two\nswapped\n');
  await alice.commit('labels swapped, unknowing');
  await alice.push();
  await bob.pull();
  await bob.work('train');
  await bob.push();
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');
  assertVerdict(await carl.verify(), 'violated', [FAILED]);
  assertVerdict(await carl.verify('--no-inspect'), 'verified', ['warning inspections-skipped']);
});

const misbehaviours = new Map([
  ['ends with another code than 0', 'exit 3'],
  ['is killed', 'kill -9 $$'],
  ['changes what it was to inspect', 'echo more >>data/words.txt'],
  ['adds to what it was to inspect', 'echo new >data/new.txt'],
  ['writes beside its place', 'echo x >../stray'],
  ['moves its place away', 'mv ../files ../gone'],
  ['removes its place', 'rm -r ../files'],
  ['leaves a link that leads everywhere', 'ln -s / everything'],
  ['puts everything in its place', 'rm -r ../files; ln -s / ../files'],
]);

for (const [what, script] of misbehaviours) {
  story(`25: an inspection that ${what} fails`, async ({ team: { olivia } }) => {
    await inspectWith(olivia, script);
    assertVerdict(await olivia.verify(), 'violated', [
      script.includes('data/words')
        ? `${FAILED} data/words.txt`
        : script.includes('new')
          ? `${FAILED} data/new.txt`
          : FAILED,
    ]);
    assert.is(await olivia.git('status', '--porcelain'), '');
  });
}

story('25: an inspection that does its work without a trace passes', async ({ team: { olivia } }) => {
  await inspectWith(olivia, 'echo scribble >"$TMPDIR/scribble"; echo notes >notes.txt; exit 0');
  assertVerdict(await olivia.verify(), 'verified');
  assert.is(await olivia.git('status', '--porcelain'), '');
});

story('25: an inspection that does not end is ended', async ({ team: { olivia } }) => {
  await inspectWith(olivia, 'sleep 1000');
  assertVerdict(await olivia.verify('--inspection-timeout', '1s'), 'violated', [FAILED]);
});

story(
  '25: nothing that an inspection started outlives it, or its scratch place',
  async ({ team: { olivia } }) => {
    const file = olivia.person.at('pid');
    // Outside its own HOME the inspection knows no place; the test tells it one.
    await inspectWith(olivia, `sleep 1000 >/dev/null 2>&1 & echo $! >'${file}'`);
    const before = scratchPlaces();
    assertVerdict(await olivia.verify(), 'verified');
    assert.equal(scratchPlaces(), before);
    const { stdout } = await olivia.person.exec('ps', ['-o', 'stat=', '-p', olivia.read('../pid').trim()], {
      code: [0, 1],
    });
    // Nothing, or a zombie that nobody has collected yet.
    assert.match(stdout, /^(Z.*)?\s*$/);
  },
);

story('25: an inspection sees neither the keys nor the environment of who verifies', async ({ team }) => {
  const { olivia } = team;
  const file = olivia.person.at('seen');
  await inspectWith(olivia, `env >'${file}'; ls -A . "$HOME" >>'${file}'`);
  const { code } = await olivia.tries(['mlchain', 'verify'], { env: { SECRET_TOKEN: 'hunter2' } });
  assert.is(code, 0);
  const seen = fs.readFileSync(file, 'utf8');
  for (const secret of ['hunter2', 'GIT_', 'GNUPGHOME', 'XDG_', '.mlchainrc', '.git', 'git-mlchain']) {
    assert.not.match(seen.replace(/^PATH=.*$/m, ''), secret);
  }
  assert.match(seen, /^data$/m);
});

story(
  '52: a script that no step signs is not there to be run',
  async ({ team: { olivia, mallory, carl } }) => {
    olivia.write('tools/check.sh', 'true\n');
    await inspectBy(olivia, 'tools/check.sh');
    await olivia.push();
    await carl.pull();
    assertVerdict(await carl.verify(), 'violated', [FAILED]);

    await mallory.pull();
    mallory.write('tools/check.sh', `echo pwned >'${carl.person.at('pwned')}'\n`);
    await mallory.commit('a better check');
    await mallory.push();
    await carl.pull();
    assertVerdict(await carl.verify(), 'violated', [FAILED]);
    assert.not.ok(fs.existsSync(carl.person.at('pwned')));
  },
);

story('52: the same script, signed by who controls it, runs', async ({ team: { olivia } }) => {
  olivia.write('scripts/look.sh', `echo here >'${olivia.person.at('ran')}'\n`);
  await inspectBy(olivia, 'scripts/look.sh');
  assertVerdict(await olivia.verify(), 'verified');
  assert.ok(fs.existsSync(olivia.person.at('ran')));
});

story('52: no inspection runs before everything else has passed', async ({ team: { olivia, mallory } }) => {
  await inspectWith(olivia, `echo here >'${olivia.person.at('ran')}'`);
  await olivia.push();
  await mallory.pull();
  mallory.write('data/words.txt', 'poison\n');
  await mallory.commit('poison');
  const { verdict } = await mallory.verify();
  assert.is(verdict, 'violated');
  assert.not.ok(fs.existsSync(olivia.person.at('ran')));
});

/** Olivia replaces what the inspection of the layout runs, and signs for it as the step `source`. */
async function inspectWith(olivia: Member, script: string): Promise<void> {
  olivia.write('scripts/check.sh', `${script}\n`);
  await olivia.commit('another check');
}

/** A layout whose inspection is `sh FILE`. */
async function inspectBy(olivia: Member, file: string): Promise<void> {
  olivia.write('.mlchainrc', CONFIG.replace('scripts/check.sh', file));
  const keys = (await olivia.git('ls-files', '.mlchain/keys')).split('\n');
  const words = keys.flatMap((key) => ['--functionary', key]);
  await olivia.git('mlchain', 'layout', 'new', '--force', ...words);
  await olivia.git('mlchain', 'layout', 'sign');
  await olivia.commit('another inspection');
}

function scratchPlaces(): string[] {
  return fs.readdirSync(tmpdir()).filter((name) => name.startsWith('mlchain-inspection-'));
}

story.run();
