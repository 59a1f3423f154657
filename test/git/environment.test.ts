import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { childEnvironment, localEnvironment, repositoryVariables } from '../../src/git/environment.ts';

test('whatever could make git read something else is left out, known or not', () => {
  const env = childEnvironment({
    GIT_DIR: '/elsewhere',
    GIT_WORK_TREE: '/elsewhere',
    GIT_COMMON_DIR: '/elsewhere',
    GIT_INDEX_FILE: '/elsewhere/index',
    GIT_NAMESPACE: 'other',
    GIT_REPLACE_REF_BASE: 'refs/evil/',
    GIT_SHALLOW_FILE: '/elsewhere/shallow',
    GIT_EXTERNAL_DIFF: 'evil',
    GIT_PAGER: 'evil',
    GIT_ICASE_PATHSPECS: '1',
    GIT_ATTR_SOURCE: 'evil',
    GIT_INVENTED_TOMORROW: '1',
  });
  const left = Object.keys(env).filter((name) => name.startsWith('GIT_'));
  assert.equal(left.sort(), ['GIT_GRAFT_FILE', 'GIT_NO_REPLACE_OBJECTS', 'GIT_OPTIONAL_LOCKS']);
});

test('quarantine, transport, identity and the user’s own settings stay', () => {
  const given = {
    PATH: '/bin',
    HOME: '/home/alice',
    GIT_QUARANTINE_PATH: '/q',
    GIT_OBJECT_DIRECTORY: '/q',
    GIT_ALTERNATE_OBJECT_DIRECTORIES: '/o',
    GIT_SSH_COMMAND: 'ssh -i key',
    GIT_ASKPASS: 'ask',
    GIT_SSL_CAINFO: '/ca',
    GIT_HTTP_LOW_SPEED_LIMIT: '1',
    GIT_COMMITTER_NAME: 'Alice',
    GIT_CONFIG_PARAMETERS: "'mlchain.owner'='F'",
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'a.b',
    GIT_CONFIG_VALUE_0: 'c',
    GIT_TRACE2_EVENT: '/log',
  };
  const env = childEnvironment(given);
  for (const [name, value] of Object.entries(given)) assert.is(env[name], value, name);
});

test('replaced objects, grafts and translated messages cannot be switched on from outside', () => {
  const env = childEnvironment({
    LC_ALL: 'de_DE.UTF-8',
    GIT_NO_REPLACE_OBJECTS: '',
    GIT_GRAFT_FILE: '/my/grafts',
  });
  assert.is(env.LC_ALL, 'C');
  assert.is(env.GIT_NO_REPLACE_OBJECTS, '1');
  assert.is(env.GIT_GRAFT_FILE, '/dev/null/grafts');
});

test('a local command may not fetch, ask or use a transport, whatever was allowed', () => {
  const env = localEnvironment({
    GIT_ALLOW_PROTOCOL: 'https',
    GIT_TERMINAL_PROMPT: '1',
    GIT_NO_LAZY_FETCH: '0',
  });
  assert.is(env.GIT_ALLOW_PROTOCOL, 'none');
  assert.is(env.GIT_TERMINAL_PROMPT, '0');
  assert.is(env.GIT_NO_LAZY_FETCH, '1');
  assert.is(env.GIT_LITERAL_PATHSPECS, '1');
});

test('only what names the repository is handed to the search for it', () => {
  assert.equal(repositoryVariables({ GIT_DIR: '.git', GIT_INDEX_FILE: 'i', PATH: '/bin' }), {
    GIT_DIR: '.git',
  });
  assert.equal(repositoryVariables({}), {});
});

test.run();
