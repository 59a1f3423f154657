import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { MlchainError } from '../../src/errors.ts';
import type { CommitChanges, HistoryRequest } from '../../src/git/history.ts';
import { isAncestor, mergeBases, readCommit, readHistory } from '../../src/git/history.ts';
import { collect, type Fixture, FORMATS, failureOf, inRepository } from './fixture.ts';

type Partial = Omit<HistoryRequest, 'order' | 'tips'> & { order?: HistoryRequest['order'] };

async function historyOf({ repo }: Fixture, tips: string[], more: Partial = {}): Promise<CommitChanges[]> {
  return await collect(readHistory(repo, { order: 'oldest-first', ...more, tips }));
}

/** `A path` added, `D path` gone, `M path` changed: one list per parent. */
function shown(commit: CommitChanges | undefined): string[][] {
  const letter = (before: unknown, after: unknown) => (before ? (after ? 'M' : 'D') : 'A');
  return (commit?.changes ?? []).map((list) =>
    list.map(({ path, before, after }) => `${letter(before, after)} ${path}`),
  );
}

for (const format of FORMATS) {
  test(`each commit comes with what it changed, parents before children (${format})`, async () => {
    await inRepository(
      async (fixture) => {
        const { git, commit } = fixture;
        const root = await commit(
          'root\n\nbody of\nthe root\n',
          new Map([
            ['a', 'a\n'],
            ['b/c', 'c\n'],
          ]),
        );
        const second = await commit(
          'second',
          new Map([
            ['a', undefined],
            ['b/c', 'changed\n'],
            ['d', 'd\n'],
          ]),
        );
        const [first, last] = await historyOf(fixture, [second]);
        assert.is(first?.id, root);
        assert.is(first?.subject, 'root');
        assert.is(first?.body, 'body of\nthe root');
        assert.is(first?.author.name, 'Alice Able');
        assert.is(first?.committer.email, 'alice.able@example.org');
        assert.is(first?.tree, await git(['rev-parse', `${root}^{tree}`]));
        assert.equal(first?.parents, []);
        assert.equal(shown(first), [['A a', 'A b/c']]);
        assert.equal(last?.parents, [root]);
        assert.equal(shown(last), [['D a', 'M b/c', 'A d']]);
        assert.equal(last?.changes[0]?.[1], {
          path: 'b/c',
          before: { mode: '100644', id: await git(['rev-parse', `${root}:b/c`]) },
          after: { mode: '100644', id: await git(['rev-parse', `${second}:b/c`]) },
        });
        assert.equal(await readCommit(fixture.repo, second), last);
      },
      { format },
    );
  });
}

test('a merge has one list for each parent, also an empty one', async () => {
  await inRepository(async (fixture) => {
    const { git, commit } = fixture;
    const base = await commit(
      'base',
      new Map([
        ['a', 'base\n'],
        ['b', 'base\n'],
      ]),
    );
    const main = await commit('main', new Map([['a', 'main\n']]));
    await git(['checkout', '-q', '-b', 'side', base]);
    const side = await commit('side', new Map([['b', 'side\n']]));
    const clean = await mergeInto(fixture, 'side', main);
    assert.equal(shown(await readCommit(fixture.repo, clean)), [['M b'], ['M a']]);
    const ours = await mergeInto(fixture, 'side', main, ['-s', 'ours']);
    assert.equal(shown(await readCommit(fixture.repo, ours)), [[], ['M a', 'M b']]);
    const theirs = await git(['commit-tree', '-p', main, '-p', side, '-m', 'theirs', `${side}^{tree}`]);
    assert.equal(shown(await readCommit(fixture.repo, theirs)), [['M a', 'M b'], []]);
    const twins = await git(['commit-tree', '-p', main, '-p', ours, '-m', 'twins', `${main}^{tree}`]);
    assert.equal(shown(await readCommit(fixture.repo, twins)), [[], []]);
    const all = await historyOf(fixture, [clean, ours, theirs, twins]);
    for (const id of [clean, ours, theirs, twins])
      assert.equal(
        all.find((one) => one.id === id),
        await readCommit(fixture.repo, id),
      );
  });
});

async function mergeInto(
  { git }: Fixture,
  branch: string,
  onto: string,
  how: string[] = [],
): Promise<string> {
  await git(['checkout', '-q', '--detach', onto]);
  await git(['merge', '-q', '--no-ff', '-m', 'merge', ...how, branch]);
  return await git(['rev-parse', 'HEAD']);
}

