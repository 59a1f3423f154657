import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { projectRoot, vectorsDir } from '../support/person.ts';
import { makeScratch, type Scratch } from '../support/scratch.ts';
import type { RowResult } from './row.ts';
import { runVectors } from './run.ts';

const SAMPLE = path.join(projectRoot, 'test/vectors/sample');

type Wire = Record<string, unknown>;

let scratch: Scratch;
test.before.each(() => {
  scratch = makeScratch();
  fs.cpSync(SAMPLE, scratch.path, { recursive: true });
});
test.after.each(() => scratch.cleanup());

async function failing(directory: string): Promise<readonly RowResult[]> {
  const reports = await runVectors(directory);
  return reports.flatMap(({ rows }) => rows).filter(({ outcome }) => outcome === 'fails');
}

/** Where the vectors of a file's kind lie. */
function kindOf(file: string): string {
  return path.join(scratch.path, file.split('/')[0] ?? '');
}

/** Changes one row of a `.jsonl` file, chosen by its name (or its number where rows have none). */
function flipRow(file: string, row: string | number, change: (row: Wire) => void): string {
  const rows = scratch
    .read(file)
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Wire);
  const found = typeof row === 'number' ? rows[row] : rows.find(({ name }) => name === row);
  assert.ok(found, `${file}: ${row}`);
  change(found);
  scratch.write(file, rows.map((each) => `${JSON.stringify(each)}\n`).join(''));
  return kindOf(file);
}

function flipFile(file: string, change: (json: Wire) => void): string {
  const json = JSON.parse(scratch.read(file).toString()) as Wire;
  change(json);
  scratch.write(file, JSON.stringify(json));
  return kindOf(file);
}

function main(...args: string[]): { status: number | null; stdout: string } {
  const program = path.join(projectRoot, 'test/vectors/main.ts');
  return spawnSync(process.execPath, ['--import', 'tsx', program, ...args], {
    encoding: 'utf8',
    cwd: projectRoot,
  });
}

test('every vector of the sample holds, and every kind is there', async () => {
  const reports = await runVectors(SAMPLE);
  assert.equal(await failing(SAMPLE), []);
  assert.equal(
    reports.map(({ place }) => path.basename(place)),
    [
      'canonical-json.jsonl',
      'chains',
      'dirhash.jsonl',
      'fnmatch.jsonl',
      'keys',
      'record',
      'rule-syntax.jsonl',
      'rules.jsonl',
      'sig-packets.jsonl',
      'signatures.jsonl',
    ],
  );
  assert.ok(reports.every(({ rows }) => rows.length > 0));
});

test('every vector of the full set holds, where it lies beside the project', async () => {
  assert.equal(await failing(fs.existsSync(vectorsDir) ? vectorsDir : SAMPLE), []);
});

