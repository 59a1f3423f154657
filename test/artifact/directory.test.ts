import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ArtifactError } from '../../src/artifact/artifact-error.ts';
import { directoryArtifacts, isBelow } from '../../src/artifact/directory.ts';
import type { Artifact } from '../../src/artifact/kind.ts';
import { sha256Hex } from '../../src/intoto/digest.ts';

const file = (content: string): Artifact => ({ kind: 'file', digest: sha256Hex(content) });
const link = (target: string): Artifact => ({ kind: 'symlink', digest: sha256Hex(target) });
const submodule: Artifact = { kind: 'submodule', digest: 'c'.repeat(40) };
const lfs = (content: string): Artifact => ({ kind: 'lfs', digest: sha256Hex(content) });
const digestOf = (files: Iterable<readonly [string, Artifact]>, directory = 'data') =>
  directoryArtifacts(new Map(files), [directory]).get(`dir:${directory}`);

test('below means below, not merely beginning alike', () => {
  assert.ok(isBelow('data', 'data/a'));
  assert.ok(isBelow('data', 'data/a/b'));
  assert.not.ok(isBelow('data', 'data'));
  assert.not.ok(isBelow('data', 'data2/a'));
  assert.ok(isBelow('', 'anything'));
});

test('a directory has one digest over the lines of sha256sum, names relative to it', () => {
  const lines = `${sha256Hex('one')}  a.csv\n${sha256Hex('two')}  sub/b.csv\n`;
  const found = digestOf([
    ['data/sub/b.csv', file('two')],
    ['data/a.csv', file('one')],
    ['model/m', file('not below')],
  ]);
  assert.equal(found, { kind: 'file', digest: sha256Hex(lines) });
});

test('each directory asked for has its own, one may lie in another, and an empty one does not exist', () => {
  const files = new Map([
    ['data/raw/a', file('a')],
    ['data/b', file('b')],
  ]);
  const listing = directoryArtifacts(files, ['data', 'data/raw', 'none']);
  assert.equal([...listing.keys()], ['dir:data', 'dir:data/raw']);
  assert.is(listing.get('dir:data/raw')?.digest, sha256Hex(`${sha256Hex('a')}  a\n`));
});

test('whatever changes below changes the digest: content, a name, one file more, one less', () => {
  const honest = digestOf([
    ['data/a', file('1')],
    ['data/b', file('2')],
  ]);
  const others = [
    digestOf([
      ['data/a', file('1')],
      ['data/b', file('3')],
    ]),
    digestOf([
      ['data/a', file('1')],
      ['data/c', file('2')],
    ]),
    digestOf([['data/a', file('1')]]),
    digestOf([
      ['data/a', file('1')],
      ['data/b', file('2')],
      ['data/c', file('')],
    ]),
  ];
  for (const other of others) assert.not.equal(other, honest);
});

test('a file below exchanged for a link that reads the same shows in kind and digest', () => {
  const honest = digestOf([['data/a', file('../../etc/passwd')]]);
  const attacked = digestOf([['data/a', link('../../etc/passwd')]]);
  assert.is(honest?.kind, 'file');
  assert.is(attacked?.kind, 'symlink');
  assert.is.not(attacked?.digest, honest?.digest);
});

test('beside a link that was there before, a file exchanged for a link still changes the digest', () => {
  const before = digestOf([
    ['data/a', file('x')],
    ['data/link', link('y')],
  ]);
  const after = digestOf([
    ['data/a', link('x')],
    ['data/link', link('y')],
  ]);
  assert.is(before?.kind, 'symlink');
  assert.is.not(after?.digest, before?.digest);
});

test('a git-lfs pointer stands for its content: moving a directory to git-lfs changes nothing', () => {
  assert.equal(digestOf([['data/a', lfs('big')]]), digestOf([['data/a', file('big')]]));
});

test('a submodule below has no content here: an error that names it', () => {
  assert.throws(
    () => digestOf([['data/vendor', submodule]]),
    (error: ArtifactError) =>
      error.failure === 'no-content' &&
      error.path === 'data/vendor' &&
      error.message.startsWith("dir:data: expected files, found the submodule 'data/vendor'"),
  );
});

test('a line feed in a name below would make one file look like two: an error that names it', () => {
  const name = `data/a\n${sha256Hex('2')}  b`;
  assert.throws(
    () => digestOf([[name, file('1')]]),
    (error: ArtifactError) => error.failure === 'invalid-name' && error.path === name,
  );
  assert.is(digestOf([['elsewhere/a\nb', file('1')]]), undefined, 'only below the directory');
});

test.run();
