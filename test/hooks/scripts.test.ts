import * as fs from 'node:fs';
import * as path from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { writeControlledPaths } from '../../src/hooks/controlled-paths.ts';
import type { HookName } from '../../src/hooks/script.ts';
import { clientHooks, hookScript, isOurs, probeAnswer, serverHooks } from '../../src/hooks/script.ts';
import type { ExecOptions } from '../support/exec.ts';
import { projectRoot } from '../support/person.ts';
import type { Recorder } from '../support/recorder.ts';
import { makeRecorder, putHook, putScript } from '../support/recorder.ts';

const allHooks: readonly HookName[] = [...clientHooks, ...serverHooks];

interface Place {
  recorder: Recorder;
  repository: string;
  hooks: string;
  git(args: readonly string[], options?: ExecOptions): ReturnType<Recorder['person']['git']>;
  commit(file: string, message?: string, env?: Record<string, string>): Promise<string>;
}

const test = suite<Place>('hook scripts');
test.before.each(async (place) => {
  const recorder = await makeRecorder();
  const repository = recorder.person.at('repository');
  await recorder.person.git(['init', '-q', repository]);
  const git: Place['git'] = (args, options) => recorder.person.git(args, { cwd: repository, ...options });
  Object.assign(place, { recorder, repository, hooks: path.join(repository, '.git/hooks'), git });
  place.commit = async (file, message = 'a commit', env = {}) => {
    putFile(repository, file, `${Math.random()}`);
    await git(['add', '-A']);
    return (await git(['commit', '-q', '-m', message], { env })).stderr;
  };
});
test.after.each(({ recorder }) => recorder.person.cleanup());

function putFile(repository: string, file: string, text: string): void {
  fs.mkdirSync(path.dirname(path.join(repository, file)), { recursive: true });
  fs.writeFileSync(path.join(repository, file), text);
}

function startsOf({ recorder }: Place): readonly string[] {
  return recorder.calls().map(({ hook, args }) => [hook, ...args].join(' '));
}

/** A layout in HEAD, and what the program leaves for the hook. */
async function control(place: Place, ...patterns: string[]): Promise<void> {
  await place.commit('.mlchain/root.layout');
  const layout = (await place.git(['rev-parse', 'HEAD:.mlchain/root.layout'])).stdout.trim();
  await writeControlledPaths(path.join(place.repository, '.git'), layout, patterns);
}

test('every hook is plain sh that dash takes', async ({ recorder }) => {
  for (const hook of allHooks) {
    const file = recorder.person.at('hook');
    putScript(file, hookScript(hook, recorder, { beside: true }));
    await recorder.person.exec('dash', ['-n', file]);
    assert.ok(isOurs(fs.readFileSync(file, 'utf8')));
    assert.not(isOurs(fs.readFileSync(path.join(projectRoot, 'hooks', hook), 'utf8')));
  }
});

test('a probe is answered before anything else happens', async (place) => {
  for (const hook of allHooks) {
    putHook(place.recorder, place.hooks, hook);
    putScript(`${path.join(place.hooks, hook)}.mlchain-chained`, '#!/bin/sh\necho chained; exit 1\n');
    const { stdout } = await place.recorder.person.exec(path.join(place.hooks, hook), [], {
      env: { MLCHAIN_HOOK_PROBE: '1' },
    });
    assert.is(stdout, probeAnswer(hook));
  }
  assert.equal(startsOf(place), []);
});

test('the hooks of the package work where they lie, with the program that PATH has', async (place) => {
  const bin = place.recorder.person.at('bin/git-mlchain');
  putScript(bin, `#!/bin/sh\nexec node '${place.recorder.program.replaceAll("'", "'\\''")}' "$@"\n`);
  await place.git(['config', 'core.hooksPath', path.join(projectRoot, 'hooks')]);
  await place.commit('.mlchain/root.layout');
  assert.equal(startsOf(place), ['post-commit']);
});

test('post-commit starts nothing in a repository without a layout', async (place) => {
  putHook(place.recorder, place.hooks, 'post-commit');
  assert.is(await place.commit('data/train.csv'), '');
  await place.git(['commit', '-q', '--amend', '-m', 'again']);
  assert.equal(startsOf(place), []);
});

test('post-commit starts the program where there is a layout and no list', async (place) => {
  putHook(place.recorder, place.hooks, 'post-commit');
  await place.commit('.mlchain/root.layout');
  await place.commit('README.md');
  assert.equal(startsOf(place), ['post-commit', 'post-commit']);
});

