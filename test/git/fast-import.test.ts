import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { CommitRequest } from '../../src/git/fast-import.ts';
import { commitEdits } from '../../src/git/fast-import.ts';
import { GitError, RefRaceError } from '../../src/git/git-error.ts';
import { FORMATS, failureOf, inRepository } from './fixture.ts';

const BASE = {
  ref: 'refs/x',
  parent: undefined,
  identity: 'A U Thor <a@example.org> 1700000000 +0000',
  message: 'message',
  edits: [],
} satisfies CommitRequest;

function write(path: string, content: string): CommitRequest['edits'][number] {
  return { kind: 'write', path, content: Buffer.from(content) };
}

for (const format of FORMATS) {
  test(`a commit is made of writes, links and deletions (${format})`, async () => {
    await inRepository(
      async ({ repo, git }) => {
        const first = await commitEdits(repo, {
          ...BASE,
          edits: [write('aa/bb', 'one\n'), write('cc', 'data 3\n\ndone\n')],
        });
        assert.is(await git(['rev-parse', 'refs/x']), first);
        assert.is(await git(['cat-file', 'blob', 'refs/x:cc']), 'data 3\n\ndone');
        const blob = await git(['rev-parse', 'refs/x:aa/bb']);
        const second = await commitEdits(repo, {
          ...BASE,
          parent: first,
          message: 'two lines\nand größe, done\n',
          edits: [
            { kind: 'delete', path: 'aa/bb' },
            { kind: 'link', path: 'dd/ee', blob },
          ],
        });
        assert.is(await git(['ls-tree', '-r', '--name-only', second]), 'cc\ndd/ee');
        assert.is(await git(['rev-parse', `${second}^`]), first);
        assert.is(
          await git(['log', '-1', '--format=%an %ae %at %cn %B', second]),
          'A U Thor a@example.org 1700000000 A U Thor two lines\nand größe, done\n',
        );
        await git(['fsck', '--strict']);
      },
      { format },
    );
  });

  test(`a commit without a ref leaves no ref, also none half made (${format})`, async () => {
    await inRepository(
      async ({ repo, git }) => {
        const first = await commitEdits(repo, { ...BASE, ref: undefined, edits: [write('aa', 'one\n')] });
        const second = await commitEdits(repo, {
          ...BASE,
          ref: undefined,
          parent: first,
          edits: [write('bb', 'two\n')],
        });
        assert.is(await git(['for-each-ref']), '');
        assert.is(await git(['ls-tree', '--name-only', second]), 'aa\nbb');
      },
      { format },
    );
  });
}

test('a ref that moved, appeared or is locked is a race, and stays as it is', async () => {
  await inRepository(async ({ repo, git, write: put }) => {
    const first = await commitEdits(repo, { ...BASE, edits: [write('aa', 'one\n')] });
    const second = await commitEdits(repo, { ...BASE, parent: first, edits: [write('aa', 'two\n')] });
    for (const parent of [undefined, first]) {
      const error = await failureOf(commitEdits(repo, { ...BASE, parent, edits: [write('aa', 'mine\n')] }));
      assert.instance(error, RefRaceError);
      assert.match((error as RefRaceError).message, /does not contain|Not updating/);
      assert.is(await git(['rev-parse', 'refs/x']), second);
    }
    put(new Map([['.git/refs/x.lock', '']]));
    const locked = await failureOf(
      commitEdits(repo, { ...BASE, parent: second, edits: [write('aa', 'three\n')] }),
    );
    assert.instance(locked, RefRaceError);
    assert.match((locked as RefRaceError).stderr, /refs\/x\.lock': File exists/);
    assert.is(await git(['rev-parse', 'refs/x']), second);
  });
});

test('what git does not understand is no race: nobody may try it sixty times', async () => {
  await inRepository(async ({ repo }) => {
    for (const request of [
      { ...BASE, parent: 'f'.repeat(40) },
      { ...BASE, identity: 'no identity' },
      { ...BASE, edits: [{ kind: 'link', path: 'aa', blob: 'nonsense' }] as const },
    ]) {
      const error = await failureOf(commitEdits(repo, request));
      assert.instance(error, GitError);
      assert.not.instance(error, RefRaceError);
      assert.is((error as GitError).exitCode, 128);
    }
  });
});

test('a note makes loose objects, not a pack', async () => {
  await inRepository(async ({ repo, git }) => {
    await git(['config', 'transfer.unpackLimit', '1']);
    await commitEdits(repo, { ...BASE, edits: [write('aa', 'one\n')] });
    assert.match(await git(['count-objects', '-v']), /^count: 3\n[\s\S]*^packs: 0$/m);
  });
});

test.run();
