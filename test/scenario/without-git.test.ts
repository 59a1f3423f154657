import * as fs from 'node:fs';
import * as path from 'node:path';
import * as assert from 'uvu/assert';
import { anotherClone } from '../support/another-clone.ts';
import type { ExecResult } from '../support/exec.ts';
import { exec } from '../support/exec.ts';
import type { Member } from '../support/member.ts';
import { projectRoot } from '../support/person.ts';
import { stories } from '../support/stories.ts';

// A model server has a clone, the library and no git: docs/library.md, whose example is what runs here.

const story = stories('where there is no git');
const MODEL = 'model/weights.txt';

const page = fs.readFileSync(path.join(projectRoot, 'docs/library.md'), 'utf8');
const [, example = ''] = /```js\n(.*?)```/s.exec(page) ?? [];

/** Prints the verdict as JSON, or the code of the error. */
const ASK = `import { verdictJson, verifyRepository } from 'git-mlchain';
const request = JSON.parse(process.env.REQUEST);
const told = await verifyRepository(request).then(verdictJson, ({ code, message }) => ({ code, message }));
console.log(JSON.stringify(told));`;

/** A process that can start no git, wherever it looks for one. */
async function withoutGit(program: string, env: Record<string, string>): Promise<ExecResult> {
  const args = ['--input-type=module', '-e', program];
  const bare = { HOME: '/nonexistent', PATH: '/nonexistent', ...env };
  return await exec(process.execPath, args, bare, { cwd: projectRoot, code: 'any' });
}

async function ask(request: Record<string, unknown>) {
  const { stdout, stderr } = await withoutGit(ASK, { REQUEST: JSON.stringify(request) });
  assert.is(stderr, '');
  return JSON.parse(stdout);
}

async function serve({ clone }: Member, owner: Member): Promise<ExecResult> {
  const env = { MODEL_REPOSITORY: clone, MODEL_FILE: MODEL, MODEL_OWNER: owner.fingerprint };
  return await withoutGit(example, env);
}

/** The same document as the command's, where git is: `findings` in the same order and in the same words. */
async function assertSame(reader: Member, owner: Member, verdict: string): Promise<void> {
  const told = await ask({ directory: reader.clone, owners: [owner.fingerprint] });
  const judged = await reader.verify('--no-inspect', '--no-cache', '--owner', owner.fingerprint);
  assert.equal(told, JSON.parse(judged.stdout));
  assert.is(told.verdict, verdict);
}

/** Everything in the git directory, by name and size. */
function inventory({ clone }: Member): string[] {
  const names = fs.readdirSync(path.join(clone, '.git'), { recursive: true, encoding: 'utf8' });
  return names.map((name) => `${name} ${fs.statSync(path.join(clone, '.git', name)).size}`).sort();
}

/** The notes of a signer as git itself lays them out once there are many. */
async function fanOut(member: Member, ref: string): Promise<void> {
  const notes = (await member.git('ls-tree', '-r', ref)).split('\n');
  const fanned = notes.map((line) => line.replace(/\t(..)(..)/, '\t$1/$2/')).join('\n');
  const env = { GIT_INDEX_FILE: path.join(member.clone, '.git/index-of-notes') };
  const how = { cwd: member.clone, env };
  await member.person.git(['update-index', '--add', '--index-info'], { ...how, input: `${fanned}\n` });
  const tree = (await member.person.git(['write-tree'], how)).stdout.trim();
  fs.rmSync(env.GIT_INDEX_FILE);
  await member.git('update-ref', ref, await member.git('commit-tree', tree, '-p', ref, '-m', 'fan-out'));
}

story('a server loads the model of a chain that holds, and writes nothing', async ({ team }) => {
  const { olivia, alice, bob, carl } = team;
  alice.write('notes.md', 'free text\n');
  await alice.commit('a commit in loose objects');
  await alice.push();
  await carl.pull();
  await fanOut(carl, `refs/notes/remotes/origin/mlchain/${bob.fingerprint}`);
  await carl.git('pack-refs', '--all');
  await assertSame(carl, olivia, 'verified');
  const before = inventory(carl);
  const { stdout, code, stderr } = await serve(carl, olivia);
  assert.is(code, 0, stderr);
  assert.match(stdout, /^model\/weights\.txt [0-9a-f]{64}\n$/);
  assert.equal(inventory(carl), before);
  assert.ok(before.some((name) => name.endsWith('.pack') || /\.pack \d/.test(name)));
});