test('post-commit starts nothing for what a rebase commits on its way', async (place) => {
  await control(place, 'data/*');
  for (const round of ['1', '2', '3']) await place.commit(`data/${round}`);
  putHook(place.recorder, place.hooks, 'post-commit');
  await place.git(['-c', 'sequence.editor=sed -i -e "1{h;d}" -e "2{G}"', 'rebase', '-q', '-i', 'HEAD~2']);
  assert.equal(startsOf(place), []);
  await place.commit('data/4');
  assert.equal(startsOf(place), ['post-commit']);
});

test('post-commit starts nothing when no controlled path has changed', async (place) => {
  await control(place, 'data', 'model/digits.json', 'a name with spaces');
  putHook(place.recorder, place.hooks, 'post-commit');
  await place.commit('README.md');
  await place.commit('model/other.json');
  await place.commit('database/train.csv');
  await place.git(['commit', '-q', '--allow-empty', '-m', 'empty']);
  assert.equal(startsOf(place), []);
});

test('post-commit starts the program when a controlled path is added, changed, replaced or deleted', async (place) => {
  await control(place, 'data', 'model/digits.json', 'a name with spaces');
  putHook(place.recorder, place.hooks, 'post-commit');
  const changes: (() => unknown)[] = [
    () => place.commit('data/deep/down/train.csv'),
    () => place.commit('data/deep/down/train.csv'),
    () => place.commit('model/digits.json'),
    () => place.commit('a name with spaces/x'),
    async () => {
      await place.git(['rm', '-rq', 'data']);
      await place.commit('README.md');
    },
    () => place.commit('data'),
  ];
  for (const change of changes) {
    await change();
    assert.equal(startsOf(place), ['post-commit']);
  }
});

test('post-commit starts the program when everything is controlled', async (place) => {
  await control(place, '*.csv');
  putHook(place.recorder, place.hooks, 'post-commit');
  await place.commit('README.md');
  assert.equal(startsOf(place), ['post-commit']);
});

test('post-commit does not trust a list made for another layout, or cut short', async (place) => {
  await control(place, 'data');
  putHook(place.recorder, place.hooks, 'post-commit');
  await place.commit('.mlchain/root.layout');
  await place.commit('README.md');
  assert.equal(startsOf(place), ['post-commit', 'post-commit']);
  await control(place, 'data');
  assert.equal(startsOf(place), ['post-commit']);
  const list = fs.readFileSync(path.join(place.repository, '.git/mlchain/controlled-paths'), 'utf8');
  for (const short of [
    '',
    'nonsense',
    ...list.split(/(?<=\n)/).map((_, i, all) => all.slice(0, i).join('')),
  ]) {
    putFile(place.repository, '.git/mlchain/controlled-paths', short);
    await place.commit('README.md');
    assert.equal(startsOf(place), ['post-commit'], short);
  }
  putFile(place.repository, '.git/mlchain/controlled-paths', list);
  await place.commit('README.md');
  assert.equal(startsOf(place), []);
});

test('post-commit starts the program for a merge, whatever it changed', async (place) => {
  await control(place, 'data');
  await place.git(['checkout', '-q', '-b', 'side']);
  await place.commit('README.md');
  await place.git(['checkout', '-q', 'main']);
  await place.commit('README.md');
  putHook(place.recorder, place.hooks, 'post-commit');
  await place.git(['merge', '-q', 'side'], { code: 1 });
  await place.commit('README.md');
  assert.equal(startsOf(place), ['post-commit']);
});

test('post-commit sees a submodule at a controlled path move', async (place) => {
  await control(place, 'vendor');
  const { person } = place.recorder;
  await person.git(['init', '-q', 'library']);
  await person.git(['commit', '-q', '--allow-empty', '-m', 'one'], { cwd: person.at('library') });
  await place.git(['submodule', '--quiet', 'add', person.at('library'), 'vendor']);
  await place.git(['commit', '-q', '-m', 'submodule']);
  putHook(place.recorder, place.hooks, 'post-commit');
  await person.git(['commit', '-q', '--allow-empty', '-m', 'two'], {
    cwd: path.join(place.repository, 'vendor'),
  });
  await place.git(['commit', '-q', '-a', '-m', 'moved']);
  assert.equal(startsOf(place), ['post-commit']);
});

