import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Recorder } from '../support/recorder.ts';
import * as recorder from '../support/recorder.ts';
import { makeRecorder, putScript } from '../support/recorder.ts';

// An LFS push that arrives without its objects is a lost dataset. Real git-lfs; its "server" is a bare repository.

interface Place {
  recorder: Recorder;
  clone: string;
  hooks: string;
  git(...args: string[]): Promise<string>;
}

const test = suite<Place>('hooks and git-lfs');
test.before.each(async (place) => {
  const recorder = await makeRecorder();
  const { person } = recorder;
  // What `git lfs install --skip-repo` does once for a user: the filter, and no hook.
  await person.git(['lfs', 'install', '--skip-repo']);
  await person.git(['init', '-q', '--bare', 'server.git']);
  await person.git(['clone', '-q', `file://${person.at('server.git')}`, 'clone']);
  place.recorder = recorder;
  place.clone = person.at('clone');
  place.hooks = path.join(place.clone, '.git/hooks');
  place.git = async (...args) => {
    const { stdout, stderr } = await person.git(args, { cwd: place.clone });
    return stdout + stderr;
  };
});
test.after.each(({ recorder }) => recorder.person.cleanup());

const install = (place: Place) => recorder.install(place.recorder, place.clone);
const uninstall = (place: Place) => recorder.uninstall(place.recorder, place.clone);
const statusOf = (place: Place) => recorder.statusOf(place.recorder, place.clone);
const lfsOf = async (place: Place) => (await statusOf(place)).lfs;

/** Commits a large file and returns where the server keeps its content once it has arrived. */
async function commitLarge(place: Place, attributes = '.gitattributes'): Promise<string> {
  const directory = path.join(place.clone, path.dirname(attributes));
  fs.mkdirSync(directory, { recursive: true });
  fs.writeFileSync(path.join(place.clone, attributes), '*.bin filter=lfs diff=lfs merge=lfs -text\n');
  fs.writeFileSync(path.join(directory, 'data.bin'), randomBytes(1000));
  await place.git('add', '-A');
  await place.git('commit', '-q', '-m', 'data');
  const name = path.join(path.dirname(attributes), 'data.bin');
  const oid = /oid sha256:(\w+)/.exec(await place.git('show', `HEAD:${name}`))?.[1] ?? '';
  assert.is(oid.length, 64, 'the commit holds a pointer');
  return place.recorder.person.at('server.git/lfs/objects', oid.slice(0, 2), oid.slice(2, 4), oid);
}

function programStarts({ recorder }: Place): readonly string[] {
  return recorder.calls().map(({ hook }) => hook);
}

test('installed before ours: its hook is chained, the object arrives, and it is uploaded once', async (place) => {
  await place.git('lfs', 'install', '--local');
  assert.match(fs.readFileSync(path.join(place.hooks, 'pre-push'), 'utf8'), 'git lfs pre-push');
  await install(place);
  const object = await commitLarge(place);
  assert.is(await lfsOf(place), 'chained');
  const { stderr } = await place.recorder.person.git(['push', 'origin', 'main'], {
    cwd: place.clone,
    env: { GIT_TRACE: '1' },
  });
  assert.ok(fs.existsSync(object));
  assert.is(stderr.match(/exec: git-lfs pre-push/g)?.length, 1, stderr);
  assert.ok(programStarts(place).includes('pre-push'));
});

test('installed after ours: git-lfs refuses to put its hook there, and the object arrives', async (place) => {
  await install(place);
  const { person } = place.recorder;
  const refused = await person.git(['lfs', 'install', '--local'], { cwd: place.clone, code: 2 });
  assert.match(refused.stdout + refused.stderr, 'Hook already exists: pre-push');
  const object = await commitLarge(place);
  assert.is(await lfsOf(place), 'ours');
  await place.git('push', 'origin', 'main');
  assert.ok(fs.existsSync(object));
  assert.ok(programStarts(place).includes('pre-push'));
});

test('never installed as hooks, attributes deep down, storage elsewhere: the object arrives', async (place) => {
  await install(place);
  await place.git('config', 'lfs.storage', place.recorder.person.at('storage'));
  const object = await commitLarge(place, 'deep/down/.gitattributes');
  assert.not(fs.existsSync(path.join(place.clone, '.git/lfs/objects')));
  await place.git('push', 'origin', 'main');
  assert.ok(fs.existsSync(object));
});

