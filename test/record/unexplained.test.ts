import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Artifact } from '../../src/artifact/kind.ts';
import type { StepView } from '../../src/record/compose.ts';
import type { StepPatterns } from '../../src/record/patterns.ts';
import { blame, inheritedFiles, unexplainedFiles } from '../../src/record/unexplained.ts';
import { artifact, files, patternsOf } from '../support/listings.ts';
import { makeClone } from '../support/working-clone.ts';

const prepare = patternsOf({ products: ['ALLOW data/*'] });
const pack = patternsOf({ products: ['ALLOW dir:dist'] });

function view(own: Record<string, string>, ...parents: Record<string, string>[]): StepView {
  return { own: files(own), parents: parents.map(files), deleted: new Set() };
}

function unexplained(patterns: StepPatterns, seen: StepView, known: readonly [string, Artifact][] = []) {
  const explained = (name: string, { kind, digest }: Artifact) =>
    known.some(([each, one]) => each === name && one.kind === kind && one.digest === digest);
  return unexplainedFiles(patterns.products.fold(seen.own), patterns, seen, explained);
}

test('what the commit brought itself needs no explanation, what was there before does', () => {
  const seen = view(
    { 'data/new': 'n', 'data/changed': '2', 'data/old': 'o' },
    { 'data/changed': '1', 'data/old': 'o' },
  );
  assert.equal(unexplained(prepare, seen), ['data/old']);
  assert.equal(unexplained(prepare, seen, [['data/old', artifact('o')]]), []);
});

test('an explanation of another content, or of another kind, is none', () => {
  const seen = view({ 'data/old': 'o' }, { 'data/old': 'o' });
  assert.equal(unexplained(prepare, seen, [['data/old', artifact('good')]]), ['data/old']);
  assert.equal(unexplained(prepare, seen, [['data/old', artifact('lfs o')]]), ['data/old']);
});

test('at a merge, what came with either side needs an explanation, what the merge made of both does not', () => {
  const seen = view(
    { 'data/mine': 'm', 'data/theirs': 't', 'data/both': 'mixed' },
    { 'data/mine': 'm', 'data/both': '1' },
    { 'data/theirs': 't', 'data/both': '2' },
  );
  assert.equal(unexplained(prepare, seen), ['data/mine', 'data/theirs']);
});

test('settling a conflict for their side is not making their content', () => {
  const seen = view({ 'data/a': 'poison' }, { 'data/a': 'mine' }, { 'data/a': 'poison' });
  assert.equal(unexplained(prepare, seen), ['data/a']);
});

test('a root commit has brought everything', () => {
  assert.equal(unexplained(prepare, view({ 'data/a': '1' })), []);
});

test('a file that is no product of the step is none of its business', () => {
  assert.equal(unexplained(prepare, view({ 'data/new': 'n', 'raw/poison': 'p' }, { 'raw/poison': 'p' })), []);
});

test('the unchanged rest of a directory is explained by the directory as it was', () => {
  const parent = { 'dist/a': '1', 'dist/b': '2' };
  const seen = view({ ...parent, 'dist/c': '3' }, parent);
  assert.equal(unexplained(pack, seen), ['dist/a', 'dist/b']);
  const before = pack.products.fold(files(parent)).get('dir:dist');
  assert.equal(unexplained(pack, seen, before && [['dir:dist', before]]), []);
  const poisoned = view({ ...parent, 'dist/b': 'poison', 'dist/c': '3' }, { ...parent, 'dist/b': 'poison' });
  assert.equal(unexplained(pack, poisoned, before && [['dir:dist', before]]), ['dist/a', 'dist/b']);
});

test('files of a directory may also be explained one by one, as owners endorse them', () => {
  const parent = { 'dist/a': '1' };
  const seen = view({ ...parent, 'dist/c': '3' }, parent);
  assert.equal(unexplained(pack, seen, [['dist/a', artifact('1')]]), []);
});

test('only products that some parent has are inherited', () => {
  const seen = view({ 'data/new': 'n', 'data/old': 'o' }, { 'data/old': 'o' });
  const products = prepare.products.fold(seen.own);
  assert.equal(
    inheritedFiles(products, prepare, seen).map(([path]) => path),
    ['data/old'],
  );
  products.delete('data/old');
  assert.equal(inheritedFiles(products, prepare, seen), []);
});

test('blame names the commit that brought the content, not the merge that carried it', async () => {
  const clone = await makeClone();
  clone.write('data/a', '1');
  await clone.commit('first');
  await clone.git('checkout', '-q', '-b', 'side');
  clone.write('data/a', 'poison');
  await clone.git('add', '-A');
  await clone.git('commit', '-q', '-m', 'poison', '--author', 'Mallory <m@example.org>');
  const poison = await clone.git('rev-parse', 'HEAD');
  await clone.git('checkout', '-q', 'main');
  clone.write('README.md', 'x');
  await clone.commit('meanwhile');
  await clone.git('merge', '-q', '--no-edit', 'side');
  const tip = await clone.git('rev-parse', 'HEAD');
  assert.equal(await blame(clone.repo, [tip], 'data/a'), {
    commit: poison,
    author: 'Mallory <m@example.org>',
  });
  assert.is(await blame(clone.repo, [tip], 'data/never'), undefined);
  await clone.cleanup();
});

test.run();
