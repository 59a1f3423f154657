import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { MlchainError } from '../../src/errors.ts';
import { RefRaceError } from '../../src/git/git-error.ts';
import { appendNotes, commitNotes, listNotes, readNote } from '../../src/git/notes.ts';
import type { Repository } from '../../src/git/repository.ts';
import { projectRoot } from '../support/person.ts';
import { collect, type Fixture, FORMATS, failureOf, inRepository } from './fixture.ts';

const REF = 'refs/notes/mlchain/F';

async function manyCommits({ git }: Fixture, count: number): Promise<string[]> {
  const stream = Array.from(
    { length: count },
    (_, i) =>
      `commit refs/heads/main\nmark :${i + 1}\ncommitter A <a> ${i} +0000\ndata 1\nx\n${i > 0 ? `from :${i}\n` : ''}\n`,
  );
  await git(['fast-import', '--quiet'], { input: stream.join('') });
  return (await git(['rev-list', 'main'])).split('\n');
}

for (const format of FORMATS) {
  test(`lines are added to notes that plain git reads (${format})`, async () => {
    await inRepository(
      async ({ repo, git, commit }) => {
        const head = await commit('first');
        const tip = await appendNotes(repo, REF, new Map([[head, ['b', 'ä']]]), 'message');
        assert.is(await git(['rev-parse', REF]), tip);
        assert.is(await appendNotes(repo, REF, new Map([[head, ['b']]]), 'again'), tip);
        await appendNotes(repo, REF, new Map([[head, ['a', 'b']]]), 'more');
        assert.is(await git(['notes', `--ref=${REF}`, 'show', head]), 'a\nb\nä');
        assert.is((await readNote(repo, REF, head))?.toString(), 'a\nb\nä\n');
        assert.equal(await collect(listNotes(repo, REF)), [
          { object: head, blob: await git(['rev-parse', `${REF}:${head}`]) },
        ]);
        assert.is(await git(['log', '--format=%s by %an', REF]), 'more by Alice Able\nmessage by Alice Able');
        assert.match(await git(['log', '-1', '--notes=mlchain/*']), /Notes \(mlchain\/F\):\n {4}a\n {4}b/);
      },
      { format },
    );
  });
}

test('a ref that does not exist has no notes', async () => {
  await inRepository(async ({ repo, commit }) => {
    const head = await commit('first');
    assert.equal(await collect(listNotes(repo, REF)), []);
    assert.is(await readNote(repo, REF, head), undefined);
    await appendNotes(repo, REF, new Map([['a'.repeat(40), ['x']]]), 'm');
    assert.is(await readNote(repo, REF, head), undefined);
  });
});

test('the annotated object need not be here', async () => {
  await inRepository(async ({ repo, git }) => {
    const far = 'ab'.repeat(20);
    await appendNotes(repo, REF, new Map([[far, ['x']]]), 'm');
    assert.match(await git(['notes', `--ref=${REF}`, 'list']), new RegExp(`^[0-9a-f]{40} ${far}$`));
  });
});

test('notes of plain git, fanned out as git likes it, are kept beside ours and ours beside them', async () => {
  await inRepository(async (fixture) => {
    const { repo, git } = fixture;
    const commits = await manyCommits(fixture, 300);
    const byGit = commits.slice(0, 200);
    const imported = byGit.map((id) => `N inline ${id}\ndata 4\ngit\n\n`).join('');
    await git(['fast-import', '--quiet'], {
      input: `commit ${REF}\ncommitter A <a> 1 +0000\ndata 1\nm\n${imported}`,
    });
    await git(['notes', `--ref=${REF}`, 'add', '-m', 'seed', commits[299] ?? '']);
    assert.match(await git(['ls-tree', '--name-only', REF]), /^[0-9a-f]{2}\n/);

    await appendNotes(repo, REF, new Map(commits.slice(100).map((id) => [id, ['ours']])), 'm');
    await git(['notes', `--ref=${REF}`, 'append', '-m', 'git again', commits[150] ?? '']);
    await appendNotes(repo, REF, new Map([[commits[150] ?? '', ['ours again']]]), 'm');

    const listed = await collect(listNotes(repo, REF));
    assert.equal(listed.map(({ object }) => object).sort(), commits.toSorted());
    assert.is(
      await git(['notes', `--ref=${REF}`, 'show', commits[150] ?? '']),
      'git\ngit again\nours\nours again',
    );
    assert.is(await git(['notes', `--ref=${REF}`, 'show', commits[7] ?? '']), 'git');
    assert.is(await git(['notes', `--ref=${REF}`, 'show', commits[299] ?? '']), 'ours\nseed');
  });
});