const FLIPS: readonly (readonly [kind: string, flip: () => string])[] = [
  [
    'a canonical form',
    () => flipRow('canonical-json.jsonl', 'proto-key', (row) => Object.assign(row, { canonical: '7b7d' })),
  ],
  [
    'a canonical form that is none',
    () => flipRow('canonical-json.jsonl', 'float-1e3', (row) => Object.assign(row, { canonical: '31' })),
  ],
  [
    'a form expected where there is none',
    () => flipRow('canonical-json.jsonl', 'int-2p70', (row) => void delete row.canonical),
  ],
  ['a match', () => flipRow('fnmatch.jsonl', 0, (row) => Object.assign(row, { match: !row.match }))],
  [
    'a rule’s parts',
    () => flipRow('rule-syntax.jsonl', 3, (row) => Object.assign(row, { valid: !row.valid })),
  ],
  [
    'a verdict of rules',
    () => flipRow('rules.jsonl', 'astral-question', (row) => Object.assign(row, { expect: 'fail' })),
  ],
  [
    'a failing rule',
    () => flipRow('rules.jsonl', 'create-not-modify', (row) => Object.assign(row, { failing_index: 0 })),
  ],
  [
    'a good signature',
    () => flipRow('signatures.jsonl', 'good-ed25519', (row) => Object.assign(row, { expect: 'bad' })),
  ],
  [
    'a bad signature',
    () =>
      flipRow('signatures.jsonl', 'content-flipped-ed25519', (row) => Object.assign(row, { expect: 'good' })),
  ],
  [
    'a signature object',
    () =>
      flipRow('sig-packets.jsonl', 'ed25519-short-r', (row) =>
        Object.assign(row.sig as Wire, { signature: '00' }),
      ),
  ],
  [
    'the content of a packet',
    () => flipRow('sig-packets.jsonl', 'ed25519-short-r', (row) => Object.assign(row, { content: '00' })),
  ],
  [
    'a directory digest',
    () => flipRow('dirhash.jsonl', 'nested', (row) => Object.assign(row, { sha256: '0'.repeat(64) })),
  ],
  [
    'a key object',
    () =>
      flipFile('keys/ed25519.intoto.json', (json) =>
        Object.assign(json.correct as Wire, { creation_time: 1 }),
      ),
  ],
  [
    'a key’s life',
    () =>
      flipFile('keys/ed25519.intoto.json', (json) =>
        Object.assign((json.gpg as Wire[])[0] ?? {}, { revoked: true }),
      ),
  ],
  [
    'a chain that passes',
    () => flipFile('chains/link-names-right/expect.json', (json) => Object.assign(json, { expect: 'fail' })),
  ],
  [
    'a chain that fails',
    () => flipFile('chains/link-name-null/expect.json', (json) => Object.assign(json, { expect: 'pass' })),
  ],
  [
    'what is recorded',
    () => flipFile('record/default-excludes.json', (json) => Object.assign(json, { materials: {} })),
  ],
  [
    'a refusal to record',
    () => flipFile('record/lstrip-collision.json', (json) => Object.assign(json, { expect: 'ok' })),
  ],
];

for (const [kind, flip] of FLIPS) {
  test(`${kind} that is expected wrongly is one failing row`, async () => {
    assert.is((await failing(flip())).length, 1);
  });
}

test('a row that may come out either way does not fail, but is told', async () => {
  const rows = (await runVectors(SAMPLE)).flatMap((report) => report.rows);
  const differing = rows.filter(({ outcome }) => outcome === 'differs');
  assert.equal(
    differing.map(({ name }) => name),
    ['dup-keys', 'backslash-and-newline'],
  );
});

test('a file that is no vector file fails, and the others still run', async () => {
  scratch.write('dirhash.jsonl', 'not JSON\n');
  const reports = await runVectors(scratch.path);
  assert.is(reports.length, 10);
  assert.equal(
    (await failing(scratch.path)).map(({ name }) => name),
    ['runner'],
  );
});

test('vectors are found at any depth, and one file may be named by itself', async () => {
  fs.mkdirSync(path.join(scratch.path, 'deep/er'), { recursive: true });
  fs.renameSync(path.join(scratch.path, 'rules.jsonl'), path.join(scratch.path, 'deep/er/rules.jsonl'));
  assert.is((await runVectors(scratch.path)).length, 10);
  assert.is((await runVectors(path.join(scratch.path, 'fnmatch.jsonl'))).length, 1);
});

test('the command ends with 0 when all hold, and says how many', () => {
  const { status, stdout } = main(SAMPLE);
  assert.is(status, 0);
  assert.match(stdout, /rules\.jsonl: 4 rows, 4 hold, 0 fail/);
  assert.match(stdout, /differs, as it may: .*dup-keys/);
});

test('the command ends with 1 when one row fails, and prints it', () => {
  flipRow('rules.jsonl', 'astral-question', (row) => Object.assign(row, { expect: 'fail' }));
  const { status, stdout } = main(SAMPLE, scratch.path);
  assert.is(status, 1);
  assert.match(stdout, /FAILED: .*rules\.jsonl: astral-question: expected fail, found pass/);
  assert.match(stdout, /rules\.jsonl: 4 rows, 3 hold, 1 fail/);
});

test('a directory without vectors is no success, nor is none', () => {
  fs.mkdirSync(path.join(scratch.path, 'empty'));
  const empty = main(SAMPLE, path.join(scratch.path, 'empty'));
  assert.is(empty.status, 1);
  assert.match(empty.stdout, /no vectors found/);
  assert.is(main().status, 2);
});

test.run();
