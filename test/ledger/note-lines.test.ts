import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { countLines, linesLacking, linesMissing } from '../../src/ledger/note-lines.ts';
import { record } from '../support/shared-server.ts';
import { makeClone } from '../support/working-clone.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const REF = 'refs/notes/x';

test('the lines one notes commit has and another lacks', async () => {
  const clone = await makeClone();
  const first = await record(clone, REF, A, 'one');
  const second = await record(clone, REF, A, 'two');
  const third = await record(clone, REF, B, 'three');
  assert.equal(
    await linesMissing(clone.repo, third, first),
    new Map([
      [A, ['two']],
      [B, ['three']],
    ]),
  );
  assert.equal(await linesMissing(clone.repo, first, third), new Map());
  assert.equal(await linesMissing(clone.repo, second, second), new Map());
  assert.equal(await linesMissing(clone.repo, second, undefined), new Map([[A, ['one', 'two']]]));
  await clone.cleanup();
});

test('of wanted lines those that are lacking, few or many', async () => {
  const clone = await makeClone();
  const base = await record(clone, REF, A, 'one');
  const few = new Map([
    [A, ['one', 'two']],
    [B, ['three']],
  ]);
  const expected = [
    [A, ['two']],
    [B, ['three']],
  ] as const;
  assert.equal([...(await linesLacking(clone.repo, base, few))], expected);
  assert.equal([...(await linesLacking(clone.repo, undefined, few))], [...few]);
  const many = new Map(few);
  for (let at = 0; at < 50; at++) many.set(`${at}`.padStart(40, '0'), ['x']);
  const lacking = await linesLacking(clone.repo, base, many);
  assert.is(lacking.size, 52);
  assert.is(countLines(lacking), 52);
  assert.equal([...lacking].slice(0, 2), expected);
  await clone.cleanup();
});

test('bytes that are not UTF-8 are no line', async () => {
  const clone = await makeClone();
  clone.write('blob', Buffer.from('good\n\xff\xfe\n', 'latin1'));
  const blob = await clone.git('hash-object', '-w', 'blob');
  const commit = await clone.commit();
  await clone.git('notes', `--ref=${REF}`, 'add', '-C', blob, commit);
  const tip = await clone.git('rev-parse', REF);
  assert.equal(await linesMissing(clone.repo, tip, undefined), new Map([[commit, ['good']]]));
  await clone.cleanup();
});

test.run();
