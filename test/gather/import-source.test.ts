import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readImportSource } from '../../src/gather/import-source.ts';
import { writeBundle } from '../../src/ledger/bundle.ts';
import { partsOf } from '../support/bundle.ts';
import { failure } from '../support/failure.ts';
import { honestStory, makePeople } from '../support/pipeline.ts';
import { makeScratch } from '../support/scratch.ts';

const people = await makePeople();
const story = honestStory(people);
const parts = partsOf(story);
const scratch = makeScratch();
test.after(() => scratch.cleanup());

const [prepare = '', train = ''] = parts.evidence;
const at = (...names: string[]) => path.join(scratch.path, ...names);
const bundle = scratch.write('chain.mlchain.jsonl', writeBundle(parts));

test('of a directory the links are read, in the order of their names, and nothing else', async () => {
  scratch.write('links/train.12345678.link', train);
  scratch.write('links/prepare.12345678.link', prepare);
  scratch.write('links/root.layout', '{}');
  scratch.write('links/readme.md', 'hello');
  scratch.write('links/sub.12345678/inner.12345678.link', prepare);
  const source = await readImportSource(at('links'));
  assert.equal(
    source.foreign.map(({ name, envelope }) => [name, envelope?.signed.get('name')]),
    [
      ['prepare.12345678.link', 'prepare'],
      ['train.12345678.link', 'train'],
    ],
  );
  assert.equal([source.certificates, source.commit], [[], undefined]);
});

test('what cannot be read in a directory is told by name, and the rest is there', async () => {
  scratch.write('mixed/a.link', '{"signatures":');
  scratch.write('mixed/b.link', train);
  fs.mkdirSync(at('mixed/c.link'));
  execFileSync('mkfifo', [at('mixed/d.link')]);
  const { foreign } = await readImportSource(at('mixed'));
  const problems = foreign.map((each) => (each.envelope === undefined ? each.problem : 'read'));
  assert.is(problems.length, 4);
  assert.match(problems[0] ?? '', /JSON|expected/);
  assert.equal(problems.slice(1), ['read', 'expected a regular file', 'expected a regular file']);
});

test('a single link is a source, too', async () => {
  const file = scratch.write('alone', train);
  const { foreign } = await readImportSource(file);
  assert.equal(
    foreign.map(({ name, envelope }) => [name, envelope?.signed.get('name')]),
    [[file, 'train']],
  );
});

test('a bundle gives its lines, its certificates and the commit that it is about', async () => {
  const source = await readImportSource(bundle);
  assert.is(source.commit, story.tested);
  assert.equal(
    source.certificates.map(({ fingerprint }) => fingerprint),
    [people.olivia, people.alice, people.bob, people.carl].map(({ fingerprint }) => fingerprint),
  );
  assert.equal(
    source.foreign.map((each) => (each.envelope === undefined ? undefined : each.line)),
    parts.evidence,
  );
  assert.equal(
    source.foreign.map(({ name }) => name),
    ['line 7', 'line 8', 'line 9'],
  );
});

test('nothing is taken from a bundle that was altered', async () => {
  const file = scratch.write('altered.jsonl', fs.readFileSync(bundle, 'utf8').replace('"train"', '"TRAIN"'));
  const error = await failure(readImportSource(file));
  assert.is(error.code, 'input');
  assert.match(error.message, /altered\.jsonl: the bundle was altered: /);
});

test('a certificate in a bundle that is none is bad input', async () => {
  const text = writeBundle({ ...parts, certificates: ['-----BEGIN PGP PUBLIC KEY BLOCK-----'] });
  const error = await failure(readImportSource(scratch.write('no-certificate.jsonl', text)));
  assert.is(error.code, 'input');
});

test('nowhere, an empty directory and a pipe are bad input', async () => {
  fs.mkdirSync(at('empty'));
  execFileSync('mkfifo', [at('pipe')]);
  for (const [name, words] of [
    ['nowhere', /expected a directory of links or a bundle, found no '.*nowhere' \(ENOENT\)/],
    ['empty', /expected links \(\*\.link\) in '.*empty', found none/],
    ['pipe', /expected a regular file/],
  ] as const) {
    const error = await failure(readImportSource(at(name)));
    assert.is(error.code, 'input');
    assert.match(error.message, words);
  }
});

test.run();