test('post-commit starts the program when a step is named, in the environment or in the message', async (place) => {
  await control(place, 'data');
  putHook(place.recorder, place.hooks, 'post-commit');
  await place.commit('README.md', 'a commit', { MLCHAIN_STEP: 'train' });
  assert.equal(startsOf(place), ['post-commit']);
  await place.commit('README.md', 'a commit\n\nmlchain-step: train');
  assert.equal(startsOf(place), ['post-commit']);
  await place.commit('README.md', 'on the Mlchain-Step trailer');
  assert.equal(startsOf(place), []);
});

test('post-commit starts the program while a run waits for its commit', async (place) => {
  await control(place, 'data');
  putHook(place.recorder, place.hooks, 'post-commit');
  putFile(place.repository, '.git/mlchain/pending/train', '{}');
  await place.commit('README.md');
  assert.equal(startsOf(place), ['post-commit']);
  fs.rmSync(path.join(place.repository, '.git/mlchain/pending/train'));
  await place.commit('README.md');
  assert.equal(startsOf(place), []);
});

test('post-commit looks into the git directory of its own worktree', async (place) => {
  await control(place, 'data');
  const tree = place.recorder.person.at('tree');
  await place.git(['worktree', 'add', '-q', tree]);
  putHook(place.recorder, place.hooks, 'post-commit');
  const commit = () => place.git(['commit', '-q', '--allow-empty', '-m', 'x'], { cwd: tree });
  await commit();
  assert.equal(startsOf(place), ['post-commit'], 'there is no list here');
  fs.cpSync(
    path.join(place.repository, '.git/mlchain'),
    path.join(place.repository, '.git/worktrees/tree/mlchain'),
    {
      recursive: true,
    },
  );
  await commit();
  assert.equal(startsOf(place), []);
});

test('a program that fails does not fail the commit', async (place) => {
  putHook(place.recorder, place.hooks, 'post-commit');
  place.recorder.answer(1, 'no key');
  assert.match(await place.commit('.mlchain/root.layout'), 'no key');
});

test('post-rewrite and post-merge hand on what git gives them', async (place) => {
  await place.commit('.mlchain/root.layout');
  putHook(place.recorder, place.hooks, 'post-rewrite');
  putHook(place.recorder, place.hooks, 'post-merge');
  const before = (await place.git(['rev-parse', 'HEAD'])).stdout.trim();
  await place.git(['commit', '-q', '--amend', '-m', 'amended']);
  const after = (await place.git(['rev-parse', 'HEAD'])).stdout.trim();
  const [amended] = place.recorder.calls();
  assert.equal([amended?.hook, amended?.args], ['post-rewrite', ['amend']]);
  assert.is(amended?.input, `${before} ${after}\n`);

  await place.git(['checkout', '-q', '-b', 'side']);
  await place.commit('a');
  await place.git(['checkout', '-q', 'main']);
  await place.git(['merge', '-q', '--squash', 'side']);
  assert.equal(startsOf(place), [], 'a squash merge makes no commit');
  await place.git(['reset', '-q', '--hard']);
  await place.git(['merge', '-q', '--no-ff', '-m', 'merge', 'side']);
  assert.equal(startsOf(place), ['post-merge 0']);
});

test('post-rewrite and post-merge start nothing in a repository that has to do with nothing of ours', async (place) => {
  putHook(place.recorder, place.hooks, 'post-rewrite');
  putHook(place.recorder, place.hooks, 'post-merge');
  await place.commit('a');
  await place.git(['commit', '-q', '--amend', '-m', 'amended']);
  await place.git(['checkout', '-q', '-b', 'side']);
  await place.commit('b');
  await place.git(['checkout', '-q', 'main']);
  await place.git(['merge', '-q', 'side']);
  assert.equal(startsOf(place), []);
  await place.git(['config', 'mlchain.owner', 'AA']);
  await place.git(['commit', '-q', '--amend', '-m', 'again']);
  assert.equal(startsOf(place), ['post-rewrite amend']);
});

test('NODE_EXTRA_CA_CERTS reaches the hook before ours, but not our program', async (place) => {
  putHook(place.recorder, place.hooks, 'post-commit');
  putScript(
    path.join(place.hooks, 'post-commit.mlchain-chained'),
    '#!/bin/sh\necho "certificates: $NODE_EXTRA_CA_CERTS" >&2\n',
  );
  const said = await place.commit('.mlchain/root.layout', 'x', { NODE_EXTRA_CA_CERTS: '/dev/null' });
  assert.match(said, 'certificates: /dev/null');
  assert.is(place.recorder.calls()[0]?.caCerts, undefined);
});

test.run();