test('two thousand notes at once, then one: git reads them all and the tree stays narrow', async () => {
  await inRepository(async (fixture) => {
    const { repo, git } = fixture;
    const commits = await manyCommits(fixture, 2001);
    const [last = '', ...rest] = commits;
    await appendNotes(repo, REF, new Map(rest.map((id) => [id, [`note on ${id}`]])), 'm');
    await appendNotes(repo, REF, new Map([[last, ['the last']]]), 'm');
    assert.is((await git(['notes', `--ref=${REF}`, 'list'])).split('\n').length, 2001);
    assert.is(await git(['notes', `--ref=${REF}`, 'show', last]), 'the last');
    assert.is((await readNote(repo, REF, rest[1000] ?? ''))?.toString(), `note on ${rest[1000]}\n`);
    assert.ok((await git(['ls-tree', '--name-only', REF])).split('\n').every((name) => name.length === 2));
    await git(['fsck', '--strict']);
  });
});

test('the same object noted at two fan-outs is read whole, and written to one place', async () => {
  await inRepository(async ({ repo, git, commit }) => {
    const head = await commit('first');
    const fanned = `${head.slice(0, 2)}/${head.slice(2)}`;
    const note = (where: string, text: string) => `M 100644 inline ${where}\ndata ${text.length}\n${text}\n`;
    await git(['fast-import', '--quiet'], {
      input: `commit ${REF}\ncommitter A <a> 1 +0000\ndata 1\nm\n${note(head, 'x')}${note(fanned, 'y\n')}${note('README', 'read me')}`,
    });
    assert.equal(
      (await collect(listNotes(repo, REF))).map(({ object }) => object),
      [head, head],
    );
    assert.is((await readNote(repo, REF, head))?.toString(), 'x\ny\n');
    await appendNotes(repo, REF, new Map([[head, ['z']]]), 'm');
    const left = (await git(['ls-tree', '-r', '--name-only', REF])).split('\n');
    assert.equal(left.sort(), ['README', fanned].sort());
    assert.is(await git(['notes', `--ref=${REF}`, 'show', head]), 'x\ny\nz');
  });
});

test('symbolic links, submodules and other names are no notes', async () => {
  await inRepository(async ({ repo, git, commit }) => {
    const head = await commit('first');
    const blob = await git(['hash-object', '-w', '--stdin'], { input: 'target' });
    const id = (digit: string) => digit.repeat(40);
    const entries = [
      `120000 blob ${blob}\t${id('1')}`,
      `160000 commit ${head}\t${id('2')}`,
      `100644 blob ${blob}\t${id('3')}`,
      `100644 blob ${blob}\t${id('A')}`,
      `100644 blob ${blob}\tREADME`,
      `100755 blob ${blob}\t${id('4')}`,
    ];
    const tree = await git(['mktree'], {
      input: entries
        .toSorted((a, b) => ((a.split('\t')[1] ?? '') < (b.split('\t')[1] ?? '') ? -1 : 1))
        .join('\n'),
    });
    await git(['update-ref', REF, await git(['commit-tree', '-m', 'm', tree])]);
    assert.equal(
      (await collect(listNotes(repo, REF))).map(({ object }) => object),
      [id('3'), id('4')],
    );
    for (const digit of ['1', '2']) assert.is(await readNote(repo, REF, id(digit)), undefined);
  });
});

test('a commit of notes can be made on top of any other, without moving a ref', async () => {
  await inRepository(async ({ repo, git, commit }) => {
    const head = await commit('first');
    const base = await commitNotes(repo, undefined, new Map([[head, ['a']]]), 'm');
    const next = await commitNotes(repo, base, new Map([[head, ['b']]]), 'm');
    assert.is(await commitNotes(repo, next, new Map([[head, ['a']]]), 'm'), next);
    assert.is(await git(['rev-parse', `${next}^`]), base);
    assert.is((await readNote(repo, next, head))?.toString(), 'a\nb\n');
    assert.is(await git(['for-each-ref', 'refs/notes', 'refs/mlchain']), '');
  });
});

test('notes whose objects are not here are incomplete, never empty', async () => {
  await inRepository(async ({ dir, git, commit, repo, open }) => {
    const head = await commit('first');
    await appendNotes(repo, REF, new Map([[head, ['x']]]), 'm');
    const gone = (id: string) => fs.rmSync(path.join(dir, '.git/objects', id.slice(0, 2), id.slice(2)));
    const tree = await git(['rev-parse', `${REF}^{tree}`]);
    gone(await git(['rev-parse', `${REF}:${head}`]));
    const failing = [
      (damaged: Repository) => readNote(damaged, REF, head),
      (damaged: Repository) => appendNotes(damaged, REF, new Map([[head, ['y']]]), 'm'),
    ];
    const fails = async (asks: readonly ((damaged: Repository) => Promise<unknown>)[]) => {
      // Whoever has read the tree knows what is in it.
      const damaged = await open(dir);
      for (const ask of asks) assert.is(((await failureOf(ask(damaged))) as MlchainError).code, 'incomplete');
    };
    await fails(failing);
    gone(tree);
    await fails([...failing, (damaged) => collect(listNotes(damaged, REF))]);
  });
});

