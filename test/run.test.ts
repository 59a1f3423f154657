import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ExecOptions } from './support/exec.ts';
import { exec } from './support/exec.ts';
import { projectRoot } from './support/person.ts';
import { makeScratch } from './support/scratch.ts';

const GOOD = "test('holds', () => assert.ok(true));";
const BAD = "test('does not hold', () => assert.is(1, 2));";

/** Runs `test/run.js` in a project that has these suites and nothing else. */
async function runner(
  suites: Readonly<Record<string, string>>,
  words: readonly string[],
  options: ExecOptions,
) {
  const project = makeScratch();
  fs.symlinkSync(path.join(projectRoot, 'node_modules'), path.join(project.path, 'node_modules'));
  project.write('package.json', '{"type":"module"}');
  project.write('build.js', "console.log('built');");
  project.write('test/run.js', fs.readFileSync(path.join(projectRoot, 'test/run.js')));
  for (const [name, body] of Object.entries(suites)) {
    const head = "import { test } from 'uvu';\nimport * as assert from 'uvu/assert';\n";
    project.write(`test/${name}`, `${head}${body}\ntest.run();\n`);
  }
  const result = await exec(process.execPath, ['test/run.js', ...words], process.env, {
    cwd: project.path,
    code: 'any',
    ...options,
  });
  project.cleanup();
  return { ...result, last: result.stdout.trimEnd().split('\n').at(-1) };
}

test('it builds, adds up every suite in every directory and ends with the totals', async () => {
  const { code, last, stdout } = await runner(
    { 'a.test.ts': GOOD, 'deep/down/b.test.ts': GOOD + GOOD },
    [],
    {},
  );
  assert.is(last, '3 passed, 0 failed');
  assert.is(code, 0);
  assert.ok(stdout.startsWith('built\n'));
});

test('suites of one run share a place for what takes long to make, and nothing of it stays', async () => {
  const leave = "test('leaves', () => fs.writeFileSync(process.env.TEAM_TEMPLATES + '/' + process.pid, ''));";
  const body = `import * as fs from 'node:fs';\n${leave}\nassert.is(1, 2, process.env.TEAM_TEMPLATES);`;
  const { stdout } = await runner({ 'a.test.ts': body, 'b.test.ts': body }, [], {});
  const places = new Set(stdout.match(/\S*mlc-templates-\w+/g));
  assert.is(places.size, 1);
  for (const place of places) assert.not(fs.existsSync(place));
});

test('a failing test makes it fail and is shown in full', async () => {
  const { code, last, stdout } = await runner({ 'a.test.ts': GOOD + BAD, 'b.test.ts': GOOD }, [], {});
  assert.is(last, '2 passed, 1 failed');
  assert.is(code, 1);
  assert.match(stdout, /FAIL test\/a\.test\.ts[\s\S]*does not hold[\s\S]*Expected/);
});

test('a suite that crashes, leaves early, holds no test, or skips one counts as failed', async () => {
  const ends: readonly (readonly [string, RegExp])[] = [
    ["throw new Error('at the door');", /at the door/],
    [
      `${GOOD} setTimeout(() => process.exit(0)); test('waits', () => new Promise(() => {}));`,
      /without totals/,
    ],
    ['', /it holds no test/],
    [`${GOOD} test.skip('later', () => {});`, /it skips tests/],
    [`${GOOD} process.on('exit', () => { process.exitCode = 3; });`, /all passed, yet it ended with 3/],
  ];
  for (const [body, why] of ends) {
    const { code, last, stdout } = await runner({ 'a.test.ts': body }, [], {});
    assert.match(last ?? '', /^[01] passed, 1 failed$/);
    assert.is(code, 1);
    assert.match(stdout, why);
  }
});

test('words choose suites, and words that choose none fail', async () => {
  const suites = { 'a.test.ts': BAD, 'git/b.test.ts': GOOD };
  assert.is((await runner(suites, ['git/'], {})).last, '1 passed, 0 failed');
  const none = await runner(suites, ['nowhere'], {});
  assert.is(none.code, 1);
  assert.not.match(none.stdout, /passed/);
});

test('a missing peer is one clear line, and nothing passes', async () => {
  const { code, stdout, stderr } = await runner({ 'a.test.ts': GOOD }, [], { env: { PATH: '/nonexistent' } });
  assert.is(code, 1);
  assert.is(stdout, '');
  assert.match(
    stderr,
    /^the tests need git, gpg, git-lfs, in-toto-run, in-toto-verify, man, pre-commit \(.*\)\n$/,
  );
});

test('the variables of a git hook and of the tool itself do not reach the tests', async () => {
  const body = `test('sees', () => {
    const seen = Object.keys(process.env).filter((name) => /^(GIT|MLCHAIN)/.test(name));
    assert.equal(seen, []);
  });`;
  const env = { GIT_DIR: '/elsewhere', MLCHAIN_SKIP: '1', MLCHAIN_VECTORS: undefined };
  assert.is((await runner({ 'a.test.ts': body }, [], { env })).last, '1 passed, 0 failed');
});

test.run();
