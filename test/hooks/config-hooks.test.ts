import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Repository } from '../../src/git/repository.ts';
import { applyPlan } from '../../src/hooks/apply.ts';
import { installHooks, uninstallHooks } from '../../src/hooks/install.ts';
import { planInstall, wayOf } from '../../src/hooks/plan.ts';
import { clientHooks } from '../../src/hooks/script.ts';
import type { Survey } from '../../src/hooks/survey.ts';
import { surveyHooks } from '../../src/hooks/survey.ts';
import { makeRecorder, putScript } from '../support/recorder.ts';

/**
 * Sees the repository as a git that runs hooks from its config does, whatever git this machine has. Debian has none that
 * does: `test/hooks/beside.test.ts` pushes through a stand-in for it.
 */
async function surveyWith(repository: Repository, gitVersion: Survey['gitVersion']): Promise<Survey> {
  return { ...(await surveyHooks(repository)), gitVersion };
}

test('with git 2.54 the hooks go to the config and no file of anybody is touched', async () => {
  const recorder = await makeRecorder();
  const { person } = recorder;
  await person.git(['init', '-q', 'repository']);
  const hooks = person.at('repository/.git/hooks');
  putScript(path.join(hooks, 'pre-push'), '#!/bin/sh\ngit lfs pre-push "$@"\n');
  const repository = await Repository.open(person.at('repository'), person.env);

  const before = fs.readdirSync(hooks);
  const survey = await surveyWith(repository, [2, 54]);
  await applyPlan(repository, survey, planInstall(survey, recorder));
  assert.equal(fs.readdirSync(hooks), before);
  for (const hook of clientHooks) {
    assert.is(await repository.config(`hook.mlchain-${hook}.event`), hook);
    const command = await repository.config(`hook.mlchain-${hook}.command`);
    // As git runs it: through the shell, with the arguments appended.
    await person.exec('sh', ['-c', `${command} "$@"`, command ?? '', 'one two', 'three'], {
      cwd: person.at('repository'),
      input: 'a ref\n',
      env: { MLCHAIN_STEP: 'train' },
    });
    const calls = recorder.calls();
    assert.equal(
      calls.map((call) => [call.hook, ...call.args]),
      [[hook, 'one two', 'three']],
    );
    assert.is(calls[0]?.input, 'a ref\n');
  }

  const script = fs.readFileSync(person.at('repository/.git/mlchain/hooks/pre-push'), 'utf8');
  assert.match(script, /^mlchain_beside=yes$/m, 'git runs the hook of git-lfs itself');
  await uninstallHooks(repository);
  assert.is(await repository.config('hook.mlchain-pre-push.command'), undefined);
  assert.is(await repository.config('hook.mlchain-pre-push.event'), undefined);
  assert.equal(fs.readdirSync(person.at('repository/.git/mlchain/hooks')), []);
  await repository.close();
  await person.cleanup();
});

test('a newer git takes the hooks over from the files, an older one back from the config', async () => {
  const recorder = await makeRecorder();
  const { person } = recorder;
  await person.git(['init', '-q', 'repository']);
  const repository = await Repository.open(person.at('repository'), person.env);
  const foreign = person.at('repository/.git/hooks/post-commit');
  putScript(foreign, '#!/bin/sh\necho foreign\n');

  await installHooks(repository, recorder);
  const survey = await surveyWith(repository, [2, 54]);
  await applyPlan(repository, survey, planInstall(survey, recorder));
  assert.is(fs.readFileSync(foreign, 'utf8'), '#!/bin/sh\necho foreign\n', 'git runs it itself now');
  assert.not(fs.existsSync(person.at('repository/.git/hooks/pre-push')), 'it would run twice');

  const { status } = await installHooks(repository, recorder);
  assert.ok(status.hooks.every(({ state, way }) => state === 'live' && way === 'file'));
  assert.is(await repository.config('hook.mlchain-post-commit.command'), undefined);
  await repository.close();
  await person.cleanup();
});

test('git runs hooks from its config since 2.54, and a server is not asked', async () => {
  const recorder = await makeRecorder();
  await recorder.person.git(['init', '-q', 'repository']);
  const repository = await Repository.open(recorder.person.at('repository'), recorder.person.env);
  const ways = await Promise.all(
    (
      [
        [2, 53],
        [2, 54],
        [2, 100],
        [3, 0],
        [1, 99],
      ] as const
    ).map(async (version) => wayOf(await surveyWith(repository, version), 'pre-push')),
  );
  assert.equal(ways, ['file', 'config', 'config', 'config', 'file']);
  assert.is(wayOf({ ...(await surveyWith(repository, [2, 55])), isBare: true }, 'pre-receive'), 'file');
  await repository.close();
  await recorder.person.cleanup();
});

test.run();
