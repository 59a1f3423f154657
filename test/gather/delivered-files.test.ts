import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MlchainError } from '../../src/errors.ts';
import { readDelivered } from '../../src/gather/delivered-files.ts';
import { dirDigest, sha256Hex } from '../../src/intoto/digest.ts';
import { makeScratch } from '../support/scratch.ts';

const scratch = makeScratch();
test.after(() => scratch.cleanup());

function refused(named: string): MlchainError {
  try {
    readDelivered([named]);
  } catch (error) {
    if (error instanceof MlchainError) return error;
    throw error;
  }
  throw new Error('expected an error');
}

test('a file is its content, under the name that was typed', () => {
  const file = scratch.write('a file', 'content');
  assert.equal(readDelivered([file]), [{ file, sha256: sha256Hex('content') }]);
});

test('a link is what it leads to', () => {
  const target = scratch.write('target', 'content');
  const link = path.join(scratch.path, 'link');
  fs.symlinkSync(target, link);
  assert.equal(readDelivered([link]), [{ file: link, sha256: sha256Hex('content') }]);
});

test('a directory is all that lies in it, whatever in-toto would leave out', () => {
  for (const name of ['out/a', 'out/b/c', 'out/x.link', 'out/.git/config', 'out/.hidden'])
    scratch.write(`d/${name}`, name);
  const directory = path.join(scratch.path, 'd/out');
  const [delivered] = readDelivered([directory]);
  const inside = [...(delivered?.inside ?? [])].map(({ file }) => path.relative(directory, file)).sort();
  assert.equal(inside, ['.git/config', '.hidden', 'a', 'b/c', 'x.link']);
  const digests = inside.map((name) => [name, sha256Hex(`out/${name}`)] as const);
  assert.is(delivered?.sha256, dirDigest(digests));
});

test('what is not there, an empty directory and a pipe are bad input', () => {
  fs.mkdirSync(path.join(scratch.path, 'empty'));
  const nowhere = refused(path.join(scratch.path, 'nowhere'));
  assert.is(nowhere.code, 'input');
  assert.match(nowhere.message, /cannot read the artifact '.*nowhere': ENOENT/);
  assert.match(
    refused(path.join(scratch.path, 'empty')).message,
    /expected files in the directory, found none/,
  );
  assert.match(refused('/dev/null').message, /expected a file or a directory/);
});

test.run();
