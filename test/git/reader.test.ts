import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { MlchainError } from '../../src/errors.ts';
import type { CommitChanges } from '../../src/git/history.ts';
import { openIsomorphicReader } from '../../src/git/isomorphic-reader.ts';
import { appendNotes } from '../../src/git/notes.ts';
import { gitReader, type RepositoryReader } from '../../src/git/reader.ts';
import { Repository } from '../../src/git/repository.ts';
import { collect, type Fixture, failureOf, inRepository, type Setting } from './fixture.ts';

type Open = (dir: string, env: NodeJS.ProcessEnv) => Promise<RepositoryReader>;

const READERS: readonly (readonly [name: string, open: Open])[] = [
  ['git', async (dir, env) => gitReader(await Repository.open(dir, env))],
  ['isomorphic-git', openIsomorphicReader],
];

/** One contract, two readers. `dir`: where the reader is opened, by default the fixture's repository. */
function contract(
  name: string,
  body: (reader: RepositoryReader, fixture: Fixture) => Promise<void>,
  prepare: (fixture: Fixture) => Promise<string> = async ({ dir }) => dir,
  setting: Setting = {},
): void {
  for (const [kind, open] of READERS) {
    test(`${name} (${kind})`, async () => {
      await inRepository(async (fixture) => {
        const reader = await open(await prepare(fixture), fixture.person.env);
        try {
          await body(reader, fixture);
        } finally {
          await reader.close();
        }
      }, setting);
    });
  }
}

/** The order of changes within a list is not part of the contract. */
function sorted({ changes, ...rest }: CommitChanges): CommitChanges {
  return { ...rest, changes: changes.map((list) => list.toSorted((a, b) => (a.path < b.path ? -1 : 1))) };
}

async function withHistory({ dir, git, commit, write }: Fixture): Promise<string> {
  const base = await commit(
    'base\n\nbody with größe   \nand more\n',
    new Map([
      ['a', 'a\n'],
      ['dir/x', 'x\n'],
      ['dir/sub/y', 'y\n'],
      ['dir.file', 'sorts oddly\n'],
      ['f', 'f\n'],
    ]),
  );
  fs.symlinkSync('a', path.join(dir, 'link'));
  fs.writeFileSync(Buffer.concat([Buffer.from(`${dir}/`), Buffer.of(0x66, 0xff)]), 'bytes\n');
  write(new Map([['new\nline', 'n\n']]));
  fs.chmodSync(path.join(dir, 'a'), 0o755);
  await commit('odd');
  await git(['checkout', '-q', '-b', 'side', base]);
  await commit(
    'side',
    new Map([
      ['f', undefined],
      ['f/inside', 'f\n'],
      ['dir/x', undefined],
    ]),
  );
  await git(['checkout', '-q', 'main']);
  await git(['merge', '-q', '--no-ff', '-m', 'merge', 'side']);
  await git([
    'merge',
    '-q',
    '-s',
    'ours',
    '--allow-unrelated-histories',
    '-m',
    'ours',
    await git(['commit-tree', '-m', 'alone', `${base}^{tree}`]),
  ]);
  await git(['tag', '-m', 'tag', 'v1', base]);
  await git(['tag', '-m', 'tag of a tag', 'v2', 'v1']);
  return dir;
}

contract(
  'every kind of name leads to its commit, and nothing else does',
  async (reader, { git }) => {
    const base = await git(['rev-parse', 'v1^{commit}']);
    for (const rev of [base, base.slice(0, 10), 'v1', 'v2', 'refs/tags/v2', 'tags/v1'])
      assert.is(await reader.resolveCommit(rev), base, rev);
    for (const rev of ['HEAD', 'main', 'refs/heads/main', 'heads/main'])
      assert.is(await reader.resolveCommit(rev), await git(['rev-parse', 'main']), rev);
    await git(['pack-refs', '--all']);
    assert.is(await reader.resolveCommit('v2'), base);
    for (const rev of [
      'nonsense',
      '',
      '-n1',
      '../config',
      'config',
      'refs/heads/../../config',
      'f'.repeat(40),
      'ffff',
      await git(['rev-parse', 'HEAD:a']),
    ]) {
      const error = (await failureOf(reader.resolveCommit(rev))) as MlchainError;
      assert.equal([error.code, error.message], ['input', `not a commit: '${rev}'`]);
    }
  },
  withHistory,
);

contract(
  'each commit has what git says it has, with one list of changes for each parent',
  async (reader, { repo, git }) => {
    const referee = gitReader(repo);
    for (const id of (await git(['rev-list', '--all'])).split('\n')) {
      const commit = await reader.readCommit(id);
      assert.equal(sorted(commit), sorted(await referee.readCommit(id)));
      assert.is(commit.changes.length, Math.max(1, commit.parents.length));
    }
    const merge = await reader.readCommit(await git(['rev-parse', 'main']));
    assert.equal([merge.subject, merge.changes[0]], ['ours', []]);
  },
  withHistory,
);

