import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { linesOf, MAX_LINE_BYTES, MAX_LINES, MAX_NOTE_BYTES } from '../../src/ledger/note.ts';

const read = (text: string | Buffer) => {
  const { lines, skipped } = linesOf(Buffer.from(text));
  return { lines: lines.map(({ bytes, number }) => [number, bytes.toString()]), skipped };
};

test('each line has its number; empty ones are passed over, a last one without a line feed counts', () => {
  assert.equal(read('one\n\n\nfour\nfive'), {
    lines: [
      [1, 'one'],
      [4, 'four'],
      [5, 'five'],
    ],
    skipped: [],
  });
  assert.equal(read(''), { lines: [], skipped: [] });
  assert.equal(read('\n\n'), { lines: [], skipped: [] });
});

test('carriage returns and NUL belong to the line: only LF ends one', () => {
  assert.equal(read('a\r\n\0\n').lines, [
    [1, 'a\r'],
    [2, '\0'],
  ]);
});

test('a line over the limit is reported, and the lines around it are read', () => {
  const long = Buffer.alloc(MAX_LINE_BYTES + 1, 'x');
  const { lines, skipped } = read(Buffer.concat([Buffer.from('a\n'), long, Buffer.from('\nb\n')]));
  assert.equal(lines, [
    [1, 'a'],
    [3, 'b'],
  ]);
  assert.equal(skipped, [{ line: 2, reason: 'a line of 16777217 bytes, where at most 16777216 are read' }]);
});

test('a line of exactly the limit is read', () => {
  const { lines, skipped } = linesOf(Buffer.alloc(MAX_LINE_BYTES, 'x'));
  assert.is(lines.length, 1);
  assert.is(skipped.length, 0);
});

test('of a note with too many lines the first ones are read, and the rest is reported once', () => {
  assert.is(read('x\n'.repeat(MAX_LINES)).skipped.length, 0);
  const { lines, skipped } = read('x\n'.repeat(MAX_LINES + 500));
  assert.is(lines.length, MAX_LINES);
  assert.equal(skipped, [
    { line: MAX_LINES + 1, reason: 'a note of more than 10000 lines; the rest is not read' },
  ]);
});

test('padding with empty lines counts against the limit too', () => {
  const { skipped } = read(`${'\n'.repeat(MAX_LINES)}revocation\n`);
  assert.is(skipped.length, 1);
});

test('a note over the limit is not looked into', () => {
  const { lines, skipped } = linesOf(Buffer.alloc(MAX_NOTE_BYTES + 1, '\n'));
  assert.is(lines.length, 0);
  assert.equal(skipped, [
    { line: undefined, reason: 'a note of 67108865 bytes, where at most 67108864 are read' },
  ]);
});

test.run();
