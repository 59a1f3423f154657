import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as assert from 'uvu/assert';
import { assessHistory } from '../../src/gather/assess.ts';
import { Checkpoints } from '../../src/gather/checkpoints.ts';
import { readTrust } from '../../src/gather/trust.ts';
import { Repository } from '../../src/git/repository.ts';
import { assertVerdict, type Judged, type Member } from '../support/member.ts';
import { stories } from '../support/stories.ts';

// threats.md, row 60: what was verified is remembered in the git directory, where others may write.

const story = stories('threats: memory edited');
const DATA = 'data/words.txt';
const POISON = ['violation uncovered data/words.txt'];

story('60: what was verified once is known from before, and --no-cache says the same', async ({ team }) => {
  const { carl, alice } = team;
  const first = await carl.verify('--history');
  assertVerdict(first, 'verified');
  const again = await carl.verify('--history');
  assert.is(again.checked.cached, first.checked.commits);
  assert.equal(withoutCached(again), withoutCached(first));
  alice.write('data/more.txt', 'kiwi\n');
  await alice.commit('more data');
  await alice.push();
  await carl.pull();
  const next = await carl.verify('--history');
  assertVerdict(next, 'verified');
  assert.is(next.checked.commits, first.checked.commits + 1);
  assert.is(next.checked.cached, first.checked.commits, 'one commit was judged');
  const fresh = await carl.verify('--history', '--no-cache');
  assert.is(fresh.checked.cached, 0);
  assert.equal(withoutCached(fresh), withoutCached(next));
});

story(
  '60: where the user can keep no secret nothing is remembered, and all is verified as before',
  async ({ team }) => {
    const { carl } = team;
    fs.rmSync(carl.person.at('.local'), { recursive: true, force: true });
    fs.writeFileSync(carl.person.at('.local'), '');
    assertVerdict(await carl.verify('--history'), 'verified');
    const again = await carl.verify('--history');
    assertVerdict(again, 'verified');
    assert.is(again.checked.cached, 0);
  },
);

story('60: an edited memory is judged again, whatever it says', async ({ team: { carl } }) => {
  const before = await carl.verify('--history');
  for (const file of memories(carl)) {
    const text = fs.readFileSync(file, 'utf8');
    fs.writeFileSync(file, text.replace(`"commits":${before.checked.commits}`, '"commits":1'));
  }
  const judged = await carl.verify('--history');
  assertVerdict(judged, 'verified');
  assert.is(judged.checked.cached, 0);
  assert.is(judged.checked.commits, before.checked.commits);
});

story('60: a memory renamed to a poisoned commit is none', async ({ team: { carl, mallory } }) => {
  const good = await carl.head();
  assertVerdict(await carl.verify('--history'), 'verified');
  const poisoned = await poison(mallory);
  await carl.pull();
  for (const file of memories(carl)) {
    const forged = fs.readFileSync(file, 'utf8').replaceAll(good, poisoned);
    fs.writeFileSync(file.replace(good, poisoned), forged);
  }
  const judged = await carl.verify('--history');
  assertVerdict(judged, 'violated', POISON);
  assert.is(judged.checked.cached, 0);
});

/** Mallory's own program writes what she wants, under her own secret; then she hands the whole directory over. */
story(
  '60: a memory in a git directory that somebody hands over is none',
  async ({ team: { carl, mallory } }) => {
    assertVerdict(await mallory.verify('--history'), 'verified');
    const good = await mallory.head();
    const poisoned = await poison(mallory);
    await claimVerified(mallory, good, poisoned);
    assertVerdict(await mallory.verify('--history'), 'verified', []);
    const judged = await carl.in(mallory.clone).verify('--history');
    assertVerdict(judged, 'violated', POISON);
    assert.is(judged.checked.cached, 0);
  },
);

