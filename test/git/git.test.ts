import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MlchainError } from '../../src/errors.ts';
import { Git } from '../../src/git/git.ts';
import { GitError } from '../../src/git/git-error.ts';
import { makePerson } from '../support/person.ts';
import { collect, failureOf, inRepository } from './fixture.ts';

test('a command that succeeds gives its output and its code', async () => {
  await inRepository(async ({ repo, commit }) => {
    const head = await commit('first');
    const { stdout, code } = await repo.git.run(['rev-parse', 'HEAD']);
    assert.is(stdout.toString(), `${head}\n`);
    assert.is(code, 0);
    assert.is(await repo.git.text(['rev-parse', 'HEAD']), head);
  });
});

test('a command that fails says which, how and why in git’s words', async () => {
  await inRepository(async ({ repo }) => {
    const error = await failureOf(repo.git.run(['rev-parse', '--verify', 'nonsense']));
    assert.instance(error, GitError);
    assert.is((error as GitError).code, 'git');
    assert.is((error as GitError).exitCode, 128);
    assert.equal((error as GitError).args, ['rev-parse', '--verify', 'nonsense']);
    assert.is((error as GitError).message, 'git rev-parse: Needed a single revision');
    assert.match((error as GitError).stderr, /^fatal: Needed a single revision/);
  });
});

test('an exit code that is an answer is no failure', async () => {
  await inRepository(async ({ repo }) => {
    const { code } = await repo.git.run(['config', '--get', 'no.such'], { okCodes: [0, 1] });
    assert.is(code, 1);
  });
});

