import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { indexStamp } from '../../src/artifact/index-stamp.ts';
import { makeClone } from '../support/working-clone.ts';

test('an index keeps its stamp until it is written again, even with its time put back', async () => {
  const clone = await makeClone();
  clone.write('a', '1');
  await clone.commit();
  const index = path.join(clone.path, '.git/index');
  const { atime, mtime, ctimeMs } = fs.statSync(index);
  const stamp = indexStamp(clone.repo);
  assert.is(stamp?.second, Math.floor(ctimeMs / 1000));
  assert.equal(indexStamp(clone.repo), stamp);
  clone.write('a', '2');
  await clone.git('add', 'a');
  fs.utimesSync(index, atime, mtime);
  assert.is.not(indexStamp(clone.repo)?.identity, stamp?.identity);
  fs.rmSync(index);
  assert.is(indexStamp(clone.repo), undefined);
  await clone.cleanup();
});

test.run();
