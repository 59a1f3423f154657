import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { decodePath } from '../../src/git/paths.ts';
import { records, textRecords } from '../../src/git/records.ts';
import { collect } from './fixture.ts';

async function cut(chunks: readonly Buffer[], separator?: '\0' | '\n'): Promise<string[]> {
  const stream = (async function* () {
    yield* chunks;
  })();
  return (await collect(records(stream, separator))).flat().map((record) => record.toString('latin1'));
}

test('a stream is cut at every NUL, empty records included', async () => {
  assert.equal(await cut([Buffer.from('a\0\0b\nc\0')]), ['a', '', 'b\nc']);
  assert.equal(await cut([]), []);
  assert.equal(await cut([Buffer.from('\0')]), ['']);
});

test('what follows the last NUL is a record, nothing is none', async () => {
  assert.equal(await cut([Buffer.from('a\0b')]), ['a', 'b']);
  assert.equal(await cut([Buffer.from('a\0')]), ['a']);
});

test('lines are cut the same way', async () => {
  assert.equal(await cut([Buffer.from('a\0b\nc\n')], '\n'), ['a\0b', 'c']);
});

test('it does not matter where the pipe cuts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ max: 2, maxLength: 6 })), async (chunks) => {
      const whole = Buffer.concat(chunks).toString('latin1');
      const expected = whole.split('\0');
      if (expected.at(-1) === '') expected.pop();
      assert.equal(await cut(chunks.map((chunk) => Buffer.from(chunk))), expected);
    }),
  );
});

test('records of text are the same records, each decoded as a path is', async () => {
  const bytes = fc.uint8Array({ min: 0, max: 0xff, maxLength: 6 });
  const nuls = fc.uint8Array({ max: 2, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(bytes, nuls)), async (chunks) => {
      const stream = (async function* () {
        for (const chunk of chunks) yield Buffer.from(chunk);
      })();
      const whole = Buffer.concat(chunks).toString('latin1').split('\0');
      if (whole.at(-1) === '') whole.pop();
      const expected = whole.map((record) => decodePath(Buffer.from(record, 'latin1')));
      assert.equal((await collect(textRecords(stream))).flat(), expected);
    }),
  );
});

test.run();
