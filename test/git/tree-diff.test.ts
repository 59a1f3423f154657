import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Change } from '../../src/git/log-parser.ts';
import type { Repository } from '../../src/git/repository.ts';
import { readTree } from '../../src/git/tree.ts';
import { diffTrees } from '../../src/git/tree-diff.ts';
import { collect, type Fixture, inRepository } from './fixture.ts';

const NAMES = ['a', 'a.b', 'a/b', 'a/b/c', 'a/c', 'a-b', 'b', 'b/b', 'ab/c'];
const CONTENTS = ['one\n', 'two\n'];

interface Entry {
  readonly mode: string;
  readonly content: string;
}
type Tree = ReadonlyMap<string, Entry>;

/** A tree in which no path is both a file and a directory. */
const tree: fc.Arbitrary<Tree> = fc
  .array(
    fc.tuple(
      fc.constantFrom(...NAMES),
      fc.constantFrom('100644', '100755', '120000'),
      fc.constantFrom(...CONTENTS),
    ),
  )
  .map((entries) => {
    const files = new Map<string, Entry>();
    for (const [name, mode, content] of entries) {
      const clashes = [...files.keys()].some(
        (other) => other.startsWith(`${name}/`) || name.startsWith(`${other}/`),
      );
      if (!clashes) files.set(name, { mode, content });
    }
    return files;
  });

async function written({ git }: Fixture, files: Tree, blobs: ReadonlyMap<string, string>): Promise<string> {
  const lines = Array.from(files, ([name, { mode, content }]) => `${mode} ${blobs.get(content)}\t${name}\n`);
  await git(['read-tree', '--empty']);
  await git(['update-index', '--index-info'], { input: lines.join('') });
  return await git(['write-tree']);
}

async function byGit({ git }: Fixture, before: string, after: string): Promise<string[]> {
  const raw = await git(['diff-tree', '-r', '--raw', '--no-renames', '--no-abbrev', before, after]);
  return raw === '' ? [] : raw.split('\n').map((line) => line.replace(/ [A-Z]\t/, '\t'));
}

function asGit({ path, before, after }: Change): string {
  const none = { mode: '000000', id: '0'.repeat(40) };
  const [old, now] = [before ?? none, after ?? none];
  return `:${old.mode} ${now.mode} ${old.id} ${now.id}\t${path}`;
}

function sourceOf(repo: Repository) {
  return { idBytes: 20, read: (id: string) => readTree(repo, id) } as const;
}

test('between any two trees it finds what git diff-tree finds', async () => {
  await inRepository(async (fixture) => {
    const { repo, git } = fixture;
    const ids = await Promise.all(CONTENTS.map((input) => git(['hash-object', '-w', '--stdin'], { input })));
    const blobs = new Map(CONTENTS.map((content, i) => [content, ids[i] ?? '']));
    await fc.assert(
      fc.asyncProperty(tree, tree, async (one, other) => {
        const before = await written(fixture, one, blobs);
        const after = await written(fixture, other, blobs);
        const found = (await collect(diffTrees(sourceOf(repo), before, after))).map(asGit);
        assert.equal(found.sort(), (await byGit(fixture, before, after)).sort());
      }),
      { numRuns: 40 },
    );
  });
});

test('against nothing, everything is new; equal trees are not even read', async () => {
  await inRepository(async ({ repo, git, commit }) => {
    await commit(
      'first',
      new Map([
        ['a', 'a\n'],
        ['b/c', 'c\n'],
      ]),
    );
    const id = await git(['rev-parse', 'HEAD^{tree}']);
    const added = await collect(diffTrees(sourceOf(repo), undefined, id));
    assert.equal(
      added.map(({ path, before }) => [path, before]),
      [
        ['a', undefined],
        ['b/c', undefined],
      ],
    );
    const gone = await collect(diffTrees(sourceOf(repo), id, undefined));
    assert.equal(
      gone.map(({ path, after }) => [path, after]),
      [
        ['a', undefined],
        ['b/c', undefined],
      ],
    );
    const unreadable = { idBytes: 20, read: () => Promise.reject(new Error('was read')) } as const;
    assert.equal(await collect(diffTrees(unreadable, 'f'.repeat(40), 'f'.repeat(40))), []);
    assert.equal(await collect(diffTrees(unreadable, undefined, undefined)), []);
  });
});

test.run();