test('a merge of many parents keeps their order', async () => {
  await inRepository(async (fixture) => {
    const { git, commit } = fixture;
    const base = await commit('base');
    const tips: string[] = [];
    for (const name of ['x', 'y', 'z']) {
      await git(['checkout', '-q', '--detach', base]);
      tips.push(await commit(name, new Map([[name, `${name}\n`]])));
    }
    const tree = await git(['rev-parse', `${tips[1]}^{tree}`]);
    const octopus = await git(['commit-tree', ...tips.flatMap((tip) => ['-p', tip]), '-m', 'octopus', tree]);
    assert.equal(shown(await readCommit(fixture.repo, octopus)), [['D x', 'A y'], [], ['A y', 'D z']]);
  });
});

test('nothing in a message can pass for a commit or a change', async () => {
  await inRepository(async (fixture) => {
    const { git, commit } = fixture;
    const honest = await commit('honest', new Map([['a', 'a\n']]));
    const fake = [
      'subject',
      '',
      `commit ${'f'.repeat(40)}`,
      `tree ${'e'.repeat(40)}`,
      ':100644 100644 1111111111111111111111111111111111111111 2222222222222222222222222222222222222222 M',
      'a\x01b\x1b[31m',
      '    four spaces',
      ':000000 100644 0000000000000000000000000000000000000000 3333333333333333333333333333333333333333 A',
    ].join('\n');
    const evil = await git(['commit-tree', '-p', honest, `${honest}^{tree}`], { input: fake });
    const child = await git(['commit-tree', '-p', evil, `${honest}^{tree}`], { input: ':000000\n' });
    const all = await historyOf(fixture, [child]);
    assert.equal(
      all.map(({ id }) => id),
      [honest, evil, child],
    );
    assert.equal(all.map(shown), [[['A a']], [[]], [[]]]);
    assert.is(all[1]?.body, fake.split('\n').slice(2).join('\n'));
    assert.is(all[2]?.subject, ':000000');
  });
});

test('a commit made by hand, with bytes no editor writes, is read as git shows it and disturbs nobody', async () => {
  await inRepository(async (fixture) => {
    const { git, commit } = fixture;
    const honest = await commit('honest', new Map([['a', 'a\n']]));
    const tree = await git(['rev-parse', 'HEAD^{tree}']);
    const who = 'author A <a@b> 1700000000 +0000\ncommitter A <a@b> 1700000000 +0000';
    const objects = [
      `tree ${tree}\nparent ${honest}\n${who}\n\nsubject\n\nbody\0:100644 evil\0commit ${'f'.repeat(40)}`,
      `tree ${tree}\nparent ${honest}\n${who}\n\n`,
      `tree ${tree}\nparent ${honest}\n${who}\n:000000 100644 ${'0'.repeat(40)} ${'1'.repeat(40)} A\n\n`,
      `tree ${tree}\nparent ${honest}\n${who}\ncommit ${'f'.repeat(40)}\n\nx`,
      `tree ${tree}\nparent ${honest}\n${who}`,
      Buffer.from(
        `tree ${tree}\nparent ${honest}\nauthor M\xfcller <m@b> 1 +0000\ncommitter M <m@b> 1 +0000\n\ncaf\xe9\n`,
        'latin1',
      ),
      Buffer.from(
        `tree ${tree}\nparent ${honest}\nauthor M\xfcller <m@b> 1 +0000\ncommitter M <m@b> 1 +0000\nencoding ISO-8859-1\n\ncaf\xe9\n`,
        'latin1',
      ),
    ];
    const ids: string[] = [];
    for (const input of objects)
      ids.push(await git(['hash-object', '-t', 'commit', '-w', '--literally', '--stdin'], { input }));
    for (const id of ids) {
      const { parents, changes } = await readCommit(fixture.repo, id);
      assert.equal([parents, changes], [[honest], [[]]], id);
    }
    const all = await historyOf(fixture, ids);
    assert.equal(all.map(({ id }) => id).sort(), [honest, ...ids].sort());
    const [nul, , , , , unknown, latin1] = await Promise.all(ids.map((id) => readCommit(fixture.repo, id)));
    assert.is(nul?.body, 'body');
    assert.equal([unknown?.author.name, unknown?.subject], ['M\ufffdller', 'caf\ufffd']);
    assert.equal([latin1?.author.name, latin1?.subject], ['Müller', 'café']);
  });
});

