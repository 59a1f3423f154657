import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MlchainError } from '../../src/errors.ts';
import type { LogBlock } from '../../src/git/log-parser.ts';
import { LogParser } from '../../src/git/log-parser.ts';

const [ID, OTHER, PARENT] = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)];
const HEADERS = `tree ${'d'.repeat(40)}\nparent ${PARENT}\nauthor A <a@b> 1 +0000\ncommitter C <c@d> 2 +0000`;

function parse(...records: (string | Buffer)[]): LogBlock[] {
  const parser = new LogParser();
  const blocks = records.map((record) => parser.take(Buffer.from(record)));
  return [...blocks, parser.end()].filter((block) => block !== undefined);
}

function indented(message: string): string {
  return message
    .split('\n')
    .map((line) => (line === '' ? '' : `    ${line}`))
    .join('\n');
}

function change(letter: string, before = '100644', after = '100644'): string {
  return `:${before} ${after} ${'1'.repeat(40)} ${'2'.repeat(40)} ${letter}`;
}

test('a commit without changes, one with a change and one with several follow each other', () => {
  const blocks = parse(
    `commit ${ID}\n${HEADERS}\n\n${indented('nothing')}\n`,
    `commit ${OTHER}\n${HEADERS}\n\n${indented('one')}\n\n${change('M')}`,
    'a',
    '',
    `commit ${PARENT}\n${HEADERS}\n\n${indented('two')}\n\n${change('A', '000000')}`,
    'b',
    change('D', '100755', '000000'),
    'c',
  );
  assert.equal(
    blocks.map(({ id, commit }) => [id, commit.subject]),
    [
      [ID, 'nothing'],
      [OTHER, 'one'],
      [PARENT, 'two'],
    ],
  );
  assert.equal(
    blocks.map(({ changes }) => changes.map(({ path }) => path)),
    [[], ['a'], ['b', 'c']],
  );
  assert.equal(blocks[2]?.changes, [
    { path: 'b', before: undefined, after: { mode: '100644', id: '2'.repeat(40) } },
    { path: 'c', before: { mode: '100755', id: '1'.repeat(40) }, after: undefined },
  ]);
});

test('at a merge the block says which parent it is compared with', () => {
  const [block] = parse(
    `commit ${ID} (from ${OTHER})\n${HEADERS}\n\n${indented('merge')}\n\n${change('M')}`,
    'a',
  );
  assert.equal([block?.id, block?.from], [ID, OTHER]);
  assert.is(parse(`commit ${ID}\n${HEADERS}\n\n\n`)[0]?.from, undefined);
});

test('ids of SHA-256 are as good', () => {
  const [long, from] = ['e'.repeat(64), 'f'.repeat(64)];
  const [block] = parse(`commit ${long} (from ${from})\n${HEADERS}\n\n${indented('x')}\n`);
  assert.equal([block?.id, block?.from], [long, from]);
});

test('a path may look like a change, a commit or nothing at all', () => {
  const paths = [change('M'), `commit ${ID}`, ':', 'a\nb', ' '];
  const first = `commit ${ID}\n${HEADERS}\n\n${indented('x')}\n\n${change('M')}`;
  const [block, ...more] = parse(
    first,
    paths[0] ?? '',
    ...paths.slice(1).flatMap((path) => [change('M'), path]),
  );
  assert.equal(
    block?.changes.map(({ path }) => path),
    paths,
  );
  assert.equal(more, []);
});

test('a message of any text stays a message', () => {
  const lines = fc.array(
    fc.oneof(
      fc.string(),
      fc.constantFrom('', `commit ${OTHER}`, change('M'), `tree ${ID}`, `    ${change('A')}`),
    ),
  );
  fc.assert(
    fc.property(lines, fc.boolean(), (words, hasChange) => {
      const body = words.map((word) => word.replace(/[\0\n]/g, '').trimEnd());
      const message = ['subject', '', 'first', ...body, 'last'].join('\n');
      const text = `commit ${ID}\n${HEADERS}\n\n${indented(message)}\n`;
      const [block, ...more] = hasChange ? parse(`${text}\n${change('M')}`, 'a') : parse(text);
      assert.is(block?.commit.subject, 'subject');
      assert.is(block?.commit.body, ['first', ...body, 'last'].join('\n'));
      assert.equal(block?.commit.parents, [PARENT]);
      assert.is(block?.changes.length, hasChange ? 1 : 0);
      assert.equal(more, []);
    }),
  );
});

test('an output that is not git’s is an error, never an empty history', () => {
  for (const records of [
    ['nonsense'],
    [`commit ${ID}`],
    [`commit ${ID}\n${HEADERS}\n\n`, ':100644', 'a'],
    [`commit ${ID}\n${HEADERS}\n\n\n:evil`, 'a'],
  ])
    assert.throws(
      () => parse(...records),
      (error: unknown) =>
        error instanceof MlchainError && /^git log: expected a (commit|change), found/.test(error.message),
    );
});

test('no output is no history', () => {
  assert.equal(parse(), []);
  assert.equal(parse('', ''), []);
});

test.run();
