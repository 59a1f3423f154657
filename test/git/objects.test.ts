import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { deflateSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MlchainError } from '../../src/errors.ts';
import { GitError } from '../../src/git/git-error.ts';
import { startedWith } from '../support/trace.ts';
import { collect, FORMATS, failureOf, inRepository } from './fixture.ts';

for (const format of FORMATS) {
  test(`an object is read by any name that git knows (${format})`, async () => {
    await inRepository(
      async ({ repo, git, commit }) => {
        const head = await commit(
          'first',
          new Map([
            ['dir/a file', 'content\n'],
            ['empty', ''],
          ]),
        );
        const blob = await git(['rev-parse', 'HEAD:dir/a file']);
        assert.equal(await repo.objects.read('HEAD:dir/a file'), {
          id: blob,
          type: 'blob',
          size: 8,
          data: Buffer.from('content\n'),
        });
        assert.equal(await repo.objects.info(head), {
          id: head,
          type: 'commit',
          size: (await repo.objects.read(head))?.data.length,
        });
        assert.is((await repo.objects.read('HEAD:empty'))?.data.length, 0);
        assert.is((await repo.objects.info('main^{tree}'))?.type, 'tree');
        assert.is(await repo.objects.hash(blob), createHash('sha256').update('content\n').digest('hex'));
        assert.is(await repo.objects.hash(blob, 'md5'), createHash('md5').update('content\n').digest('hex'));
      },
      { format },
    );
  });
}

test('what is not there is undefined, also among many', async () => {
  await inRepository(async ({ repo, commit }) => {
    const head = await commit(
      'first',
      new Map([
        ['a', 'a\n'],
        ['b', 'b\n'],
      ]),
    );
    const none = 'f'.repeat(40);
    assert.is(await repo.objects.read(none), undefined);
    assert.is(await repo.objects.info('HEAD:nothing'), undefined);
    assert.is(await repo.objects.hash(none), undefined);
    const found = await collect(repo.objects.readMany([none, 'HEAD:a', head, 'HEAD:nothing here', 'HEAD:b']));
    assert.equal(
      found.map((object) => object?.type),
      [undefined, 'blob', 'commit', undefined, 'blob'],
    );
    assert.equal(await collect(repo.objects.readMany([])), []);
  });
});

test('a path that is no UTF-8 and one with spaces are found; a newline would be another question', async () => {
  await inRepository(async ({ repo, dir, commit }) => {
    fs.writeFileSync(Buffer.concat([Buffer.from(`${dir}/`), Buffer.of(0x66, 0xff)]), 'odd\n');
    await commit('first', new Map([['a missing', 'named oddly\n']]));
    assert.is((await repo.objects.read('HEAD:f\udcff'))?.data.toString(), 'odd\n');
    assert.is((await repo.objects.read('HEAD:a missing'))?.data.toString(), 'named oddly\n');
    const error = await failureOf(repo.objects.read('HEAD:x\nHEAD'));
    assert.is((error as MlchainError).code, 'input');
  });
});

test('many questions at once get each its own answer', async () => {
  await inRepository(async ({ repo, commit }) => {
    const names = Array.from({ length: 500 }, (_, index) => `f${index}`);
    await commit('first', new Map(names.map((name) => [name, `${name}\n`.repeat(50)])));
    const answers = await Promise.all(
      names.flatMap((name) => [repo.objects.read(`HEAD:${name}`), repo.objects.read(`HEAD:no-${name}`)]),
    );
    names.forEach((name, index) => {
      assert.is(answers[2 * index]?.data.toString(), `${name}\n`.repeat(50));
      assert.is(answers[2 * index + 1], undefined);
    });
    const hashes = await Promise.all(names.map((name) => repo.objects.hash(`HEAD:${name}`)));
    assert.is(hashes[7], createHash('sha256').update('f7\n'.repeat(50)).digest('hex'));
    assert.is(new Set(hashes).size, 500);
  });
});

test('a large content is read and hashed whole; a foreign one beyond the limit passes by', async () => {
  await inRepository(async ({ repo, commit }) => {
    const big = randomBytes(5 << 20);
    await commit(
      'first',
      new Map<string, string | Uint8Array>([
        ['big', big],
        ['small', 'small\n'],
      ]),
    );
    assert.ok((await repo.objects.read('HEAD:big'))?.data.equals(big));
    assert.is(await repo.objects.hash('HEAD:big'), createHash('sha256').update(big).digest('hex'));
    const found = await collect(repo.objects.readManyWithin(1000, ['HEAD:big', 'HEAD:small', 'HEAD:none']));
    assert.equal(
      found.map((object) => [object?.size, object?.data?.toString()]),
      [
        [5 << 20, undefined],
        [6, 'small\n'],
        [undefined, undefined],
      ],
    );
  });
});