contract(
  'a history has every commit once, parents before children, without what is excluded',
  async (reader, { git }) => {
    const [tip, side, base] = (await git(['rev-parse', 'main', 'side', 'v1^{commit}'])).split('\n') as [
      string,
      string,
      string,
    ];
    const all = await collect(reader.readHistory([tip, side]));
    assert.equal(all.map(({ id }) => id).sort(), (await git(['rev-list', tip, side])).split('\n').sort());
    const place = new Map(all.map(({ id }, index) => [id, index]));
    for (const { id, parents } of all)
      for (const parent of parents) assert.ok((place.get(parent) ?? -1) < (place.get(id) ?? -1));
    const some = await collect(reader.readHistory([tip], [side]));
    assert.equal(
      some.map(({ id }) => id).sort(),
      (await git(['rev-list', tip, `^${side}`])).split('\n').sort(),
    );
    assert.equal(await collect(reader.readHistory([base], [tip])), []);
    assert.equal(await collect(reader.readHistory([])), []);
  },
  withHistory,
);

contract(
  'a tree is listed with every kind of entry and name',
  async (reader, { repo, git }) => {
    const listed = await collect(reader.listTree(await git(['rev-parse', 'main'])));
    const expected = await collect(gitReader(repo).listTree('main'));
    const byPath = (a: [string, unknown], b: [string, unknown]) => (a[0] < b[0] ? -1 : 1);
    assert.equal(listed.sort(byPath), expected.sort(byPath));
    assert.equal(
      listed.map(([name]) => name),
      ['a', 'dir.file', 'dir/sub/y', 'f/inside', 'f\udcff', 'link', 'new\nline'],
    );
    const some = await collect(reader.listTree(await git(['rev-parse', 'main']), ['dir/', 'l']));
    assert.equal(some.map(([name]) => name).sort(), ['dir/sub/y', 'link']);
  },
  withHistory,
);

contract(
  'blobs are read, loose and packed; anything else is none',
  async (reader, { git }) => {
    const blob = await git(['rev-parse', 'main:dir/sub/y']);
    assert.is((await reader.readBlob(blob))?.toString(), 'y\n');
    assert.is(await reader.readBlob(await git(['rev-parse', 'main'])), undefined);
    assert.is(await reader.readBlob('f'.repeat(40)), undefined);
    assert.is(await reader.readBlob(await git(['rev-parse', 'main^{tree}'])), undefined);
  },
  withHistory,
);

contract(
  'after git gc, from packs with deltas, everything reads the same',
  async (reader, { repo, git }) => {
    const referee = gitReader(repo);
    const tip = await reader.resolveCommit('main');
    assert.equal(
      (await collect(reader.readHistory([tip]))).map(sorted).length,
      Number(await git(['rev-list', '--count', 'main'])),
    );
    for await (const commit of referee.readHistory([tip]))
      assert.equal(sorted(await reader.readCommit(commit.id)), sorted(commit));
    assert.equal(await reader.listRefs(), await referee.listRefs());
  },
  async (fixture) => {
    const dir = await withHistory(fixture);
    for (let i = 0; i < 20; i += 1)
      await fixture.commit(`c${i}`, new Map([['grows', 'line\n'.repeat(500 + i)]]));
    await fixture.git(['gc', '-q', '--aggressive']);
    return dir;
  },
);

contract(
  'refs are listed below whole parts of a name, loose over packed, locks left out',
  async (reader, { dir, git, write }) => {
    const [tip, base] = (await git(['rev-parse', 'main', 'v1^{commit}'])).split('\n') as [string, string];
    for (const ref of ['refs/notes/mlchain/A', 'refs/notes/mlchain/B', 'refs/notes/mlchain-evil/C'])
      await git(['update-ref', ref, base]);
    await git(['pack-refs', '--all']);
    await git(['update-ref', 'refs/notes/mlchain/B', tip]);
    write(new Map([['.git/refs/notes/mlchain/D.lock', '']]));
    const expected = new Map([
      ['refs/notes/mlchain/A', base],
      ['refs/notes/mlchain/B', tip],
    ]);
    assert.equal(await reader.listRefs('refs/notes/mlchain'), expected);
    assert.equal(await reader.listRefs('refs/notes/mlchain/'), expected);
    assert.equal(await reader.listRefs('refs/none'), new Map());
    assert.is((await reader.listRefs('refs/tags')).get('refs/tags/v1'), await git(['rev-parse', 'v1']));
    assert.is((await reader.listRefs()).size, 7);
    assert.ok(fs.existsSync(path.join(dir, '.git/packed-refs')));
  },
  withHistory,
);

