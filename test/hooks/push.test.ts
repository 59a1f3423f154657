import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ExecOptions } from '../support/exec.ts';
import type { Recorder } from '../support/recorder.ts';
import { makeRecorder, putHook, putScript } from '../support/recorder.ts';

interface Place {
  recorder: Recorder;
  /** The hooks of the clone, and of the server it pushes to. */
  hooks: string;
  serverHooks: string;
  git(args: readonly string[], options?: ExecOptions): ReturnType<Recorder['person']['git']>;
}

const test = suite<Place>('hooks of a push');
test.before.each(async (place) => {
  const recorder = await makeRecorder();
  const { person } = recorder;
  await person.git(['init', '-q', '--bare', 'server.git']);
  await person.git(['clone', '-q', 'server.git', 'clone'], {});
  place.recorder = recorder;
  place.git = (args, options) => person.git(args, { cwd: person.at('clone'), ...options });
  place.hooks = person.at('clone/.git/hooks');
  place.serverHooks = person.at('server.git/hooks');
  fs.mkdirSync(person.at('clone/.git/mlchain'));
  await place.git(['commit', '-q', '--allow-empty', '-m', 'first']);
});
test.after.each(({ recorder }) => recorder.person.cleanup());

const zero = '0'.repeat(40);
/** A hook of somebody else that keeps its input and its arguments. */
const keeping = '#!/bin/sh\ncat > "$HOME/chained-input"\necho "$@" > "$HOME/chained-args"\n';

async function head({ git }: Place): Promise<string> {
  return (await git(['rev-parse', 'HEAD'])).stdout.trim();
}

function isPushed({ recorder }: Place): boolean {
  return fs.existsSync(recorder.person.at('server.git/refs/heads/main'));
}

test('pre-push hands the same bytes and arguments to the hook before and to the program', async (place) => {
  putHook(place.recorder, place.hooks, 'pre-push');
  putScript(path.join(place.hooks, 'pre-push.mlchain-chained'), keeping);
  await place.git(['branch', 'side']);
  await place.git(['push', '-q', 'origin', 'main', 'side:sünde']);
  const [call, ...more] = place.recorder.calls();
  const id = await head(place);
  const lines = [
    `refs/heads/main ${id} refs/heads/main ${zero}`,
    `refs/heads/side ${id} refs/heads/sünde ${zero}`,
  ];
  const { person } = place.recorder;
  const input = fs.readFileSync(person.at('chained-input'));
  assert.equal(input.toString().split('\n').sort(), ['', ...lines].sort());
  assert.is(call?.input, input.toString('latin1'));
  assert.is(call?.hook, 'pre-push');
  assert.equal(call?.args, ['origin', person.at('server.git')]);
  assert.is(fs.readFileSync(person.at('chained-args'), 'utf8'), `origin ${person.at('server.git')}\n`);
  assert.equal(more, []);
});

test('a push with nothing to say hands on an empty input, not an empty line', async (place) => {
  await place.git(['push', '-q', 'origin', 'main']);
  putHook(place.recorder, place.hooks, 'pre-push');
  putScript(path.join(place.hooks, 'pre-push.mlchain-chained'), keeping);
  await place.git(['push', '-q', 'origin', 'main']);
  assert.is(fs.readFileSync(place.recorder.person.at('chained-input'), 'utf8'), '');
  assert.is(place.recorder.calls()[0]?.input, '');
});

test('an input longer than any pipe reaches the program, though the hook before does not read it', async (place) => {
  putHook(place.recorder, place.hooks, 'pre-push');
  putScript(path.join(place.hooks, 'pre-push.mlchain-chained'), '#!/bin/sh\nexit 0\n');
  const input = `refs/heads/a ${zero} refs/heads/b ${zero}\n`.repeat(10_000);
  await place.recorder.person.exec(path.join(place.hooks, 'pre-push'), ['origin', 'url'], {
    cwd: place.recorder.person.at('clone'),
    input,
  });
  assert.is(place.recorder.calls()[0]?.input, input);
});

test('a refusal of the hook before counts, and the program is not even asked', async (place) => {
  putHook(place.recorder, place.hooks, 'pre-push');
  putScript(path.join(place.hooks, 'pre-push.mlchain-chained'), '#!/bin/sh\necho lint >&2; exit 3\n');
  const { stderr } = await place.git(['push', 'origin', 'main'], { code: 1 });
  assert.match(stderr, 'lint');
  assert.equal(place.recorder.calls(), []);
  assert.not(isPushed(place));
});

test('a hook before that may not be executed is passed over, as git would', async (place) => {
  putHook(place.recorder, place.hooks, 'pre-push');
  fs.writeFileSync(path.join(place.hooks, 'pre-push.mlchain-chained'), '#!/bin/sh\nexit 3\n', {
    mode: 0o644,
  });
  await place.git(['push', '-q', 'origin', 'main']);
  assert.is(place.recorder.calls().length, 1);
});

test('a refusal of the program stops the push', async (place) => {
  putHook(place.recorder, place.hooks, 'pre-push');
  place.recorder.answer(1, 'uncovered');
  const { stderr } = await place.git(['push', 'origin', 'main'], { code: 1 });
  assert.match(stderr, 'uncovered');
  assert.not(isPushed(place));
});

