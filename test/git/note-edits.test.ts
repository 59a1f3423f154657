import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { TreeEdit } from '../../src/git/fast-import.ts';
import type { NoteSource } from '../../src/git/note-edits.ts';
import { planAppend, unionOfLines } from '../../src/git/note-edits.ts';
import { findNote, notedObject } from '../../src/git/note-tree.ts';

/** A notes tree in memory: paths → blob text, served as tree objects. */
function treeOf(files: ReadonlyMap<string, string>): { source: NoteSource; root: string } {
  const objects = new Map<string, Buffer>();
  const store = (data: Buffer) => {
    const id = createHash('sha1').update(data).digest('hex');
    objects.set(id, data);
    return id;
  };
  const build = (prefix: string): string => {
    const below = [...files.keys()]
      .filter((name) => name.startsWith(prefix))
      .map((name) => name.slice(prefix.length));
    const names = [...new Set(below.map((name) => name.split('/')[0] ?? ''))].sort();
    const lines = names.map((name) => {
      const content = files.get(prefix + name);
      const id = content === undefined ? build(`${prefix}${name}/`) : store(Buffer.from(content));
      return Buffer.concat([
        Buffer.from(`${content === undefined ? '40000' : '100644'} ${name}\0`),
        Buffer.from(id, 'hex'),
      ]);
    });
    return store(Buffer.concat(lines));
  };
  const read = async (id: string) => objects.get(id) ?? Buffer.alloc(0);
  return { source: { idBytes: 20, read, readBlob: read }, root: build('') };
}

function applied(
  files: ReadonlyMap<string, string>,
  edits: readonly TreeEdit[],
  blobs: NoteSource,
): Promise<Map<string, string>> {
  return edits.reduce(
    async (before, edit) => {
      const after = await before;
      if (edit.kind === 'delete') after.delete(edit.path);
      else
        after.set(
          edit.path,
          edit.kind === 'write' ? edit.content.toString() : (await blobs.readBlob(edit.blob)).toString(),
        );
      return after;
    },
    Promise.resolve(new Map(files)),
  );
}

async function append(
  files: ReadonlyMap<string, string>,
  additions: ReadonlyMap<string, readonly string[]>,
): Promise<Map<string, string>> {
  const { source, root } = treeOf(files);
  return await applied(
    files,
    await planAppend(source, files.size === 0 ? undefined : root, additions),
    source,
  );
}

function idOf(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}

/** Object → lines, wherever they lie. */
function noted(files: ReadonlyMap<string, string>): Map<string, string[]> {
  const notes = new Map<string, string[]>();
  for (const [path, content] of files) {
    const object = notedObject(path, 40);
    if (object !== undefined)
      notes.set(object, [...(notes.get(object) ?? []), ...content.split('\n').filter((line) => line !== '')]);
  }
  return notes;
}

test('lines are united, sorted by their bytes, each once and ended', () => {
  const union = (contents: string[], lines: string[]) =>
    unionOfLines(
      contents.map((text) => Buffer.from(text)),
      lines,
    ).toString();
  assert.is(union(['b\na\n', 'b\nno end'], ['c', 'a']), 'a\nb\nc\nno end\n');
  assert.is(union([], ['\u{1f419}', '\uffff', 'z']), 'z\n\uffff\n\u{1f419}\n');
  assert.is(union(['\n\na\n\n'], []), 'a\n');
  const foreign = Buffer.from([0xff, 0x0a, 0x80, 0x0d, 0x0a]);
  assert.equal(unionOfLines([foreign], []), Buffer.from([0x80, 0x0d, 0x0a, 0xff, 0x0a]));
});

test('a first note lies flat, a second beside it, a second line in the same note', async () => {
  const [a, b] = [idOf('a'), idOf('b')];
  const one = await append(new Map(), new Map([[a, ['x']]]));
  assert.equal(one, new Map([[a, 'x\n']]));
  const two = await append(one, new Map([[b, ['y']]]));
  assert.equal(
    two,
    new Map([
      [a, 'x\n'],
      [b, 'y\n'],
    ]),
  );
  assert.is((await append(two, new Map([[a, ['w', 'x']]]))).get(a), 'w\nx\n');
});

test('what is there already changes nothing', async () => {
  const a = idOf('a');
  const { source, root } = treeOf(new Map([[a, 'x\ny\n']]));
  assert.equal(await planAppend(source, root, new Map([[a, ['y']]])), []);
  assert.equal(await planAppend(source, root, new Map([[a, []]])), []);
  assert.equal(await planAppend(source, root, new Map()), []);
});

test('a note keeps the fan-out that the tree has', async () => {
  const [a, b] = [idOf('a'), idOf('b')];
  const fanned = new Map([[`${a.slice(0, 2)}/${a.slice(2, 4)}/${a.slice(4)}`, 'x\n']]);
  assert.equal([...(await append(fanned, new Map([[a, ['y']]]))).keys()], [...fanned.keys()]);
  const both = await append(fanned, new Map([[b, ['y']]]));
  assert.ok(both.has(`${b.slice(0, 2)}/${b.slice(2)}`));
});

