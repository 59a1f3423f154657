import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { MlchainError } from '../../src/errors.ts';
import { type CommitChanges, isAncestor, readCommit, readHistory } from '../../src/git/history.ts';
import { IsomorphicRepository } from '../../src/git/isomorphic-repository.ts';
import { appendNotes, listNotes } from '../../src/git/notes.ts';
import type { RepositoryReader } from '../../src/git/reader.ts';
import { listRefs } from '../../src/git/refs.ts';
import { listRemotes } from '../../src/git/remote.ts';
import { Repository } from '../../src/git/repository.ts';
import { entriesAt, listTree } from '../../src/git/tree.ts';
import { collect, type Fixture, failureOf, inRepository, type Setting } from './fixture.ts';

type Open = (dir: string, env: NodeJS.ProcessEnv) => Promise<RepositoryReader>;

const READERS: readonly (readonly [name: string, open: Open])[] = [
  ['git', (dir, env) => Repository.open(dir, env)],
  ['isomorphic-git', (dir, env) => IsomorphicRepository.open(dir, env)],
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
    for (const id of (await git(['rev-list', '--all'])).split('\n')) {
      const commit = await readCommit(reader, id);
      assert.equal(sorted(commit), sorted(await readCommit(repo, id)));
      assert.is(commit.changes.length, Math.max(1, commit.parents.length));
    }
    const merge = await readCommit(reader, await git(['rev-parse', 'main']));
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
    const all = await collect(readHistory(reader, { tips: [tip, side], order: 'oldest-first' }));
    assert.equal(all.map(({ id }) => id).sort(), (await git(['rev-list', tip, side])).split('\n').sort());
    const place = new Map(all.map(({ id }, index) => [id, index]));
    for (const { id, parents } of all)
      for (const parent of parents) assert.ok((place.get(parent) ?? -1) < (place.get(id) ?? -1));
    const some = await collect(readHistory(reader, { tips: [tip], exclude: [side], order: 'oldest-first' }));
    assert.equal(
      some.map(({ id }) => id).sort(),
      (await git(['rev-list', tip, `^${side}`])).split('\n').sort(),
    );
    assert.equal(
      await collect(readHistory(reader, { tips: [base], exclude: [tip], order: 'oldest-first' })),
      [],
    );
    assert.equal(await collect(readHistory(reader, { tips: [], order: 'oldest-first' })), []);
  },
  withHistory,
);

