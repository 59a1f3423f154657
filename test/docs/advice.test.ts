import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readCommandLine } from '../../src/cli/options.ts';
import { commands } from '../../src/cli/table.ts';
import { projectRoot } from '../support/person.ts';

/*
 * A hint that names a command which is not there is worse than none: whoever needs it is in trouble already. Every
 * command line that the program, its hooks or its pages advise is read here as the program would read it.
 */

interface Advice {
  readonly where: string;
  readonly words: readonly string[];
}

/** In the sources: `git mlchain …` inside quotes, up to the closing one; what is filled in becomes a word. */
function advisedBySources(): Advice[] {
  const source = path.join(projectRoot, 'src');
  const files = fs
    .readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'));
  return files.flatMap((file) => {
    const text = fs.readFileSync(path.join(source, file), 'utf8').replaceAll(/\$\{[^}]*\}/g, 'WORD');
    return [...text.matchAll(/'git mlchain ([a-z][^'`]*)'/g)].map(([, line = '']) =>
      advice(`src/${file}`, line),
    );
  });
}

/** In the pages: lines and code that begin with it. */
function advisedByPages(): Advice[] {
  const pages = [
    'README.md',
    ...fs.readdirSync(path.join(projectRoot, 'docs')).map((name) => `docs/${name}`),
  ];
  return pages.flatMap((page) => {
    const text = fs.readFileSync(path.join(projectRoot, page), 'utf8').replaceAll(/ *\\\n +/g, ' ');
    const lines = [...text.matchAll(/(?:^|`|&& )git mlchain ([a-z][^`\n]*)/gm)];
    return lines.map(([, line = '']) => advice(page, line));
  });
}

/** Less what a shell does with it. */
function advice(where: string, line: string): Advice {
  const own = line.replace(/ +(&&|#|>|\||;).*/, '');
  const words = own.match(/'[^']*'|"[^"]*"|\S+/g) ?? [];
  return {
    where,
    words: words.map((word) => word.replaceAll(/['"]|[,.:;…)]+$/g, '')).filter((word) => word !== ''),
  };
}

/** Not a command line but the name of one: `git mlchain key`, `git mlchain <command> -h`. */
function isName({ words }: Advice): boolean {
  return words.length === 0 || /[<[|]/.test(words.join(' '));
}

function check({ where, words }: Advice): void {
  const shown = `${where}: git mlchain ${words.join(' ')}`;
  try {
    const { command, group } = readCommandLine(words, commands);
    assert.ok(command ?? group, shown);
  } catch (cause) {
    throw new Error(`${shown}\n${cause instanceof Error ? cause.message : cause}`);
  }
}

test('every command line that the program advises exists', () => {
  const advised = advisedBySources().filter((each) => !isName(each));
  assert.ok(advised.length > 40, `only ${advised.length} found`);
  for (const each of advised) check(each);
});

test('every command line in the pages exists', () => {
  const advised = advisedByPages().filter((each) => !isName(each));
  assert.ok(advised.length > 10, `only ${advised.length} found`);
  for (const each of advised) check(each);
});

test('a command line that does not exist would be seen', () => {
  for (const line of ['verfiy', 'verify --histroy', 'key nwe', 'record --step']) {
    assert.throws(() => check(advice('here', line)), /here: git mlchain/);
  }
});

test.run();