test('paths that plain text cannot carry are told apart', async () => {
  await inRepository(async (fixture) => {
    const { dir, commit, write } = fixture;
    const odd = ['a\nb', '\ttab', ':100644 x', 'commit', 'größe', ' '];
    write(new Map(odd.map((name) => [name, `${name}\n`])));
    fs.writeFileSync(Buffer.concat([Buffer.from(`${dir}/`), Buffer.of(0x66, 0xff)]), 'bytes\n');
    fs.writeFileSync(Buffer.concat([Buffer.from(`${dir}/`), Buffer.of(0x66, 0xfe)]), 'other bytes\n');
    const id = await commit('odd');
    const { changes } = await readCommit(fixture.repo, id);
    assert.equal(changes[0]?.map((change) => change.path).sort(), [...odd, 'f\udcff', 'f\udcfe'].sort());
  });
});

test('kinds of files are told apart: links, programs, submodules, a file that becomes a directory', async () => {
  await inRepository(async (fixture) => {
    const { dir, git, commit } = fixture;
    const first = await commit(
      'first',
      new Map([
        ['a', 'same\n'],
        ['b', 'b\n'],
        ['f', 'f\n'],
        ['moved', 'moved\n'],
      ]),
    );
    fs.chmodSync(path.join(dir, 'a'), 0o755);
    fs.rmSync(path.join(dir, 'b'));
    fs.symlinkSync('a', path.join(dir, 'b'));
    const second = await commit(
      'second',
      new Map([
        ['f', undefined],
        ['f/inside', 'f\n'],
        ['moved', undefined],
        ['new', 'moved\n'],
      ]),
    );
    await git(['update-index', '--add', '--cacheinfo', `160000,${first},sub`]);
    await git(['commit', '-q', '-m', 'submodule']);
    const third = await git(['rev-parse', 'HEAD']);
    const modes = async (id: string) =>
      (await readCommit(fixture.repo, id)).changes[0]?.map(
        ({ path, before, after }) => `${before?.mode} ${after?.mode} ${path}`,
      );
    assert.equal((await modes(second))?.sort(), [
      '100644 100755 a',
      '100644 120000 b',
      '100644 undefined f',
      '100644 undefined moved',
      'undefined 100644 f/inside',
      'undefined 100644 new',
    ]);
    assert.equal(await modes(third), ['undefined 160000 sub']);
  });
});

test('no setting and no attribute of a clone hides a change or a commit', async () => {
  await inRepository(async (fixture) => {
    const { git, commit, dir, open } = fixture;
    const first = await commit(
      'first',
      new Map([
        ['a', 'a\n'],
        ['.gitmodules', '[submodule "sub"]\n\tpath = sub\n\turl = u\n\tignore = all\n'],
      ]),
    );
    await git(['update-index', '--add', '--cacheinfo', `160000,${first},sub`]);
    await git(['commit', '-q', '-m', 'second']);
    const second = await git(['rev-parse', 'HEAD']);
    await git(['update-index', '--add', '--cacheinfo', `160000,${second},sub`]);
    await git(['commit', '-q', '-m', 'third']);
    const third = await git(['rev-parse', 'HEAD']);
    const side = await git(['commit-tree', '-p', first, '-m', 'side', `${first}^{tree}`]);
    const merge = await git(['commit-tree', '-p', third, '-p', side, '-m', 'merge', `${third}^{tree}`]);
    const before = await historyOf(fixture, [merge]);
    for (const [name, value] of [
      ['diff.ignoreSubmodules', 'all'],
      ['submodule.sub.ignore', 'all'],
      ['log.diffMerges', 'off'],
      ['log.showRoot', 'false'],
      ['log.follow', 'true'],
      ['log.mailmap', 'true'],
      ['log.decorate', 'full'],
      ['log.showSignature', 'true'],
      ['format.pretty', 'oneline'],
      ['format.notes', 'true'],
      ['diff.relative', 'true'],
      ['diff.noprefix', 'true'],
      ['diff.orderFile', '/nonexistent'],
      ['diff.renames', 'copies'],
      ['core.quotePath', 'true'],
      ['core.abbrev', '5'],
      ['color.ui', 'always'],
      ['i18n.logOutputEncoding', 'UTF-16'],
    ] as const)
      await git(['config', name, value]);
    fs.writeFileSync(path.join(dir, '.mailmap'), 'Mallory <m@evil> <alice.able@example.org>\n');
    const configured = await open(dir);
    assert.equal(await collect(readHistory(configured, { tips: [merge], order: 'oldest-first' })), before);
    assert.equal(shown(before.find(({ id }) => id === third)), [['M sub']]);
  });
});

