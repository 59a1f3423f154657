import { Writable } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ProgressLine } from '../../src/cli/progress.ts';
import { Steps } from '../../src/progress.ts';

function watched(columns = 80) {
  const written: string[] = [];
  const stream = Object.assign(
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        written.push(chunk.toString());
        done();
      },
    }),
    { columns },
  );
  let now = 0;
  const line = new ProgressLine(stream, () => now);
  const at = (time: number, ...report: Parameters<typeof line.report>) => {
    now = time;
    line.report(...report);
  };
  return { line, written, at };
}

test('files, their rate and the time that is left, after a second', () => {
  const { written, at } = watched();
  at(0, 'files', 0, 1000);
  at(900, 'files', 90, 1000);
  assert.equal(written, []);
  at(2000, 'files', 200, 1000);
  assert.equal(written, ['\r\u001b[K200 of 1000 files, 100/s, 8 s left']);
});

test('octets are told in MiB, long times in minutes', () => {
  const { written, at } = watched();
  at(0, 'bytes', 0, 2 ** 30);
  at(2000, 'bytes', 2 ** 21, 2 ** 30);
  assert.equal(written, ['\r\u001b[K2 of 1024 MiB, 1 MiB/s, 18 min left']);
});

test('the line is as short as the terminal', () => {
  const { written, at } = watched(10);
  at(0, 'files', 0, 1000);
  at(2000, 'files', 200, 1000);
  assert.equal(written, ['\r\u001b[K200 of 10']);
});

test('it goes with the end of the work, with the next word, and once', () => {
  const { line, written, at } = watched();
  at(0, 'files', 0, 1000);
  line.erase();
  assert.equal(written, [], 'what was not shown need not go');
  at(2000, 'files', 200, 1000);
  at(2100, 'files', 1000, 1000);
  line.erase();
  assert.is(written.length, 2);
  assert.is(written[1], '\r\u001b[K');
});

test('other work has a rate of its own', () => {
  const { written, at } = watched();
  at(0, 'files', 0, 1000);
  at(2000, 'links', 1, 11);
  at(3000, 'links', 2, 11);
  assert.is(written.at(-1), '\r\u001b[K2 of 11 links, 1/s, 9 s left');
});

test('steps are told every tenth of a second, and the last one always', async () => {
  const told: (readonly unknown[])[] = [];
  const steps = new Steps((...report) => told.push(report), 'files', 3);
  await steps.next();
  await steps.next(2);
  assert.equal(told, [['files', 3, 3]]);
  const early = new Steps((...report) => told.push(report), 'links', 3);
  await early.next();
  early.end();
  assert.equal(told.at(-1), ['links', 3, 3]);
});

test.run();
