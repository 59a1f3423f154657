import * as fs from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { GitError } from '../../src/git/git-error.ts';
import { listRefs } from '../../src/git/refs.ts';
import { fetch, INSIDE_PUSH, listRemotes, push, remoteRefs } from '../../src/git/remote.ts';
import { type Fixture, FORMATS, failureOf, inRepository, type Setting } from './fixture.ts';

interface WithServer extends Fixture {
  readonly server: string;
  onServer(args: readonly string[]): Promise<string>;
  /** A hook of the server, in sh. */
  hook(name: string, script: string): void;
}

const QUIET = { noVerify: true } as const;

async function withServer(
  body: (fixture: WithServer) => Promise<void>,
  setting: Setting = {},
): Promise<void> {
  await inRepository(async (fixture) => {
    const { person, git } = fixture;
    const server = person.at('server.git');
    await person.git(['init', '-q', '--bare', `--object-format=${setting.format ?? 'sha1'}`, server]);
    await git(['remote', 'add', 'origin', server]);
    const onServer: WithServer['onServer'] = async (args) =>
      (await person.git(args, { cwd: server })).stdout.trim();
    const hook = (name: string, script: string) =>
      fs.writeFileSync(path.join(server, 'hooks', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    await body({ ...fixture, server, onServer, hook });
  }, setting);
}

for (const format of FORMATS) {
  test(`refs are pushed, listed and fetched as the refspecs say (${format})`, async () => {
    await withServer(
      async ({ repo, git, commit, onServer }) => {
        const head = await commit('first', new Map([['a', 'a\n']]));
        assert.equal(await listRemotes(repo), ['origin']);
        const pushed = await push(repo, 'origin', [`${head}:refs/notes/mlchain/A`, 'main'], QUIET);
        assert.equal([pushed.ok, pushed.rejected], [true, []]);
        assert.is(await onServer(['rev-parse', 'refs/notes/mlchain/A']), head);
        assert.equal(
          await remoteRefs(repo, 'origin', ['refs/notes/mlchain/*']),
          new Map([['refs/notes/mlchain/A', head]]),
        );
        await git(['tag', '-m', 'tag', 'v1']);
        await push(repo, 'origin', ['v1'], QUIET);
        assert.equal([...(await remoteRefs(repo, 'origin', [])).keys()].sort(), [
          'refs/heads/main',
          'refs/notes/mlchain/A',
          'refs/tags/v1',
        ]);
        const fetched = await fetch(repo, 'origin', [
          'refs/notes/mlchain/*:refs/notes/remotes/origin/mlchain/*',
        ]);
        assert.equal([fetched.ok, fetched.rejected], [true, []]);
        assert.equal(
          await listRefs(repo, 'refs/notes'),
          new Map([['refs/notes/remotes/origin/mlchain/A', head]]),
        );
      },
      { format },
    );
  });
}

test('remotes are those that git lists: with any setting of their own, whatever their names hold', async () => {
  await inRepository(async ({ git, dir, open }) => {
    for (const name of [
      'remote.zz.foo',
      'remote.a.b.url',
      'remote.Größe x.url',
      'remote./abs.url',
      'remote.pushDefault',
    ])
      await git(['config', name, 'x']);
    const names = (await git(['remote'])).split('\n');
    assert.equal(names, ['Größe x', 'a.b', 'zz']);
    assert.equal(await listRemotes(await open(dir)), names);
  });
});

test('a repository without remotes has none', async () => {
  await inRepository(async ({ repo }) => assert.equal(await listRemotes(repo), []));
});

test('a fetch takes exactly what was asked: no tags, no other branches, nothing pruned, FETCH_HEAD left alone', async () => {
  await withServer(async ({ dir, repo, git, commit, onServer }) => {
    const first = await commit('first');
    await push(repo, 'origin', ['main', `${first}:refs/notes/mlchain/A`], QUIET);
    await git(['fetch', '-q', 'origin']);
    const fetchHead = fs.readFileSync(path.join(dir, '.git/FETCH_HEAD'), 'utf8');
    await onServer(['tag', '-m', 'tag', 'v1', first]);
    await onServer(['update-ref', 'refs/heads/other', first]);
    await onServer(['update-ref', '-d', 'refs/heads/main']);
    for (const [name, value] of [
      ['fetch.prune', 'true'],
      ['fetch.pruneTags', 'true'],
      ['remote.origin.tagOpt', '--tags'],
      ['fetch.recurseSubmodules', 'true'],
    ] as const)
      await git(['config', name, value]);
    const before = await listRefs(repo);
    await fetch(repo, 'origin', ['refs/notes/mlchain/*:refs/notes/remotes/origin/mlchain/*']);
    assert.equal(await listRefs(repo), new Map([...before, ['refs/notes/remotes/origin/mlchain/A', first]]));
    assert.is(fs.readFileSync(path.join(dir, '.git/FETCH_HEAD'), 'utf8'), fetchHead);
  });
});

test('a remote that was forced back is refused and named; the rest arrives', async () => {
  await withServer(async ({ repo, git, commit, onServer }) => {
    const [first, second] = [await commit('first'), await commit('second')];
    await push(repo, 'origin', [`${second}:refs/notes/mlchain/A`], QUIET);
    const refspec = 'refs/notes/mlchain/*:refs/notes/remotes/origin/mlchain/*';
    await fetch(repo, 'origin', [refspec]);
    await onServer(['update-ref', 'refs/notes/mlchain/A', first]);
    await onServer(['update-ref', 'refs/notes/mlchain/B', first]);
    const { ok, rejected, stderr } = await fetch(repo, 'origin', [refspec]);
    assert.not.ok(ok);
    assert.equal(rejected, [{ ref: 'refs/notes/remotes/origin/mlchain/A', reason: 'non-fast-forward' }]);
    assert.match(stderr, /\[rejected\]/);
    assert.is(await git(['rev-parse', 'refs/notes/remotes/origin/mlchain/A']), second);
    assert.is(await git(['rev-parse', 'refs/notes/remotes/origin/mlchain/B']), first);
  });
});

test('a push that the remote rejects says which ref and why; the others go', async () => {
  await withServer(async ({ repo, git, commit, onServer, hook }) => {
    const [first, second] = [await commit('first'), await commit('second')];
    await push(repo, 'origin', [`${second}:refs/notes/A`], QUIET);
    await git(['checkout', '-q', '--detach', first]);
    const other = await commit('other');
    const behind = await push(repo, 'origin', [`${other}:refs/notes/A`, `${first}:refs/notes/B`], QUIET);
    assert.not.ok(behind.ok);
    assert.equal(behind.rejected, [{ ref: 'refs/notes/A', reason: 'non-fast-forward' }]);
    assert.is(await onServer(['rev-parse', 'refs/notes/B']), first);

    const atomic = await push(repo, 'origin', [`${other}:refs/notes/A`, `${first}:refs/notes/C`], {
      noVerify: true,
      atomic: true,
    });
    assert.equal(atomic.rejected.map(({ ref }) => ref).sort(), ['refs/notes/A', 'refs/notes/C']);

    hook('update', 'test "$1" != refs/notes/D');
    const declined = await push(repo, 'origin', [`${first}:refs/notes/D`, `${first}:refs/notes/E`], QUIET);
    assert.equal(declined.rejected, [{ ref: 'refs/notes/D', reason: 'hook declined' }]);
    hook('pre-receive', 'echo "no (really) no" >&2; exit 1');
    const refused = await push(repo, 'origin', [`${first}:refs/notes/F`], QUIET);
    assert.equal(refused.rejected, [{ ref: 'refs/notes/F', reason: 'pre-receive hook declined' }]);
    assert.match(refused.stderr, /remote: no \(really\) no/);
  });
});

test('two clones that push at once: the slower one is told to fetch first', async () => {
  await withServer(async ({ person, repo, commit, server, open }) => {
    const first = await commit('first');
    await push(repo, 'origin', ['main'], QUIET);
    await person.git(['clone', '-q', server, 'other']);
    await person.git(['commit', '-q', '--allow-empty', '-m', 'theirs'], { cwd: person.at('other') });
    await push(await open(person.at('other')), 'origin', ['HEAD:refs/heads/main'], QUIET);
    const mine = await commit('mine');
    const { rejected } = await push(repo, 'origin', [`${mine}:refs/heads/main`], QUIET);
    assert.equal(rejected, [{ ref: 'refs/heads/main', reason: 'fetch first' }]);
    assert.ok(first);
  });
});

test('the pre-push hook of the clone does not run again inside a push, the server’s hooks do', async () => {
  await withServer(async ({ person, dir, git, repo, commit, hook }) => {
    await commit('first');
    const [client, server] = [person.at('client'), person.at('server-ran')];
    fs.writeFileSync(
      path.join(dir, '.git/hooks/pre-push'),
      `#!/bin/sh\necho "$${INSIDE_PUSH}" >> ${client}\n`,
      { mode: 0o755 },
    );
    fs.writeFileSync(
      path.join(dir, '.git/hooks/reference-transaction'),
      `#!/bin/sh\necho "$${INSIDE_PUSH}" > ${person.at('guard')}\n`,
      { mode: 0o755 },
    );
    hook('post-receive', `touch ${server}`);
    await push(repo, 'origin', ['main'], QUIET);
    assert.not(fs.existsSync(client));
    assert.ok(fs.existsSync(server));
    await fetch(repo, 'origin', ['main:refs/x']);
    assert.is(fs.readFileSync(person.at('guard'), 'utf8'), '1\n');
    await git(['push', '-q', 'origin', 'main:again']);
    assert.ok(fs.existsSync(client), 'the trap was armed');
  });
});

test('settings of the clone add nothing to a push: no tags, no submodules, no mirror', async () => {
  await withServer(async ({ repo, git, commit, onServer, open, dir }) => {
    const head = await commit('first');
    await git(['tag', '-m', 'tag', 'v1']);
    for (const [name, value] of [
      ['push.followTags', 'true'],
      ['remote.origin.mirror', 'true'],
      ['remote.origin.push', '+refs/*:refs/*'],
      ['push.recurseSubmodules', 'on-demand'],
      ['push.default', 'matching'],
    ] as const)
      await git(['config', name, value]);
    await push(await open(dir), 'origin', [`${head}:refs/notes/A`], QUIET);
    assert.is(await onServer(['for-each-ref', '--format=%(refname)']), 'refs/notes/A');
    assert.ok(repo);
  });
});

test('a remote that does not answer is an error in git’s words, and nobody is asked for a password', async () => {
  await withServer(async ({ person, repo, git, commit }) => {
    await commit('first');
    const nowhere = person.at('nowhere.git');
    await git(['remote', 'add', 'gone', nowhere]);
    for (const asked of [
      () => push(repo, 'gone', ['main'], QUIET),
      () => fetch(repo, 'gone', ['main:refs/x']),
      () => remoteRefs(repo, 'gone', []),
    ]) {
      const error = await failureOf(asked());
      assert.instance(error, GitError);
      assert.match((error as GitError).message, /does not appear to be a git repository/);
      assert.is((error as GitError).exitCode, 128);
    }
  });
});

test('a remote that wants a password gets none where there is no terminal, and nobody waits', async () => {
  await withServer(async ({ repo, commit }) => {
    await commit('first');
    const guard = createServer((_, response) =>
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end(),
    );
    await new Promise<void>((resolve) => guard.listen(0, '127.0.0.1', resolve));
    const { port } = guard.address() as AddressInfo;
    for (const asked of [
      () => remoteRefs(repo, `http://127.0.0.1:${port}/x.git`, []),
      () => push(repo, `http://127.0.0.1:${port}/x.git`, ['main'], QUIET),
    ])
      assert.match(
        ((await failureOf(asked())) as Error).message,
        /could not read Username .*terminal prompts disabled/,
      );
    guard.close();
  });
});

test('a refspec that names nothing is an error, not an empty success', async () => {
  await withServer(async ({ repo, commit }) => {
    await commit('first');
    assert.match(
      ((await failureOf(push(repo, 'origin', ['nothing'], QUIET))) as Error).message,
      /src refspec nothing does not match any/,
    );
    assert.match(
      ((await failureOf(fetch(repo, 'origin', ['nothing:refs/x']))) as Error).message,
      /couldn't find remote ref nothing/,
    );
    assert.ok((await fetch(repo, 'origin', ['refs/notes/mlchain/*:refs/x/*'])).ok);
  });
});

test('a remote’s name that looks like an option is no option', async () => {
  await withServer(async ({ person, repo, commit }) => {
    await commit('first');
    const trap = person.at('sprung');
    for (const evil of [`--upload-pack=touch ${trap}`, `--receive-pack=touch ${trap}`, '--all'])
      for (const asked of [
        () => push(repo, evil, ['main'], QUIET),
        () => fetch(repo, evil, ['main:refs/x']),
        () => remoteRefs(repo, evil, []),
      ])
        assert.instance(await failureOf(asked()), GitError);
    assert.not(fs.existsSync(trap));
  });
});

test.run();
