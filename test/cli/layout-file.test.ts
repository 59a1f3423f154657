import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  readLayoutEnvelope,
  requireLayout,
  requireLayoutEnvelope,
  writeLayout,
} from '../../src/cli/layout-file.ts';
import { makeEnvelope, writeEnvelopeFile } from '../../src/intoto/envelope.ts';
import { failure } from '../support/failure.ts';
import { makeLayoutJson } from '../support/layout.ts';
import type { Scratch } from '../support/scratch.ts';
import { makeScratch } from '../support/scratch.ts';

let scratch: Scratch;

test.before.each(() => {
  scratch = makeScratch();
});

test.after.each(() => scratch.cleanup());

const signed = makeLayoutJson({ steps: { train: {} } });

test('a layout is written as in-toto writes it, and read back', async () => {
  await writeLayout(scratch.path, makeEnvelope(signed, []));
  assert.is(scratch.read('.mlchain/root.layout').toString(), writeEnvelopeFile(signed, []));
  const { layout, envelope } = await requireLayout(scratch.path);
  assert.equal(
    layout.steps.map(({ name }) => name),
    ['train'],
  );
  assert.equal(envelope.signatures, []);
});

test('writing leaves nothing beside it, and takes the place of a link instead of following it', async () => {
  scratch.write('elsewhere', 'precious');
  fs.mkdirSync(path.join(scratch.path, '.mlchain'));
  fs.symlinkSync(path.join(scratch.path, 'elsewhere'), path.join(scratch.path, '.mlchain/root.layout'));
  await writeLayout(scratch.path, makeEnvelope(signed, []));
  assert.is(scratch.read('elsewhere').toString(), 'precious');
  assert.equal(fs.readdirSync(path.join(scratch.path, '.mlchain')), ['root.layout']);
});

test('no layout is undefined to who asks, an error to who needs one', async () => {
  assert.is(await readLayoutEnvelope(scratch.path), undefined);
  const error = await failure(requireLayoutEnvelope(scratch.path));
  assert.is(error.code, 'input');
  assert.match(error.hint ?? '', /layout new/);
});

test('what is no envelope, and what is no layout, is said with the file and a way out', async () => {
  scratch.write('.mlchain/root.layout', '{"signatures": [], "signed": {"_type": ');
  const truncated = await failure(requireLayout(scratch.path));
  assert.is(truncated.code, 'input');
  assert.match(truncated.message, /^\.mlchain\/root\.layout: /);
  assert.match(truncated.hint ?? '', /git checkout HEAD -- \.mlchain\/root\.layout/);
  scratch.write('.mlchain/root.layout', '{"signatures": [], "signed": {"_type": "link"}}');
  const link = await failure(requireLayout(scratch.path));
  assert.is(link.code, 'input');
  assert.match(link.hint ?? '', /layout check/);
});

test.run();
