import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { MlchainError } from '../../src/errors.ts';
import { entriesAt, entryAt, listTree, readTree } from '../../src/git/tree.ts';
import { SUBTREE, treeEntries } from '../../src/git/tree-object.ts';
import { collect, FORMATS, failureOf, inRepository } from './fixture.ts';

const FILES = new Map([
  ['data/test.csv', 'test\n'],
  ['data/train.csv', 'train\n'],
  ['data-raw/x', 'x\n'],
  ['deep/er/still/file', 'deep\n'],
  ['run.sh', '#!/bin/sh\n'],
]);

for (const format of FORMATS) {
  test(`every file of a commit is listed with mode and id, subtrees opened (${format})`, async () => {
    await inRepository(
      async ({ dir, repo, git, commit, write }) => {
        write(FILES);
        fs.chmodSync(path.join(dir, 'run.sh'), 0o755);
        fs.symlinkSync('../outside', path.join(dir, 'link'));
        const head = await commit('first');
        const submodule = `160000,${head},sub`;
        await git(['update-index', '--add', '--cacheinfo', submodule]);
        await git(['commit', '-q', '-m', 'submodule']);
        const listed = await collect(listTree(repo, 'HEAD'));
        const expected = (await git(['ls-tree', '-r', 'HEAD']))
          .split('\n')
          .map((line) => /^(\d+) \w+ (\w+)\t(.*)$/.exec(line) ?? [])
          .map(([, mode, id, name]) => [name, { mode, id }]);
        assert.equal(listed, expected);
        const modes = new Map(listed.map(([name, entry]) => [name, entry.mode]));
        assert.equal(
          ['run.sh', 'link', 'sub', 'data/test.csv'].map((name) => modes.get(name)),
          ['100755', '120000', '160000', '100644'],
        );
        assert.equal(await entryAt(repo, 'HEAD', 'sub'), { mode: '160000', id: head });
        assert.equal(await entryAt(repo, 'HEAD', 'link'), {
          mode: '120000',
          id: await git(['rev-parse', 'HEAD:link']),
        });
      },
      { format },
    );
  });
}

test('prefixes are beginnings of paths, on no particular boundary', async () => {
  await inRepository(async ({ repo, commit }) => {
    await commit('first', FILES);
    const paths = async (...prefixes: string[]) =>
      (await collect(listTree(repo, 'HEAD', prefixes))).map(([name]) => name);
    assert.equal(await paths('data/'), ['data/test.csv', 'data/train.csv']);
    assert.equal(await paths('data'), ['data-raw/x', 'data/test.csv', 'data/train.csv']);
    assert.equal(await paths('data/tr', 'run'), ['data/train.csv', 'run.sh']);
    assert.equal(await paths('deep/er/', 'deep/er/still/f', 'nothing/'), ['deep/er/still/file']);
    assert.equal(await paths('data/', ''), [...FILES.keys()].sort());
    assert.equal(await paths(), []);
    assert.equal(await paths('run.sh/'), []);
  });
});

test('paths that plain text cannot carry are listed and found', async () => {
  await inRepository(async ({ dir, repo, commit, write }) => {
    const odd = ['a\nb', 'tab\there', ' space ', '*', ':(top)x', '-rf', '"quoted"', 'größe', '🐙/🐙'];
    write(new Map(odd.map((name) => [name, `${name}\n`])));
    fs.writeFileSync(Buffer.concat([Buffer.from(`${dir}/`), Buffer.of(0x66, 0xff)]), 'bytes\n');
    await commit('first');
    const listed = (await collect(listTree(repo, 'HEAD'))).map(([name]) => name);
    assert.equal(listed.sort(), [...odd, 'f\udcff'].sort());
    for (const name of odd) {
      const id = (await entryAt(repo, 'HEAD', name))?.id;
      assert.is((await repo.objects.read(id ?? ''))?.data.toString(), `${name}\n`, JSON.stringify(name));
    }
    assert.ok(await entryAt(repo, 'HEAD', 'f\udcff'));
  });
});

test('a directory whose name is no UTF-8 can be a prefix, and be descended into', async () => {
  await inRepository(async ({ dir, repo, commit }) => {
    const odd = Buffer.concat([Buffer.from(`${dir}/`), Buffer.of(0x64, 0xff)]);
    fs.mkdirSync(odd);
    fs.writeFileSync(Buffer.concat([odd, Buffer.from('/x')]), 'x\n');
    await commit('first', FILES);
    const listed = await collect(listTree(repo, 'HEAD', ['d\udcff/', 'data/test']));
    assert.equal(
      listed.map(([name]) => name),
      ['data/test.csv', 'd\udcff/x'],
    );
    assert.ok(await entryAt(repo, 'HEAD', 'd\udcff/x'));
    assert.is(await entryAt(repo, 'HEAD', 'd\udcfe/x'), undefined);
  });
});