test('tips and exclusions choose the commits; order is as asked', async () => {
  await inRepository(async (fixture) => {
    const { git, commit, repo } = fixture;
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) ids.push(await commit(`c${i}`, new Map([['n', `${i}\n`]])));
    const [c0, c1, c2, c3, c4] = ids as [string, string, string, string, string];
    const list = async (request: HistoryRequest) =>
      (await collect(readHistory(repo, request))).map(({ id }) => id);
    assert.equal(await list({ tips: [c4], order: 'oldest-first' }), ids);
    assert.equal(await list({ tips: [c4], order: 'newest-first' }), ids.toReversed());
    assert.equal((await list({ tips: [c4], order: 'by-date' })).toSorted(), ids.toSorted());
    assert.equal(await list({ tips: [c4], exclude: [c2], order: 'newest-first' }), [c4, c3]);
    assert.equal(await list({ tips: [c4, c2], exclude: [c1], order: 'oldest-first' }), [c2, c3, c4]);
    assert.equal(await list({ tips: [c1], exclude: [c4], order: 'oldest-first' }), []);
    assert.equal(await list({ tips: [], order: 'oldest-first' }), []);
    assert.equal(await list({ tips: [], exclude: [c0], order: 'oldest-first' }), []);
    const bare = await historyOf(fixture, [c1], { changes: false });
    assert.equal(
      bare.map(({ id, changes }) => [id, changes]),
      [
        [c0, [[]]],
        [c1, [[]]],
      ],
    );
    assert.is(await git(['rev-parse', 'HEAD']), c4);
  });
});

test('thousands of tips are no argument list', async () => {
  await inRepository(async (fixture) => {
    const { git } = fixture;
    const head = await fixture.commit('first');
    const stream = Array.from(
      { length: 3000 },
      (_, i) => `commit refs/many/${i}\ncommitter A <a> ${i} +0000\ndata 1\nx\nfrom ${head}\n\n`,
    );
    await git(['fast-import', '--quiet'], { input: stream.join('') });
    const tips = (await git(['for-each-ref', '--format=%(objectname)', 'refs/many'])).split('\n');
    assert.is((await historyOf(fixture, tips, { exclude: [head] })).length, 3000);
  });
});

test('what is no commit id is refused: an option could be hidden in it', async () => {
  await inRepository(async (fixture) => {
    const head = await fixture.commit('first');
    for (const evil of [
      head.slice(0, 12),
      '--all',
      '--output=/tmp/x',
      'HEAD',
      '^HEAD',
      `${head}\n--all`,
      '',
      '-n1',
      `${head}..${head}`,
    ]) {
      for (const failing of [
        () => historyOf(fixture, [evil]),
        () => historyOf(fixture, [head], { exclude: [evil] }),
        () => readCommit(fixture.repo, evil),
        () => isAncestor(fixture.repo, evil, head),
        () => mergeBases(fixture.repo, head, evil),
      ])
        assert.is(((await failureOf(failing())) as MlchainError).code, 'input');
    }
  });
});

test('a commit that is not here is incomplete', async () => {
  await inRepository(async (fixture) => {
    await fixture.commit('first');
    const none = 'f'.repeat(40);
    for (const fail of [() => readCommit(fixture.repo, none), () => historyOf(fixture, [none])]) {
      const { code, message } = (await failureOf(fail())) as MlchainError;
      assert.is(code, 'incomplete');
      assert.match(message, /^git log: bad object f+$/);
    }
  });
});

test('paths narrow commits and changes, and drop no branch of the history', async () => {
  await inRepository(async (fixture) => {
    const { git, commit } = fixture;
    const base = await commit(
      'base',
      new Map([
        ['a', 'base\n'],
        ['dir/x', 'base\n'],
      ]),
    );
    await git(['checkout', '-q', '-b', 'side']);
    const changed = await commit(
      'changed',
      new Map([
        ['dir/x', 'side\n'],
        ['b', 'b\n'],
      ]),
    );
    const back = await commit('back', new Map([['dir/x', 'base\n']]));
    const merge = await mergeInto(fixture, 'side', base);
    const found = await historyOf(fixture, [merge], { paths: ['dir'] });
    assert.equal(
      found.map(({ id }) => id),
      [base, changed, back],
    );
    assert.equal(found.map(shown), [[['A dir/x']], [['M dir/x']], [['M dir/x']]]);
    assert.equal(await historyOf(fixture, [merge], { paths: ['d*'] }), []);
  });
});

