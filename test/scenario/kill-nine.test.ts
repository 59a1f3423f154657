import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import type { Member } from '../support/member.ts';
import { assertVerdict } from '../support/member.ts';
import { seeded } from '../support/random.ts';
import { stories } from '../support/stories.ts';

// threats.md, row 41: a power cut at any moment of recording and of pushing, two hundred times. Whatever is killed is
// killed with all that it started; at the end one `record --missing`, one `sync` and one push have made it good.

const story = stories('killed at any moment', { stopBefore: 'prepare' });
const DATA = 'data/words.txt';
const RECORDINGS = 110;
const PUSHES = 90;

story('41: two hundred kills lose nothing and leave nothing twice', async ({ team }) => {
  const { alice, host, carl, olivia } = team;
  await host.git('mlchain', 'hooks', 'install');
  await host.git('config', 'mlchain.owner', olivia.fingerprint);
  const random = seeded(41);

  const commits: string[] = [];
  const whole = await duration(async () => {
    commits.push(await commitPastHooks(alice, 'the first, for the clock'));
    await run(alice, ['mlchain', 'hook', 'post-commit', '--']);
  });
  for (let point = 0; point < RECORDINGS; point++) {
    commits.push(await commitPastHooks(alice, `commit ${point}`));
    await run(alice, ['mlchain', 'hook', 'post-commit', '--'], random() * whole);
    settleLocks(alice);
  }
  await alice.git('mlchain', 'record', '--missing');
  // Killed before it had so much as looked at the commit, a hook left nothing to make good: that is signed by hand.
  const unseen = await withoutLines(alice, commits);
  assert.ok(unseen.length < RECORDINGS / 2, `${unseen.length} of ${RECORDINGS}`);
  await alice.git('mlchain', 'record', `${commits[0]}^..HEAD`, '--yes');
  assert.match(await alice.mlchain('record', '--missing'), /nothing is queued/);

  const last = commits.slice(-PUSHES);
  const wholePush = await duration(() =>
    run(alice, ['push', '-q', 'origin', `${commits.at(-PUSHES - 1)}:main`]),
  );
  for (const commit of last) {
    await run(alice, ['push', '-q', 'origin', `${commit}:main`], random() * wholePush);
    for (const each of [alice, host]) settleLocks(each);
  }
  await alice.git('mlchain', 'sync');
  await alice.git('push', '-q', 'origin', 'main');

  assert.is(await host.git('rev-parse', 'main'), commits.at(-1));
  for (const each of [alice, host]) {
    await each.git('fsck', '--strict');
    for (const commit of commits) await assertOneLink(each, alice, commit);
  }
  await carl.pull();
  assertVerdict(await carl.verify('--history'), 'verified');
});

story.run();

async function commitPastHooks(alice: Member, content: string): Promise<string> {
  alice.write(DATA, `${content}\n`);
  return await alice.commitWithoutHooks(content);
}

/** To the end, or until it is killed with its whole process group after so many milliseconds. */
async function run(member: Member, args: readonly string[], milliseconds?: number): Promise<void> {
  const { env } = member.person;
  const child = spawn('git', args, { cwd: member.clone, env, detached: true, stdio: 'ignore' });
  const ended = once(child, 'close');
  if (milliseconds !== undefined && child.pid !== undefined) {
    await Promise.race([ended, sleep(milliseconds)]);
    if (child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  }
  await ended;
}

async function duration(work: () => Promise<unknown>): Promise<number> {
  const start = Date.now();
  await work();
  return Date.now() - start;
}

/** Time passes: our own locks are found dead by us; of git's own, git says that they are to be removed by hand. */
function settleLocks({ clone }: Member): void {
  const gitDir = fs.existsSync(path.join(clone, '.git')) ? path.join(clone, '.git') : clone;
  const long = new Date(Date.now() - 120_000);
  for (const name of ['', 'refs', 'logs/refs'].flatMap((place) => locksIn(gitDir, place))) {
    if (/^refs\/(notes|mlchain)\//.test(name)) fs.utimesSync(path.join(gitDir, name), long, long);
    else fs.rmSync(path.join(gitDir, name));
  }
}

function locksIn(gitDir: string, place: string): string[] {
  const root = path.join(gitDir, place);
  if (!fs.existsSync(root)) return [];
  const names = fs.readdirSync(root, { recursive: place !== '', encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.lock')).map((name) => path.posix.join(place, name));
}

async function withoutLines(alice: Member, commits: readonly string[]): Promise<string[]> {
  const noted = (await alice.git('notes', '--ref', alice.notes, 'list'))
    .split('\n')
    .map((line) => line.split(' ')[1]);
  return commits.filter((commit) => !noted.includes(commit));
}

async function assertOneLink(where: Member, signer: Member, commit: string): Promise<void> {
  const lines = await where.lines(commit, signer);
  assert.is(lines.length, 1, `${commit} at ${where.person.name}`);
  assert.is(JSON.parse(lines[0] ?? '').signed.name, 'prepare');
}