test('a ref whose commit is gone is incomplete, and nobody starts the notes anew', async () => {
  await inRepository(async ({ dir, repo, git, commit }) => {
    const head = await commit('first');
    const gone = 'ab'.repeat(20);
    fs.mkdirSync(path.join(dir, '.git/refs/notes/mlchain'), { recursive: true });
    fs.writeFileSync(path.join(dir, '.git', REF), `${gone}\n`);
    const additions = new Map([[head, ['x']]]);
    for (const fail of [
      () => collect(listNotes(repo, REF)),
      () => collect(listNotes(repo, gone)),
      () => readNote(repo, REF, head),
      () => appendNotes(repo, REF, additions, 'm'),
      () => commitNotes(repo, gone, additions, 'm'),
    ])
      assert.is(((await failureOf(fail())) as MlchainError).code, 'incomplete');
    assert.is(await git(['for-each-ref', '--format=%(objectname)', REF]), gone);
  });
});

test('a ref whose lock nobody removes ends in git’s own words, after many tries, with the old notes in place', async () => {
  await inRepository(async ({ repo, git, commit, write }) => {
    const head = await commit('first');
    const tip = await appendNotes(repo, REF, new Map([[head, ['x']]]), 'm');
    write(new Map([[`.git/${REF}.lock`, '']]));
    const error = await failureOf(appendNotes(repo, REF, new Map([[head, ['y']]]), 'm'));
    assert.instance(error, RefRaceError);
    assert.match((error as RefRaceError).message, /cannot lock ref/);
    assert.is(await git(['rev-parse', REF]), tip);
  });
});

test('eight processes of one signer write thirty notes each into one ref, and none is lost', async () => {
  await inRepository(async (fixture) => {
    const { person, dir, git } = fixture;
    const commits = await manyCommits(fixture, 30);
    const script = person.at('writer.mts');
    fs.writeFileSync(
      script,
      `import { appendNotes } from '${projectRoot}src/git/notes.ts';
      import { Repository } from '${projectRoot}src/git/repository.ts';
      const [who, ...commits] = process.argv.slice(2);
      const repo = await Repository.open('.');
      for (const id of commits) await appendNotes(repo, '${REF}', new Map([[id, ['by ' + who]]]), 'm');
      await repo.close();`,
    );
    const tsx = path.join(projectRoot, 'node_modules/.bin/tsx');
    const writers = Array.from({ length: 8 }, (_, who) =>
      person.exec(tsx, [script, `${who}`, ...commits], { cwd: dir }),
    );
    await Promise.all(writers);
    const expected = Array.from({ length: 8 }, (_, who) => `by ${who}`).join('\n');
    for (const id of commits) assert.is(await git(['notes', `--ref=${REF}`, 'show', id]), expected);
    assert.is(await git(['rev-list', '--count', REF]), '240');
    await git(['fsck', '--strict']);
  });
});

test('a writer killed at any moment leaves the old notes or the new ones', async () => {
  await inRepository(async (fixture) => {
    const { person, dir, git } = fixture;
    const commits = await manyCommits(fixture, 200);
    const script = person.at('writer.mts');
    fs.writeFileSync(
      script,
      `import { appendNotes } from '${projectRoot}src/git/notes.ts';
      import { Repository } from '${projectRoot}src/git/repository.ts';
      const repo = await Repository.open('.');
      console.log('begin');
      for (const id of process.argv.slice(2)) await appendNotes(repo, '${REF}', new Map([[id, ['x']]]), 'm');`,
    );
    // Without the loader's own child in between: the process that writes is the one that is killed.
    const node = `'${process.execPath}' --import '${projectRoot}node_modules/tsx/dist/loader.mjs'`;
    for (const moment of [0.03, 0.07, 0.16]) {
      const story = `{ ${node} "$0" "$@" & echo $!; } | { read pid; read begin; sleep ${moment}; kill -9 $pid; }`;
      await person.exec('sh', ['-c', story, script, ...commits], { cwd: dir });
    }
    await git(['fsck', '--strict', '--no-dangling']);
    const noted = await git(['notes', `--ref=${REF}`, 'list']);
    assert.not.match(noted, commits[199] ?? '');
    await appendNotes(fixture.repo, REF, new Map([[commits[199] ?? '', ['after']]]), 'm');
    const after = await git(['notes', `--ref=${REF}`, 'list']);
    for (const line of noted.split('\n')) assert.ok(after.includes(line));
  });
});

test.run();
