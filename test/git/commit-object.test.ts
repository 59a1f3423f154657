import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseCommit, parseMessage } from '../../src/git/commit-object.ts';
import { inRepository } from './fixture.ts';

const TREE = 't'.repeat(40);
const [P1, P2] = ['1'.repeat(40), '2'.repeat(40)];

function text(...headers: string[]): string {
  return `${headers.join('\n')}\n\nsubject\n\nbody\n`;
}

test('a commit object is read field by field', () => {
  const commit = parseCommit(
    text(
      `tree ${TREE}`,
      `parent ${P1}`,
      `parent ${P2}`,
      'author A U Thor <author@example.org> 1700000000 +0200',
      'committer C O Mitter <committer@example.org> 1700000001 -0500',
      'gpgsig -----BEGIN PGP SIGNATURE-----',
      ' ',
      ' author Mallory <m@evil> 1 +0000',
      ' -----END PGP SIGNATURE-----',
    ),
  );
  assert.equal(commit, {
    tree: TREE,
    parents: [P1, P2],
    author: { name: 'A U Thor', email: 'author@example.org', time: 1700000000 },
    committer: { name: 'C O Mitter', email: 'committer@example.org', time: 1700000001 },
    subject: 'subject',
    body: 'body',
  });
});

test('a parent line anywhere but after the tree is no parent', () => {
  const evil = text(
    `tree ${TREE}`,
    'author A <a> 1 +0000',
    `parent ${P1}`,
    'committer C <c> 1 +0000',
    `parent ${P2}`,
  );
  assert.equal(parseCommit(evil).parents, []);
  assert.is(parseCommit(text(`parent ${P1}`, `tree ${TREE}`)).tree, '');
});

test('a person is read as git reads one, however odd the line', async () => {
  const idents = [
    'A U Thor <a@b> 5 +0000',
    '<a@b> 5 +0000',
    'A <> 5 +0000',
    'A <a@b>',
    'A <a@b> later',
    'A > B <a@b> 5 +0000',
    'A <a@b> x> 5 +0000',
    'A <a <b> 5 +0000',
    'A  <a@b>5 +0000',
    '  A <a@b>   5   +0000',
  ];
  await inRepository(async ({ git }) => {
    const tree = await git(['write-tree']);
    for (const ident of idents) {
      const input = text(`tree ${tree}`, `author ${ident}`, 'committer C <c@d> 1 +0000');
      const id = await git(['hash-object', '-t', 'commit', '-w', '--literally', '--stdin'], { input });
      const { name, email, time } = parseCommit(input).author;
      const [gitName, gitEmail, gitTime] = (await git(['log', '-1', '--format=%an%x00%ae%x00%at', id])).split(
        '\0',
      );
      assert.equal([name, email, time], [gitName?.trim(), gitEmail, Number(gitTime)], ident);
    }
  });
});

test('a line that names no person gives nobody', () => {
  const nobody = { name: '', email: '', time: 0 };
  for (const ident of ['', 'no address 5 +0000', 'A <a@b 5 +0000', 'A a@b> 5 +0000'])
    assert.equal(parseCommit(text(`tree ${TREE}`, `author ${ident}`)).author, nobody, ident);
  assert.equal(parseCommit(text(`tree ${TREE}`)).author, nobody);
});

test('a hostile commit of a megabyte is read in one pass', () => {
  const line = 1 << 20;
  const evil = [
    `author ${'<'.repeat(line)}`,
    `author ${'<a> '.repeat(line / 4)}`,
    `author A <a> ${' '.repeat(line)}x`,
    `x\n\n${' '.repeat(line)}x`,
    `x\n\n${'\n'.repeat(line)}x`,
    `x\n\n${' \n'.repeat(line / 2)}x`,
    'parent x\n'.repeat(line / 8),
  ];
  for (const rest of evil) assert.is(parseCommit(`tree ${TREE}\n${rest}`).tree, TREE);
});

test('a message is split as git splits it for %s and %b', async () => {
  await inRepository(async ({ git, commit }) => {
    const messages = [
      'one line',
      '\n\n  \nsubject after blanks\n\nbody\n',
      'two\nlines\n\nbody\n\nMlchain-Step: train\n',
      'subject\n \t\nbody after a blank with spaces',
      'subject\n\n\n\n  indented body\n\nend   \n\n\n',
      'subject\nTrailer: no body\n',
      '',
    ];
    for (const message of messages) {
      const tree = await git(['write-tree']);
      const id = await git(['commit-tree', tree], { input: message });
      const raw = (await git(['cat-file', 'commit', id])).split('\n\n').slice(1).join('\n\n');
      const { subject, body } = parseMessage(raw);
      assert.is(subject, await git(['log', '-1', '--format=%s', id]), JSON.stringify(message));
      assert.is(body, (await git(['log', '-1', '--format=%b', id])).trimEnd(), JSON.stringify(message));
    }
    await commit('at least one');
  });
});

test('no text at all makes the reader fail', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('tree ', 'author ', 'parent ', '<', '>', '\n', ' ', 'x', '1') }),
      (any) => {
        const commit = parseCommit(any);
        assert.type(commit.subject, 'string');
        assert.ok(Number.isInteger(commit.author.time));
      },
    ),
  );
});

test.run();
