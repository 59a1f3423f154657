import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MlchainError } from '../../src/errors.ts';
import { locate } from '../../src/git/location.ts';
import { makePerson } from '../support/person.ts';
import { FORMATS, failureOf, inRepository } from './fixture.ts';

for (const format of FORMATS) {
  test(`a repository is found from its top and from below (${format})`, async () => {
    await inRepository(
      async ({ person, dir }) => {
        fs.mkdirSync(path.join(dir, 'deep/er'), { recursive: true });
        for (const from of [dir, path.join(dir, 'deep/er')]) {
          assert.equal(await locate(from, person.env), {
            gitDir: path.join(dir, '.git'),
            commonDir: path.join(dir, '.git'),
            workTree: dir,
            objectFormat: format,
            isBare: false,
            isShallow: false,
          });
        }
      },
      { format },
    );
  });
}

test('a bare repository has no work tree', async () => {
  await inRepository(
    async ({ person, dir }) => {
      const { gitDir, workTree, isBare } = await locate(path.join(dir, 'refs'), person.env);
      assert.equal([gitDir, workTree, isBare], [dir, undefined, true]);
    },
    { bare: true },
  );
});

test('a linked worktree has a git directory of its own and shares the rest', async () => {
  await inRepository(async ({ person, dir, git, commit }) => {
    await commit('first');
    const linked = person.at('linked');
    await git(['worktree', 'add', '-q', linked]);
    const { gitDir, commonDir, workTree } = await locate(linked, person.env);
    assert.is(gitDir, path.join(dir, '.git/worktrees/linked'));
    assert.is(commonDir, path.join(dir, '.git'));
    assert.is(workTree, linked);
  });
});

test('the worktree of a bare repository is not bare', async () => {
  await inRepository(async ({ person, dir, commit }) => {
    await commit('first');
    await person.git(['clone', '-q', '--bare', dir, 'bare.git']);
    await person.git(['worktree', 'add', '-q', '../linked'], { cwd: person.at('bare.git') });
    const { workTree, isBare } = await locate(person.at('linked'), person.env);
    assert.equal([workTree, isBare], [person.at('linked'), false]);
  });
});

test('a shallow clone says so', async () => {
  await inRepository(async ({ person, dir, commit }) => {
    await commit('first');
    await commit('second');
    await person.git(['clone', '-q', '--depth=1', `file://${dir}`, 'shallow']);
    assert.ok((await locate(person.at('shallow'), person.env)).isShallow);
  });
});

test('a path through a symbolic link, and one with a newline in it, are found as they really are', async () => {
  const person = await makePerson('Bob');
  const odd = person.at('new\nline\ntrue\n');
  await person.git(['init', '-q', odd]);
  fs.mkdirSync(path.join(odd, 'below'));
  fs.symlinkSync(path.join(odd, 'below'), person.at('link'));
  const { gitDir, workTree } = await locate(person.at('link'), person.env);
  assert.is(gitDir, path.join(odd, '.git'));
  assert.is(workTree, odd);
  await person.cleanup();
});

test('what git exports to a hook names the repository, relative to where the hook runs', async () => {
  await inRepository(async ({ person, dir }) => {
    const hook = { ...person.env, GIT_DIR: '.git', GIT_INDEX_FILE: '.git/next-index-1.lock', GIT_PREFIX: '' };
    const { gitDir, workTree } = await locate(dir, hook);
    assert.is(gitDir, path.join(dir, '.git'));
    assert.is(workTree, dir);
    const elsewhere = { ...person.env, GIT_DIR: path.join(dir, '.git'), GIT_WORK_TREE: dir };
    assert.is((await locate(person.home, elsewhere)).workTree, dir);
  });
});

test('a hook of a server runs inside the git directory, which is nobody’s work tree', async () => {
  await inRepository(async ({ person, dir }) => {
    const gitDir = path.join(dir, '.git');
    for (const from of [gitDir, path.join(gitDir, 'hooks')]) {
      const env = { ...person.env, GIT_DIR: gitDir };
      const found = await locate(from, env);
      assert.equal([found.gitDir, found.workTree, found.isBare], [gitDir, undefined, false]);
    }
  });
});

test('outside a repository the message names the place', async () => {
  const person = await makePerson('Bob');
  const env = { ...person.env, GIT_CEILING_DIRECTORIES: path.dirname(person.home) };
  const outside = await failureOf(locate(person.home, env));
  assert.instance(outside, MlchainError);
  assert.is((outside as MlchainError).code, 'input');
  assert.is((outside as MlchainError).message, `not a git repository: ${person.home}`);
  const nowhere = await failureOf(locate(person.at('nowhere'), env));
  assert.is((nowhere as MlchainError).code, 'input');
  assert.is((nowhere as MlchainError).message, `no such directory: ${person.at('nowhere')}`);
  await person.cleanup();
});

test('a repository that git refuses is refused in git’s words', async () => {
  await inRepository(async ({ person, dir, git }) => {
    await git(['config', 'core.repositoryFormatVersion', '99']);
    const error = await failureOf(locate(dir, person.env));
    assert.match((error as Error).message, /^git rev-parse: Expected git repo version <= 1, found 99/);
  });
});

test.run();