test('a path that is no UTF-8 narrows a history like any other', async () => {
  await inRepository(async (fixture) => {
    const { dir, commit } = fixture;
    const odd = (name: number[], content: string) =>
      fs.writeFileSync(Buffer.concat([Buffer.from(`${dir}/`), Buffer.from(name)]), content);
    odd([0x66, 0xff], 'one\n');
    const first = await commit('first', new Map([['a', 'a\n']]));
    odd([0x66, 0xfe], 'other\n');
    await commit('second');
    odd([0x66, 0xff], 'two\n');
    const third = await commit(
      'third',
      new Map([
        ['a', 'b\n'],
        ['d/x', 'x\n'],
      ]),
    );
    const found = await historyOf(fixture, [third], { paths: ['f\udcff', 'd'] });
    assert.equal(
      found.map(({ id }) => id),
      [first, third],
    );
    assert.equal(found.map(shown), [[['A f\udcff']], [['A d/x', 'M f\udcff']]]);
  });
});

test('at the edge of a shallow clone parents are named, and it is said that they are not here', async () => {
  await inRepository(async (fixture) => {
    const { person, dir, commit, open } = fixture;
    await commit('first', new Map([['a', 'a\n']]));
    const second = await commit('second', new Map([['b', 'b\n']]));
    const third = await commit('third', new Map([['c', 'c\n']]));
    await person.git(['clone', '-q', '--depth=2', `file://${dir}`, 'shallow']);
    const shallow = await open(person.at('shallow'));
    const [edge, tip] = await collect(readHistory(shallow, { tips: [third], order: 'oldest-first' }));
    assert.equal([edge?.id, edge?.boundary, edge?.parents.length], [second, true, 1]);
    assert.equal(shown(edge), [['A a', 'A b']]);
    assert.equal([tip?.id, tip?.boundary], [third, false]);
    assert.equal(shown(tip), [['A c']]);
  });
});

test('in a treeless clone the history is incomplete, not empty', async () => {
  await inRepository(async (fixture) => {
    const { person, dir, git, commit, open } = fixture;
    const head = await commit('first', new Map([['a', 'a\n']]));
    await git(['config', 'uploadpack.allowFilter', 'true']);
    await person.git(['clone', '-q', '--no-checkout', '--filter=tree:0', `file://${dir}`, 'treeless']);
    const treeless = await open(person.at('treeless'));
    assert.is(((await failureOf(readCommit(treeless, head))) as MlchainError).code, 'incomplete');
  });
});

test('ancestors and merge bases are as git finds them', async () => {
  await inRepository(async (fixture) => {
    const { repo, git, commit } = fixture;
    const base = await commit('base');
    const tree = await git(['rev-parse', `${base}^{tree}`]);
    const make = (message: string, ...parents: string[]) =>
      git(['commit-tree', ...parents.flatMap((parent) => ['-p', parent]), '-m', message, tree]);
    const [one, two] = [await make('one', base), await make('two', base)];
    const [criss, cross] = [await make('criss', one, two), await make('cross', two, one)];
    const alone = await make('alone');
    assert.ok(await isAncestor(repo, base, criss));
    assert.ok(await isAncestor(repo, base, base));
    assert.not(await isAncestor(repo, criss, base));
    assert.not(await isAncestor(repo, alone, criss));
    assert.equal((await mergeBases(repo, criss, cross)).sort(), [one, two].sort());
    assert.equal(await mergeBases(repo, criss, base), [base]);
    assert.equal(await mergeBases(repo, criss, alone), []);
    assert.match(
      ((await failureOf(isAncestor(repo, 'f'.repeat(40), base))) as Error).message,
      /^git merge-base: /,
    );
  });
});

test('a long history streams, and can be left in the middle', async () => {
  await inRepository(async (fixture) => {
    const { git, repo } = fixture;
    const stream = Array.from({ length: 2000 }, (_, i) => {
      const message = `commit ${i}\n\nbody\n`;
      return `commit refs/heads/main\nmark :${i + 1}\ncommitter A <a> ${i} +0000\ndata ${message.length}\n${message}${i > 0 ? `from :${i}\n` : ''}M 100644 inline f${i % 50}\ndata ${`${i}`.length}\n${i}\n\n`;
    });
    await git(['fast-import', '--quiet'], { input: stream.join('') });
    const head = await git(['rev-parse', 'main']);
    const all = await historyOf(fixture, [head]);
    assert.is(all.length, 2000);
    assert.ok(
      all.every((commit, i) => commit.subject === `commit ${i}` && shown(commit).flat().length === 1),
    );
    let seen = 0;
    for await (const commit of readHistory(repo, { tips: [head], order: 'newest-first' })) {
      assert.is(commit.subject, `commit ${1999 - seen}`);
      seen += 1;
      if (seen === 5) break;
    }
    assert.is(seen, 5);
  });
});

test.run();
