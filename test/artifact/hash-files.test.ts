import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { FileHash } from '../../src/artifact/hash-file.ts';
import { FileHasher } from '../../src/artifact/hash-file.ts';
import { hashFiles } from '../../src/artifact/hash-files.ts';
import { noProgress } from '../../src/progress.ts';

const MIB = 2 ** 20;

function makeFiles(sizes: Readonly<Record<string, number>>): string {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'mlchain-'));
  for (const [name, size] of Object.entries(sizes)) {
    fs.writeFileSync(path.join(root, name), name);
    fs.truncateSync(path.join(root, name), size);
  }
  return root;
}

async function hashesIn(root: string, names: readonly string[]): Promise<Map<string, FileHash | undefined>> {
  const found = new Map<string, FileHash | undefined>();
  await hashFiles(root, names, noProgress, (name, hash) => found.set(name, hash), 'sha1');
  return found;
}

/** How many threads are started meanwhile. */
async function threadsFor(work: () => Promise<unknown>): Promise<number> {
  let threads = 0;
  const count = () => {
    threads += 1;
  };
  process.on('worker', count);
  await work();
  process.off('worker', count);
  return threads;
}

test('large files are hashed in threads, and come out as one by one', async () => {
  const sizes = { small: 10, empty: 0, one: 40 * MIB, two: 40 * MIB + 1, buffer: MIB };
  const root = makeFiles(sizes);
  const names = Object.keys(sizes);
  let found = new Map<string, FileHash | undefined>();
  const threads = await threadsFor(async () => {
    found = await hashesIn(root, [...names, 'gone']);
  });
  assert.is(threads, Math.min(os.availableParallelism(), 3));
  const hasher = new FileHasher();
  for (const name of names)
    assert.equal(found.get(name), hasher.hashFile(path.join(root, name), 'sha1'), name);
  assert.ok(found.has('gone'));
  assert.is(found.get('gone'), undefined);
  fs.rmSync(root, { recursive: true });
});

test('no thread is started for what is hashed sooner than a thread is there', async () => {
  const root = makeFiles({ one: 2 * MIB, two: 2 * MIB });
  let found = new Map<string, FileHash | undefined>();
  const threads = await threadsFor(async () => {
    found = await hashesIn(root, ['one', 'two']);
  });
  assert.is(threads, 0);
  assert.is(found.get('one')?.size, 2 * MIB);
  assert.is.not(found.get('one')?.sha256, found.get('two')?.sha256);
  fs.rmSync(root, { recursive: true });
});

test('a link is not followed', async () => {
  const root = makeFiles({ file: 10 });
  fs.symlinkSync('file', path.join(root, 'link'));
  let code: unknown;
  await hashesIn(root, ['link']).catch((error) => {
    code = error.code;
  });
  assert.is(code, 'ELOOP');
  fs.rmSync(root, { recursive: true });
});

test.run();
