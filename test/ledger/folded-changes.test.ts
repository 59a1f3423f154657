import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sha256Hex } from '../../src/intoto/digest.ts';
import type { PathChange } from '../../src/ledger/binding.ts';
import { foldChanges } from '../../src/ledger/folded-changes.ts';

const [a, b, c] = ['a', 'b', 'c'].map((text) => sha256Hex(text));

function changes(
  entries: Readonly<Record<string, readonly [string | null | undefined, string | null | undefined]>>,
) {
  const list = Object.entries(entries).map(([path, [before = null, after = null]]): [string, PathChange] => [
    path,
    { before, after },
  ]);
  return new Map(list);
}

const honest = { 'data/1': [a, b], 'data/deep/2': [null, c], 'note.txt': [a, c] } as const;

test('without recorded directories the changes stay as they are', () => {
  const changed = changes(honest);
  assert.is(foldChanges(changed, []), changed);
});

test('what changed below a recorded directory is one entry, whatever else changed', () => {
  const folded = foldChanges(changes(honest), ['data', 'weights']);
  assert.equal([...folded.keys()], ['note.txt', 'dir:data']);
  assert.equal(folded.get('note.txt'), { before: a, after: c });
  assert.equal(folded.get('dir:data'), {
    before: sha256Hex(`"1" ${a}\n`),
    after: sha256Hex(`"1" ${b}\n"deep/2" ${c}\n`),
  });
});

test('the order in which changes come does not matter', () => {
  const backwards = new Map([...changes(honest)].reverse());
  assert.equal(
    foldChanges(backwards, ['data']).get('dir:data'),
    foldChanges(changes(honest), ['data']).get('dir:data'),
  );
});

test('a directory that appears or goes as a whole has nothing on the other side', () => {
  assert.is(foldChanges(changes({ 'data/1': [null, b] }), ['data']).get('dir:data')?.before, null);
  assert.is(foldChanges(changes({ 'data/1': [a, null] }), ['data']).get('dir:data')?.after, null);
});

test('any other change is another entry: a digest, a name, a file more or less, a file moved', () => {
  const entryOf = (entries: Parameters<typeof changes>[0]) =>
    JSON.stringify(foldChanges(changes(entries), ['data']).get('dir:data'));
  const other = [
    { ...honest, 'data/1': [a, c] },
    { ...honest, 'data/1': [b, b] },
    { ...honest, 'data/3': [null, a] },
    { 'data/deep/2': [null, c] },
    { 'data/2': [a, b], 'data/deep/2': [null, c] },
    { 'data/1': [a, b], 'data/2': [null, c] },
    { 'data/1 x': [a, b], 'data/deep/2': [null, c] },
    { [`data/1" ${b}\n"x`]: [a, b], 'data/deep/2': [null, c] },
  ] as const;
  const all = [honest, ...other].map((entries) => entryOf(entries as Parameters<typeof changes>[0]));
  assert.is(new Set(all).size, all.length);
});

test('the top of the repository is a directory, too', () => {
  assert.equal([...foldChanges(changes(honest), ['']).keys()], ['dir:']);
});

test('a name that only begins like the directory stays by itself', () => {
  assert.equal(
    [...foldChanges(changes({ database: [a, b], 'data.csv': [a, b] }), ['data']).keys()],
    ['database', 'data.csv'],
  );
});

test('two lists of changes fold alike only if they are alike', () => {
  const path = fc.constantFrom('data/1', 'data/2', 'data/1/2', 'data/\u{10fffd}', 'data/\uffff', 'other');
  const digest = fc.constantFrom(a, b, null);
  const list = fc.dictionary(
    path,
    fc.tuple(digest, digest).filter(([before, after]) => before !== after),
  );
  const text = (map: ReadonlyMap<string, PathChange>) => JSON.stringify([...map].sort());
  fc.assert(
    fc.property(list, list, (one, other) => {
      const [first, second] = [changes(one), changes(other)];
      assert.is(
        text(foldChanges(first, ['data'])) === text(foldChanges(second, ['data'])),
        text(first) === text(second),
      );
    }),
  );
});

test.run();