test('input reaches the child; without any it reads nothing', async () => {
  await inRepository(async ({ repo }) => {
    const named = await repo.git.text(['hash-object', '--stdin'], { input: 'content\n' });
    assert.is(named, 'd95f3ad14dee633a758d2e331151e950dd13e4ed');
    assert.is(await repo.git.text(['hash-object', '--stdin']), 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391');
  });
});

test('a child that does not read its input ends with its own exit code, not with a broken pipe', async () => {
  await inRepository(async ({ repo }) => {
    const input = Buffer.alloc(8 << 20, 'x');
    const { code } = await repo.git.run(['rev-parse', '--git-dir'], { input });
    assert.is(code, 0);
    const error = await failureOf(repo.git.run(['rev-parse', '--verify', 'no'], { input }));
    assert.is((error as GitError).exitCode, 128);
    const streamed = await failureOf(collect(repo.git.stream(['rev-parse', '--verify', 'no'], { input })));
    assert.is((streamed as GitError).exitCode, 128);
  });
});

test('a stream gives what came before the failure, then fails', async () => {
  await inRepository(async ({ repo, commit }) => {
    const head = await commit('first');
    const seen: string[] = [];
    const read = async () => {
      for await (const chunk of repo.git.stream(['rev-parse', 'HEAD', 'nonsense']))
        seen.push(chunk.toString());
    };
    assert.instance(await failureOf(read()), GitError);
    assert.is(seen.join('').split('\n')[0], head);
  });
});

test('a name that is no UTF-8 is refused as an argument: git would be told another one', async () => {
  await inRepository(async ({ repo }) => {
    for (const fail of [
      () => repo.git.run(['ls-files', 'f\udcff']),
      () => collect(repo.git.stream(['log', '\udcff'])),
    ]) {
      const error = (await failureOf(fail())) as MlchainError;
      assert.is(error.code, 'input');
      assert.match(error.message, /^not an argument: "(f)?\\udcff"$/);
    }
  });
});

test('leaving a stream early ends the child', async () => {
  await inRepository(async ({ repo, commit }) => {
    await commit('first', new Map([['big', Buffer.alloc(4 << 20)]]));
    for await (const chunk of repo.git.stream(['cat-file', 'blob', 'HEAD:big'])) {
      assert.ok(chunk.length > 0);
      break;
    }
    await repo.close();
  });
});

test('closing ends every child that still runs, and waits for it', async () => {
  await inRepository(async ({ repo }) => {
    const children = [repo.git.spawn(['cat-file', '--batch']), repo.git.spawn(['cat-file', '--batch-check'])];
    await repo.git.close();
    for (const { pid, exitCode, signalCode } of children) {
      assert.ok(exitCode !== null || signalCode !== null);
      assert.throws(() => process.kill(pid ?? 0, 0), /ESRCH/);
    }
  });
});

test('a child that is killed from outside is a failure, whatever it had said', async () => {
  await inRepository(async ({ repo }) => {
    const running = repo.git.run(['-c', 'alias.wait=!echo begun; kill -9 $PPID', 'wait']);
    const error = await failureOf(running);
    assert.instance(error, GitError);
    assert.is((error as GitError).exitCode, undefined);
    assert.match((error as GitError).message, /killed by SIGKILL/);
  });
});

test('a remote that talks without end cannot fill the memory: its last words are kept', async () => {
  await inRepository(async ({ repo }) => {
    const flood = [
      '-c',
      'alias.flood=!head -c 3000000 /dev/zero | tr "\\0" x >&2; echo "fatal: the end" >&2; exit 1',
      'flood',
    ];
    const error = (await failureOf(repo.git.run(flood))) as GitError;
    assert.is(error.stderr.length, 1 << 20);
    assert.match(error.stderr, /fatal: the end\n$/);
  });
});

test('without git on the PATH the message says so', async () => {
  const person = await makePerson('Bob');
  const error = await failureOf(new Git(person.home, { PATH: person.at('bin') }).run(['version']));
  assert.instance(error, MlchainError);
  assert.is((error as MlchainError).message, 'cannot start git: not found on PATH');
  assert.is((error as MlchainError).hint, 'install git');
  await person.cleanup();
});

test('nothing that a clone’s configuration names is run by reading it, though plain git runs it', async () => {
  await inRepository(async ({ person, repo, git, commit }) => {
    const first = await commit(
      'first',
      new Map([
        ['a.txt', 'one\n'],
        ['.gitattributes', '*.txt diff=evil\n'],
      ]),
    );
    await commit('second', new Map([['a.txt', 'two\n']]));
    const trap = person.at('sprung');
    const spring = `sh -c 'echo "$0" >> ${trap}; cat /dev/null'`;
    for (const name of [
      'core.fsmonitor',
      'diff.external',
      'diff.evil.textconv',
      'diff.evil.command',
      'core.pager',
      'core.alternateRefsCommand',
    ])
      await git(['config', name, spring]);
    fs.writeFileSync(person.at('repo/.git/hooks/post-index-change'), `#!/bin/sh\necho hook >> ${trap}\n`, {
      mode: 0o755,
    });
    fs.writeFileSync(
      person.at('repo/.git/hooks/reference-transaction'),
      `#!/bin/sh\necho hook >> ${trap}\n`,
      { mode: 0o755 },
    );

    await repo.git.run(['status', '--porcelain']);
    await repo.git.run(['log', '-p', '--no-ext-diff', '--no-textconv', '-m']);
    await repo.git.run(['diff', '--no-ext-diff', '--no-textconv', first]);
    await repo.git.run(['update-ref', 'refs/x', first]);
    await repo.git.run(['update-index', '--refresh']);
    assert.not(fs.existsSync(trap), 'nothing was run');

    await git(['status', '--porcelain']);
    assert.ok(fs.existsSync(trap), 'the trap was armed');
  });
});

test('replaced objects and grafts change what git shows, and not what we read', async () => {
  await inRepository(async ({ person, repo, git, commit }) => {
    const first = await commit('honest', new Map([['a', 'honest\n']]));
    await commit('second', new Map([['b', 'b\n']]));
    const good = await git(['rev-parse', 'HEAD:a']);
    const evil = await git(['hash-object', '-w', '--stdin'], { input: 'evil\n' });
    await git(['replace', good, evil]);
    fs.writeFileSync(person.at('repo/.git/info/grafts'), `${await git(['rev-parse', 'HEAD'])}\n`);
    assert.is(await git(['show', 'HEAD:a']), 'evil');
    assert.is(await git(['rev-list', '--count', 'HEAD']), '1');
    assert.is(await repo.git.text(['show', 'HEAD:a']), 'honest');
    assert.is(await repo.git.text(['rev-list', 'HEAD^']), first);
    assert.is((await repo.objects.read(good))?.data.toString(), 'honest\n');
  });
});

test('a path that looks like pathspec magic is only a path', async () => {
  await inRepository(async ({ repo, commit }) => {
    await commit(
      'first',
      new Map([
        ['*', 'star\n'],
        ['a', 'a\n'],
        [':(top)a', 'magic\n'],
      ]),
    );
    assert.is(await repo.git.text(['ls-files', '--', '*']), '*');
    assert.is(await repo.git.text(['ls-files', '--', ':(top)a']), ':(top)a');
  });
});

test.run();
