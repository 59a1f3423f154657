import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MlchainError } from '../../src/errors.ts';
import { projectRoot } from '../support/person.ts';
import { FORMATS, failureOf, inRepository } from './fixture.ts';

for (const format of FORMATS) {
  test(`a revision is resolved to the commit it names, tags peeled (${format})`, async () => {
    await inRepository(
      async ({ repo, git, commit }) => {
        assert.is(await repo.head(), undefined);
        const first = await commit('first', new Map([['a', 'a\n']]));
        const second = await commit('second');
        await git(['tag', '-m', 'release', 'v1', first]);
        await git(['tag', '-m', 'release of a release', 'v1.1', 'v1']);
        assert.is(await repo.head(), second);
        assert.is(repo.objectFormat, format);
        for (const rev of [
          first,
          first.slice(0, 9),
          'HEAD~1',
          'v1',
          'v1.1',
          'refs/tags/v1',
          'main^',
          ':/first',
        ])
          assert.is(await repo.resolveCommit(rev), first, rev);
      },
      { format },
    );
  });
}

test('what names no commit is an error that says what was asked', async () => {
  await inRepository(async ({ repo, git, commit }) => {
    await commit('first', new Map([['a', 'a\n']]));
    await git(['tag', 'blob', 'HEAD:a']);
    for (const rev of [
      'nonsense',
      'HEAD~7',
      'HEAD:a',
      'blob',
      '--all',
      '-n1',
      '',
      'f'.repeat(40),
      'HEAD..HEAD',
      '^HEAD',
    ]) {
      const error = await failureOf(repo.resolveCommit(rev));
      assert.instance(error, MlchainError);
      assert.is((error as MlchainError).code, 'input');
      assert.is((error as MlchainError).message, `not a commit: '${rev}'`);
      assert.is(await repo.tryResolve(rev), undefined);
    }
  });
});

test('a newline in a revision is refused before it becomes a second question', async () => {
  await inRepository(async ({ repo, commit }) => {
    const head = await commit('first');
    const error = await failureOf(repo.tryResolve('nonsense\nHEAD'));
    assert.is((error as MlchainError).code, 'input');
    assert.is(await repo.resolveCommit('HEAD'), head);
  });
});

test('configuration is read as git reads it: all files, all values, names in any case', async () => {
  await inRepository(async ({ person, dir, git, open }) => {
    await person.git(['config', '--global', 'mlchain.owner', 'GLOBAL']);
    await git(['config', 'mlchain.owner', 'LOCAL']);
    await git(['config', '--add', 'mlchain.owner', 'two\nlines = ok']);
    await git(['config', 'remote.My.Fork.url', 'u']);
    fs.appendFileSync(path.join(dir, '.git/config'), '[mlchain]\n\tstrict\n\tempty =\n');
    const repo = await open(dir);
    assert.equal(await repo.configAll('mlchain.owner'), ['GLOBAL', 'LOCAL', 'two\nlines = ok']);
    assert.is(await repo.config('MLchain.OWNER'), 'two\nlines = ok');
    assert.is(await repo.config('Remote.My.Fork.URL'), 'u');
    assert.is(await repo.config('remote.my.fork.url'), undefined);
    assert.is(await repo.config('mlchain.strict'), 'true');
    assert.is(await repo.config('mlchain.empty'), '');
    assert.is(await repo.config('mlchain.none'), undefined);
    assert.equal(await repo.configAll('constructor.prototype'), []);
  });
});

test('what the user gives with git -c counts', async () => {
  await inRepository(async ({ person, dir, open }) => {
    const repo = await open(dir, { ...person.env, GIT_CONFIG_PARAMETERS: "'mlchain.owner'='ONCE'" });
    assert.equal(await repo.configAll('mlchain.owner'), ['ONCE']);
  });
});

