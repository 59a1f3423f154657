import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { divergences } from '../support/divergences.ts';
import { projectRoot } from '../support/person.ts';

const page = fs.readFileSync(path.join(projectRoot, 'docs/in-toto.md'), 'utf8');

/** Every test that the page names, as `file`: *title*. */
function namedTests(): readonly (readonly [file: string, title: string])[] {
  return [...page.matchAll(/`([\w/-]+\.test\.ts)`: \*([^*]+)\*/g)].map(([, file = '', title = '']) => [
    file,
    title,
  ]);
}

test('every test that the page names is there, under that name', () => {
  assert.ok(namedTests().length > 30);
  for (const [file, title] of namedTests()) {
    const source = fs.readFileSync(path.join(projectRoot, 'test', file), 'utf8');
    assert.ok(source.includes(title), `${file} has no test '${title}'`);
  }
});

test('every line of a table names a test', () => {
  const tables = page.slice(page.indexOf('## Where the verdicts differ'));
  const rows = tables.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| where'));
  assert.ok(rows.length > 25);
  for (const row of rows) assert.match(row, /`[\w/-]+\.test\.ts`: \*/);
});

test('every divergence that random chains may show has its line, in the table of its kind', () => {
  const [, refusing = '', accepting = ''] =
    /### We refuse([\s\S]+)### We accept([\s\S]+?)\n### /.exec(page) ?? [];
  for (const { title, we } of divergences) {
    assert.ok((we === 'refuse' ? refusing : accepting).includes(`\n| ${title} |`), title);
  }
  const rows = [refusing, accepting]
    .join('\n')
    .split('\n')
    .filter((line) => /^\| [A-Z]/.test(line));
  assert.is(rows.length, divergences.length, 'a line that no chain can show is in the wrong table');
});

test.run();
