import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as assert from 'uvu/assert';
import type { Member } from '../support/member.ts';
import { assertVerdict } from '../support/member.ts';
import { makeScratch } from '../support/scratch.ts';
import { stories } from '../support/stories.ts';

// threats.md, row 41: a disk that is full when a hook wants to write. Where this machine lets us mount a small one, on a
// real one that is full to the last byte; everywhere under RLIMIT_FSIZE, which refuses the same writes with another word.

const story = stories('a full disk', { stopBefore: 'prepare' });
const DATA = 'data/words.txt';
const HOOK = ['git', 'mlchain', 'hook', 'post-commit', '--'];

story(
  '41: a file that may not grow loses nothing (RLIMIT_FSIZE stands in for a full disk)',
  async ({ team }) => {
    const { alice, host } = team;
    const commits: string[] = [];
    for (const blocks of [0, 1, 2, 8]) {
      commits.push(await commitPastHooks(alice, `${blocks} blocks`));
      await limited(alice, blocks, HOOK);
    }
    const [, pushed] = [await makeGood(alice, commits), await limited(alice, 0, ['git', 'push', '-q'])];
    assert.is.not(pushed.code, 0);
    assert.is(await host.git('for-each-ref', alice.notes), '');
    await arrives(team.carl, alice, host, commits);
  },
);

if (mayMount()) {
  story('41: a disk without a free byte loses nothing', async ({ team }) => {
    const place = makeScratch();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', place.path]);
    try {
      const alice = team.alice.in(path.join(place.path, 'clone'));
      fs.cpSync(team.alice.clone, alice.clone, { recursive: true });
      const commits: string[] = [];
      for (const free of [0, 4096, 8192, 16_384, 32_768]) {
        commits.push(await commitPastHooks(alice, `${free} bytes`));
        const filler = fill(place.path, free);
        const { code } = await alice.tries(['mlchain', 'hook', 'post-commit', '--']);
        assert.is(code, 0, 'the commit is made, whatever becomes of its link');
        if (free === 0) assert.equal(await alice.lines(commits[0] ?? ''), [], 'it was full indeed');
        fs.rmSync(filler);
      }
      await makeGood(alice, commits);
      const filler = fill(place.path, 0);
      assert.is.not((await alice.tries(['push', '-q'])).code, 0);
      assert.is(await team.host.git('for-each-ref', alice.notes), '');
      fs.rmSync(filler);
      await arrives(team.carl, alice, team.host, commits);
    } finally {
      execFileSync('umount', [place.path]);
      place.cleanup();
    }
  });
}

story.run();

function mayMount(): boolean {
  const { path: place, cleanup } = makeScratch();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', place], { stdio: 'ignore' });
    execFileSync('umount', [place]);
    return true;
  } catch {
    return false;
  } finally {
    cleanup();
  }
}

/** A file that takes all there is, but so many bytes. */
function fill(place: string, free: number): string {
  const filler = path.join(place, 'filler');
  const { bavail, bsize } = fs.statfsSync(place);
  fs.writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - free)));
  return filler;
}

/** No file may be longer than so many blocks of 512 bytes; the signal that would say so is not heard. */
async function limited(member: Member, blocks: number, words: readonly string[]) {
  const script = `trap '' XFSZ; ulimit -f ${blocks}; exec "$@"`;
  const args = ['-c', script, 'sh', ...words];
  return await member.person.exec('sh', args, { cwd: member.clone, code: 'any' });
}

async function commitPastHooks(alice: Member, content: string): Promise<string> {
  alice.write(DATA, `${content}\n`);
  return await alice.commitWithoutHooks(content);
}

/** What could be noted down is signed now; what could not even be noted down is signed by hand. */
async function makeGood(alice: Member, commits: readonly string[]): Promise<void> {
  await alice.git('mlchain', 'record', '--missing');
  await alice.git('mlchain', 'record', `${commits[0]}^..HEAD`, '--yes');
  assert.match(await alice.mlchain('record', '--missing'), /nothing is queued/);
  for (const commit of commits) assert.is((await alice.lines(commit)).length, 1, commit);
  await alice.git('fsck', '--strict');
}

async function arrives(
  reader: Member,
  alice: Member,
  host: Member,
  commits: readonly string[],
): Promise<void> {
  await alice.git('push', '-q');
  for (const commit of commits) assert.is((await host.lines(commit, alice)).length, 1, commit);
  await reader.pull();
  assertVerdict(await reader.verify('--history'), 'verified');
}
