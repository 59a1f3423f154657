import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { examineEnvironment, examineGit, examineNode } from '../../../src/cli/doctor/machine.ts';
import type { Repository } from '../../../src/git/repository.ts';
import { makeClone } from '../../support/working-clone.ts';

test('the git and the node of the tests are good enough', async () => {
  const { repo, cleanup } = await makeClone({ objectFormat: 'sha256' });
  const [git] = await examineGit(repo);
  assert.is(git?.state, 'ok');
  assert.match(git?.says ?? '', /^git 2\.\d+; this repository names objects by sha256$/);
  assert.is(examineNode()[0]?.state, 'ok');
  await cleanup();
});

test('older ones are warned of', async () => {
  const states = ['18.20.4', '20.18.9', '20.19.0', '21.0.0', '100.0.0'].map(
    (version) => examineNode(version)[0]?.state,
  );
  assert.equal(states, ['warning', 'warning', 'ok', 'ok', 'ok']);
  const git: Pick<Repository['git'], 'text'> = { text: async () => 'git version 2.38.9.windows.1' };
  const [old] = await examineGit({ objectFormat: 'sha1', git } as Repository);
  assert.is(old?.state, 'warning');
});

test('a variable that is set to what switches nothing off is no finding', async () => {
  const harmless = {
    HUSKY: '2',
    LEFTHOOK: '1',
    MLCHAIN_SKIP: '',
    SKIP_SIMPLE_GIT_HOOKS: '0',
    NODE_EXTRA_CA_CERTS: '',
  };
  assert.equal(
    (await examineEnvironment(harmless)).map(({ state }) => state),
    ['ok'],
  );
  const found = await examineEnvironment({ HUSKY: '0', LEFTHOOK: 'false' });
  assert.equal(
    found.map((each) => (each.state === 'ok' ? '' : each.mend)),
    ["'unset HUSKY'", "'unset LEFTHOOK'"],
  );
});

test.run();
