import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CodeCache } from '../../src/user/code-cache.ts';
import { version } from '../../src/version.ts';
import { makePerson, type Person, projectRoot } from '../support/person.ts';

/** The built program, with and without what V8 made of it before: see `docs/caches.md`. */
const story = suite<{ person: Person }>('start');
const dist = path.join(projectRoot, 'dist');
const EXPECTED = `git-mlchain ${version}\n`;

story.before.each(async (context) => {
  context.person = await makePerson('Ned Newcomer');
});
story.after.each(({ person }) => person.cleanup());

const codeOf = (person: Person) => person.at('.cache/git-mlchain/code');

/** The files of compiled code, `name` → inode: one that is written anew is another file. */
function filesOf(person: Person): Map<string, number> {
  const names = fs.existsSync(codeOf(person)) ? fs.readdirSync(codeOf(person)) : [];
  const files = names.filter((name) => name !== 'modules');
  return new Map(files.map((name) => [name, fs.statSync(path.join(codeOf(person), name)).ino]));
}

async function assertRuns(person: Person, env: Record<string, string> = {}): Promise<void> {
  const { stdout, stderr } = await person.mlchain(['--version'], { env });
  assert.is(stdout + stderr, EXPECTED);
}

/** A copy of the package that says another version, in a program of the same length: V8 compares no more than that. */
function alteredPackage(person: Person, shown: string): string {
  fs.cpSync(dist, person.at('package/dist'), { recursive: true });
  fs.symlinkSync(path.join(projectRoot, 'node_modules'), person.at('package/node_modules'));
  const program = person.at('package/dist/program.cjs');
  const text = fs.readFileSync(program, 'latin1');
  assert.ok(text.includes(`"${version}"`));
  assert.is(shown.length, version.length);
  fs.writeFileSync(program, text.replaceAll(`"${version}"`, `"${shown}"`), 'latin1');
  return person.at('package/dist/git-mlchain.cjs');
}

story('the first run keeps what was compiled, the next one uses it and leaves it', async ({ person }) => {
  await assertRuns(person);
  const written = filesOf(person);
  assert.is(written.size, 1);
  assert.is(fs.statSync(codeOf(person)).mode & 0o777, 0o700);
  await assertRuns(person);
  assert.equal(filesOf(person), written);
});

story('each command has its own; what is no command leaves none', async ({ person }) => {
  await person.mlchain(['key', 'list']);
  await person.mlchain(['xyzzy'], { code: 2 });
  await person.mlchain(['verify', '--xyzzy'], { code: 2 });
  await person.mlchain(['hook', 'post-commit'], { code: 'any' });
  const commands = [...filesOf(person).keys()].map((name) => name.replace(/-[0-9a-f]{32}$/, ''));
  assert.equal(commands.sort(), ['hook-post-commit', 'key']);
});

story(
  'a run that compiles much more than the one before leaves what the next one needs',
  async ({ person }) => {
    await person.mlchain(['key', 'list']);
    const early = filesOf(person);
    await person.mlchain(['key', 'list']);
    assert.equal(filesOf(person), early);
    await person.mlchain(['key', 'new', '--no-passphrase']);
    const late = filesOf(person);
    assert.equal([...late.keys()], [...early.keys()]);
    assert.not.equal([...late.values()], [...early.values()]);
    await person.mlchain(['key', 'list']);
    await person.mlchain(['key', 'new', '--no-passphrase', '--name', 'Another']);
    assert.equal(filesOf(person), late);
  },
);