test('configuration of a linked worktree and of an included file counts where it should', async () => {
  await inRepository(async ({ person, dir, git, commit, open }) => {
    await commit('first');
    await git(['worktree', 'add', '-q', '--detach', person.at('linked')]);
    await git(['config', 'extensions.worktreeConfig', 'true']);
    await git(['config', '--worktree', 'mlchain.refs', 'linked only'], { cwd: person.at('linked') });
    fs.writeFileSync(person.at('more'), '[mlchain]\n\tremote = included\n');
    await git(['config', 'include.path', person.at('more')]);
    const [main, linked] = [await open(dir), await open(person.at('linked'))];
    assert.equal(
      [await main.config('mlchain.refs'), await linked.config('mlchain.refs')],
      [undefined, 'linked only'],
    );
    assert.equal(
      [await main.config('mlchain.remote'), await linked.config('mlchain.remote')],
      ['included', 'included'],
    );
    await linked.configAdd('mlchain.owner', 'F');
    assert.is(await git(['config', '--local', 'mlchain.owner']), 'F');
  });
});

test('a name or a file that git refuses is an error in git’s words', async () => {
  await inRepository(async ({ dir, repo, open }) => {
    assert.match(
      ((await failureOf(repo.configSet('no-section', 'x'))) as Error).message,
      /^git config: key does not contain a section/,
    );
    const broken = await open(dir);
    fs.appendFileSync(path.join(dir, '.git/config'), '[broken\n');
    assert.match(
      ((await failureOf(broken.config('a.b'))) as Error).message,
      /^git config: bad config line \d+ in file/,
    );
  });
});

test('configuration is written to this clone only, and read again afterwards', async () => {
  await inRepository(async ({ person, repo, git }) => {
    await person.git(['config', '--global', 'mlchain.owner', 'GLOBAL']);
    await repo.configAdd('mlchain.owner', 'A.B');
    await repo.configAdd('mlchain.owner', 'AxB');
    assert.equal(await repo.configAll('mlchain.owner'), ['GLOBAL', 'A.B', 'AxB']);
    await repo.configUnset('mlchain.owner', 'A.B');
    assert.equal(await repo.configAll('mlchain.owner'), ['GLOBAL', 'AxB']);
    await repo.configSet('mlchain.owner', 'only');
    assert.is(await git(['config', '--local', '--get-all', 'mlchain.owner']), 'only');
    await repo.configUnset('mlchain.owner');
    await repo.configUnset('mlchain.owner');
    assert.equal(await repo.configAll('mlchain.owner'), ['GLOBAL']);
  });
});

test('the edge of a shallow clone is known by its commits', async () => {
  await inRepository(async ({ person, dir, repo, git, commit, open }) => {
    await commit('first');
    const second = await commit('second');
    assert.equal(await repo.shallowCommits(), new Set());
    await person.git(['clone', '-q', '--depth=1', `file://${dir}`, 'shallow']);
    const shallow = await open(person.at('shallow'));
    assert.equal(await shallow.shallowCommits(), new Set([second]));
    await person.git(['worktree', 'add', '-q', '../linked'], { cwd: person.at('shallow') });
    assert.equal(await (await open(person.at('linked'))).shallowCommits(), new Set([second]));
    assert.is(await git(['rev-list', '--count', 'HEAD']), '2');
  });
});

test('who commits is known, and a machine without an identity still may', async () => {
  await inRepository(async ({ person, dir, repo, open }) => {
    assert.is(await repo.committer(), 'Alice Able <alice.able@example.org>');
    const nobody = await open(dir, {
      ...person.env,
      GIT_CONFIG_GLOBAL: '/dev/null',
      EMAIL: '',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'user.useConfigOnly',
      GIT_CONFIG_VALUE_0: 'true',
    });
    assert.is(await nobody.committer(), 'git-mlchain <git-mlchain@localhost>');
  });
});

/** Runs inside a hook: opens what git names there and says what it sees. */
const PROBE = `
import { Repository } from '${projectRoot}src/git/repository.ts';
const repo = await Repository.open('.');
const seen = { gitDir: repo.gitDir, workTree: repo.workTree, head: await repo.head(), index: process.env.GIT_INDEX_FILE };
const [wanted] = process.argv.slice(2);
const found = wanted === undefined ? undefined : (await repo.objects.read(wanted))?.data.toString();
const status = repo.workTree === undefined ? '' : await repo.git.text(['status', '--porcelain']);
await repo.close();
const { writeFileSync } = await import('node:fs');
writeFileSync(process.env.PROBE_OUT, JSON.stringify({ ...seen, found, status }));
`;

