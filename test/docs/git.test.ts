import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot } from '../support/person.ts';

const page = fs.readFileSync(path.join(projectRoot, 'docs/git.md'), 'utf8');
const stories = fs.readFileSync(path.join(projectRoot, 'test/scenario/history-moves.test.ts'), 'utf8');

/** What each row of the table is about: `rebase`, an octopus merge. */
function rewrites(): string[] {
  const rows = [...page.matchAll(/^\| ([^|]+) \|/gm)].map(([, cell = '']) => cell);
  const cells = rows.filter((cell) => !/^-+$|^git command$/.test(cell));
  // A comma between words in code, or in a name, is none between two of them.
  return cells.flatMap((cell) => (cell.match(/`[^`]+`(?:, (?!an? |`)[\w ]+)?|an? [^,;]+/g) ?? []).map(plain));
}

function plain(text: string): string {
  return text.replaceAll('`', '').trim();
}

test('every rewrite of the table has a story of that name', () => {
  assert.ok(rewrites().length > 20, rewrites().join('\n'));
  for (const rewrite of rewrites()) {
    assert.ok(stories.includes(`story('${rewrite}: `) || stories.includes(`  '${rewrite}: `), rewrite);
  }
});

test('every row is read, to its last word', () => {
  const rows = [...page.matchAll(/^\| ([^|]+) \| /gm)].map(([, cell = '']) => cell);
  const cells = rows.filter((cell) => cell !== 'git command' && !cell.startsWith('--'));
  const told = cells.map((cell) => cell.replaceAll(/[`,;]/g, '').replaceAll(/\s+/g, ' ')).join(' ');
  assert.is(rewrites().join(' ').replaceAll(/[,;]/g, ''), told);
});

test.run();