/** Merges side by side, one inside the other, of three, criss-cross; commits of one second, and of a wrong clock. */
async function withMerges({ dir, git }: Fixture): Promise<string> {
  const tree = await git(['mktree'], { input: '' });
  const ids: string[] = [];
  const make = async (...parents: readonly number[]) => {
    const args = parents.flatMap((at) => ['-p', ids[at] ?? '']);
    const date = `${1_700_000_000 + (ids.length % 3 === 0 ? -500 : Math.floor(ids.length / 2))} +0000`;
    const env = { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
    ids.push(await git(['commit-tree', tree, '-m', `c${ids.length}`, ...args], { env }));
  };
  const PARENTS = [
    [],
    [0],
    [0],
    [1, 2],
    [2, 1],
    [3, 4],
    [0],
    [6],
    [5, 7],
    [5],
    [9, 6, 4],
    [10, 8],
    [2],
    [11, 12],
    [],
  ];
  for (const parents of PARENTS) await make(...parents);
  await make(13, 14);
  await git(['update-ref', 'refs/heads/main', ids.at(-1) ?? '']);
  await git(['update-ref', 'refs/heads/inner', ids[10] ?? '']);
  return dir;
}

contract(
  'the order of commits is that of git, to the last one',
  async (reader, { git }) => {
    const [tip, inner] = (await git(['rev-parse', 'main', 'inner'])).split('\n') as [string, string];
    for (const exclude of [[], [inner]]) {
      const asked = ['rev-list', '--topo-order', tip, ...exclude.map((id) => `^${id}`)];
      const expected = (await git(asked)).split('\n');
      const ids = async (order: 'newest-first' | 'oldest-first') =>
        (await collect(readHistory(reader, { tips: [tip], exclude, order }))).map(({ id }) => id);
      assert.equal(await ids('newest-first'), expected);
      assert.equal(await ids('oldest-first'), expected.toReversed());
    }
    assert.ok(await isAncestor(reader, inner, tip));
    assert.ok(await isAncestor(reader, tip, tip));
    assert.not(await isAncestor(reader, tip, inner));
  },
  withMerges,
);

contract(
  'of some paths only the commits that changed them are told, and only those changes',
  async (reader, { repo, git }) => {
    const tip = await git(['rev-parse', 'main']);
    for (const paths of [['dir'], ['f', 'a'], ['dir/x', 'none'], ['none']]) {
      const request = { tips: [tip], order: 'newest-first', paths } as const;
      const found = (await collect(readHistory(reader, request))).map(sorted);
      assert.equal(found, (await collect(readHistory(repo, request))).map(sorted));
      assert.is(found.length > 0, paths[0] !== 'none');
    }
  },
  withHistory,
);

contract(
  'a commit is read in the encoding that it names, up to its first NUL',
  async (reader, { repo, git }) => {
    const tree = await git(['mktree'], { input: '' });
    const text = (encoding: string, message: string) =>
      Buffer.from(
        `tree ${tree}\nauthor J\xfcrgen <j@example.org> 1700000000 +0000\n` +
          `committer J <j@example.org> 1700000000 +0000\n${encoding}\n${message}\n`,
        'latin1',
      );
    for (const data of [
      text('encoding ISO-8859-1\n', 'gr\xfcn'),
      text('encoding ISO-8859-1\n', 'head\n\nbody\0 and more'),
      text('', 'head\n\nencoding ISO-8859-1 \xfc'),
      text('encoding no-such\n', 'head'),
    ]) {
      const id = await git(['hash-object', '-t', 'commit', '-w', '--stdin', '--literally'], { input: data });
      assert.equal(await readCommit(reader, id), await readCommit(repo, id));
    }
  },
);

contract(
  'the configuration of the repository is read as git reads it',
  async (reader, { repo }) => {
    for (const name of [
      'mlchain.owner',
      'MLChain.Owner',
      'remote.a.b.url',
      'remote.A.B.url',
      'x.quoted',
      'x.none',
    ]) {
      assert.equal(await reader.configAll(name), await repo.configAll(name), name);
      assert.is(await reader.config(name), await repo.config(name), name);
    }
    assert.equal(await reader.configAll('mlchain.owner'), ['ABC', 'DEF']);
    assert.equal(await listRemotes(reader), ['A.B', 'a.b', 'origin', 'with "quotes"']);
    assert.equal(await listRemotes(reader), await listRemotes(repo));
  },
  async ({ dir }) => {
    const text = [
      '[mlchain] owner = ABC',
      '[MLCHAIN]\n\tOwner = "DEF" ; said twice',
      '[remote "a.b"] url = one\n[remote "A.B"] url = two # other',
      '[remote "origin"] url = https://example.org/x',
      '[remote "with \\"quotes\\""]\n\turl = q',
      '[x] quoted = " # no; comment\\t"\n',
    ];
    fs.appendFileSync(path.join(dir, '.git/config'), text.join('\n'));
    return dir;
  },
);

contract(
  'a tree is listed with every kind of entry and name',
  async (reader, { repo, git }) => {
    const listed = await collect(listTree(reader, await git(['rev-parse', 'main'])));
    const expected = await collect(listTree(repo, 'main'));
    const byPath = (a: [string, unknown], b: [string, unknown]) => (a[0] < b[0] ? -1 : 1);
    assert.equal(listed.sort(byPath), expected.sort(byPath));
    assert.equal(
      listed.map(([name]) => name),
      ['a', 'dir.file', 'dir/sub/y', 'f/inside', 'f\udcff', 'link', 'new\nline'],
    );
    const some = await collect(listTree(reader, await git(['rev-parse', 'main']), ['dir/', 'l']));
    assert.equal(some.map(([name]) => name).sort(), ['dir/sub/y', 'link']);
  },
  withHistory,
);

contract(
  'objects are read with what they are, and nothing else is an object',
  async (reader, { git }) => {
    const { objects } = reader;
    const [blob, tree, commit, tag, tagged] = (
      await git(['rev-parse', 'main:dir/sub/y', 'main^{tree}', 'main', 'v2', 'v1^{commit}'])
    ).split('\n') as [string, string, string, string, string];
    assert.equal(await objects.read(blob), { id: blob, type: 'blob', size: 2, data: Buffer.from('y\n') });
    const size = Number(await git(['cat-file', '-s', tree]));
    assert.equal(await objects.info(tree), { id: tree, type: 'tree', size });
    assert.is((await objects.info('refs/tags/v2'))?.id, tag);
    assert.is((await objects.info(`${tag}^{commit}`))?.id, tagged);
    assert.is((await objects.info(`${commit}^{tree}`))?.id, tree);
    assert.is((await objects.info('main^{tree}'))?.id, tree);
    for (const none of ['f'.repeat(40), 'refs/heads/none', `${blob}^{tree}`, `${tree}^{commit}`])
      assert.is(await objects.read(none), undefined, none);
    const some = await collect(objects.readManyWithin(2, [tree, 'f'.repeat(40), blob]));
    assert.equal(
      some.map((each) => [each?.type, each?.data?.toString()]),
      [
        ['tree', undefined],
        [undefined, undefined],
        ['blob', 'y\n'],
      ],
    );
    const lengths = await collect(
      objects.each([blob, 'f'.repeat(40), tree], (info) => {
        let sum = 0;
        return {
          write: (chunk) => {
            sum += chunk.length;
          },
          close: () => [info.size, sum],
        };
      }),
    );
    assert.equal(lengths, [[2, 2], undefined, [size, size]]);
  },
  withHistory,
);

contract(
  'what lies at a path is found, file by file',
  async (reader, { git }) => {
    const commit = await git(['rev-parse', 'main']);
    const paths = ['dir/sub/y', 'dir', 'none', 'f', 'f/inside', 'a/below', 'f\udcff', 'link'];
    const found = await entriesAt(
      reader,
      paths.map((each) => ({ commit, path: each })),
    );
    const all = new Map(await collect(listTree(reader, commit)));
    assert.equal(
      found,
      paths.map((each) => all.get(each)),
    );
    assert.is(found[7]?.mode, '120000');
  },
  withHistory,
);

contract(
  'after git gc, from packs with deltas, everything reads the same',
  async (reader, { repo, git }) => {
    const tip = await reader.resolveCommit('main');
    assert.equal(
      (await collect(readHistory(reader, { tips: [tip], order: 'oldest-first' }))).map(sorted).length,
      Number(await git(['rev-list', '--count', 'main'])),
    );
    for await (const commit of readHistory(repo, { tips: [tip], order: 'oldest-first' }))
      assert.equal(sorted(await readCommit(reader, commit.id)), sorted(commit));
    assert.equal(await listRefs(reader), await listRefs(repo));
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
    assert.equal(await listRefs(reader, 'refs/notes/mlchain'), expected);
    assert.equal(await listRefs(reader, 'refs/notes/mlchain/'), expected);
    assert.equal(await listRefs(reader, 'refs/none'), new Map());
    assert.is((await listRefs(reader, 'refs/tags')).get('refs/tags/v1'), await git(['rev-parse', 'v1']));
    assert.is((await listRefs(reader)).size, 7);
    assert.ok(fs.existsSync(path.join(dir, '.git/packed-refs')));
  },
  withHistory,
);

contract(
  'a ref that leads nowhere is left out',
  async (reader, { dir, git }) => {
    const before = await listRefs(reader);
    await git(['symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/gone']);
    fs.writeFileSync(path.join(dir, '.git/refs/heads/broken'), 'no id\n');
    fs.writeFileSync(path.join(dir, '.git/refs/heads/empty'), '');
    assert.equal(await listRefs(reader), before);
  },
  withHistory,
);

contract(
  'a symbolic ref is what it points to',
  async (reader, { git }) => {
    await git(['symbolic-ref', 'refs/heads/alias', 'refs/heads/side']);
    const side = await git(['rev-parse', 'side']);
    assert.is((await listRefs(reader, 'refs/heads')).get('refs/heads/alias'), side);
    assert.is(await reader.resolveCommit('alias'), side);
  },
  withHistory,
);

const REF = 'refs/notes/mlchain/F';

contract('notes are listed at any fan-out, of git and of ours', async (reader, { repo, git, commit }) => {
  assert.equal(await collect(listNotes(reader, REF)), []);
  const head = await commit('first', new Map([['a', 'a\n']]));
  const objects = Array.from({ length: 300 }, (_, i) =>
    i.toString(16).padStart(2, '0').repeat(20).slice(0, 40),
  );
  await appendNotes(repo, REF, new Map(objects.map((id) => [id, [`on ${id}`]])), 'm');
  await git(['notes', `--ref=${REF}`, 'add', '-m', 'by git', head]);
  const listed = await collect(listNotes(reader, REF));
  assert.equal(listed.map(({ object }) => object).sort(), [...new Set([...objects, head])].sort());
  const mine = listed.find(({ object }) => object === objects[7]);
  assert.is((await reader.objects.read(mine?.blob ?? ''))?.data.toString(), `on ${objects[7]}\n`);
  const tip = await git(['rev-parse', REF]);
  assert.is((await collect(listNotes(reader, tip))).length, listed.length);
});

contract(
  'a bare repository is read like any other',
  async (reader, { git }) => {
    const id = await git(['commit-tree', '-m', 'x', await git(['mktree'], { input: '' })]);
    await git(['update-ref', 'refs/heads/main', id]);
    assert.is(await reader.resolveCommit('main'), id);
    assert.equal((await readCommit(reader, id)).changes, [[]]);
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
    const [edge, last] = await collect(readHistory(reader, { tips: [tip], order: 'oldest-first' }));
    assert.equal([edge?.boundary, edge?.parents.length, edge?.changes[0]?.length], [true, 1, 2]);
    assert.equal(
      [last?.id, last?.boundary, last?.changes[0]?.map((change) => change.path)],
      [tip, false, ['c']],
    );
    const missing = failureOf(readCommit(reader, edge?.parents[0] ?? ''));
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
  assert.is((await collect(readHistory(reader, { tips: [tip], order: 'oldest-first' }))).length, 2);
  const [listed] = await collect(listTree(reader, tip, ['a']));
  assert.is((await reader.objects.read(listed?.[1].id ?? ''))?.data.toString(), 'honest\n');
});

contract(
  'a tree or commit that is named but not here is incomplete',
  async (reader, { dir, git, commit }) => {
    const first = await commit('first', new Map([['dir/a', 'a\n']]));
    const second = await commit('second', new Map([['dir/a', 'b\n']]));
    const gone = (id: string) => fs.rmSync(path.join(dir, '.git/objects', id.slice(0, 2), id.slice(2)));
    gone(await git(['rev-parse', `${first}:dir`]));
    for (const failing of [
      () => readCommit(reader, second),
      () => readCommit(reader, first),
      () => collect(listTree(reader, first)),
    ])
      assert.is(((await failureOf(failing())) as MlchainError).code, 'incomplete');
    assert.is((await collect(listTree(reader, second))).length, 1);
  },
);

test.run();