story('code that this user did not seal is not run, and is replaced', async ({ person }) => {
  const mallory = await makePerson('Mallory');
  const EVIL = '6'.repeat(version.length);
  await mallory.exec(process.execPath, [alteredPackage(mallory, EVIL), '--version']);
  const [hers = ''] = filesOf(mallory).keys();
  const file = fs.readFileSync(path.join(codeOf(mallory), hers));
  await mallory.cleanup();

  await assertRuns(person);
  const [name = ''] = filesOf(person).keys();
  const place = path.join(codeOf(person), name);
  const poison = file.subarray(64);
  for (const mark of [
    file.subarray(0, 64),
    fs.readFileSync(place).subarray(0, 64),
    Buffer.alloc(64),
    Buffer.of(),
  ]) {
    const planted = Buffer.concat([mark, poison]);
    fs.writeFileSync(place, planted);
    await assertRuns(person);
    assert.not.equal(fs.readFileSync(place), planted);
  }
  // The twin: it is the seal that keeps it out. V8 would run it.
  CodeCache.open(person.env)?.write(name, poison);
  assert.is((await person.mlchain(['--version'])).stdout, `git-mlchain ${EVIL}\n`);
  // And where others may write, nothing is believed, sealed or not.
  fs.chmodSync(codeOf(person), 0o777);
  await assertRuns(person);
});

story('what is damaged, and what V8 does not take, is compiled again', async ({ person }) => {
  await assertRuns(person);
  const [name = ''] = filesOf(person).keys();
  const file = path.join(codeOf(person), name);
  for (const length of [0, 10, 70, 10_000]) {
    fs.truncateSync(file, length);
    await assertRuns(person);
    assert.ok(fs.statSync(file).size > 10_000);
  }
  CodeCache.open(person.env)?.write(name, Buffer.from('no code at all'));
  await assertRuns(person);
  assert.ok(fs.statSync(file).size > 10_000);
});

story('another version, and other flags of V8, do not take each other’s', async ({ person }) => {
  const other = version.replace(/\d$/, (digit) => `${(Number(digit) + 1) % 10}`);
  const start = alteredPackage(person, other);
  for (let time = 0; time < 2; time++) {
    await assertRuns(person);
    assert.is((await person.exec(process.execPath, [start, '--version'])).stdout, `git-mlchain ${other}\n`);
    await assertRuns(person, { NODE_OPTIONS: '--stack-trace-limit=20' });
  }
  assert.is(filesOf(person).size, 3);
  const before = filesOf(person);
  await assertRuns(person);
  await assertRuns(person, { NODE_OPTIONS: '--stack-trace-limit=20' });
  assert.equal(filesOf(person), before);
});

story('many at once each run, and leave one whole file', async ({ person }) => {
  await Promise.all(Array.from({ length: 6 }, () => assertRuns(person)));
  const files = filesOf(person);
  assert.is(files.size, 1);
  await assertRuns(person);
  assert.equal(filesOf(person), files);
});

story('where nothing can be kept all works, and nobody is told', async ({ person }) => {
  fs.writeFileSync(person.at('file'), '');
  for (const home of [person.at('file'), '/proc/nowhere', '/dev/null']) {
    await assertRuns(person, { HOME: home, XDG_CACHE_HOME: home, XDG_DATA_HOME: home });
  }
  assert.is(filesOf(person).size, 0);
});

story('a promise that nobody settles does not end as success', async ({ person }) => {
  await person.git(['init', '-q', 'repository']);
  // A child of which nothing is ever heard, and which keeps nobody waiting: no answer is to come.
  const silent =
    "require('node:child_process').spawn = () => { const { EventEmitter } = require('node:events');" +
    'const pipe = () => Object.assign(new (require("node:stream").PassThrough)(), { ref() {}, unref() {} });' +
    'return Object.assign(new EventEmitter(), { stdin: pipe(), stdout: pipe(), stderr: pipe(), kill() {}, ref() {}, unref() {} }); };';
  fs.writeFileSync(person.at('silent.cjs'), silent);
  const env = { NODE_OPTIONS: `--require ${person.at('silent.cjs')}` };
  const { code } = await person.mlchain(['verify'], { cwd: person.at('repository'), env, code: 'any' });
  assert.is(code, 13);
});

story.run();
