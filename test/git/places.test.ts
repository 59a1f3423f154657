import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { GitError, RefRaceError } from '../../src/git/git-error.ts';
import { readCommit, readHistory } from '../../src/git/history.ts';
import { appendNotes, commitNotes, listNotes, readNote } from '../../src/git/notes.ts';
import { listRefs, updateRefs } from '../../src/git/refs.ts';
import type { Repository } from '../../src/git/repository.ts';
import { listTree } from '../../src/git/tree.ts';
import { collect, type Fixture, FORMATS, failureOf, inRepository, type Setting } from './fixture.ts';

const REF = 'refs/notes/mlchain/F';

/** Everything that is read and written, done once, wherever the repository was opened from. */
async function works(repo: Repository, head: string): Promise<void> {
  assert.is(await repo.resolveCommit('HEAD'), head);
  assert.equal(
    (await collect(listTree(repo, head))).map(([name]) => name),
    ['a', 'dir/b'],
  );
  assert.is((await readCommit(repo, head)).changes[0]?.length, 2);
  await appendNotes(repo, REF, new Map([[head, ['line']]]), 'm');
  assert.is((await readNote(repo, REF, head))?.toString(), 'line\n');
  assert.is((await collect(listNotes(repo, REF))).length, 1);
  await updateRefs(repo, [{ ref: 'refs/mlchain/seen/x', new: head, old: 'absent' }]);
  assert.is((await listRefs(repo, 'refs/mlchain')).size, 1);
  await repo.configSet('mlchain.id', 'x');
  assert.is(await repo.config('mlchain.id'), 'x');
}

type Place = (fixture: Fixture) => Promise<readonly [dir: string, env: NodeJS.ProcessEnv]>;

function place(name: string, where: Place, setting: Setting = {}): void {
  for (const format of FORMATS) {
    test(`everything works ${name} (${format})`, async () => {
      await inRepository(
        async (fixture) => {
          const head = await fixture.commit(
            'first',
            new Map([
              ['a', 'a\n'],
              ['dir/b', 'b\n'],
            ]),
          );
          const [dir, env] = await where(fixture);
          const repo = await fixture.open(dir, env);
          await works(repo, head);
          assert.equal(
            fs.readdirSync(repo.commonDir).filter((file) => file.startsWith('fast_import_crash')),
            [],
          );
        },
        { ...setting, format },
      );
    });
  }
}

place('at the top of a clone', async ({ dir, person }) => [dir, person.env]);
place('in a directory of it', async ({ dir, person }) => [path.join(dir, 'dir'), person.env]);
place('in its git directory', async ({ dir, person }) => [path.join(dir, '.git'), person.env]);

place('in a linked worktree', async ({ person, git }) => {
  await git(['worktree', 'add', '-q', '--detach', person.at('linked')]);
  return [person.at('linked/dir'), person.env];
});

place('in a bare repository', async ({ person, dir }) => {
  await person.git(['clone', '-q', '--bare', dir, 'bare.git']);
  return [person.at('bare.git'), person.env];
});

place('in a clone that borrows its objects', async ({ person, dir }) => {
  await person.git(['clone', '-q', '--shared', dir, 'shared']);
  return [person.at('shared'), person.env];
});

place('in a submodule', async ({ person, dir, repo }) => {
  await person.git(['init', '-q', `--object-format=${repo.objectFormat}`, 'outer']);
  await person.git(['submodule', '--quiet', 'add', dir, 'inner'], { cwd: person.at('outer') });
  return [person.at('outer/inner'), person.env];
});

place('with what git exports to a hook', async ({ dir, person }) => {
  const exported = {
    GIT_DIR: '.git',
    GIT_INDEX_FILE: path.join(dir, '.git/next-index-1.lock'),
    GIT_PREFIX: '',
    GIT_EDITOR: ':',
    GIT_REFLOG_ACTION: 'commit',
  };
  return [dir, { ...person.env, ...exported }];
});

