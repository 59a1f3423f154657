import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { CommandSpec } from '../../src/cli/command.ts';
import { globalOptions } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/table.ts';
import { findingTitles } from '../../src/report/finding-text.ts';
import { verdictJson } from '../../src/report/verdict-json.ts';
import { violated } from '../report/sample.ts';
import { exec } from '../support/exec.ts';
import { projectRoot } from '../support/person.ts';

const page = path.join(projectRoot, 'man/git-mlchain.1');

async function rendered(): Promise<{ text: string; warnings: string }> {
  const env = { ...process.env, LC_ALL: 'C.UTF-8', MANWIDTH: '400', MAN_KEEP_FORMATTING: undefined };
  const { stdout, stderr } = await exec('man', ['--warnings', '-E', 'UTF-8', '-l', page], env);
  return { text: execFileSync('col', ['-bx'], { input: stdout, encoding: 'utf8' }), warnings: stderr };
}

const { text, warnings } = await rendered();

/** What stands under one heading, up to the next. */
function section(title: string): string {
  const start = text.indexOf(`\n${title}\n`);
  assert.ok(start >= 0, `no section ${title}`);
  const rest = text.slice(start + title.length + 2);
  return rest.slice(0, rest.search(/\n[A-Z]/));
}

/** The paragraphs of one command: from its synopsis to the next command's. */
function entry({ name }: CommandSpec): string {
  const entries = text.split(/\n {5}(?=git mlchain )/).slice(1);
  const head = `git mlchain ${name}`;
  const exact = entries.filter((each) => each.startsWith(head) && /^\s/.test(each.slice(head.length)));
  assert.ok(exact.length > 0, `git mlchain ${name} is not in the manual`);
  return exact.join('\n');
}

test('the page renders without a warning', () => {
  assert.is(warnings, '');
  assert.match(text, /^GIT-MLCHAIN\(1\)/);
  assert.match(text, /git-mlchain — in-toto for machine learning, kept in your git history/);
});

test('every command is in the manual, with each of its options', () => {
  for (const command of commands.filter(({ hidden }) => !hidden)) {
    const described = entry(command);
    for (const { name, short, value } of command.options ?? []) {
      const shown = new RegExp(`--${name}${value === undefined ? '' : ' \\S+'}(?![\\w-])`);
      assert.match(described, shown, `${command.name} --${name}`);
      if (short !== undefined)
        assert.match(described, new RegExp(`-${short}(?!\\w)`), `${command.name} -${short}`);
    }
    for (const { name } of command.positionals ?? []) {
      for (const word of name.split('|'))
        assert.match(described, new RegExp(`\\b${word}\\b`), `${command.name} ${word}`);
    }
    if (command.passthrough !== undefined)
      assert.match(described, new RegExp(`\\[-- ${command.passthrough} \\.\\.\\.\\]`));
  }
});

test('the manual describes no command and no option that is not there', () => {
  const documented = new Set(
    [...text.matchAll(/^ {5}git mlchain ((?:[a-z]+ ?){1,2})/gm)].map(([, words = '']) => words.trim()),
  );
  documented.delete('command');
  const names = commands.filter(({ hidden }) => !hidden).map(({ name }) => name);
  assert.equal([...documented].sort(), [...names].sort());
  const known = new Set(
    [...globalOptions, ...commands.flatMap(({ options = [] }) => options)].map(({ name }) => name),
  );
  // Of other programs: gpg --export-secret-keys, git log --notes.
  for (const foreign of ['export-secret-keys', 'notes']) known.add(foreign);
  for (const [, option = ''] of text.matchAll(/(?<![\w-])--([a-z][a-z-]+)/g)) {
    assert.ok(known.has(option), `--${option} is in the manual only`);
  }
});

test('the options of every command are in the manual', () => {
  const described = section('OPTIONS OF EVERY COMMAND');
  for (const { name, short } of globalOptions) {
    assert.match(described, new RegExp(name.length === 1 ? `-${name} ` : `--${name}\\b`));
    if (short !== undefined) assert.match(described, new RegExp(`-${short}, --${name}`));
  }
});

test('every finding is in the manual', () => {
  const described = section('FINDINGS');
  for (const [code] of findingTitles())
    assert.match(described, new RegExp(`(?<![\\w-])${code}(?![\\w-])`), code);
});

test('every exit code is in the manual', () => {
  for (const code of ['0', '1', '2', '3', '130', '141']) {
    assert.match(section('EXIT STATUS'), new RegExp(`^ {5}${code} `, 'm'));
  }
});

test('every key of the verdict’s JSON is in the manual', () => {
  const described = section('JSON OUTPUT');
  const keys = new Set<string>();
  JSON.stringify(verdictJson(violated), (key, value) => {
    if (!/^\d*$/.test(key)) keys.add(key);
    return value;
  });
  assert.ok(keys.size > 20);
  for (const key of keys) assert.ok(described.includes(`"${key}":`), key);
});

/** What the sources read: named there in quotes. */
function namedInSources(pattern: RegExp): Set<string> {
  const source = path.join(projectRoot, 'src');
  const files = fs
    .readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'));
  const all = files.map((file) => fs.readFileSync(path.join(source, file), 'utf8')).join('\n');
  return new Set([...all.matchAll(pattern)].map(([, name = '']) => name));
}

test('every variable and every git setting that the program reads is in the manual', () => {
  // These two the tool only says to itself.
  const own = new Set(['MLCHAIN_HOOK_PROBE', 'MLCHAIN_INSIDE_PUSH']);
  const variables = [...namedInSources(/\b(MLCHAIN_[A-Z_]+)\b/g)].filter((name) => !own.has(name));
  for (const name of variables)
    assert.match(section('ENVIRONMENT'), new RegExp(`^ {5}${name}$|^ {5}${name} `, 'm'), name);
  for (const name of namedInSources(/['"`](mlchain\.(?!sh\b)[a-zA-Z]+)['"`]/g)) {
    assert.ok(section('CONFIGURATION').includes(name), name);
  }
});

test.run();