contract(
  'a ref that leads nowhere is left out',
  async (reader, { dir, git }) => {
    const before = await reader.listRefs();
    await git(['symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/gone']);
    fs.writeFileSync(path.join(dir, '.git/refs/heads/broken'), 'no id\n');
    fs.writeFileSync(path.join(dir, '.git/refs/heads/empty'), '');
    assert.equal(await reader.listRefs(), before);
  },
  withHistory,
);

contract(
  'a symbolic ref is what it points to',
  async (reader, { git }) => {
    await git(['symbolic-ref', 'refs/heads/alias', 'refs/heads/side']);
    const side = await git(['rev-parse', 'side']);
    assert.is((await reader.listRefs('refs/heads')).get('refs/heads/alias'), side);
    assert.is(await reader.resolveCommit('alias'), side);
  },
  withHistory,
);

const REF = 'refs/notes/mlchain/F';

contract('notes are listed at any fan-out, of git and of ours', async (reader, { repo, git, commit }) => {
  assert.equal(await collect(reader.listNotes(REF)), []);
  const head = await commit('first', new Map([['a', 'a\n']]));
  const objects = Array.from({ length: 300 }, (_, i) =>
    i.toString(16).padStart(2, '0').repeat(20).slice(0, 40),
  );
  await appendNotes(repo, REF, new Map(objects.map((id) => [id, [`on ${id}`]])), 'm');
  await git(['notes', `--ref=${REF}`, 'add', '-m', 'by git', head]);
  const listed = await collect(reader.listNotes(REF));
  assert.equal(listed.map(({ object }) => object).sort(), [...new Set([...objects, head])].sort());
  const mine = listed.find(({ object }) => object === objects[7]);
  assert.is((await reader.readBlob(mine?.blob ?? ''))?.toString(), `on ${objects[7]}\n`);
  const tip = await git(['rev-parse', REF]);
  assert.is((await collect(reader.listNotes(tip))).length, listed.length);
});

contract(
  'a bare repository is read like any other',
  async (reader, { git }) => {
    const id = await git(['commit-tree', '-m', 'x', await git(['mktree'], { input: '' })]);
    await git(['update-ref', 'refs/heads/main', id]);
    assert.is(await reader.resolveCommit('main'), id);
    assert.equal((await reader.readCommit(id)).changes, [[]]);
    assert.is(reader.objectFormat, 'sha1');
    assert.not(reader.isShallow);
  },
  async ({ dir }) => dir,
  { bare: true },
);

contract(
  'a shallow clone says so, and where it was cut off',
  async (reader, { git }) => {
    assert.ok(reader.isShallow);
    const tip = await git(['rev-parse', 'main']);
    const [edge, last] = await collect(reader.readHistory([tip]));
    assert.equal([edge?.boundary, edge?.parents.length, edge?.changes[0]?.length], [true, 1, 2]);
    assert.equal(
      [last?.id, last?.boundary, last?.changes[0]?.map((change) => change.path)],
      [tip, false, ['c']],
    );
    const missing = failureOf(reader.readCommit(edge?.parents[0] ?? ''));
    assert.is(((await missing) as MlchainError).code, 'incomplete');
  },
  async ({ person, dir, commit }) => {
    for (const name of ['a', 'b', 'c']) await commit(name, new Map([[name, `${name}\n`]]));
    await person.git(['clone', '-q', '--depth=2', `file://${dir}`, 'shallow']);
    return person.at('shallow');
  },
);

contract('replaced objects and grafts are not followed', async (reader, { dir, git, commit }) => {
  await commit('honest', new Map([['a', 'honest\n']]));
  const tip = await commit('second', new Map([['b', 'b\n']]));
  await git([
    'replace',
    await git(['rev-parse', 'HEAD:a']),
    await git(['hash-object', '-w', '--stdin'], { input: 'evil\n' }),
  ]);
  fs.writeFileSync(path.join(dir, '.git/info/grafts'), `${tip}\n`);
  assert.is((await collect(reader.readHistory([tip]))).length, 2);
  const [listed] = await collect(reader.listTree(tip, ['a']));
  assert.is((await reader.readBlob(listed?.[1].id ?? ''))?.toString(), 'honest\n');
});

contract(
  'a tree or commit that is named but not here is incomplete',
  async (reader, { dir, git, commit }) => {
    const first = await commit('first', new Map([['dir/a', 'a\n']]));
    const second = await commit('second', new Map([['dir/a', 'b\n']]));
    const gone = (id: string) => fs.rmSync(path.join(dir, '.git/objects', id.slice(0, 2), id.slice(2)));
    gone(await git(['rev-parse', `${first}:dir`]));
    for (const failing of [
      () => reader.readCommit(second),
      () => reader.readCommit(first),
      () => collect(reader.listTree(first)),
    ])
      assert.is(((await failureOf(failing())) as MlchainError).code, 'incomplete');
    assert.is((await collect(reader.listTree(second))).length, 1);
  },
);

test.run();