place('with the objects of a push in quarantine', async ({ dir, person }) => {
  // As in pre-receive: new objects go to the quarantine, old ones are found through alternates.
  const quarantine = path.join(dir, '.git/objects/tmp_objdir-incoming-x');
  fs.mkdirSync(quarantine);
  const env = {
    GIT_OBJECT_DIRECTORY: quarantine,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: path.join(dir, '.git/objects'),
  };
  return [dir, { ...person.env, ...env }];
});

test('before a push is accepted everything can be read, and no ref moves: at once, not after many tries', async () => {
  await inRepository(async ({ person, dir, git, commit, open }) => {
    const old = await commit('old', new Map([['a', 'a\n']]));
    const objects = path.join(dir, '.git/objects');
    const quarantine = path.join(objects, 'tmp_objdir-incoming-y');
    fs.mkdirSync(quarantine);
    const env = {
      GIT_DIR: path.join(dir, '.git'),
      GIT_QUARANTINE_PATH: quarantine,
      GIT_OBJECT_DIRECTORY: quarantine,
      GIT_ALTERNATE_OBJECT_DIRECTORIES: objects,
    };
    const pushed = await git(['commit-tree', '-p', old, '-m', 'pushed', `${old}^{tree}`], { env });
    const repo = await open(dir, { ...person.env, ...env });
    assert.equal(
      (await collect(readHistory(repo, { tips: [pushed], order: 'oldest-first' }))).map(({ id }) => id),
      [old, pushed],
    );
    assert.equal(
      (await collect(listTree(repo, pushed))).map(([name]) => name),
      ['a'],
    );
    for (const fail of [
      () => appendNotes(repo, REF, new Map([[pushed, ['x']]]), 'm'),
      () => commitNotes(repo, undefined, new Map([[pushed, ['x']]]), 'm'),
      () => updateRefs(repo, [{ ref: 'refs/x', new: old }]),
    ]) {
      const error = await failureOf(fail());
      assert.instance(error, GitError);
      assert.not.instance(error, RefRaceError);
      assert.match((error as GitError).message, /forbidden inside quarantine/);
    }
    assert.equal(await listRefs(repo, 'refs/notes', 'refs/x'), new Map());
  });
});

test('a hook’s repository and another one are not taken for each other', async () => {
  await inRepository(async ({ person, dir, commit, open }) => {
    const here = await commit('here');
    await person.git(['init', '-q', 'other']);
    await person.git(['commit', '-q', '--allow-empty', '-m', 'there'], { cwd: person.at('other') });
    const hook = { ...person.env, GIT_DIR: path.join(dir, '.git'), GIT_WORK_TREE: dir };
    const repo = await open(person.at('other'), hook);
    assert.equal([repo.workTree, await repo.head()], [dir, here]);
    const other = await open(person.at('other'));
    assert.is(other.workTree, person.at('other'));
    assert.is.not(await other.head(), here);
  });
});

test('what was written from a linked worktree is there for everybody', async () => {
  await inRepository(async ({ person, repo, git, commit, open }) => {
    const head = await commit('first');
    await git(['worktree', 'add', '-q', '--detach', person.at('linked')]);
    await appendNotes(await open(person.at('linked')), REF, new Map([[head, ['from afar']]]), 'm');
    assert.is((await readNote(repo, REF, head))?.toString(), 'from afar\n');
    assert.is(await git(['notes', `--ref=${REF}`, 'show', head]), 'from afar');
  });
});

test('many appends at once in one process all arrive', async () => {
  await inRepository(async ({ repo, git, commit }) => {
    const head = await commit('first');
    const lines = Array.from({ length: 12 }, (_, i) => `line ${String(i).padStart(2, '0')}`);
    await Promise.all(lines.map((line) => appendNotes(repo, REF, new Map([[head, [line]]]), 'm')));
    assert.is(await git(['notes', `--ref=${REF}`, 'show', head]), lines.join('\n'));
  });
});

test.run();