test('forced over ours: status tells, another install chains it, and the object arrives', async (place) => {
  await install(place);
  await place.git('lfs', 'update', '--force');
  assert.is((await statusOf(place)).hooks[3]?.state, 'foreign');
  await install(place);
  const object = await commitLarge(place);
  assert.is(await lfsOf(place), 'chained');
  await place.git('push', 'origin', 'main');
  assert.ok(fs.existsSync(object));
  assert.ok(programStarts(place).includes('pre-push'));
});

test('after uninstall its own hooks are back, and the object arrives', async (place) => {
  await place.git('lfs', 'install', '--local');
  const before = fs.readFileSync(path.join(place.hooks, 'pre-push'));
  await install(place);
  await uninstall(place);
  assert.equal(fs.readFileSync(path.join(place.hooks, 'pre-push')), before);
  const object = await commitLarge(place);
  assert.is(await lfsOf(place), 'beside');
  await place.git('push', 'origin', 'main');
  assert.ok(fs.existsSync(object));
});

test('without any hook status says that nobody uploads', async (place) => {
  await commitLarge(place);
  assert.is(await lfsOf(place), 'beside', 'its filter has put its hooks there');
  fs.rmSync(path.join(place.hooks, 'pre-push'));
  assert.is(await lfsOf(place), 'nobody');
});

test('a hook before ours that only speaks of git-lfs does not keep the object here', async (place) => {
  putScript(
    path.join(place.hooks, 'pre-push'),
    '#!/bin/sh\n# git lfs pre-push is not for us\ncat >/dev/null\n',
  );
  await install(place);
  const object = await commitLarge(place);
  assert.is(await lfsOf(place), 'ours');
  await place.git('push', 'origin', 'main');
  assert.ok(fs.existsSync(object));
});

test('a chained hook of git-lfs that may not be executed does not count', async (place) => {
  await place.git('lfs', 'install', '--local');
  fs.chmodSync(path.join(place.hooks, 'pre-push'), 0o644);
  await install(place);
  const object = await commitLarge(place);
  await place.git('push', 'origin', 'main');
  assert.ok(fs.existsSync(object));
});

test('an upload that fails stops the push, and the program is not asked', async (place) => {
  await install(place);
  await commitLarge(place);
  fs.rmSync(path.join(place.clone, '.git/lfs/objects'), { recursive: true });
  await place.recorder.person.git(['push', 'origin', 'main'], { cwd: place.clone, code: 1 });
  assert.not(fs.existsSync(place.recorder.person.at('server.git/refs/heads/main')));
  assert.not(programStarts(place).includes('pre-push'));
});

test('MLCHAIN_SKIP=1 skips ours and no upload', async (place) => {
  await install(place);
  const object = await commitLarge(place);
  await place.recorder.person.git(['push', '-q', 'origin', 'main'], {
    cwd: place.clone,
    env: { MLCHAIN_SKIP: '1' },
  });
  assert.ok(fs.existsSync(object));
});

test('in a repository that has used git-lfs, a push without git-lfs is refused', async (place) => {
  await install(place);
  await commitLarge(place);
  const { person } = place.recorder;
  const bin = person.at('few programs');
  fs.mkdirSync(bin);
  for (const name of ['sh', 'git', 'cat', 'grep']) {
    fs.symlinkSync(
      (await person.exec('sh', ['-c', `command -v ${name}`])).stdout.trim(),
      path.join(bin, name),
    );
  }
  const execPath = (await person.git(['--exec-path'])).stdout.trim();
  assert.not(fs.existsSync(path.join(execPath, 'git-lfs')));
  const { stderr } = await person.git(['push', 'origin', 'main'], {
    cwd: place.clone,
    env: { PATH: bin },
    code: 1,
  });
  assert.match(stderr, 'git-mlchain: this repository uses git-lfs, but git-lfs was not found');
});

test('locked files turn read-only after a commit, as the hook of git-lfs has it', async (place) => {
  await install(place);
  // git-lfs itself passes over a root commit.
  await place.git('commit', '-q', '--allow-empty', '-m', 'first');
  fs.writeFileSync(
    path.join(place.clone, '.gitattributes'),
    '*.bin filter=lfs diff=lfs merge=lfs -text lockable\n',
  );
  fs.writeFileSync(path.join(place.clone, 'data.bin'), 'large');
  await place.git('add', '-A');
  await place.git('commit', '-q', '-m', 'data');
  assert.is(fs.statSync(path.join(place.clone, 'data.bin')).mode & 0o222, 0);
});

test.run();
