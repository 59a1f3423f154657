import * as fs from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Person } from '../support/person.ts';
import { makePerson } from '../support/person.ts';
import type { WorkingClone } from '../support/working-clone.ts';
import { makeClone } from '../support/working-clone.ts';

/** Olivia and Oscar own the chain together: nothing is in force that only one of them has signed. */
interface Story {
  olivia: Person;
  oscar: Person;
  keys: Map<Person, string>;
  /** Olivia's repository, from which Oscar clones. */
  repo: WorkingClone;
}

const owners = suite<Story>('two owners');

owners.before.each(async (story) => {
  story.olivia = await makePerson('Olivia');
  story.oscar = await makePerson('Oscar');
  story.keys = new Map();
  for (const person of [story.olivia, story.oscar]) {
    story.keys.set(person, (await person.mlchain(['key', 'new', '--no-passphrase'])).stdout.trim());
  }
  story.repo = await makeClone({ person: story.olivia });
  story.repo.write('.mlchainrc', 'steps: { data: { products: [data/] } }');
  story.repo.write('data/a.csv', '1\n');
  await trustBoth(story, story.repo);
  await mlchain(story.repo, 'layout', 'new', '--functionary', keyOf(story, story.olivia));
});

owners.after.each(async ({ repo, olivia, oscar }) => {
  await repo.cleanup();
  await olivia.cleanup();
  await oscar.cleanup();
});

function keyOf({ keys }: Story, person: Person): string {
  return keys.get(person) ?? '';
}

async function trustBoth({ keys }: Story, clone: WorkingClone): Promise<void> {
  await mlchain(clone, 'trust', ...keys.values());
  await clone.git('config', 'mlchain.ownerThreshold', '2');
}

async function mlchain(clone: WorkingClone, ...argv: readonly string[]): Promise<string> {
  return (await clone.person.mlchain(argv, { cwd: clone.path })).stdout;
}

async function verdict(clone: WorkingClone) {
  const { stdout, code } = await clone.person.mlchain(['verify', '--history', '--json'], {
    cwd: clone.path,
    code: 'any',
  });
  const { verdict: word, findings } = JSON.parse(stdout);
  return { code, word, codes: findings.map((finding: { code: string }) => finding.code) };
}

/** Oscar gets the unfinished layout by whatever way, signs it, and sends it back. */
async function oscarSigns(story: Story): Promise<string> {
  const desk = await makeClone({ person: story.oscar, name: 'desk' });
  await trustBoth(story, desk);
  fs.cpSync(`${story.repo.path}/.mlchain`, `${desk.path}/.mlchain`, { recursive: true });
  const said = await mlchain(desk, 'layout', 'sign');
  fs.cpSync(`${desk.path}/.mlchain`, `${story.repo.path}/.mlchain`, { recursive: true });
  await desk.cleanup();
  return said;
}

owners(
  'a layout that one of two has signed is not in force, and says whose signature is missing',
  async (story) => {
    const said = await mlchain(story.repo, 'layout', 'sign');
    assert.match(said, `1 signature still missing, of:\n  ${keyOf(story, story.oscar)}`);
    await mlchain(story.repo, 'init', '--yes');
    await story.repo.commit();
    const { code, word, codes } = await verdict(story.repo);
    assert.is(code, 1);
    assert.is(word, 'violated');
    assert.ok(codes.includes('layout-untrusted'), codes.join());
  },
);

owners('signed by both in turn it is in force', async (story) => {
  await mlchain(story.repo, 'layout', 'sign');
  assert.match(await oscarSigns(story), /it is in force once it is committed/);
  await mlchain(story.repo, 'init', '--yes');
  await story.repo.commit();
  assert.equal(await verdict(story.repo), { code: 0, word: 'verified', codes: [] });
});

owners('a change opens it again: the old signatures do not stand for the new text', async (story) => {
  await mlchain(story.repo, 'layout', 'sign');
  await oscarSigns(story);
  await mlchain(story.repo, 'init', '--yes');
  await story.repo.commit();
  await mlchain(story.repo, 'layout', 'set', '--expires', '2y');
  const said = await mlchain(story.repo, 'layout', 'sign');
  assert.match(said, '1 signature still missing');
  assert.match(await oscarSigns(story), /in force once it is committed/);
  await story.repo.commit();
  assert.is((await verdict(story.repo)).word, 'verified');
});

owners.run();
