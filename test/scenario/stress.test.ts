import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as assert from 'uvu/assert';
import { anotherClone } from '../support/another-clone.ts';
import type { Member } from '../support/member.ts';
import { assertVerdict } from '../support/member.ts';
import { seeded } from '../support/random.ts';
import { stories } from '../support/stories.ts';
import type { Team } from '../support/team.ts';

// threats.md, row 42: eight who work at once, in four clones of two people, two worktrees each, against one verifying
// server. Four of them write one person's notes ref, from two clones. Each link that was made is everywhere in the end.

const WORKERS = 8;
/** Commits that each makes at one stroke and records as a range, on a branch of their own. */
const BULK = 249;
const TRIES = 40;

/** A step for each, with one file below it: nobody has to sign what another has made. */
const STEPS = Array.from({ length: WORKERS }, (_, at) => `part${at}`);
const CONFIG = `steps:
  source: { products: [raw/] }
  prepare: { products: [data/] }
  train: { products: [model/] }
${STEPS.map((step) => `  ${step}: { products: [${step}/] }`).join('\n')}
`;

const story = stories('eight at once', {
  stopBefore: 'prepare',
  config: CONFIG,
  layout: ({ alice, bob }) =>
    STEPS.flatMap((step, at) => [
      '--functionary',
      `${step}=${(at % 2 === 0 ? alice : bob).person.at('certificate.asc')}`,
    ]),
});

interface Worker {
  readonly step: string;
  readonly member: Member;
}

story('42: two thousand links, and none is lost', async ({ team }) => {
  const { host, olivia, carl } = team;
  await host.git('mlchain', 'hooks', 'install');
  await host.git('config', 'mlchain.owner', olivia.fingerprint);
  const clones = await twoClonesEach(team);
  const workers = await Promise.all(
    STEPS.map(async (step, at): Promise<Worker> => ({ step, member: await workPlace(clones, at) })),
  );
  const random = seeded(42);
  await Promise.all(workers.map((worker) => workFor(worker, random)));

  await Promise.all(clones.map((clone) => clone.git('fetch', '-q')));
  for (const clone of clones) await clone.git('mlchain', 'sync');
  await carl.git('fetch', '-q');
  for (const place of [...clones, host, carl]) {
    const branches = place === host ? 'refs/heads' : 'refs/remotes/origin';
    const made = await commitsBelow(place, branches);
    assert.is(made.size, WORKERS * (BULK + 1));
    assert.equal(await linksOn(place, made), [...made.values()].sort());
    assert.is((await place.tries(['fsck', '--no-progress', '--no-dangling'])).code, 0);
  }
  for (const branch of ['origin/main', 'origin/part7'])
    assertVerdict(await carl.verify('--history', branch), 'verified');
});

story.run();

async function twoClonesEach(team: Team): Promise<readonly Member[]> {
  const { alice, bob } = team;
  const second = [alice, bob].map((member) => anotherClone(team, member, 'second'));
  return [alice, bob, ...(await Promise.all(second))];
}

/** Of each clone the main work tree and a linked one. */
async function workPlace(clones: readonly Member[], at: number): Promise<Member> {
  const clone = clones[at % clones.length];
  if (clone === undefined) throw new Error(`no clone for ${at}`);
  if (at < clones.length) return clone;
  const tree = clone.in(path.join(clone.person.home, `tree${at}`));
  await clone.git('worktree', 'add', '-q', '-b', `tree${at}`, tree.clone, 'origin/main');
  return tree;
}

async function workFor({ step, member }: Worker, random: () => number): Promise<void> {
  // One commit onto the branch of all, as anybody does it all day.
  member.write(`${step}/file`, 'first\n');
  await member.commit(`${step}: first`);
  await untilTaken(member, 'main', random);
  // And many at a stroke onto a branch of their own.
  const first = await member.head();
  await commitMany(member, step, first);
  await member.git('reset', '-q', '--hard', `refs/heads/${step}`);
  await member.git('mlchain', 'record', `${first}..HEAD`, '--yes', '-q');
  await untilTaken(member, step, random);
}

async function untilTaken(member: Member, branch: string, random: () => number): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const pushed = await member.tries(['push', '-q', 'origin', `HEAD:refs/heads/${branch}`]);
    if (pushed.code === 0) return;
    if (attempt === TRIES) throw new Error(pushed.stderr);
    await sleep(random() * 1000 * attempt);
    // That, too, may find a ref locked by a neighbour; what was begun is begun anew.
    await member.tries(['pull', '-q', '--rebase', 'origin', 'main']);
  }
}

async function commitMany(member: Member, step: string, from: string): Promise<void> {
  const who = `${member.person.name} <${member.person.email}> ${Math.floor(Date.now() / 1000)} +0000`;
  const commits = Array.from({ length: BULK }, (_, at) => {
    const [message, content] = [`${step} ${at}\n`, `${step} ${at}\n`];
    const parent = at === 0 ? `from ${from}\n` : '';
    return `commit refs/heads/${step}
committer ${who}
data ${message.length}
${message}${parent}M 100644 inline ${step}/file
data ${content.length}
${content}
`;
  });
  const input = `${commits.join('')}done\n`;
  await member.person.git(['fast-import', '--quiet', '--done'], { cwd: member.clone, input });
}

/** Commit → the step that it did something for, of all commits but the ones that the story began with. */
async function commitsBelow(place: Member, branches: string): Promise<Map<string, string>> {
  const log = await place.git('log', '--format=%H %s', `--glob=${branches}/*`);
  return new Map(
    log.split('\n').flatMap((line): [string, string][] => {
      const [, commit = '', step = ''] = /^(\S+) (part\d)/.exec(line) ?? [];
      return commit === '' ? [] : [[commit, step]];
    }),
  );
}

/** The steps of the links that lie on these commits, as any ref of this place has them, each line once. */
async function linksOn(place: Member, commits: ReadonlyMap<string, string>): Promise<string[]> {
  const refs = await place.git('for-each-ref', '--format=%(refname)', 'refs/notes');
  const lines = new Set<string>();
  for (const ref of refs.split('\n')) {
    const notes = (await place.git('notes', '--ref', ref, 'list')).split('\n').map((line) => line.split(' '));
    const blobs = notes.filter(([, commit = '']) => commits.has(commit)).map(([blob = '']) => blob);
    const { stdout } = await place.person.git(['cat-file', '--batch'], {
      cwd: place.clone,
      input: blobs.map((blob) => `${blob}\n`).join(''),
    });
    for (const line of stdout.split('\n')) if (line.startsWith('{')) lines.add(line);
  }
  return [...lines].map((line) => JSON.parse(line).signed.name).sort();
}
