import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FileHasher } from '../../src/artifact/hash-file.ts';
import { sha256Hex } from '../../src/intoto/digest.ts';
import { failure } from '../support/failure.ts';
import { makeScratch } from '../support/scratch.ts';
import { makeClone } from '../support/working-clone.ts';

const MIB = 1024 * 1024;
/** Around the size of the buffer is where a loop goes wrong. */
const sizes = [0, 1, 1023, 1024, MIB - 1, MIB, MIB + 1, 3 * MIB];

for (const objectFormat of ['sha1', 'sha256'] as const) {
  test(`sha256 and ${objectFormat} blob id are those of sha256sum and git, for files of any size`, async () => {
    const clone = await makeClone({ objectFormat });
    const hasher = new FileHasher();
    for (const size of sizes) {
      const content = Buffer.alloc(size, 'abcdefg');
      clone.write('file', content);
      const found = hasher.hashFile(`${clone.path}/file`, objectFormat);
      assert.is(found.sha256, sha256Hex(content));
      assert.is(found.blobId, await clone.git('hash-object', 'file'));
      assert.is(found.size, size);
    }
    await clone.cleanup();
  });
}

test('the blob id is made only where it is asked for', () => {
  const scratch = makeScratch();
  assert.is(new FileHasher().hashFile(scratch.write('file', 'x')).blobId, undefined);
  scratch.cleanup();
});

test('a carriage return is seen wherever it stands', () => {
  const scratch = makeScratch();
  const hasher = new FileHasher();
  for (const at of [0, MIB - 1, MIB, 2 * MIB - 1]) {
    const content = Buffer.alloc(2 * MIB, 'x');
    assert.not(hasher.hashFile(scratch.write('file', content)).hasCarriageReturn);
    content[at] = 0x0d;
    assert.ok(hasher.hashFile(scratch.write('file', content)).hasCarriageReturn);
  }
  scratch.cleanup();
});

test('a git-lfs pointer is recognised in passing, a large file is none', () => {
  const scratch = makeScratch();
  const oid = 'a'.repeat(64);
  const text = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 1\n`;
  const hasher = new FileHasher();
  assert.is(hasher.hashFile(scratch.write('pointer', text)).pointer?.oid, oid);
  const large = hasher.hashFile(scratch.write('large', text + 'x'.repeat(2 * MIB)));
  assert.is(large.pointer, undefined);
  assert.not(large.resemblesPointer);
  scratch.cleanup();
});

test('a file that is gone is undefined, one that cannot be read is an error, a link is not followed', async () => {
  const scratch = makeScratch();
  const hasher = new FileHasher();
  assert.is(await hasher.hashIfThere(`${scratch.path}/none`), undefined);
  assert.match((await failure(hasher.hashIfThere(scratch.path))).message, /EISDIR/);
  scratch.write('target', 'secret');
  fs.symlinkSync('target', `${scratch.path}/link`);
  assert.match((await failure(hasher.hashIfThere(`${scratch.path}/link`))).message, /ELOOP/);
  scratch.cleanup();
});

test('both ways of hashing say the same, and the patient one tells of a large file how far it is', async () => {
  const scratch = makeScratch();
  const told: (readonly unknown[])[] = [];
  const hasher = new FileHasher((...report) => told.push(report));
  for (const size of sizes) {
    const file = scratch.write('file', Buffer.alloc(size, 'abcdefg'));
    assert.equal(await hasher.hashIfThere(file, 'sha1'), hasher.hashFile(file, 'sha1'));
  }
  assert.equal(told.at(-1), ['bytes', 3 * MIB, 3 * MIB]);
  scratch.cleanup();
});

test.run();
