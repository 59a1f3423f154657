import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { HookName } from '../../src/hooks/script.ts';
import { clientHooks } from '../../src/hooks/script.ts';
import type { Recorder } from '../support/recorder.ts';
import * as recorder from '../support/recorder.ts';
import { makeRecorder, putScript } from '../support/recorder.ts';

interface Place {
  recorder: Recorder;
  repository: string;
  hooks: string;
}

const test = suite<Place>('hooks install');
test.before.each(async (place) => {
  place.recorder = await makeRecorder();
  place.repository = place.recorder.person.at('repository');
  place.hooks = path.join(place.repository, '.git/hooks');
  await place.recorder.person.git(['init', '-q', place.repository]);
  await place.recorder.person.git(['commit', '-q', '--allow-empty', '-m', 'first'], {
    cwd: place.repository,
  });
});
test.after.each(({ recorder }) => recorder.person.cleanup());

const install = (place: Place, dir = place.repository) => recorder.install(place.recorder, dir);
const uninstall = (place: Place, dir = place.repository) => recorder.uninstall(place.recorder, dir);
const statusOf = (place: Place, dir = place.repository) => recorder.statusOf(place.recorder, dir);

async function states(place: Place, dir = place.repository): Promise<Record<string, string>> {
  return Object.fromEntries((await statusOf(place, dir)).hooks.map(({ hook, state }) => [hook, state]));
}

const all = (state: string, hooks: readonly HookName[] = clientHooks) =>
  Object.fromEntries(hooks.map((hook) => [hook, state]));

/** Names, modes and bytes of all that lies in a directory. */
function snapshot(directory: string): readonly string[] {
  return fs.readdirSync(directory).map((name) => {
    const file = path.join(directory, name);
    const { mode } = fs.lstatSync(file);
    const content = fs.lstatSync(file).isSymbolicLink()
      ? fs.readlinkSync(file)
      : fs.readFileSync(file, 'latin1');
    return `${name} ${mode.toString(8)} ${content}`;
  });
}

function commit(place: Place, dir = place.repository) {
  return place.recorder.person.git(['commit', '-q', '--allow-empty', '-m', 'x'], {
    cwd: dir,
    env: { MLCHAIN_STEP: 'train' },
  });
}

function started({ recorder }: Place): readonly string[] {
  return recorder.calls().map(({ hook }) => hook);
}

test('all four hooks are live afterwards, written by simple-git-hooks, and start the program', async (place) => {
  assert.equal(await states(place), all('missing'));
  const { status, advice } = await install(place);
  assert.equal(Object.fromEntries(status.hooks.map(({ hook, state }) => [hook, state])), all('live'));
  assert.equal(advice, []);
  assert.is(status.place, 'repository');
  assert.match(fs.readFileSync(path.join(place.hooks, 'pre-push'), 'utf8'), 'SKIP_SIMPLE_GIT_HOOKS');
  await commit(place);
  assert.equal(started(place), ['post-commit']);
});

test('installing again changes nothing, and uninstalling leaves no trace', async (place) => {
  const before = snapshot(place.hooks);
  await install(place);
  const once = snapshot(place.hooks);
  await install(place);
  assert.equal(snapshot(place.hooks), once);
  await uninstall(place);
  assert.equal(snapshot(place.hooks), before);
  assert.equal(await states(place), all('missing'));
  await uninstall(place);
  assert.equal(snapshot(place.hooks), before);
});

test('foreign hooks run first and come back as they were: bytes, modes, links', async (place) => {
  const { person } = place.recorder;
  fs.writeFileSync(
    path.join(place.hooks, 'post-commit'),
    Buffer.from('#!/bin/sh\necho foreign >&2 # \xff\n', 'latin1'),
    {
      mode: 0o750,
    },
  );
  putScript(person.at('shared/hook'), '#!/bin/sh\necho "linked $1" >&2\n');
  fs.symlinkSync('../../../shared/hook', path.join(place.hooks, 'pre-push'));
  fs.symlinkSync('/gone', path.join(place.hooks, 'post-merge'));
  fs.writeFileSync(path.join(place.hooks, 'post-rewrite'), 'not a program', { mode: 0o600 });
  fs.writeFileSync(path.join(place.hooks, 'pre-commit'), '#!/bin/sh\n', { mode: 0o755 });
  const before = snapshot(place.hooks);
  const target = fs.readFileSync(person.at('shared/hook'), 'utf8');

  const { status } = await install(place);
  assert.ok(status.hooks.every(({ state, chained }) => state === 'live' && chained !== undefined));
  assert.match((await commit(place)).stderr, 'foreign');
  await person.git(['init', '-q', '--bare', 'server.git']);
  const pushed = await person.git(['push', '-q', person.at('server.git'), 'main'], { cwd: place.repository });
  assert.match(pushed.stderr, `linked ${person.at('server.git')}`);
  assert.equal(started(place), ['post-commit', 'pre-push']);
  assert.is(fs.readFileSync(person.at('shared/hook'), 'utf8'), target, 'nothing is written through a link');

  await uninstall(place);
  assert.equal(snapshot(place.hooks), before);
});

