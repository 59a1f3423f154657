import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { doneIn, FileAnswer, makeBatch, SHA256_DIGITS, workOn } from '../../src/artifact/blob-batch.ts';
import { proveBlobs } from '../../src/artifact/prove-blobs.ts';
import { sha256Hex } from '../../src/intoto/digest.ts';
import { noProgress } from '../../src/progress.ts';
import { makeScratch } from '../support/scratch.ts';

const { different, large, file, lfs } = FileAnswer;

function blobId(content: string | Buffer, format: 'sha1' | 'sha256' = 'sha1'): string {
  return createHash(format)
    .update(`blob ${Buffer.byteLength(content)}\0`)
    .update(content)
    .digest('hex');
}

function answersOf(batch: ReturnType<typeof makeBatch>) {
  const digests = Buffer.from(batch.digests).toString('latin1');
  return [...new Uint8Array(batch.answers)].map((answer, at) => ({
    answer,
    digest: digests.slice(at * SHA256_DIGITS, (at + 1) * SHA256_DIGITS),
  }));
}

for (const format of ['sha1', 'sha256'] as const) {
  test(`only a file that holds the very blob has a digest (${format})`, async () => {
    const scratch = makeScratch();
    const oid = 'c'.repeat(64);
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 3\n`;
    const contents = new Map<string, string>([
      ['plain', 'plain'],
      ['dir/ä', 'below'],
      ['empty', ''],
      ['pointer', pointer],
      ['like a pointer', `${pointer}x`],
      ['changed', 'as it was'],
      ['gone', 'gone'],
      ['link', 'plain'],
      ['fifo', 'x'],
      ['directory', ''],
      ['large', 'x'.repeat(2 ** 20)],
    ]);
    fs.mkdirSync(path.join(scratch.path, 'dir'));
    for (const name of ['plain', 'dir/ä', 'empty', 'pointer', 'like a pointer', 'large'])
      fs.writeFileSync(path.join(scratch.path, name), contents.get(name) ?? '');
    fs.writeFileSync(path.join(scratch.path, 'changed'), 'as it is!');
    fs.symlinkSync('plain', path.join(scratch.path, 'link'));
    fs.mkdirSync(path.join(scratch.path, 'directory'));
    execFileSync('mkfifo', [path.join(scratch.path, 'fifo')]);
    const names = [...contents.keys()];
    const ids = [...contents.values()].map((content) => blobId(content, format));
    const batch = makeBatch(`${scratch.path}/`, names, ids, format);
    await proveBlobs(batch, names.length, noProgress);
    const found = new Map(answersOf(batch).map((answer, at) => [names[at], answer]));
    for (const name of ['plain', 'dir/ä', 'empty', 'like a pointer'])
      assert.equal(found.get(name), { answer: file, digest: sha256Hex(contents.get(name) ?? '') }, name);
    assert.equal(found.get('pointer'), { answer: lfs, digest: oid });
    assert.is(found.get('large')?.answer, large);
    for (const name of ['changed', 'gone', 'link', 'fifo', 'directory'])
      assert.is(found.get(name)?.answer, different, name);
    scratch.cleanup();
  });
}

test('threads and the one that started them do each file once', async () => {
  const scratch = makeScratch();
  const names = Array.from({ length: 9000 }, (_, at) => `${at}`);
  for (const name of names) fs.writeFileSync(path.join(scratch.path, name), name);
  let threads = 0;
  const count = () => {
    threads += 1;
  };
  process.on('worker', count);
  const ids = names.map((name) => blobId(name === '77' ? 'another' : name));
  const batch = makeBatch(`${scratch.path}/`, names, ids, 'sha1');
  const told: number[] = [];
  await proveBlobs(batch, names.length, (_unit, done) => told.push(done));
  process.off('worker', count);
  assert.is(threads, Math.min(os.availableParallelism(), 3) - 1);
  assert.is(doneIn(batch), names.length);
  assert.is(told.at(-1), names.length);
  for (const [at, { answer, digest }] of answersOf(batch).entries()) {
    if (names[at] === '77') assert.is(answer, different);
    else assert.equal({ answer, digest }, { answer: file, digest: sha256Hex(names[at] ?? '') });
  }
  scratch.cleanup();
});

test('what another thread has begun with is left to it', () => {
  const scratch = makeScratch();
  const names = Array.from({ length: 300 }, (_, at) => `${at}`);
  const batch = makeBatch(
    `${scratch.path}/`,
    names,
    names.map((name) => blobId(name)),
    'sha1',
  );
  const other = workOn(batch);
  other.next();
  const before = doneIn(batch);
  const own = [...workOn(batch)];
  assert.ok(before > 0);
  assert.ok(own.length > 0);
  assert.is(doneIn(batch), names.length);
  assert.is(other.next().done, true);
  assert.is(doneIn(batch), names.length);
  scratch.cleanup();
});

test.run();
