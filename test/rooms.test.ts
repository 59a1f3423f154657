import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ImportGraph } from './support/imports.ts';
import { circle, importsOf, readImports } from './support/imports.ts';
import { projectRoot } from './support/person.ts';
import { between, climbing, reachesOutside } from './support/rooms.ts';

/*
 * The law of the house (architecture.md): nouns below, verbs above. Whoever breaks it is told why it is there. The law
 * is about what a file may know, so a type import counts like any other.
 */
const source = path.join(projectRoot, 'src');
const graph = readImports(source);

function none(found: readonly string[], why: string): void {
  assert.is(found.length, 0, `${found.join('\n')}\n\nWhy this is a rule: ${why}\n`);
}

test('a room imports only rooms on lower floors', () => {
  none(
    climbing(graph),
    'what a noun needs from a verb belongs in the noun; two rooms of one floor meet one floor up. ' +
      'See the table in test/support/rooms.ts, and move the code or the floor',
  );
});

test('no file imports itself, by whatever detour', () => {
  assert.is(
    circle(graph),
    undefined,
    'a circle has no bottom to start reading (or loading) at; break it at a type',
  );
});

test('intoto/ knows the specification and nothing else', () => {
  none(
    between(graph, 'intoto', ['git', 'version.ts']),
    'what is true of in-toto without git is all that lies there, so that it can be held against the peer alone',
  );
  none(reachesOutside(graph, 'intoto'), 'bytes come in and bytes go out');
});

test('git/ has never heard of in-toto', () => {
  none(
    between(graph, 'git', ['intoto']),
    'it reads and writes repositories; what the bytes mean is said above',
  );
});

test('openpgp/ does not know git', () => {
  none(between(graph, 'openpgp', ['git']), 'a key is good or bad wherever the signature was found');
});

test('layout/ does not know git', () => {
  none(between(graph, 'layout', ['git']), 'what a layout demands does not depend on where it was found');
});

test('hooks/ knows git, and of in-toto only its patterns', () => {
  none(
    between(graph, 'hooks', ['intoto']).filter((line) => !line.endsWith(' imports intoto/pattern.ts')),
    'it installs scripts and tells them where to look; what they then do is decided above',
  );
});

test('the judge does no I/O', () => {
  const why =
    'verify/ is handed commits, envelopes, certificates, trust and a clock. A judge that could read a file, start a ' +
    'process or ask git could be shown another world than the one it judges; gather/ reads, verify/ judges';
  none(reachesOutside(graph, 'verify'), why);
});

test('a reporter is a pure function', () => {
  none(reachesOutside(graph, 'report'), 'it turns data into text; cli/ prints it');
});

test('only git/, openpgp/, record/, gather/, hooks/ and cli/ start processes', () => {
  const allowed = /^(git|openpgp|record|gather|hooks|cli)\//;
  const starting = [...graph].filter(([, imports]) =>
    imports.some(({ target }) => target === 'node:child_process'),
  );
  none(
    starting.map(([file]) => file).filter((file) => !allowed.test(file)),
    'git, gpg, a step, an inspection, a hook, a pager: every other child would be a surprise to its user',
  );
});

test('refs are asked of git, whatever it keeps them in', () => {
  const readsRefs = /packed-refs|(?:[gG]itDir|commonDir)\b[^\n]*['"`/](?:refs|HEAD)\b/;
  const asking = [...graph.keys()].filter((file) => !/^git\/isomorphic-/.test(file));
  none(
    asking.filter((file) => readsRefs.test(fs.readFileSync(path.join(source, file), 'utf8'))),
    'a reftable has no file for a ref (git 2.45 and newer, which Debian has not: no story can tell), and a linked ' +
      'worktree has it elsewhere; where there is no git, the reader says that it cannot read such a repository',
  );
});

test('no file is longer than 300 lines', () => {
  const long = [...graph.keys()]
    .map((file) => [file, fs.readFileSync(path.join(source, file), 'utf8').split('\n').length - 1] as const)
    .filter(([, lines]) => lines > 300)
    .map(([file, lines]) => `src/${file} has ${lines} lines`);
  none(long, 'a file that holds one thought is about 100 lines long; a second thought wants a second file');
});

// The law would be worthless if it could not be broken: each check, shown a house that breaks it.
function house(files: Readonly<Record<string, string>>): ImportGraph {
  return new Map(Object.entries(files).map(([file, text]) => [file, importsOf(file, text)]));
}

test('the law sees an import upwards, sideways, of a type, dynamic and re-exported', () => {
  const found = climbing(
    house({
      'git/a.ts': "import { x } from '../verify/b.ts';",
      'git/b.ts': "import type { X } from '../intoto/json.ts';",
      'verify/c.ts': "const m = await import('../cli/main.ts');",
      'report/d.ts': "export { y } from '../gather/e.ts';",
      'cli/e.ts': "import {\n  a,\n  type B,\n} from '../git/a.ts';\nimport '../errors.ts';",
      'verify/f.ts': "import { x } from './c.ts';\nimport { y } from '../errors.ts';",
    }),
  );
  assert.equal(found, [
    'git/a.ts imports verify/b.ts',
    'git/b.ts imports intoto/json.ts',
    'verify/c.ts imports cli/main.ts',
    'report/d.ts imports gather/e.ts',
  ]);
});

test('the law sees a circle', () => {
  const round = house({
    'git/a.ts': "import type { B } from './b.ts';",
    'git/b.ts': "import { c } from './c.ts';",
    'git/c.ts': "import { a } from './a.ts';",
  });
  assert.is(circle(round), 'git/a.ts → git/b.ts → git/c.ts → git/a.ts');
  assert.is(circle(house({ 'git/a.ts': "import { b } from './b.ts';", 'git/b.ts': '' })), undefined);
});

test('the law sees a judge that reaches the disk through somebody else, and lets types pass', () => {
  const reaching = house({
    'verify/a.ts': "import { b } from '../artifact/b.ts';",
    'artifact/b.ts': "import * as fs from 'node:fs/promises';",
  });
  assert.equal(reachesOutside(reaching, 'verify'), [
    'verify/a.ts reaches node:fs/promises through artifact/b.ts',
  ]);
  const types = house({
    'verify/a.ts':
      "import type { Repository } from '../git/repository.ts';\nimport { createHash } from 'node:crypto';",
  });
  assert.equal(reachesOutside(types, 'verify'), []);
});

test('a room without a floor is not let in', () => {
  assert.throws(
    () => climbing(house({ 'utils/a.ts': "import { x } from '../errors.ts';" })),
    /src\/utils has no floor/,
  );
});

test.run();
