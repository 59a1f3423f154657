import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArtifactError } from '../../src/artifact/artifact-error.ts';
import { Digester } from '../../src/artifact/digester.ts';
import { decodePath } from '../../src/git/paths.ts';
import { Repository } from '../../src/git/repository.ts';
import { sha256Hex } from '../../src/intoto/digest.ts';
import { failure } from '../support/failure.ts';
import { makeClone } from '../support/working-clone.ts';

const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'d'.repeat(64)}\nsize 5\n`;
const entry = (id: string, mode = '100644') => ({ mode, id });

for (const objectFormat of ['sha1', 'sha256'] as const) {
  test(`files, pointers, links and submodules of a ${objectFormat} repository get their kind and digest`, async () => {
    const clone = await makeClone({ objectFormat });
    const store = async (content: string) => {
      clone.write('content', content);
      return await clone.git('hash-object', '-w', 'content');
    };
    const text = await store('some text\n');
    const pointer = await store(POINTER);
    const commit = await clone.commit();
    const listing = await new Digester(clone.repo).digestEntries([
      ['plain', entry(text)],
      ['script', entry(text, '100755')],
      ['empty', entry(await store(''))],
      ['weights', entry(pointer)],
      ['link', entry(text, '120000')],
      ['link to what reads like a pointer', entry(pointer, '120000')],
      ['vendor', entry(commit, '160000')],
    ]);
    const digest = sha256Hex('some text\n');
    assert.equal(
      [...listing],
      [
        ['plain', { kind: 'file', digest }],
        ['script', { kind: 'file', digest }],
        ['empty', { kind: 'file', digest: sha256Hex('') }],
        ['weights', { kind: 'lfs', digest: 'd'.repeat(64) }],
        ['link', { kind: 'symlink', digest }],
        ['link to what reads like a pointer', { kind: 'symlink', digest: sha256Hex(POINTER) }],
        ['vendor', { kind: 'submodule', digest: commit }],
      ],
    );
    await clone.cleanup();
  });
}

test('a blob of many megabytes is digested in passing', async () => {
  const clone = await makeClone();
  const content = Buffer.alloc(20 * 1024 * 1024, 'weights ');
  clone.write('big', content);
  const id = await clone.git('hash-object', '-w', 'big');
  const listing = await new Digester(clone.repo).digestEntries([['big', entry(id)]]);
  assert.equal(listing.get('big'), { kind: 'file', digest: sha256Hex(content) });
  await clone.cleanup();
});

test('a blob that was digested once is not read again, by this process or the next', async () => {
  const clone = await makeClone();
  clone.write('a', 'a');
  const id = await clone.git('hash-object', '-w', 'a');
  const first = new Digester(clone.repo);
  assert.is(first.known(id), undefined);
  await first.digestEntries([['a', entry(id)]]);
  fs.rmSync(path.join(clone.path, '.git/objects', id.slice(0, 2), id.slice(2)));
  const again = await new Digester(await clone.reopen()).digestEntries([['renamed', entry(id)]]);
  assert.equal(again.get('renamed'), { kind: 'file', digest: sha256Hex('a') });
  await clone.cleanup();
});

test('linked worktrees share what was digested', async () => {
  const clone = await makeClone();
  clone.write('a', 'a');
  await clone.commit();
  const id = await clone.git('rev-parse', 'HEAD:a');
  await new Digester(clone.repo).digestEntries([['a', entry(id)]]);
  await clone.git('worktree', 'add', '-q', '../linked');
  const linked = await Repository.open(clone.person.at('linked'), clone.person.env);
  assert.equal(new Digester(linked).known(id), { kind: 'file', digest: sha256Hex('a') });
  await linked.close();
  await clone.cleanup();
});

test('content that is not in the clone is an error that names the path; the rest is remembered all the same', async () => {
  const clone = await makeClone();
  clone.write('a', 'a');
  const here = await clone.git('hash-object', '-w', 'a');
  const absent = 'e'.repeat(40);
  const digester = new Digester(clone.repo);
  const error = await failure(
    digester.digestEntries([
      ['data/here', entry(here)],
      ['data/gone', entry(absent)],
    ]),
  );
  assert.instance(error, ArtifactError);
  assert.is(error.code, 'incomplete');
  assert.is((error as ArtifactError).failure, 'object-missing');
  assert.is((error as ArtifactError).path, 'data/gone');
  assert.match(error.message, /expected the content of 'data\/gone', found no object e{40}/);
  assert.ok(new Digester(await clone.reopen()).known(here));
  const link = await failure(digester.digestEntries([['link', entry(absent, '120000')]]));
  assert.is((link as ArtifactError).path, 'link');
  await clone.cleanup();
});

test('a name that is not UTF-8 is an error that shows its bytes', async () => {
  const clone = await makeClone();
  const name = decodePath(Buffer.from('data/caf\xe9 \\ 1.csv', 'latin1'));
  const error = await failure(new Digester(clone.repo).digestEntries([[name, entry('e'.repeat(40))]]));
  assert.is((error as ArtifactError).failure, 'invalid-name');
  assert.is(error.code, 'input');
  assert.is(error.message, "expected a file name in UTF-8, found the bytes 'data/caf\\xe9 \\x5c 1.csv'");
  await clone.cleanup();
});

test('replaced objects are not looked at: the digest is that of the object itself', async () => {
  const clone = await makeClone();
  clone.write('good', 'good');
  clone.write('bad', 'bad');
  const good = await clone.git('hash-object', '-w', 'good');
  const bad = await clone.git('hash-object', '-w', 'bad');
  await clone.git('replace', bad, good);
  const listing = await new Digester(clone.repo).digestEntries([['x', entry(bad)]]);
  assert.is(listing.get('x')?.digest, sha256Hex('bad'));
  await clone.cleanup();
});

test.run();
