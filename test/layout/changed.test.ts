import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type CommitView, changedPaths, type PathDifference } from '../../src/layout/changed.ts';

const everything = () => true;
const nothing = () => false;

function view(parts: Partial<CommitView<string>>): CommitView<string> {
  return {
    isControlled: everything,
    parents: [],
    listing: () => [],
    bases: () => [],
    same: (one, other) => one === other,
    ...parts,
  };
}

function parent(differences: readonly PathDifference<string>[], isControlled = everything) {
  return { isControlled, differences };
}

function difference(
  path: string,
  before: string | undefined,
  after: string | undefined,
): PathDifference<string> {
  return { path, before, after };
}

function paths(commit: CommitView<string>): string[] {
  return [...changedPaths(commit).keys()].sort();
}

test('a root commit changed everything it holds', () => {
  assert.equal(paths(view({ listing: () => [['a', '1']] })), ['a']);
});

test('a commit changed what differs from its parent, deletions included', () => {
  const commit = view({ parents: [parent([difference('a', '1', '2'), difference('b', '1', undefined)])] });
  assert.equal(paths(commit), ['a', 'b']);
});

test('what is equal in content is not changed, whatever git says about its mode', () => {
  assert.equal(paths(view({ parents: [parent([difference('a', '1', '1')])] })), []);
});

test('paths that the layout does not control are nobody’s business', () => {
  assert.equal(paths(view({ isControlled: nothing, parents: [parent([difference('a', '1', '2')])] })), []);
});

test('a path that just became controlled counts as added', () => {
  const commit = view({ parents: [parent([], nothing)], listing: () => [['a', '1']] });
  assert.equal(paths(commit), ['a']);
});

test('a path that was controlled before and has not changed needs nothing under a new layout', () => {
  const commit = view({ parents: [parent([])], listing: () => [['a', '1']] });
  assert.equal(paths(commit), []);
});

test('a merge that takes the side that changed needs nothing', () => {
  const commit = view({ parents: [parent([]), parent([difference('a', '1', '2')])], bases: () => ['1'] });
  assert.equal(paths(commit), []);
});

test('a merge in which the side that did not change wins brings an old state back', () => {
  const commit = view({ parents: [parent([]), parent([difference('a', '2', '1')])], bases: () => ['1'] });
  assert.equal(paths(commit), ['a']);
});

test('a merge with content that neither parent has changed it', () => {
  const commit = view({
    parents: [parent([difference('a', '1', '3')]), parent([difference('a', '2', '3')])],
  });
  assert.equal(paths(commit), ['a']);
});

test('after a criss-cross the losing side must equal every merge base', () => {
  const commit = view({
    parents: [parent([]), parent([difference('a', '1', '2')])],
    bases: () => ['1', '0'],
  });
  assert.equal(paths(commit), ['a']);
});

test('merging an unrelated history brings its controlled files in as added', () => {
  const theirs = parent([], nothing);
  const ours = parent([difference('a', undefined, '1')]);
  assert.equal(paths(view({ parents: [ours, theirs] })), ['a']);
});

test('unrelated histories part from the empty tree: what only our side has needs nothing', () => {
  const theirs = parent([difference('a', undefined, '1')], nothing);
  assert.equal(paths(view({ parents: [parent([]), theirs] })), []);
});

test('a side under no layout explains nothing', () => {
  const ours = parent([difference('a', '1', '2')]);
  const fork = parent([], nothing);
  assert.equal(paths(view({ parents: [ours, fork], bases: () => ['1'] })), ['a']);
});

test('before and after are told against the first parent', () => {
  const commit = view({
    parents: [parent([difference('a', '1', '3')]), parent([difference('a', '2', '3')])],
  });
  assert.equal(changedPaths(commit).get('a'), { path: 'a', before: '1', after: '3' });
});

test.run();
