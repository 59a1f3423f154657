import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MlchainError } from '../../src/errors.ts';
import { IsomorphicRepository } from '../../src/git/isomorphic-repository.ts';
import { supportedRepository } from '../../src/git/isomorphic-support.ts';
import { type Fixture, failureOf, inRepository } from './fixture.ts';

async function refusal(dir: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const error = await failureOf(IsomorphicRepository.open(dir, env));
  assert.instance(error, MlchainError);
  assert.is((error as MlchainError).code, 'unsupported-repository');
  assert.is((error as MlchainError).hint, 'install git: with it every repository can be read');
  return (error as MlchainError).message;
}

/** A repository that is good, and what must be said once it has a trait that isomorphic-git misreads. */
function refuses(name: string, change: (fixture: Fixture) => Promise<string>, expected: RegExp): void {
  test(`${name} is refused by name, and read before it was that`, async () => {
    await inRepository(async (fixture) => {
      await fixture.commit('first');
      await IsomorphicRepository.open(fixture.dir, {});
      assert.match(await refusal(await change(fixture)), expected);
    });
  });
}

refuses(
  'a linked worktree',
  async ({ person, git }) => {
    await git(['worktree', 'add', '-q', person.at('linked')]);
    return person.at('linked');
  },
  /^cannot read a linked worktree or a submodule \(\.git is a file\) without git$/,
);

refuses(
  'the git directory of a linked worktree',
  async ({ person, dir, git }) => {
    await git(['worktree', 'add', '-q', person.at('linked')]);
    const own = path.join(dir, '.git/worktrees/linked');
    // As `--separate-git-dir` or a careless copy would have it: a HEAD, a config, objects elsewhere.
    fs.mkdirSync(path.join(own, 'objects'));
    fs.copyFileSync(path.join(dir, '.git/config'), path.join(own, 'config'));
    return own;
  },
  /a linked worktree/,
);

refuses(
  'a partial clone',
  async ({ person, dir, git }) => {
    await git(['config', 'uploadpack.allowFilter', 'true']);
    await person.git(['clone', '-q', '--filter=blob:none', `file://${dir}`, 'partial']);
    return person.at('partial');
  },
  /a partial clone/,
);

refuses(
  'a clone that borrows objects',
  async ({ person, dir }) => {
    await person.git(['clone', '-q', '--shared', dir, 'shared']);
    return person.at('shared');
  },
  /objects borrowed from another repository/,
);

refuses(
  'a repository with refs in a reftable',
  async ({ dir, git }) => {
    await git(['config', 'core.repositoryFormatVersion', '1']);
    await git(['config', 'extensions.refStorage', 'reftable']);
    return dir;
  },
  /extensions\.refstorage = reftable/,
);

refuses(
  'a repository with a reftable directory',
  async ({ dir }) => {
    fs.mkdirSync(path.join(dir, '.git/reftable'));
    return dir;
  },
  /refs in a reftable/,
);

refuses(
  'a repository with an extension that nobody knows yet',
  async ({ dir }) => {
    fs.appendFileSync(
      path.join(dir, '.git/config'),
      '[core]\n\trepositoryformatversion = 1\n[Extensions]\n\tfromTheFuture\n',
    );
    return dir;
  },
  /extensions\.fromthefuture = true/,
);

refuses(
  'a repository of a later format',
  async ({ dir, git }) => {
    await git(['config', 'core.repositoryFormatVersion', '2']);
    return dir;
  },
  /repository format version 2/,
);

test('a SHA-256 repository is refused by name', async () => {
  await inRepository(
    async ({ dir, commit }) => {
      await commit('first');
      assert.match(await refusal(dir), /extensions\.objectformat = sha256/);
    },
    { format: 'sha256' },
  );
});

test('objects in quarantine are refused: they are not where isomorphic-git looks', async () => {
  await inRepository(async ({ dir }) => {
    assert.match(await refusal(dir, { GIT_QUARANTINE_PATH: '/q' }), /objects in quarantine/);
    assert.match(await refusal(dir, { GIT_OBJECT_DIRECTORY: '/q' }), /objects in quarantine/);
  });
});

test('extensions that move nothing are no obstacle, however the file is written', async () => {
  await inRepository(async ({ dir }) => {
    const config = path.join(dir, '.git/config');
    fs.writeFileSync(
      config,
      '# [extensions] partialclone = x\n[core] repositoryformatversion = 1 ; one\n[EXTENSIONS]\n\tnoop\n  objectFormat = "sha1" # default\n\tworktreeConfig = true\n[remote "origin"]\n\tpromisor = false\n',
    );
    assert.is(supportedRepository(dir, {}).gitDir, path.join(dir, '.git'));
    fs.appendFileSync(config, '\tpromisor = true\n');
    assert.throws(() => supportedRepository(dir, {}), /a partial clone/);
  });
});

test('what is no repository is bad input', async () => {
  await inRepository(async ({ person, dir }) => {
    fs.mkdirSync(path.join(dir, 'below/.git'), { recursive: true });
    for (const place of [person.home, path.join(dir, 'below'), person.at('nowhere')]) {
      const error = await failureOf(IsomorphicRepository.open(place, {}));
      assert.is((error as MlchainError).code, 'input');
      assert.is((error as MlchainError).message, `not a git repository: ${place}`);
    }
  });
});

test.run();