test('an install that was killed half-way is finished by the next one', async (place) => {
  putScript(path.join(place.hooks, 'pre-push'), '#!/bin/sh\nexit 7\n');
  const before = snapshot(place.hooks);
  // Killed after the foreign hook was kept and before ours was written over it.
  fs.linkSync(path.join(place.hooks, 'pre-push'), path.join(place.hooks, 'pre-push.mlchain-chained'));
  await install(place);
  assert.equal(await states(place), all('live'));
  await uninstall(place);
  assert.equal(snapshot(place.hooks), before);
});

test('two foreign hooks of one name are not decided between, and nothing is touched', async (place) => {
  putScript(path.join(place.hooks, 'pre-push'), '#!/bin/sh\necho one\n');
  await install(place);
  putScript(path.join(place.hooks, 'pre-push'), '#!/bin/sh\necho two\n');
  assert.is((await states(place))['pre-push'], 'foreign');
  const before = snapshot(place.hooks);
  const error = await install(place).then(
    () => undefined,
    (thrown) => thrown,
  );
  assert.is(error?.code, 'config');
  assert.match(error?.message, 'found two in');
  assert.equal(snapshot(place.hooks), before);
  fs.rmSync(path.join(place.hooks, 'pre-push.mlchain-chained'));
  await install(place);
  assert.equal(await states(place), all('live'));
});

test('uninstall leaves a hook alone that was put over ours', async (place) => {
  await install(place);
  putScript(path.join(place.hooks, 'pre-push'), '#!/bin/sh\necho two\n');
  await uninstall(place);
  assert.equal(
    fs.readdirSync(place.hooks).filter((name) => !name.endsWith('.sample')),
    ['pre-push'],
  );
});

test('status finds what is not live any more', async (place) => {
  await install(place);
  fs.chmodSync(path.join(place.hooks, 'post-commit'), 0o644);
  fs.rmSync(path.join(place.hooks, 'post-merge'));
  const script = fs.readFileSync(path.join(place.hooks, 'post-rewrite'), 'utf8');
  fs.writeFileSync(path.join(place.hooks, 'post-rewrite'), script.replace('#!/bin/sh', '#!/no/interpreter'));
  const moved = fs.readFileSync(path.join(place.hooks, 'pre-push'), 'utf8').replace(/mlchain_program=.*/, '');
  fs.writeFileSync(path.join(place.hooks, 'pre-push'), moved);
  assert.equal(await states(place), {
    'post-commit': 'dead',
    'post-merge': 'missing',
    'post-rewrite': 'dead',
    'pre-push': 'outdated',
  });
  await install(place);
  assert.equal(await states(place), all('live'));
});

test('a hook is live only while the program that it would start does start', async (place) => {
  const { recorder } = place;
  await install(place);
  // Installed by another git-mlchain, which has been broken since, and then removed.
  const other = recorder.person.at('other.mjs');
  fs.writeFileSync(other, 'process.exit(0);\n');
  for (const hook of clientHooks) {
    const file = path.join(place.hooks, hook);
    const text = fs.readFileSync(file, 'utf8').replace(/^mlchain_program=.*/m, `mlchain_program='${other}'`);
    fs.writeFileSync(file, text);
  }
  assert.equal(await states(place), all('outdated'));
  fs.writeFileSync(other, 'throw new Error("half an upgrade");\n');
  const broken = await statusOf(place);
  assert.ok(
    broken.hooks.every(({ state, problem }) => state === 'dead' && /half an upgrade/.test(problem ?? '')),
  );
  fs.rmSync(other);
  assert.equal(await states(place), all('outdated'), 'PATH has one');
  fs.rmSync(recorder.person.at('bin/git-mlchain'));
  const gone = await statusOf(place);
  assert.ok(
    gone.hooks.every(
      ({ state, problem }) => state === 'dead' && /^git-mlchain: not found/.test(problem ?? ''),
    ),
  );
  await install(place);
  assert.equal(await states(place), all('live'));
});