test('objects and refs made after the first question are seen', async () => {
  await inRepository(async ({ repo, git, commit }) => {
    const first = await commit('first');
    assert.is((await repo.objects.info('main'))?.id, first);
    const second = await commit('second', new Map([['new', 'new\n']]));
    assert.is((await repo.objects.info('main'))?.id, second);
    await git(['gc', '-q']);
    assert.is((await repo.objects.read('main:new'))?.data.toString(), 'new\n');
    const third = await commit('third');
    assert.is((await repo.objects.info('main'))?.id, third);
  });
});

test('an object damaged on the disk fails alone, by git’s words; the questions around it are answered', async () => {
  await inRepository(async ({ repo, dir, git, commit }) => {
    await commit(
      'first',
      new Map([
        ['a', 'a\n'],
        ['bad', 'bad\n'],
        ['z', 'z\n'],
      ]),
    );
    const bad = await git(['rev-parse', 'HEAD:bad']);
    const file = path.join(dir, '.git/objects', bad.slice(0, 2), bad.slice(2));
    fs.chmodSync(file, 0o644);
    fs.writeFileSync(
      file,
      deflateSync(Buffer.concat([Buffer.from('blob 9000\0'), randomBytes(9000)])).subarray(0, 8000),
    );
    const [a, failure, z] = await Promise.all([
      repo.objects.read('HEAD:a'),
      failureOf(repo.objects.read('HEAD:bad')),
      repo.objects.read('HEAD:z'),
    ]);
    assert.is(a?.data.toString(), 'a\n');
    assert.is(z?.data.toString(), 'z\n');
    assert.instance(failure, GitError);
    assert.is((failure as GitError).code, 'git');
    assert.match((failure as GitError).message, /git cat-file: .*(corrupt|unable to stream)/);
    assert.instance(
      await failureOf(collect(repo.objects.readMany(['HEAD:a', 'HEAD:bad', 'HEAD:z']))),
      GitError,
    );
    assert.is((await repo.objects.read('HEAD:a'))?.data.toString(), 'a\n');
  });
});

test('in a partial clone an object that was never fetched is not there; nobody fetches it behind our back', async () => {
  await inRepository(async ({ person, dir, git, commit, open }) => {
    const names = Array.from({ length: 300 }, (_, index) => `f${index}`);
    await commit('first', new Map(names.map((name) => [name, `${name}\n`])));
    await git(['config', 'uploadpack.allowFilter', 'true']);
    await person.git(['clone', '-q', '--no-checkout', '--filter=blob:none', `file://${dir}`, 'partial']);
    const partial = { cwd: person.at('partial') };
    await person.git(['checkout', '-q', 'HEAD', '--', 'f1', 'f299'], partial);
    const repo = await open(person.at('partial'));
    const ids = (await git(['rev-parse', ...names.map((name) => `HEAD:${name}`)])).split('\n');
    assert.is(await repo.objects.read('HEAD:f0'), undefined);
    assert.is(await repo.objects.hash('HEAD:f2'), undefined);
    assert.is(await repo.objects.info('HEAD:f3'), undefined);
    assert.is((await repo.objects.read('HEAD:f1'))?.data.toString(), 'f1\n');
    const found = await collect(repo.objects.readMany([...ids, 'HEAD:f1', 'HEAD:f5', 'HEAD:f299']));
    assert.is(found.length, 303);
    const here = found.flatMap((object, index) =>
      object === undefined ? [] : [[index, object.data.toString()]],
    );
    assert.equal(here, [
      [1, 'f1\n'],
      [299, 'f299\n'],
      [300, 'f1\n'],
      [302, 'f299\n'],
    ]);
    const { stdout } = await person.git(['rev-list', '--all', '--objects', '--missing=print'], partial);
    assert.is(stdout.match(/^\?/gm)?.length, 298);
  });
});

test('whoever still waits when the repository is closed gets an error, not silence', async () => {
  await inRepository(async ({ repo, commit }) => {
    await commit('first', new Map([['big', randomBytes(8 << 20)]]));
    const waiting = failureOf(Promise.all([repo.objects.read('HEAD:big'), repo.objects.read('HEAD:big')]));
    await repo.close();
    assert.instance(await waiting, MlchainError);
    assert.match(
      ((await failureOf(repo.objects.read('HEAD'))) as Error).message,
      /after the repository was closed/,
    );
  });
});

