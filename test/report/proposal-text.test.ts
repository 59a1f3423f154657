import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Proposal } from '../../src/record/by-hand.ts';
import { proposalLines } from '../../src/report/proposal-text.ts';

function proposal(parts: {
  materials?: readonly string[];
  products?: readonly string[];
  unexplained?: Proposal['unexplained'];
  subject?: string;
}): Proposal {
  const artifacts = (names: readonly string[] = []) =>
    new Map(names.map((name) => [name, new Map([['sha256', 'a'.repeat(64)]])]));
  const commit = { id: '2be8810'.padEnd(40, '0'), subject: parts.subject ?? 'dataset v1' };
  const draft = {
    step: 'prepare',
    materials: artifacts(parts.materials),
    products: artifacts(parts.products),
    binding: { author: 'Alice <alice@example.org>' },
  };
  return { occurrence: { commit }, draft, unexplained: parts.unexplained } as unknown as Proposal;
}

test('what is to be signed is shown with the commit, its author, and every digest', () => {
  assert.equal(proposalLines(proposal({ materials: ['raw/a.csv'], products: ['data/a.csv'] })), [
    'prepare at 2be8810, dataset v1 (Alice <alice@example.org>)',
    '  materials:',
    '    sha256:aaaaaaaaaaaa…  raw/a.csv',
    '  products:',
    '    sha256:aaaaaaaaaaaa…  data/a.csv',
  ]);
  assert.equal(proposalLines(proposal({})).slice(1), ['  materials: none', '  products: none']);
});

test('what fits no screen is counted', () => {
  const products = Array.from({ length: 25 }, (_, at) => `data/${at}`);
  const lines = proposalLines(proposal({ products }));
  assert.is(lines.at(-1), '    and 5 more');
  assert.is(lines.length, 1 + 1 + 1 + 20 + 1);
});

test('what one alone would vouch for is said, with whose it is', () => {
  const blame = { commit: 'f'.repeat(40), author: 'Mallory <m@example.org>' };
  const unexplained = { kind: 'unexplained', files: ['data/b.csv', 'data/c.csv'], blame } as const;
  assert.is(
    proposalLines(proposal({ products: ['data/a.csv'], unexplained })).at(-1),
    '  you alone would vouch for this: nobody has explained data/b.csv and 1 more, last changed in fffffff by Mallory',
  );
});

test('a subject, a name and a path cannot move the cursor', () => {
  const text = proposalLines(proposal({ subject: 'ok\u001b[2K', products: ['data/\u202egnp'] })).join('\n');
  for (const control of ['\u001b', '\u202e']) assert.not(text.includes(control));
  assert.match(text, 'ok\\033[2K');
});

test.run();
