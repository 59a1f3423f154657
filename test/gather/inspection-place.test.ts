import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { InspectionPlace } from '../../src/gather/inspection-place.ts';
import type { InspectionOutcome } from '../../src/verify/inspection.ts';
import { exec } from '../support/exec.ts';
import { makeScratch, type Scratch } from '../support/scratch.ts';

let scratch: Scratch;
let place: InspectionPlace;
test.before.each(() => {
  scratch = makeScratch();
  place = new InspectionPlace(path.join(scratch.path, 'product'), 20_000);
  scratch.write('product/a', '1');
});
test.after.each(() => {
  place.remove();
  scratch.cleanup();
});

function inspect(...run: string[]): Promise<InspectionOutcome> {
  return place.inspect({ name: 'check', run, expectedMaterials: [], expectedProducts: [] });
}

function link(name: string, target: string): void {
  fs.symlinkSync(target, path.join(scratch.path, 'product', name));
}

test('what lies there is recorded before and after', async () => {
  const { materials, products, returnValue } = await inspect('sh', '-c', 'echo 2 >b; rm a');
  assert.equal([...materials.keys()], ['a']);
  assert.equal([...products.keys()], ['b']);
  assert.is(returnValue, 0);
});

test('the second inspection finds what the first left, and the product neither', async () => {
  await inspect('sh', '-c', 'echo 2 >b');
  assert.equal([...(await inspect('true')).materials.keys()], ['a', 'b']);
  assert.equal(fs.readdirSync(path.join(scratch.path, 'product')), ['a']);
});

test('the last lines of its output are kept for the message', async () => {
  const { output, returnValue } = await inspect('sh', '-c', 'seq 10; exit 4');
  assert.is(returnValue, 4);
  assert.is(output, '8\n9\n10');
  assert.is((await inspect('sh', '-c', 'echo out; echo err >&2')).output, 'err');
});

test('its home and temporary directory are its own, outside of what is recorded', async () => {
  const { products, output } = await inspect(
    'sh',
    '-c',
    'echo x >"$HOME/h"; echo x >"$TMPDIR/t"; echo "$HOME"',
  );
  assert.equal([...products.keys()], ['a']);
  assert.match(output, /mlchain-inspection-.*\/home$/);
});

test('modes and links within the product are kept, pipes are left out', async () => {
  fs.chmodSync(scratch.write('product/d/run', '#!/bin/sh\n'), 0o755);
  link('d/to-a', '../a');
  link('dir', 'd');
  link('d/dead', 'nowhere');
  await exec('mkfifo', [path.join(scratch.path, 'product/pipe')], process.env);
  const { output, returnValue } = await inspect(
    'sh',
    '-c',
    'test -x d/run && cat d/to-a dir/to-a && ! test -e pipe',
  );
  assert.is(returnValue, 0);
  assert.is(output, '11');
});

test('a link that leads out of the product is refused before anything runs', async () => {
  scratch.write('secret', 's');
  const targets = ['../secret', '/etc/passwd', 'd/../../secret', '../../secret', `${scratch.path}/product/a`];
  for (const target of targets) {
    link('out', target);
    const { returnValue, problem } = await inspect('true');
    assert.is(returnValue, undefined);
    assert.match(problem ?? '', /expected links that stay within the product, found out -> /);
    fs.rmSync(path.join(scratch.path, 'product/out'));
  }
  assert.is((await inspect('true')).returnValue, 0);
});

test('a link that goes up behind a name is refused: the name may be a link itself', async () => {
  fs.mkdirSync(path.join(scratch.path, 'product/x/y'), { recursive: true });
  link('x/y/top', '../..');
  link('x/way', 'y/top/../secret');
  assert.match((await inspect('true')).problem ?? '', /found x\/way -> /);
});

test('a name that cannot be recorded is the outcome, not an error', async () => {
  const outcome = await inspect('sh', '-c', 'touch "$(printf \'caf\\351\')"');
  assert.is(outcome.returnValue, undefined);
  assert.match(outcome.problem ?? '', /file name in UTF-8/);
});

test('afterwards nothing is left, and where nothing ran nothing was made', async () => {
  const { output } = await inspect('pwd');
  assert.ok(fs.existsSync(output));
  place.remove();
  assert.not(fs.existsSync(output));
  new InspectionPlace('/nonexistent', 1000).remove();
});

test.run();