function hookScript(probe: string, out: string, argument: string): string {
  const tsx = path.join(projectRoot, 'node_modules/.bin/tsx');
  return `#!/bin/sh\nPROBE_OUT='${out}' '${tsx}' '${probe}' ${argument}\n`;
}

test('who has just committed need not be asked for, unless the commit does not say it', async () => {
  await inRepository(async ({ person, dir, open }) => {
    const asked = { name: 'Alice Able', email: 'alice.able@example.org' };
    for (const [told, expected] of [
      [{ name: 'Zoë', email: 'zoe@example.org' }, 'Zoë <zoe@example.org>'],
      [{ name: '', email: 'zoe@example.org' }, `${asked.name} <${asked.email}>`],
      [{ name: 'a > b\nc', email: 'x' }, `${asked.name} <${asked.email}>`],
    ] as const) {
      const repo = await open(dir, person.env);
      repo.knowCommitter(told);
      assert.is(await repo.committer(), expected);
    }
  });
});

test('inside git commit PATH, with its temporary index, the hook sees the repository as it is', async () => {
  await inRepository(async ({ person, dir, git, commit }) => {
    await commit(
      'first',
      new Map([
        ['a', 'a\n'],
        ['b', 'b\n'],
      ]),
    );
    fs.writeFileSync(person.at('probe.mts'), PROBE);
    const hook = hookScript(person.at('probe.mts'), person.at('seen.json'), '');
    fs.writeFileSync(path.join(dir, '.git/hooks/post-commit'), hook, { mode: 0o755 });
    fs.writeFileSync(path.join(dir, 'a'), 'changed\n');
    fs.writeFileSync(path.join(dir, 'b'), 'changed\n');
    await git(['add', 'b']);
    await git(['commit', '-q', '-m', 'only a', 'a']);
    const seen = JSON.parse(fs.readFileSync(person.at('seen.json'), 'utf8'));
    assert.ok(seen.index, 'git exported an index');
    assert.is(seen.gitDir, path.join(dir, '.git'));
    assert.is(seen.workTree, dir);
    assert.is(seen.head, await git(['rev-parse', 'HEAD']));
    assert.is(seen.status, 'M  b');
  });
});

test('inside pre-receive the objects in quarantine can be read, and nothing else has them', async () => {
  await inRepository(async ({ person, dir, git, commit }) => {
    await commit('first', new Map([['a', 'secret of the push\n']]));
    const blob = await git(['rev-parse', 'HEAD:a']);
    const server = person.at('server.git');
    await person.git(['init', '-q', '--bare', server]);
    fs.writeFileSync(person.at('probe.mts'), PROBE);
    const hook = `${hookScript(person.at('probe.mts'), person.at('seen.json'), blob)}exit 1\n`;
    fs.writeFileSync(path.join(server, 'hooks/pre-receive'), hook, { mode: 0o755 });
    await git(['push', '-q', server, 'main'], { code: 1 });
    const seen = JSON.parse(fs.readFileSync(person.at('seen.json'), 'utf8'));
    assert.is(seen.gitDir, server);
    assert.is(seen.found, 'secret of the push\n');
    await person.git(['cat-file', '-e', blob], { cwd: server, code: 1 });
    assert.is(dir, person.at('repo'));
  });
});

test('a repository that nobody closed does not keep the program alive', async () => {
  await inRepository(async ({ person, dir, commit }) => {
    await commit('first');
    fs.writeFileSync(
      person.at('forgetful.mts'),
      `import { Repository } from '${projectRoot}src/git/repository.ts';
      const repo = await Repository.open('.');
      console.log((await repo.objects.read('HEAD'))?.type, (await repo.objects.info('HEAD'))?.type);`,
    );
    const tsx = path.join(projectRoot, 'node_modules/.bin/tsx');
    const { stdout } = await person.exec(tsx, [person.at('forgetful.mts')], { cwd: dir, timeout: 30_000 });
    assert.is(stdout, 'commit commit\n');
  });
});

test.run();
