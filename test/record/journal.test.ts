import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Repository } from '../../src/git/repository.ts';
import { Journal } from '../../src/record/journal.ts';
import type { Scratch } from '../support/scratch.ts';
import { makeScratch } from '../support/scratch.ts';

const id = (number: number) => number.toString(16).padStart(40, '0');

function journalIn(scratch: Scratch): Journal {
  return new Journal({ commonDir: scratch.path } as Repository);
}

test('what is made and not done is the queue, oldest first', async () => {
  const scratch = makeScratch();
  const journal = journalIn(scratch);
  assert.equal(await journal.read(), { made: new Set(), queue: new Map() });
  for (const number of [3, 1, 2]) await journal.made(id(number));
  await journal.done(id(1));
  const { made, queue } = await journal.read();
  assert.equal([...made], [id(3), id(1), id(2)]);
  assert.equal([...queue.keys()], [id(3), id(2)]);
  scratch.cleanup();
});

test('the steps that were named for a commit are kept with it, whatever their names', async () => {
  const scratch = makeScratch();
  const journal = journalIn(scratch);
  await journal.made(id(1), ['train', 'a step with\nodd % names']);
  assert.equal((await journal.read()).queue.get(id(1)), ['train', 'a step with\nodd % names']);
  scratch.cleanup();
});

test('an entry cut short by a full disk is no entry, and spoils none that follows', async () => {
  const scratch = makeScratch();
  const journal = journalIn(scratch);
  await journal.made(id(1));
  fs.appendFileSync(path.join(scratch.path, 'mlchain/journal'), `\nmade ${id(2).slice(0, 20)}`);
  await journal.made(id(3));
  fs.appendFileSync(path.join(scratch.path, 'mlchain/journal'), `\nmade ${id(4)} %E0%A4%A\n\njunk\n`);
  const { queue } = await journal.read();
  assert.equal(
    [...queue],
    [
      [id(1), []],
      [id(3), []],
      [id(4), []],
    ],
  );
  scratch.cleanup();
});

test('many writers at once lose nothing', async () => {
  const scratch = makeScratch();
  const writers = Array.from({ length: 8 }, () => journalIn(scratch));
  await Promise.all(
    writers.map(async (journal, writer) => {
      for (let each = 0; each < 25; each += 1) {
        await journal.made(id(writer * 100 + each));
        if (each % 2 === 0) await journal.done(id(writer * 100 + each));
      }
    }),
  );
  const { made, queue } = await journalIn(scratch).read();
  assert.is(made.size, 200);
  assert.is(queue.size, 96);
  scratch.cleanup();
});

test('a commit that was done and is made once more is queued again', async () => {
  const scratch = makeScratch();
  const journal = journalIn(scratch);
  await journal.made(id(1));
  await journal.done(id(1));
  await journal.made(id(1));
  assert.equal([...(await journal.read()).queue.keys()], [id(1)]);
  scratch.cleanup();
});

test.run();
