import * as fs from 'node:fs';
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DvcTrees } from '../../src/artifact/dvc/trees.ts';
import { PointedHistory } from '../../src/gather/pointed-history.ts';
import type { Change } from '../../src/git/history.ts';
import { readHistory } from '../../src/git/history.ts';
import { lockText, md5, pointerText } from '../support/dvc.ts';
import type { WorkingClone } from '../support/working-clone.ts';
import { makeClone } from '../support/working-clone.ts';

const test = suite<{ clone: WorkingClone }>('history of DVC pointers');

test.before.each(async (scene) => {
  scene.clone = await makeClone();
  scene.clone.write('.dvc/config', '');
});
test.after.each(async ({ clone }) => clone.cleanup());

const all = () => true;

/** What each commit did to what no tree holds, oldest first: `data/x: - → dvc:…`, one line a path and parent. */
async function pointedChanges(clone: WorkingClone): Promise<string[][]> {
  const pointed = new PointedHistory(clone.repo, all);
  const found: string[][] = [];
  for await (const commit of readHistory(clone.repo, {
    tips: [await clone.git('rev-parse', 'HEAD')],
    order: 'oldest-first',
  })) {
    const lists = await pointed.changesOf(commit);
    found.push(lists.flatMap((list) => list.filter(isPointed).map(words)));
  }
  return found;
}

function isPointed({ before, after }: Change): boolean {
  return [before, after].some((entry) => entry?.mode === 'dvc');
}

function words({ path, before, after }: Change): string {
  return `${path}: ${[before, after].map((entry) => (entry === undefined ? '-' : entry.mode === 'dvc' ? entry.id : 'git')).join(' → ')}`;
}

const kind = (content: string) => `dvc:${md5(content)}`;

test('an output comes, changes, moves to another pointer unchanged, and goes', async ({ clone }) => {
  clone.write('x.dvc', pointerText('x', md5('1'), 1));
  await clone.commit();
  clone.write('x.dvc', pointerText('x', md5('2'), 1));
  await clone.commit();
  clone.remove('x.dvc');
  clone.write('dvc.lock', lockText('make', new Map([['x', '2']])));
  await clone.commit();
  clone.remove('dvc.lock');
  await clone.commit();
  assert.equal(await pointedChanges(clone), [
    [`x: - → ${kind('1')}`],
    [`x: ${kind('1')} → ${kind('2')}`],
    [],
    [`x: ${kind('2')} → -`],
  ]);
});

test('what git tracks is git’s, and where it is taken from git the pointer speaks', async ({ clone }) => {
  clone.write('metrics.json', '{}');
  clone.write('dvc.lock', lockText('test', new Map([['metrics.json', '{}']])));
  await clone.commit();
  clone.write('metrics.json', '{"a":1}');
  clone.write('dvc.lock', lockText('test', new Map([['metrics.json', '{"a":1}']])));
  await clone.commit();
  clone.remove('metrics.json');
  await clone.commit();
  assert.equal(await pointedChanges(clone), [[], [], [`metrics.json: git → ${kind('{"a":1}')}`]]);
});

test('a second pointer for one output is a change of it', async ({ clone }) => {
  clone.write('x.dvc', pointerText('x', md5('1'), 1));
  await clone.commit();
  clone.write('sub/y.dvc', `wdir: ..\n${pointerText('x', md5('2'), 1)}`);
  await clone.commit();
  const both = [kind('1'), kind('2')].sort().join('+');
  assert.equal((await pointedChanges(clone))[1], [`x: ${kind('1')} → dvc:several:${both}`]);
});

test('of a merge each parent is compared', async ({ clone }) => {
  clone.write('x.dvc', pointerText('x', md5('1'), 1));
  clone.write('y.dvc', pointerText('y', md5('1'), 1));
  await clone.commit();
  await clone.git('checkout', '-q', '-b', 'side');
  clone.write('y.dvc', pointerText('y', md5('2'), 1));
  await clone.commit();
  await clone.git('checkout', '-q', '-');
  clone.write('x.dvc', pointerText('x', md5('2'), 1));
  await clone.commit();
  await clone.git('merge', '-q', '--no-edit', 'side');
  const last = (await pointedChanges(clone)).at(-1);
  assert.equal(last, [`y: ${kind('1')} → ${kind('2')}`, `x: ${kind('1')} → ${kind('2')}`]);
});

test('a history that begins in the middle begins with what its first tree says', async ({ clone }) => {
  clone.write('x.dvc', pointerText('x', md5('1'), 1));
  const first = await clone.commit();
  clone.write('x.dvc', pointerText('x', md5('2'), 1));
  const tip = await clone.commit();
  const pointed = new PointedHistory(clone.repo, all);
  for await (const commit of readHistory(clone.repo, {
    tips: [tip],
    exclude: [first],
    order: 'oldest-first',
  })) {
    const lists = await pointed.changesOf(commit);
    assert.equal(lists.flat().filter(isPointed).map(words), [`x: ${kind('1')} → ${kind('2')}`]);
  }
  assert.is((await pointed.at(first, 'x'))?.id, kind('1'));
});

/** One thing that somebody does before a commit. */
const acts = fc.array(
  fc.record({
    file: fc.constantFrom('x.dvc', 'sub/x.dvc', 'y.dvc', 'dvc.lock', 'dvc.yaml', 'x', 'y', 'sub/x'),
    content: fc.constantFrom('1', '2', undefined),
  }),
  { minLength: 1, maxLength: 3 },
);

function perform(clone: WorkingClone, file: string, content: string | undefined): void {
  if (content === undefined) fs.rmSync(`${clone.path}/${file}`, { force: true });
  else clone.write(file, textOf(file, content));
}

function textOf(file: string, content: string): string {
  if (file === 'dvc.lock')
    return lockText(
      'make',
      new Map([
        ['x', content],
        ['y', content],
      ]),
    );
  if (file === 'dvc.yaml')
    return `stages:\n  make:\n    cmd: c\n    wdir: ${content === '1' ? '.' : 'sub'}\n`;
  if (!file.endsWith('.dvc')) return content;
  const name = file === 'sub/x.dvc' ? 'x' : file.replace(/\.dvc$/, '');
  return pointerText(name, md5(content), 1);
}

test('whatever happens, step by step it comes to what each tree says by itself', async ({ clone }) => {
  await clone.commit();
  const story = fc.array(acts, { minLength: 4, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(story, async (commits) => {
      for (const doings of commits) {
        for (const { file, content } of doings) perform(clone, file, content);
        await clone.git('add', '-A');
        await clone.git('commit', '-q', '--allow-empty', '-m', 'next');
      }
      const repo = await clone.reopen();
      const trees = new DvcTrees(repo);
      const pointed = new PointedHistory(repo, all);
      const tips = [await clone.git('rev-parse', 'HEAD')];
      for await (const commit of readHistory(repo, { tips, order: 'oldest-first' })) {
        const lists = await pointed.changesOf(commit);
        const plain = await trees.withOutputs(commit, ['']);
        const sorted = (list: readonly Change[] = []) => list.filter(isPointed).map(words).sort();
        assert.equal(lists.map(sorted), plain.changes.map(sorted));
      }
    }),
    { numRuns: 8 },
  );
});

test.run();
