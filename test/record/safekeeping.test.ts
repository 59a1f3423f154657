import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MlchainError } from '../../src/errors.ts';
import { Safekeeping } from '../../src/record/safekeeping.ts';
import { makeScratch } from '../support/scratch.ts';

test('what was changed, removed and added is put back, byte by byte, with modes, times and links', () => {
  const scratch = makeScratch();
  const root = path.join(scratch.path, 'tree');
  scratch.write('tree/model/m', 'before');
  scratch.write('tree/model/run.sh', 'x');
  fs.chmodSync(path.join(root, 'model/run.sh'), 0o755);
  fs.symlinkSync('m', path.join(root, 'model/link'));
  const past = new Date('2026-01-01T00:00:00Z');
  fs.utimesSync(path.join(root, 'model/m'), past, past);
  const dir = path.join(scratch.path, 'kept');
  const safe = Safekeeping.take(root, dir, ['model/m', 'model/run.sh', 'model/link']);

  fs.writeFileSync(path.join(root, 'model/m'), 'spoilt');
  fs.rmSync(path.join(root, 'model/run.sh'));
  fs.rmSync(path.join(root, 'model/link'));
  fs.mkdirSync(path.join(root, 'model/link'));
  scratch.write('tree/model/new', 'n');
  safe.restore(['model/m', 'model/new']);

  assert.is(fs.readFileSync(path.join(root, 'model/m'), 'utf8'), 'before');
  assert.equal(fs.statSync(path.join(root, 'model/m')).mtime, past);
  assert.is(fs.statSync(path.join(root, 'model/run.sh')).mode & 0o777, 0o755);
  assert.is(fs.readlinkSync(path.join(root, 'model/link')), 'm');
  assert.not(fs.existsSync(path.join(root, 'model/new')));
  assert.not(fs.existsSync(dir));
  scratch.cleanup();
});

test('after a success the copies go, and nothing else', () => {
  const scratch = makeScratch();
  scratch.write('tree/m', 'before');
  const dir = path.join(scratch.path, 'kept');
  const safe = Safekeeping.take(path.join(scratch.path, 'tree'), dir, ['m']);
  scratch.write('tree/m', 'after');
  safe.drop();
  assert.not(fs.existsSync(dir));
  assert.is(scratch.read('tree/m').toString(), 'after');
  scratch.cleanup();
});

test('what a killed run left is not written over', () => {
  const scratch = makeScratch();
  scratch.write('tree/m', 'spoilt');
  scratch.write('kept/m', 'the only good copy');
  const take = () =>
    Safekeeping.take(path.join(scratch.path, 'tree'), path.join(scratch.path, 'kept'), ['m']);
  assert.throws(
    take,
    (error: unknown) => error instanceof MlchainError && /left its products/.test(error.message),
  );
  assert.is(scratch.read('kept/m').toString(), 'the only good copy');
  scratch.cleanup();
});

test.run();
