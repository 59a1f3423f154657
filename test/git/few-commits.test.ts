import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fewCommits, oneCommit } from '../../src/git/few-commits.ts';
import { type CommitChanges, readHistory } from '../../src/git/history.ts';
import { collect, type Fixture, FORMATS, inRepository } from './fixture.ts';

const PERSON = 'Zoë <zoe@example.org> 1700000000 +0100';

interface Draft {
  readonly message?: string;
  /** Lines of git-fast-import(1): `M mode inline path`, `D path`. */
  readonly edits: readonly string[];
}

function inline(path: string, content: string, mode = '100644'): string {
  return `M ${mode} inline ${path}\ndata ${Buffer.byteLength(content)}\n${content}`;
}

/** One commit on top of the other, on `main`; their ids, oldest first. */
async function made({ git }: Fixture, drafts: readonly Draft[]): Promise<string[]> {
  const program = drafts.map(({ message = 'subject\n', edits }, at) => {
    const text = `data ${Buffer.byteLength(message)}\n${message}`;
    const body = edits.map((edit) => `${edit}\n`).join('');
    return `commit refs/heads/main\nmark :${at + 1}\ncommitter ${PERSON}\n${text}\n${body}get-mark :${at + 1}\n`;
  });
  const ids = await git(['fast-import', '--quiet', '--force', '--date-format=raw'], {
    input: program.join(''),
  });
  return ids.split('\n');
}

/** As git's own log tells it: without an exclusion it is asked. */
async function byGit({ repo }: Fixture, tip: string): Promise<CommitChanges[]> {
  return await collect(readHistory(repo, { tips: [tip], order: 'oldest-first' }));
}

const STORY: readonly Draft[] = [
  { edits: [inline('data/a', '1\n'), inline('data/b', '1\n'), inline('z', '1\n'), inline('run', 'x')] },
  { edits: [inline('data/a', '2\n'), inline('data.txt', 'between\n'), 'D data/b'] },
  { edits: [inline('run', 'x', '100755'), inline('link', 'z', '120000'), 'D z', inline('z/z', 'file\n')] },
  { edits: ['D data', inline('data', 'now a file\n'), inline('"größe und mehr"', '1\n')] },
  { edits: [`M 160000 ${'c'.repeat(40)} module`, inline('link', 'no link\n')] },
  { message: '\n\n  over\ntwo lines  \n\n\nbody\n\nMlchain-Step: train\n\n\n', edits: [inline('é', '1\n')] },
  { message: 'commit 1234\nauthor me <me> 1 +0000\n\n:000000\n', edits: [inline('é', '1\n', '100755')] },
  { message: '', edits: [] },
];

for (const format of FORMATS) {
  test(`each commit is as git's log has it, in git's order (${format})`, async () => {
    await inRepository(
      async (fixture) => {
        const { repo } = fixture;
        const story = format === 'sha1' ? STORY : STORY.filter((_, at) => at !== 4);
        const ids = await made(fixture, story);
        const expected = await byGit(fixture, ids.at(-1) ?? '');
        assert.is(expected.length, story.length);
        for (const commit of expected) assert.equal(await oneCommit(repo, commit.id), commit);
        const [base = '', ...rest] = expected.map(({ id }) => id);
        const request = { tips: [rest.at(-1) ?? ''], exclude: [base] };
        const few = await fewCommits(repo, { ...request, order: 'oldest-first' });
        assert.equal(few, expected.slice(1));
        assert.equal(
          await fewCommits(repo, { ...request, order: 'newest-first' }),
          [...expected.slice(1)].reverse(),
        );
        assert.equal(await fewCommits(repo, { tips: [base], exclude: [base], order: 'newest-first' }), []);
      },
      { format },
    );
  });
}

test('a merge alone has a list for each parent; in a history it is for git to order', async () => {
  await inRepository(async (fixture) => {
    const { repo, git, commit } = fixture;
    const base = await commit('base', new Map([['a', '1\n']]));
    await git(['checkout', '-q', '-b', 'side']);
    await commit('side', new Map([['b', '1\n']]));
    await git(['checkout', '-q', 'main']);
    await commit('main', new Map([['a', '2\n']]));
    await git(['merge', '-q', '--no-ff', '-m', 'merge', 'side']);
    const merge = await git(['rev-parse', 'HEAD']);
    assert.equal(await oneCommit(repo, merge), (await byGit(fixture, merge)).at(-1));
    assert.is(await fewCommits(repo, { tips: [merge], exclude: [base], order: 'oldest-first' }), undefined);
    const found = await collect(readHistory(repo, { tips: [merge], exclude: [base], order: 'oldest-first' }));
    assert.is(found.length, 3);
  });
});

test('what takes long, or what only git can tell, is left to git', async () => {
  await inRepository(async (fixture) => {
    const { repo, git } = fixture;
    const long = await made(
      fixture,
      Array.from({ length: 10 }, () => ({ edits: [] })),
    );
    const exclude = [long[0] ?? ''];
    assert.is(await fewCommits(repo, { tips: [long[9] ?? ''], exclude, order: 'oldest-first' }), undefined);
    assert.is((await fewCommits(repo, { tips: [long[8] ?? ''], exclude, order: 'oldest-first' }))?.length, 8);
    const names = Array.from({ length: 3000 }, (_, at) => inline(`wide/f${at}`, ''));
    const dirs = Array.from({ length: 40 }, (_, at) => inline(`d${at}/f`, ''));
    for (const edits of [names, dirs]) {
      const [id = ''] = await made(fixture, [{ edits: [...edits, `from ${long[0]}`].reverse() }]);
      assert.is(await oneCommit(repo, id), undefined);
    }
    const [tip = ''] = long.slice(-1);
    const text = await git(['cat-file', 'commit', tip]);
    const encoded = text.replace('\n\n', '\nencoding ISO-8859-1\n\n');
    const hash = ['hash-object', '-t', 'commit', '-w', '--stdin'];
    assert.is(await oneCommit(repo, await git(hash, { input: encoded })), undefined);
    assert.is(await oneCommit(repo, 'f'.repeat(40)), undefined);
    assert.is(await oneCommit(repo, await git(['rev-parse', `${tip}^{tree}`])), undefined);
  });
});

test('a tree with a name twice, or out of order, shows what git makes of it', async () => {
  await inRepository(async (fixture) => {
    const { repo, git } = fixture;
    const [base = ''] = await made(fixture, [{ edits: [inline('a', '1\n'), inline('b', '2\n')] }]);
    const [one, other] = await Promise.all(
      ['1\n', '2\n'].map((input) => git(['hash-object', '-w', '--stdin'], { input })),
    );
    const entry = (name: string, id = '') =>
      Buffer.concat([Buffer.from(`100644 ${name}\0`), Buffer.from(id, 'hex')]);
    for (const entries of [
      [entry('a', one), entry('a', other)],
      [entry('b', one), entry('a', other)],
    ]) {
      const hash = ['hash-object', '-t', 'tree', '-w', '--literally', '--stdin'];
      const tree = await git(hash, { input: Buffer.concat(entries) });
      const commit = `tree ${tree}\nparent ${base}\nauthor ${PERSON}\ncommitter ${PERSON}\n\nodd\n`;
      const id = await git(['hash-object', '-t', 'commit', '-w', '--stdin'], { input: commit });
      assert.is(await oneCommit(repo, id), undefined);
      const [log] = await collect(readHistory(repo, { tips: [id], exclude: [base], order: 'oldest-first' }));
      assert.is(log?.id, id);
    }
  });
});

test.run();
