import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseLfsPointer, resemblesLfsPointer } from '../../src/artifact/lfs.ts';
import { sha256Hex } from '../../src/intoto/digest.ts';
import { makeClone } from '../support/working-clone.ts';

const oid = '4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393';
const pointer = (lines: readonly string[]) => Buffer.from(lines.map((line) => `${line}\n`).join(''));
const version = 'version https://git-lfs.github.com/spec/v1';
const good = [version, `oid sha256:${oid}`, 'size 12345'];

test('the pointer that git-lfs itself writes is read', async () => {
  const clone = await makeClone();
  const content = 'a model of some kind\n';
  const { stdoutBytes } = await clone.person.git(['lfs', 'clean'], { input: content, cwd: clone.path });
  assert.equal(parseLfsPointer(stdoutBytes), { oid: sha256Hex(content), size: BigInt(content.length) });
  await clone.cleanup();
});

test('the example of the specification is read, and a size beyond 2^53 survives', () => {
  assert.equal(parseLfsPointer(pointer(good)), { oid, size: 12345n });
  const huge = pointer([version, `oid sha256:${oid}`, 'size 9007199254740993']);
  assert.is(parseLfsPointer(huge)?.size, 9007199254740993n);
});

const spellings: readonly (readonly [string, Buffer])[] = [
  ['the pre-release version', pointer(['version https://hawser.github.com/spec/v1', ...good.slice(1)])],
  ['an extension line', pointer([version, `ext-0-foo sha256:${oid}`, ...good.slice(1)])],
  ['other order', pointer([version, 'size 12345', `oid sha256:${oid}`])],
  ['an upper-case oid', pointer([version, `oid sha256:${oid.toUpperCase()}`, 'size 12345'])],
  ['a short oid', pointer([version, `oid sha256:${oid.slice(1)}`, 'size 12345'])],
  ['another hash', pointer([version, `oid sha512:${oid}`, 'size 12345'])],
  ['carriage returns', Buffer.from(good.map((line) => `${line}\r\n`).join(''))],
  ['no line feed at the end', pointer(good).subarray(0, -1)],
  ['an empty line at the end', pointer([...good, ''])],
  ['something after it', pointer([...good, 'x-foo 1'])],
  ['a leading zero', pointer([version, `oid sha256:${oid}`, 'size 012345'])],
  ['a negative size', pointer([version, `oid sha256:${oid}`, 'size -1'])],
  ['two spaces', pointer([version, `oid  sha256:${oid}`, 'size 12345'])],
  ['a byte order mark', Buffer.concat([Buffer.from('\ufeff'), pointer(good)])],
  ['nothing', Buffer.alloc(0)],
];

for (const [what, bytes] of spellings) {
  test(`a pointer with ${what} is none: git-lfs and we must not read it differently`, () => {
    assert.is(parseLfsPointer(bytes), undefined);
  });
}

test('a pointer of size 0 is none, since git-lfs checks it out as an empty file whatever its oid says', async () => {
  const clone = await makeClone();
  const bytes = pointer([version, `oid sha256:${oid}`, 'size 0']);
  const { stdoutBytes } = await clone.person.git(['lfs', 'smudge'], { input: bytes, cwd: clone.path });
  assert.is(stdoutBytes.length, 0, 'what git-lfs makes of it');
  assert.is(parseLfsPointer(bytes), undefined);
  await clone.cleanup();
});

test('what begins like a pointer and is small resembles one', () => {
  assert.ok(resemblesLfsPointer(pointer(['version https://hawser.github.com/spec/v1', ...good.slice(1)])));
  assert.not.ok(resemblesLfsPointer(Buffer.from('versions of things\n')));
  assert.not.ok(resemblesLfsPointer(Buffer.from(`version ${'x'.repeat(2000)}`)));
});

test.run();