story(
  'a file that was changed beside the verified commit is not loaded',
  async ({ team: { olivia, carl } }) => {
    carl.write(MODEL, 'another model\n');
    const { stdout, stderr, code } = await serve(carl, olivia);
    assert.equal([stdout, stderr, code], ['', `${MODEL} is not the file that was verified\n`, 1]);
  },
);

story('what nobody signed is violated, in the words of the command', async ({ team }) => {
  const { olivia, mallory, carl } = team;
  mallory.write(MODEL, 'poison\n');
  await mallory.commitWithoutHooks('better weights');
  await mallory.pushPastHooks();
  await carl.pull();
  await assertSame(carl, olivia, 'violated');
  const { stdout, stderr, code } = await serve(carl, olivia);
  assert.equal([stdout, code], ['', 1]);
  assert.match(stderr, /"code": "uncovered"/);
});

story('another owner, no owner and a mistyped one are never verified', async ({ team }) => {
  const { mallory, carl, olivia } = team;
  await assertSame(carl, mallory, 'violated');
  assert.is((await ask({ directory: carl.clone })).verdict, 'verified');
  await carl.mlchain('trust', '--remove', olivia.fingerprint);
  const nobody = await ask({ directory: carl.clone });
  assert.equal(
    [nobody.verdict, nobody.findings.map(({ code }: { code: string }) => code)],
    ['incomplete', ['nothing-pinned']],
  );
  for (const owners of [[], ['ABC']]) {
    assert.is((await ask({ directory: carl.clone, owners })).code, 'config');
  }
  const owners = [olivia.fingerprint, mallory.fingerprint];
  assert.is((await ask({ directory: carl.clone, owners })).verdict, 'verified');
  assert.is((await ask({ directory: carl.clone, owners, ownerThreshold: 2 })).verdict, 'violated');
  assert.is((await ask({ directory: carl.clone, owners, ownerThreshold: 0 })).code, 'config');
});

story('a clone that cannot tell is incomplete: shallow, or without its evidence', async ({ team }) => {
  const { olivia, carl, host } = team;
  await assertSame(await anotherClone(team, carl, 'shallow', '--depth=1'), olivia, 'incomplete');
  const plain = carl.in(carl.person.at('plain'));
  await carl.person.git(['clone', '-q', `file://${host.clone}`, plain.clone]);
  await assertSame(plain, olivia, 'incomplete');
});

story('a bare repository, a branch, a tag and a step are asked like the command', async ({ team }) => {
  const { olivia, host, carl } = team;
  const owners = [olivia.fingerprint];
  await carl.git('tag', '-m', 'first', 'v1', 'HEAD~1');
  const tagged = await ask({ directory: carl.clone, owners, revision: 'v1', step: 'prepare' });
  const judged = await carl.verify('v1', '--for', 'prepare', '--no-inspect', '--no-cache');
  assert.equal(tagged, JSON.parse(judged.stdout));
  assert.is(tagged.verdict, 'verified');
  assert.is((await ask({ directory: host.clone, owners, revision: 'main' })).verdict, 'verified');
  assert.is((await ask({ directory: host.clone, owners, revision: 'none' })).code, 'input');
});

story('what cannot be read without git is refused by name, and nothing is guessed', async ({ team }) => {
  const { olivia, carl } = team;
  const owners = [olivia.fingerprint];
  await carl.git('worktree', 'add', '-q', carl.person.at('linked'));
  const linked = await ask({ directory: carl.person.at('linked'), owners });
  assert.is(linked.code, 'unsupported-repository');
  assert.match(linked.message, 'linked worktree');
  assert.is((await carl.in(carl.person.at('linked')).verify('--no-inspect')).verdict, 'verified');
  await carl.git('config', 'include.path', '../other');
  assert.match((await ask({ directory: carl.clone, owners })).message, 'includes other files');
});

story.run();