/** With the digest of the good file, poison would look like no change at all. */
story('60: a digest written beside those that were hashed is none', async ({ team: { carl, mallory } }) => {
  assertVerdict(await carl.verify('--history'), 'verified');
  const digest = createHash('sha256').update(carl.read(DATA)).digest('hex');
  const poisoned = await poison(mallory);
  await carl.pull();
  const blob = await carl.git('rev-parse', `${poisoned}:${DATA}`);
  const shard = path.join(carl.clone, '.git', 'mlchain', 'digests', '2', blob.slice(0, 2));
  fs.appendFileSync(shard, `\n\n${blob} file ${digest}\n`);
  assertVerdict(await carl.verify('--history'), 'violated', POISON);
});

story('the log of the newest commits is told from memory as from the whole history', async ({ team }) => {
  const { carl, bob } = team;
  bob.write('model/notes.txt', 'better\n');
  await bob.commit('better weights');
  await bob.push();
  const old = await carl.mlchain('log', '--json');
  await carl.pull();
  const told = JSON.parse(await carl.mlchain('log', '--json'));
  assert.is(told[0].state, 'verified');
  assert.equal(told.slice(1), JSON.parse(old));
  assert.equal(JSON.parse(await carl.mlchain('log', '-n', '2', '--json')), told.slice(0, 2));
  fs.rmSync(directory(carl), { recursive: true });
  assert.equal(JSON.parse(await carl.mlchain('log', '--json')), told);
});

story(
  'what is shown of one commit costs that commit, also where its own history is remembered',
  async ({ team }) => {
    const { carl, bob } = team;
    const before = await carl.verify('--history');
    bob.write('model/notes.txt', 'better\n');
    await bob.commit('better weights');
    await bob.push();
    await carl.pull();
    assertVerdict(await carl.verify('--history'), 'verified');
    const head = await carl.head();
    const repo = await Repository.open(carl.clone, carl.person.env);
    try {
      const trust = await readTrust(repo, { owners: [], strict: false, env: carl.person.env });
      const now = Math.floor(Date.now() / 1000);
      const history = await assessHistory(repo, { tips: [head], trust, now, cache: 'older' });
      assert.is(history.checked.cached, before.checked.commits);
      assert.ok(history.commits.has(head));
    } finally {
      await repo.close();
    }
    const shown = await carl.mlchain('show', '--json');
    fs.rmSync(directory(carl), { recursive: true });
    assert.is(await carl.mlchain('show', '--json'), shown);
  },
);

story('the directory may be deleted at any time', async ({ team: { carl } }) => {
  const first = await carl.verify('--history');
  fs.rmSync(directory(carl), { recursive: true });
  assert.equal(await carl.verify('--history'), first);
  assert.is((await carl.verify('--history')).checked.cached, first.checked.commits);
});

function directory({ clone }: Member): string {
  return path.join(clone, '.git', 'mlchain', 'verified');
}

function memories(member: Member): string[] {
  const files = fs.readdirSync(directory(member)).map((name) => path.join(directory(member), name));
  assert.ok(files.length > 0, 'something is remembered');
  return files;
}

function withoutCached({ stdout }: Judged): string {
  return stdout.replace(/"cached": \d+/, '');
}

async function poison(mallory: Member): Promise<string> {
  mallory.write(DATA, 'poison\n');
  const commit = await mallory.commitWithoutHooks('poison');
  await mallory.pushPastHooks();
  return commit;
}

async function claimVerified(mallory: Member, good: string, poisoned: string): Promise<void> {
  const repo = await Repository.open(mallory.clone, mallory.person.env);
  try {
    const owners = (await mallory.git('config', '--get-all', 'mlchain.owner')).split('\n');
    const id = (await mallory.tries(['config', 'mlchain.id'])).stdout.trim();
    const trust = { owners, threshold: 1, id: id === '' ? undefined : id, strict: false };
    const checkpoints = Checkpoints.open(repo, trust);
    const known = checkpoints?.read(good);
    assert.ok(known, 'her program remembers what it verified');
    checkpoints?.write({ ...known, memory: { ...known.memory, tip: poisoned } });
  } finally {
    await repo.close();
  }
}

story.run();
