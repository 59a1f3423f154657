import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DigestCache } from '../../src/artifact/digest-cache.ts';
import { Seal } from '../../src/user/seal.ts';
import { makeScratch, type Scratch } from '../support/scratch.ts';

const file = (digit: string) => ({ kind: 'file', digest: digit.repeat(64) }) as const;
const id = (start: string) => start.padEnd(40, '0');
const sealOf = ({ path: home }: Scratch, user = 'me') => Seal.open({ XDG_DATA_HOME: path.join(home, user) });
const cacheIn = (scratch: Scratch) => new DigestCache(scratch.path, sealOf(scratch));
const shard = (dir: string, name: string) => path.join(dir, 'mlchain/digests/2', name);

test('what was saved is known to the next process, of either kind and either object format', () => {
  const scratch = makeScratch();
  const cache = cacheIn(scratch);
  const lfs = { kind: 'lfs', digest: 'b'.repeat(64) } as const;
  cache.add(id('aa1'), file('a'));
  cache.add('bb'.padEnd(64, '1'), lfs);
  assert.is(cacheIn(scratch).get(id('aa1')), undefined, 'not before it is saved');
  cache.save();
  const next = cacheIn(scratch);
  assert.equal(next.get(id('aa1')), file('a'));
  assert.equal(next.get('bb'.padEnd(64, '1')), lfs);
  assert.is(next.get(id('cc')), undefined);
  scratch.cleanup();
});

test('processes side by side lose nothing of each other', () => {
  const scratch = makeScratch();
  const [one, other] = [cacheIn(scratch), cacheIn(scratch)];
  one.add(id('aa1'), file('1'));
  other.add(id('aa2'), file('2'));
  other.save();
  one.save();
  const next = cacheIn(scratch);
  assert.equal([next.get(id('aa1')), next.get(id('aa2'))], [file('1'), file('2')]);
  scratch.cleanup();
});

test('a torn line is passed over and spoils neither what stood before nor what comes after', () => {
  const scratch = makeScratch();
  const cache = cacheIn(scratch);
  cache.add(id('aa1'), file('1'));
  cache.save();
  fs.appendFileSync(shard(scratch.path, 'aa'), `${id('aa2')} file 22222`);
  const after = cacheIn(scratch);
  after.add(id('aa3'), file('3'));
  after.save();
  const next = cacheIn(scratch);
  assert.equal(
    [next.get(id('aa1')), next.get(id('aa2')), next.get(id('aa3'))],
    [file('1'), undefined, file('3')],
  );
  scratch.cleanup();
});

test('one batch that somebody edited spoils none of the others', () => {
  const scratch = makeScratch();
  for (const digit of ['1', '2', '3']) {
    const cache = cacheIn(scratch);
    cache.add(id(`aa${digit}`), file(digit));
    cache.add(id(`aa${digit}f`), { kind: 'lfs', digest: digit.repeat(64) });
    cache.save();
  }
  const where = shard(scratch.path, 'aa');
  fs.writeFileSync(where, fs.readFileSync(where, 'utf8').replace(`${'2'.repeat(64)}`, '4'.repeat(64)));
  const next = cacheIn(scratch);
  const known = ['aa1', 'aa1f', 'aa2', 'aa2f', 'aa3', 'aa3f'].map((each) => next.get(id(each))?.digest);
  const [one, three] = ['1'.repeat(64), '3'.repeat(64)];
  assert.equal(known, [one, one, undefined, undefined, three, three]);
  assert.is(next.get(id('aa3f'))?.kind, 'lfs');
  scratch.cleanup();
});

test('a digest that was put there, edited, or sealed by somebody else is not believed (threat 60)', () => {
  const scratch = makeScratch();
  const theirs = new DigestCache(scratch.path, sealOf(scratch, 'somebody else'));
  theirs.add(id('aa1'), file('1'));
  theirs.save();
  const ours = cacheIn(scratch);
  ours.add(id('aa2'), file('2'));
  ours.save();
  const where = shard(scratch.path, 'aa');
  fs.appendFileSync(where, `\n\n${id('aa3')} file ${'3'.repeat(64)}\n`);
  const known = () => ['aa1', 'aa2', 'aa3'].map((each) => cacheIn(scratch).get(id(each)));
  assert.equal(known(), [undefined, file('2'), undefined]);
  fs.copyFileSync(where, shard(scratch.path, 'ab'));
  assert.is(cacheIn(scratch).get(id('ab2')), undefined);
  fs.writeFileSync(where, fs.readFileSync(where, 'utf8').replace('2'.repeat(64), '4'.repeat(64)));
  assert.equal(known(), [undefined, undefined, undefined]);
  scratch.cleanup();
});

test('without a seal nothing is believed and nothing written', () => {
  const scratch = makeScratch();
  const ours = cacheIn(scratch);
  ours.add(id('aa1'), file('1'));
  ours.save();
  const before = fs.readFileSync(shard(scratch.path, 'aa'));
  const forgetful = new DigestCache(scratch.path, undefined);
  assert.is(forgetful.get(id('aa1')), undefined);
  forgetful.add(id('aa2'), file('2'));
  assert.equal(forgetful.get(id('aa2')), file('2'));
  forgetful.save();
  assert.equal(fs.readFileSync(shard(scratch.path, 'aa')), before);
  scratch.cleanup();
});

test('what is known already is not written twice', () => {
  const scratch = makeScratch();
  for (let round = 0; round < 3; round++) {
    const cache = cacheIn(scratch);
    cache.add(id('aa1'), file('1'));
    cache.save();
    cache.save();
  }
  const lines = fs.readFileSync(shard(scratch.path, 'aa'), 'utf8').split('\n').filter(Boolean);
  assert.is(lines.length, 2, 'a digest and its seal');
  scratch.cleanup();
});

test('a shard that has grown too large starts anew', () => {
  const scratch = makeScratch();
  scratch.write('mlchain/digests/2/aa', `${id('aa9')} file ${'9'.repeat(64)}\n`.repeat(12_000));
  const cache = cacheIn(scratch);
  cache.add(id('aa1'), file('1'));
  cache.save();
  assert.ok(fs.statSync(shard(scratch.path, 'aa')).size < 1000);
  assert.equal(cacheIn(scratch).get(id('aa1')), file('1'));
  scratch.cleanup();
});

test('on a full or read-only disk nothing is remembered, and nobody fails for it', () => {
  const scratch = makeScratch();
  fs.mkdirSync(path.dirname(shard(scratch.path, 'aa')), { recursive: true });
  const cache = cacheIn(scratch);
  cache.add(id('ab1'), file('1'));
  // The superuser may write anywhere but on a full disk; where there is no such device, permissions do.
  if (fs.existsSync('/dev/full')) fs.symlinkSync('/dev/full', shard(scratch.path, 'ab'));
  else fs.chmodSync(path.dirname(shard(scratch.path, 'ab')), 0o500);
  assert.throws(() => fs.appendFileSync(shard(scratch.path, 'ab'), 'x'), /ENOSPC|EACCES/);
  cache.save();
  assert.equal(cache.get(id('ab1')), file('1'));
  scratch.cleanup();
});

test('a cache that is broken otherwise is an error, not an empty cache', () => {
  const scratch = makeScratch();
  fs.mkdirSync(shard(scratch.path, 'aa'), { recursive: true });
  assert.throws(() => cacheIn(scratch).get(id('aa1')), /EISDIR/);
  scratch.cleanup();
});

test.run();