test('the push of the evidence, made by the hook, does not call the hook again', async (place) => {
  putHook(place.recorder, place.hooks, 'pre-push');
  putScript(path.join(place.hooks, 'pre-push.mlchain-chained'), keeping);
  await place.git(['push', '-q', 'origin', 'main'], { env: { MLCHAIN_INSIDE_PUSH: '1' } });
  assert.equal(place.recorder.calls(), []);
  assert.not(fs.existsSync(place.recorder.person.at('chained-input')));
});

test('MLCHAIN_SKIP=1 skips ours on the client, says so, and skips nobody else', async (place) => {
  putHook(place.recorder, place.hooks, 'pre-push');
  putHook(place.recorder, place.hooks, 'post-commit');
  putScript(path.join(place.hooks, 'pre-push.mlchain-chained'), keeping);
  const env = { MLCHAIN_SKIP: '1' };
  const { stderr } = await place.git(['push', 'origin', 'main'], { env });
  assert.match(stderr, /^git-mlchain: MLCHAIN_SKIP=1: this push is not verified/m);
  assert.ok(fs.existsSync(place.recorder.person.at('chained-input')));

  fs.mkdirSync(place.recorder.person.at('clone/.mlchain'));
  fs.writeFileSync(place.recorder.person.at('clone/.mlchain/root.layout'), '{}');
  await place.git(['add', '.']);
  const committed = await place.git(['commit', '-q', '-m', 'x'], { env });
  assert.is(committed.stderr, 'git-mlchain: MLCHAIN_SKIP=1: this commit is not recorded\n');
  assert.equal(place.recorder.calls(), []);
});

test('a program that is gone stops a push with one line, and a commit not at all', async (place) => {
  fs.rmSync(place.recorder.person.at('bin/git-mlchain'));
  fs.rmSync(place.recorder.program);
  for (const hook of ['pre-push', 'post-commit', 'post-rewrite'] as const)
    putHook(place.recorder, place.hooks, hook);
  const { stderr } = await place.git(['push', 'origin', 'main'], { code: 1 });
  assert.match(stderr, /^git-mlchain: not found, so this push cannot be verified/m);
  assert.is(stderr.match(/git-mlchain/g)?.length, 1);
  assert.not(isPushed(place));

  const { stderr: committed } = await place.git(['commit', '-q', '--allow-empty', '-m', 'x'], {
    env: { MLCHAIN_STEP: 'train' },
  });
  assert.match(committed, /^git-mlchain: not found, so this commit is not recorded; .*\n$/);
  const { stderr: amended } = await place.git(['commit', '-q', '--amend', '--allow-empty', '-m', 'y']);
  assert.match(amended, /^git-mlchain: not found, so the rewritten commits are not recorded; .*\n$/);
});

test('a program or a node that has moved is found on PATH', async (place) => {
  const { recorder } = place;
  const { program } = recorder;
  putHook({ ...recorder, node: '/gone/node' }, place.hooks, 'pre-push');
  await place.git(['push', '-q', 'origin', 'main']);
  assert.is(recorder.calls().length, 1);

  const quoted = `'${program.replaceAll("'", "'\\''")}'`;
  putScript(recorder.person.at('bin/git-mlchain'), `#!/bin/sh\nexec node ${quoted} "$@"\n`);
  putHook({ ...recorder, program: '/gone/program' }, place.hooks, 'pre-push');
  await place.git(['push', '-q', 'origin', 'main']);
  assert.is(recorder.calls().length, 1);
});

test('pre-push starts nothing in a repository that has to do with nothing of ours', async (place) => {
  putHook(place.recorder, place.hooks, 'pre-push');
  fs.rmdirSync(place.recorder.person.at('clone/.git/mlchain'));
  await place.git(['push', '-q', 'origin', 'main']);
  assert.equal(place.recorder.calls(), []);
});

test('pre-receive judges all refs of a push, and nothing skips it', async (place) => {
  putHook(place.recorder, place.serverHooks, 'pre-receive');
  putScript(path.join(place.serverHooks, 'pre-receive.mlchain-chained'), keeping);
  await place.git(['push', '-q', 'origin', 'main', 'main:other'], { env: { MLCHAIN_SKIP: '1' } });
  const [call] = place.recorder.calls();
  const id = await head(place);
  assert.is(call?.hook, 'pre-receive');
  assert.equal(call?.args, []);
  assert.is(call?.input, `${zero} ${id} refs/heads/main\n${zero} ${id} refs/heads/other\n`);
  assert.is(fs.readFileSync(place.recorder.person.at('chained-input'), 'utf8'), call?.input);
});

test('a server on which the program refuses, or is missing, takes nothing', async (place) => {
  putHook(place.recorder, place.serverHooks, 'pre-receive');
  place.recorder.answer(1, 'uncovered');
  const { stderr } = await place.git(['push', 'origin', 'main'], { code: 1 });
  assert.match(stderr, 'remote: uncovered');
  fs.rmSync(place.recorder.program);
  fs.rmSync(place.recorder.person.at('bin/git-mlchain'));
  const { stderr: missing } = await place.git(['push', 'origin', 'main'], { code: 1 });
  assert.match(missing, 'remote: git-mlchain: not found on this server');
  assert.not(isPushed(place));
});

test.run();