test('a variable that switches simple-git-hooks off is named', async (place) => {
  await install(place);
  place.recorder.person.env.SKIP_SIMPLE_GIT_HOOKS = '1';
  const { hooks } = await statusOf(place);
  assert.ok(
    hooks.every(({ state, problem }) => state === 'dead' && problem?.includes('SKIP_SIMPLE_GIT_HOOKS')),
  );
});

test('a directory in the place of a hook is an error, not a hook', async (place) => {
  fs.mkdirSync(path.join(place.hooks, 'pre-push'));
  const error = await install(place).catch((thrown) => thrown);
  assert.is(error.code, 'config');
  assert.equal(
    fs
      .readdirSync(place.hooks)
      .filter((name) => name.startsWith('post-'))
      .sort(),
    ['post-update.sample'],
  );
});

test('the hooks work in linked worktrees, from whichever one they were installed', async (place) => {
  const tree = place.recorder.person.at('tree');
  await place.recorder.person.git(['worktree', 'add', '-q', tree], { cwd: place.repository });
  await install(place, tree);
  assert.equal(await states(place), all('live'));
  assert.equal(await states(place, tree), all('live'));
  await commit(place, tree);
  await commit(place);
  assert.equal(started(place), ['post-commit', 'post-commit']);
  await uninstall(place, tree);
  assert.equal(await states(place), all('missing'));
});

test('core.hooksPath of the repository is where the hooks go', async (place) => {
  const { person } = place.recorder;
  for (const [value, directory, where] of [
    ['.githooks', path.join(place.repository, '.githooks'), 'work tree'],
    ['~/my hooks', person.at('my hooks'), 'shared'],
  ] as const) {
    await person.git(['config', 'core.hooksPath', value], { cwd: place.repository });
    putScript(path.join(directory, 'post-commit'), '#!/bin/sh\necho chained >&2\n');
    const before = snapshot(directory);
    const { status } = await install(place);
    assert.is(status.hooksDirectory, directory);
    assert.is(status.place, where);
    assert.equal(await states(place), all('live'));
    assert.match((await commit(place)).stderr, 'chained');
    assert.equal(started(place), ['post-commit']);
    await uninstall(place);
    assert.equal(snapshot(directory), before);
  }
  assert.equal(
    fs.readdirSync(place.hooks).filter((name) => !name.endsWith('.sample')),
    [],
  );
});

test('a global core.hooksPath is where the hooks go, and they keep out of other repositories', async (place) => {
  const { person } = place.recorder;
  await person.git(['config', '--global', 'core.hooksPath', '~/global-hooks']);
  await install(place);
  assert.equal(await states(place), all('live'));
  assert.equal(fs.readdirSync(person.at('global-hooks')).sort(), [...clientHooks].sort());
  await commit(place);
  assert.equal(started(place), ['post-commit']);
  await person.git(['init', '-q', 'other']);
  await person.git(['init', '-q', '--bare', 'server.git']);
  const other = { cwd: person.at('other') };
  await person.git(['commit', '-q', '--allow-empty', '-m', 'x'], other);
  await person.git(['push', '-q', person.at('server.git'), 'main'], other);
  assert.equal(started(place), []);
});

test('a bare repository gets pre-receive, and the program judges what is pushed to it', async (place) => {
  const { person } = place.recorder;
  await person.git(['init', '-q', '--bare', 'server.git']);
  const { status } = await install(place, person.at('server.git'));
  assert.equal(
    status.hooks.map(({ hook, state }) => [hook, state]),
    [['pre-receive', 'live']],
  );
  await person.git(['push', '-q', person.at('server.git'), 'main'], { cwd: place.repository });
  assert.equal(started(place), ['pre-receive']);
  await uninstall(place, person.at('server.git'));
  assert.not(fs.existsSync(person.at('server.git/hooks/pre-receive')));
});

test('exported variables of a surrounding git command lead nowhere else', async (place) => {
  const { person } = place.recorder;
  await person.git(['init', '-q', 'other']);
  const variables = { GIT_DIR: path.join(place.repository, '.git'), GIT_WORK_TREE: place.repository };
  Object.assign(process.env, variables);
  try {
    await install(place, person.at('other'));
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name];
  }
  assert.equal(await states(place), all('missing'));
  assert.equal(await states(place, person.at('other')), all('live'));
});

test.run();
