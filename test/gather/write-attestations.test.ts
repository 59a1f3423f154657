import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { writeAttestations } from '../../src/gather/write-attestations.ts';
import { jsonObject } from '../../src/intoto/json.ts';
import { failure } from '../support/failure.ts';
import { makeScratch } from '../support/scratch.ts';
import { makeWorkshop } from '../support/workshop.ts';

const workshop = await makeWorkshop();
const scratch = makeScratch();
test.after(async () => {
  scratch.cleanup();
  await workshop.cleanup();
});

const COMMIT = 'a'.repeat(40);
const statement = (text: string) => jsonObject([['text', text]]);

test('statements of one commit and one name share a file, a line each', async () => {
  const directory = path.join(scratch.path, 'shared');
  const files = await writeAttestations(
    directory,
    ['one', 'two'].map((text) => ({ commit: COMMIT, name: 'train', statement: statement(text) })),
    workshop.signer,
  );
  assert.equal(files, [`commits/${COMMIT}/train.intoto.jsonl`]);
  const lines = fs
    .readFileSync(path.join(directory, files[0] ?? ''), 'utf8')
    .trim()
    .split('\n');
  const payloads = lines.map((line) => Buffer.from(JSON.parse(line).payload, 'base64').toString('utf8'));
  assert.equal(payloads, ['{"text":"one"}', '{"text":"two"}']);
});

test('a step whose name leads elsewhere is written nowhere', async () => {
  const directory = path.join(scratch.path, 'outer/inner');
  fs.mkdirSync(directory, { recursive: true });
  for (const name of ['../evil', '/evil', 'a/b', '..', '.git', 'a\\b', 'a\0b', '']) {
    const error = await failure(
      writeAttestations(directory, [{ commit: COMMIT, name, statement: statement('x') }], workshop.signer),
    );
    assert.is(error.code, 'failed', name);
    assert.match(error.message, /^invalid-name: /);
  }
  assert.equal(fs.readdirSync(path.join(scratch.path, 'outer'), { recursive: true }), ['inner']);
});

test('a file that is there is not written over', async () => {
  const directory = path.join(scratch.path, 'twice');
  const one = [{ commit: COMMIT, name: 'train', statement: statement('x') }];
  await writeAttestations(directory, one, workshop.signer);
  const error = await failure<NodeJS.ErrnoException>(writeAttestations(directory, one, workshop.signer));
  assert.is(error.code, 'EEXIST');
});

test.run();
