import * as fs from 'node:fs';
import * as path from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Surroundings } from '../../src/cli/shell.ts';
import { runShell } from '../../src/cli/shell.ts';
import { version } from '../../src/version.ts';
import type { ExecOptions } from '../support/exec.ts';
import type { Person } from '../support/person.ts';
import { makePerson } from '../support/person.ts';

let person: Person;
test.before(async () => {
  person = await makePerson('Sheila');
});
test.after(() => person.cleanup());

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** The real program, from source. */
function program(argv: readonly string[], options: ExecOptions = {}) {
  return person.exec(process.execPath, ['--import', import.meta.resolve('tsx'), main, ...argv], {
    code: 'any',
    ...options,
  });
}

/** The shell in this process, with surroundings of our making. */
async function shell(argv: readonly string[], around: Partial<Surroundings> = {}) {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const moved: string[] = [];
  const code = await runShell(argv, {
    stdin,
    stdout,
    stderr,
    env: {},
    cwd: () => person.home,
    chdir: (directory) => moved.push(directory),
    exit: () => undefined,
    ...around,
  });
  return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? ''), moved };
}

test('help and version are what was asked for: standard output, exit 0', async () => {
  const help = await shell(['-h']);
  assert.is(help.code, 0);
  assert.match(help.out, /^usage: git mlchain <command>/);
  assert.is(help.err, '');
  assert.equal(await shell(['--version']), { code: 0, out: `git-mlchain ${version}\n`, err: '', moved: [] });
  assert.match((await shell(['verify', '--help'])).out, /^usage: git mlchain verify /);
  assert.match((await shell(['layout', '-h'])).out, /^usage: git mlchain layout <command>/);
  assert.match((await shell(['run', '-h', '--', 'x'])).out, /^usage: git mlchain run /);
});

test('no command, or half of one, is exit 2 with the help on standard error', async () => {
  const none = await shell([]);
  assert.is(none.code, 2);
  assert.is(none.out, '');
  assert.match(none.err, /^git-mlchain: no command given\n\nusage: /);
  const half = await shell(['key']);
  assert.is(half.code, 2);
  assert.match(half.err, /^git-mlchain: 'key' needs a second word\n\nusage: git mlchain key /);
});

test('an unknown command, option or word too many is exit 2, said on standard error alone', async () => {
  for (const argv of [
    ['verfiy'],
    ['verify', '--hist'],
    ['key', 'list', 'x'],
    ['key', 'export'],
    ['-x'],
    ['log', '-n'],
  ]) {
    const { code, out, err } = await shell(argv);
    assert.is(code, 2, argv.join(' '));
    assert.is(out, '');
    assert.match(err, /^git-mlchain: .+\n(hint: .+\n)?$/);
  }
});

test('a hostile word on the command line is shown, not done (threat 34)', async () => {
  const { err } = await shell(['\u001b[2J\u202e']);
  assert.match(err, /^git-mlchain: '\\033\[2J\\342\\200\\256' is not a git-mlchain command\n/);
});

test('-C moves, in the order given, and an empty one stays', async () => {
  const { moved } = await shell(['-C', 'a', '-C', '', 'key', 'list', '-C', 'b', 'one', 'too many']);
  assert.equal(moved, ['a', 'b']);
});

test('a directory that is not there, or no longer there, is bad input', async () => {
  const { code, err } = await shell(['-C', 'nowhere', 'key', 'list'], {
    chdir: (name) => process.chdir(`/${name}/x`),
  });
  assert.is(code, 2);
  assert.match(err, /^git-mlchain: cannot change to 'nowhere': ENOENT/);
  const gone = await shell(['key', 'list'], {
    cwd: () => {
      throw new Error('ENOENT: uv_cwd');
    },
  });
  assert.is(gone.code, 2);
  assert.is(gone.err, 'git-mlchain: the current directory is gone\n');
});

test('an error that nobody foresaw is exit 1, without a stack unless MLCHAIN_DEBUG asks for it', async () => {
  const stdout = Object.assign(new PassThrough(), {
    write() {
      throw new TypeError('boom', { cause: new Error('spark') });
    },
  });
  const plain = await shell(['-h'], { stdout });
  assert.is(plain.code, 1);
  assert.is(plain.err, 'git-mlchain: unexpected: boom\nhint: MLCHAIN_DEBUG=1 shows where it happened\n');
  const debug = await shell(['-h'], { stdout, env: { MLCHAIN_DEBUG: '1' } });
  assert.match(
    debug.err,
    /^git-mlchain: unexpected: boom\nTypeError: boom\n {4}at [\s\S]*caused by Error: spark\n/,
  );
  for (const value of ['', '0'])
    assert.is((await shell(['-h'], { stdout, env: { MLCHAIN_DEBUG: value } })).err, plain.err);
});

test('the real program ends with the code that the shell says', async () => {
  assert.is((await program(['--version'])).code, 0);
  const wrong = await program(['verfiy']);
  assert.is(wrong.code, 2);
  assert.is(wrong.stdout, '');
  assert.is(
    wrong.stderr,
    "git-mlchain: 'verfiy' is not a git-mlchain command\nhint: did you mean 'verify'?\n",
  );
  const outside = await program(['verify'], { cwd: person.home });
  assert.is(outside.code, 2, outside.stderr);
  assert.match(outside.stderr, /^git-mlchain: .*not .*git repository/);
});

test('a reader that leaves ends it quietly, and never with 0', async () => {
  const script = `
    import { leaveQuietly } from ${JSON.stringify(new URL('../../src/cli/signals.ts', import.meta.url).href)};
    process.stdout.on('error', leaveQuietly);
    for (;;) { process.stdout.write('more\\n'); await new Promise(setImmediate); }`;
  const file = path.join(person.home, 'more.mts');
  fs.writeFileSync(file, script);
  const command = `"$0" --import "$1" "$2" | head -n 1; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = await person.exec('bash', [
    '-c',
    command,
    process.execPath,
    import.meta.resolve('tsx'),
    file,
  ]);
  assert.is(stdout, 'more\n141\n');
  assert.is(stderr, '');
});

test('Ctrl-C ends with 130, a termination with 143, and exit handlers still clean up', async () => {
  for (const [signal, code] of [
    ['INT', 130],
    ['TERM', 143],
    ['HUP', 129],
  ] as const) {
    const script = `
      import { onSignals } from ${JSON.stringify(new URL('../../src/cli/signals.ts', import.meta.url).href)};
      onSignals();
      process.on('exit', () => console.log('cleaned up'));
      process.kill(process.pid, 'SIG${signal}');
      setInterval(() => undefined, 1000);`;
    const file = path.join(person.home, 'signal.mts');
    fs.writeFileSync(file, script);
    const result = await person.exec(process.execPath, ['--import', import.meta.resolve('tsx'), file], {
      code,
    });
    assert.is(result.stdout, 'cleaned up\n');
  }
});

test('git finds it: git mlchain', async () => {
  assert.is((await person.git(['mlchain', '--version'])).stdout, `git-mlchain ${version}\n`);
  assert.match((await person.git(['mlchain', 'verify', '-h'])).stdout, /^usage: git mlchain verify/);
  await person.git(['mlchain', 'verfiy'], { code: 2 });
});

test.run();