test('a directory, nothing, and a path through a file are all no entry', async () => {
  await inRepository(async ({ repo, commit }) => {
    await commit('first', FILES);
    for (const name of [
      'data',
      'data/',
      'nothing',
      'data/nothing',
      'run.sh/x',
      '',
      '/run.sh',
      'deep//er',
      '.',
      'data/../run.sh',
    ])
      assert.is(await entryAt(repo, 'HEAD', name), undefined, name);
  });
});

test('many paths in many commits are found in the order asked', async () => {
  await inRepository(async ({ repo, git, commit }) => {
    const first = await commit('first', FILES);
    const second = await commit('second', new Map([['data/train.csv', 'changed\n']]));
    const requests = [
      { commit: second, path: 'data/train.csv' },
      { commit: first, path: 'nothing' },
      { commit: first, path: 'data/train.csv' },
      { commit: first, path: 'deep/er/still/file' },
    ];
    const ids = (await entriesAt(repo, requests)).map((entry) => entry?.id);
    assert.equal(ids, [
      await git(['rev-parse', `${second}:data/train.csv`]),
      undefined,
      await git(['rev-parse', `${first}:data/train.csv`]),
      await git(['rev-parse', `${first}:deep/er/still/file`]),
    ]);
    assert.equal(await entriesAt(repo, []), []);
  });
});

test('the empty tree lists nothing', async () => {
  await inRepository(async ({ repo, commit }) => {
    await commit('empty');
    assert.equal(await collect(listTree(repo, 'HEAD')), []);
    assert.is(await entryAt(repo, 'HEAD', 'a'), undefined);
  });
});

test('a tree that is named but not here is incomplete, never an empty one', async () => {
  await inRepository(async ({ person, dir, git, commit, open }) => {
    const head = await commit('first', FILES);
    await git(['config', 'uploadpack.allowFilter', 'true']);
    await person.git(['clone', '-q', '--no-checkout', '--filter=tree:0', `file://${dir}`, 'treeless']);
    const treeless = await open(person.at('treeless'));
    for (const failing of [
      () => collect(listTree(treeless, head)),
      () => entryAt(treeless, head, 'run.sh'),
      () => readTree(treeless, head),
    ])
      assert.is(((await failureOf(failing())) as MlchainError).code, 'incomplete');

    const damaged = await open(dir);
    const data = await git(['rev-parse', 'HEAD:data']);
    fs.rmSync(path.join(dir, '.git/objects', data.slice(0, 2), data.slice(2)));
    assert.is(
      ((await failureOf(entryAt(damaged, head, 'data/test.csv'))) as MlchainError).code,
      'incomplete',
    );
    assert.is(((await failureOf(collect(listTree(damaged, head)))) as MlchainError).code, 'incomplete');
    assert.ok(await entryAt(damaged, head, 'run.sh'));
    assert.is(
      ((await failureOf(collect(listTree(damaged, 'f'.repeat(40))))) as MlchainError).code,
      'incomplete',
    );
  });
});

test('ten thousand files are listed once each', async () => {
  await inRepository(async ({ repo, git }) => {
    const blob = await git(['hash-object', '-w', '--stdin'], { input: 'x' });
    const lines = Array.from({ length: 10_000 }, (_, i) => `100644 blob ${blob}\tdir${i % 100}/f${i}\n`);
    await git(['update-index', '--index-info'], { input: lines.join('') });
    await git(['commit', '-q', '-m', 'many']);
    const listed = await collect(listTree(repo, 'HEAD'));
    assert.is(new Set(listed.map(([name]) => name)).size, 10_000);
    assert.is((await collect(listTree(repo, 'HEAD', ['dir7/']))).length, 100);
  });
});

test('a tree object is read entry by entry, with modes as git means them', () => {
  const id = Buffer.alloc(20, 0xab);
  const entry = (text: string) => Buffer.concat([Buffer.from(`${text}\0`), id]);
  const data = Buffer.concat([
    entry('100644 a'),
    entry('100664 group'),
    entry('100775 b'),
    entry('120000 l'),
    entry('40000 t'),
    entry('160000 s'),
  ]);
  const modes = [...treeEntries(data, 20)].map(({ mode, name }) => `${mode} ${name}`);
  assert.equal(modes, ['100644 a', '100644 group', '100755 b', '120000 l', `${SUBTREE} t`, '160000 s']);
  assert.is([...treeEntries(data, 20)][0]?.id, 'ab'.repeat(20));
});

test('a tree object that is cut or read with the wrong id length is malformed, not shorter', () => {
  const whole = Buffer.concat([Buffer.from('100644 a\0'), Buffer.alloc(20, 1)]);
  for (const data of [
    whole.subarray(0, -1),
    whole.subarray(0, 9),
    Buffer.from('100644'),
    Buffer.from('100644 a'),
  ])
    assert.throws(() => [...treeEntries(data, 20)], /malformed tree object/);
  assert.throws(() => [...treeEntries(whole, 32)], /malformed tree object/);
});

test.run();