test('the same object at two fan-outs ends in one place, with the lines of both', async () => {
  const a = idOf('a');
  const [flat, fanned] = [a, `${a.slice(0, 2)}/${a.slice(2)}`];
  const merged = await append(
    new Map([
      [flat, 'x\n'],
      [fanned, 'y\n'],
    ]),
    new Map([[a, ['z']]]),
  );
  assert.equal(merged, new Map([[fanned, 'x\ny\nz\n']]));
});

test('entries that are no notes stay as they are', async () => {
  const a = idOf('a');
  const foreign = new Map([
    ['README', 'read me\n'],
    ['abc', 'short\n'],
    ['ab/README', 'below a level\n'],
    [`${a}x`, 'longer\n'],
    [a.toUpperCase().replace(/[0-9]/g, 'A'), 'upper case\n'],
    ['zz/yy', 'no digits\n'],
  ]);
  const result = await append(foreign, new Map([[a, ['x']]]));
  for (const [path, content] of foreign) assert.is(result.get(path), content, path);
  assert.equal(noted(result), new Map([[a, ['x']]]));
});

test('a level that grows too full is moved one level down, whole, and once', async () => {
  const files = new Map(Array.from({ length: 128 }, (_, i) => [idOf(`n${i}`), `line ${i}\n`]));
  const grown = await append(
    files,
    new Map([
      [idOf('one more'), ['x']],
      [idOf('n7'), ['also']],
    ]),
  );
  assert.is(noted(grown).size, 129);
  assert.equal(noted(grown).get(idOf('n7')), ['also', 'line 7']);
  assert.ok([...grown.keys()].every((path) => path[2] === '/'));
  const { source, root } = treeOf(grown);
  const next = await planAppend(source, root, new Map([[idOf('and another'), ['y']]]));
  assert.is(next.length, 1);
});

test('thousands of notes at once get the levels they need', async () => {
  const additions = new Map(Array.from({ length: 2000 }, (_, i) => [idOf(`n${i}`), [`line ${i}`]] as const));
  const files = await append(new Map(), additions);
  assert.equal(noted(files), new Map([...additions].map(([id, lines]) => [id, [...lines]])));
  const widest = new Map<string, number>();
  for (const path of files.keys())
    widest.set(
      path.slice(0, path.lastIndexOf('/')),
      (widest.get(path.slice(0, path.lastIndexOf('/'))) ?? 0) + 1,
    );
  assert.ok(Math.max(...widest.values()) <= 128);
});

test('a hostile tree of all possible levels ends the walk', async () => {
  const a = idOf('a');
  const deep = (a.match(/../g) ?? []).join('/');
  const { source, root } = treeOf(
    new Map([
      [deep, 'deep\n'],
      [`${deep}0`, 'no note\n'],
    ]),
  );
  const [blob] = await findNote(source, root, a);
  assert.is((await source.readBlob(blob ?? '')).toString(), 'deep\n');
  const below = treeOf(new Map([[`${deep}/00`, 'below the last digit\n']]));
  assert.equal(await findNote(below.source, below.root, a), []);
  const edits = await planAppend(below.source, below.root, new Map([[a, ['x']]]));
  assert.is(edits.length, 1);
  assert.is(notedObject(edits[0]?.path ?? '', 40), a);
});

test('whatever lies where, an append loses no line, invents none and leaves one place an object', async () => {
  const names = ['aa00', 'aa01', 'aabb', 'bb00', 'ccdd'].map((stem) => stem.padEnd(40, '0'));
  const place = fc.record({
    name: fc.constantFrom(...names),
    levels: fc.integer({ min: 0, max: 3 }),
    lines: fc.array(fc.constantFrom('p', 'q', 'r'), { minLength: 1 }),
  });
  const pathOf = (name: string, levels: number) =>
    [...Array.from({ length: levels }, (_, i) => name.slice(2 * i, 2 * i + 2)), name.slice(2 * levels)].join(
      '/',
    );
  await fc.assert(
    fc.asyncProperty(
      fc.array(place, { maxLength: 8 }),
      fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 }),
      async (places, wanted) => {
        const files = new Map(
          places.map(({ name, levels, lines }) => [pathOf(name, levels), `${lines.join('\n')}\n`]),
        );
        const after = await append(files, new Map(wanted.map((name) => [name, ['new']])));
        const before = noted(files);
        for (const name of names) {
          const expected = new Set([...(before.get(name) ?? []), ...(wanted.includes(name) ? ['new'] : [])]);
          assert.equal(new Set(noted(after).get(name) ?? []), expected);
          const paths = [...after.keys()].filter((path) => notedObject(path, 40) === name);
          if (wanted.includes(name)) assert.is(paths.length, 1);
        }
      },
    ),
  );
});

test.run();