test('an answer that arrives while the repository is being closed does not end the program early', async () => {
  await inRepository(async ({ dir, commit, open }) => {
    await commit('first');
    for (let delay = 0; delay < 12; delay += 1) {
      const repo = await open(dir);
      const asked = repo.objects.read('HEAD').catch((error: unknown) => error);
      await new Promise((resolve) => setTimeout(resolve, delay / 2));
      await repo.close();
      const answer = await asked;
      assert.ok(answer instanceof GitError || (answer !== undefined && 'type' in Object(answer)));
    }
  });
});

test('one child answers what an object is and what it holds', async () => {
  await inRepository(async ({ person, dir, commit, open }) => {
    const head = await commit('first', new Map([['a', 'a\n']]));
    const trace = person.at('trace');
    const repo = await open(dir, { ...person.env, GIT_TRACE2_EVENT: trace });
    const found = await Promise.all([repo.objects.info('HEAD'), repo.objects.read('HEAD:a'), repo.head()]);
    assert.equal([found[0]?.id, found[1]?.data.toString(), found[2]], [head, 'a\n', head]);
    assert.is(startedWith(trace, 'cat-file').length, 1);
  });
});

test('a git that has no such child yet answers by two, what was asked first included', async () => {
  await inRepository(async ({ person, dir, commit, open }) => {
    const head = await commit('first', new Map([['a', 'a\n']]));
    const words = "error: unknown option \\`batch-command'";
    fs.mkdirSync(person.at('old'));
    fs.writeFileSync(
      person.at('old/git'),
      `#!/bin/sh
case "$*" in *--batch-command*) echo "${words}" >&2; exit 129 ;; esac
PATH=\${PATH#*:}
exec git "$@"
`,
      { mode: 0o755 },
    );
    const repo = await open(dir, { ...person.env, PATH: `${person.at('old')}:${person.env.PATH}` });
    const asked = ['HEAD', 'HEAD:a', 'HEAD:nothing'].map((name) => repo.objects.read(name));
    const [commitObject, blob, nothing] = await Promise.all(asked);
    assert.equal([commitObject?.id, blob?.data.toString(), nothing], [head, 'a\n', undefined]);
    assert.is((await repo.objects.info('HEAD'))?.id, head);
  });
});

test('what was read by its id is not asked for again, and what a name stands for always is', async () => {
  await inRepository(async ({ repo, git, commit }) => {
    await commit('first', new Map([['a', 'a\n']]));
    const tree = await git(['rev-parse', 'HEAD^{tree}']);
    const known = await repo.objects.read(`${tree}^{tree}`);
    assert.is(await repo.objects.read(`${tree}^{tree}`), known);
    assert.equal(await repo.objects.info(`${tree}^{tree}`), { id: tree, type: 'tree', size: known?.size });
    assert.is((await repo.objects.read('HEAD^{tree}'))?.id, tree);
    await commit('second', new Map([['a', 'b\n']]));
    assert.is.not((await repo.objects.read('HEAD^{tree}'))?.id, tree);
    assert.is((await repo.objects.read('HEAD:a'))?.data.toString(), 'b\n');
  });
});

test('of a commit that was read its tree is known, and of a tree what it holds; what is not here may come', async () => {
  await inRepository(async ({ repo, git, commit }) => {
    const head = await commit('first', new Map([['a', 'a\n']]));
    const tree = await git(['rev-parse', 'HEAD^{tree}']);
    assert.is(await repo.objects.read(`${tree}^{commit}`), undefined);
    const absent = await git(['hash-object', '--stdin'], { input: 'later\n' });
    assert.is(await repo.objects.info(absent), undefined);
    await repo.objects.read(head);
    await repo.objects.read(tree);
    assert.is((await repo.objects.info(`${head}^{tree}`))?.id, tree);
    assert.equal(await repo.objects.read(`${head}^{tree}`), await repo.objects.read('HEAD^{tree}'));
    assert.is((await repo.objects.info(`${head}^{commit}`))?.type, 'commit');
    await git(['hash-object', '-w', '--stdin'], { input: 'later\n' });
    assert.is((await repo.objects.info(absent))?.type, 'blob');
    assert.is((await repo.objects.read(absent))?.data.toString(), 'later\n');
  });
});

test.run();
