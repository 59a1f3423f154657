import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MlchainError } from '../../src/errors.ts';
import { parseEnvelope } from '../../src/intoto/envelope.ts';
import { type Link, linkFromJson } from '../../src/intoto/link.ts';
import { checkSignature } from '../../src/openpgp/check.ts';
import { generateKey } from '../../src/openpgp/generate.ts';
import { findSigner, type Signer } from '../../src/openpgp/signer.ts';
import { OwnKeyStore } from '../../src/openpgp/store.ts';
import { type LinkFile, type LinkFileRequest, writeLinkFile } from '../../src/record/link-file.ts';
import { asMaps } from '../support/as-maps.ts';
import { failure } from '../support/failure.ts';
import { makeScratch, type Scratch } from '../support/scratch.ts';

let scratch: Scratch;
let signer: Signer;

test.before(async () => {
  scratch = makeScratch();
  const env = { XDG_DATA_HOME: path.join(scratch.path, 'share'), HOME: scratch.path };
  const { armoredSecret } = await generateKey({ name: 'Alice', email: 'alice@example.org', type: 'ed25519' });
  await OwnKeyStore.open(env).import(armoredSecret);
  signer = await findSigner({ choices: [], gpgProgram: 'gpg', env, mayPrompt: false });
});
test.before.each(() => {
  fs.rmSync(path.join(scratch.path, 'work'), { recursive: true, force: true });
  fs.rmSync(path.join(scratch.path, 'links'), { recursive: true, force: true });
  scratch.write('work/raw/a.csv', '1\n');
  scratch.write('work/raw/b.csv~', 'left by an editor\n');
});
test.after(() => scratch.cleanup());

function write(script: string | undefined, more: Partial<LinkFileRequest> = {}): Promise<LinkFile> {
  const base = path.join(scratch.path, 'work');
  return writeLinkFile(
    {
      step: 'prepare',
      directory: path.join(scratch.path, 'links'),
      base,
      materials: ['raw'],
      products: ['data.csv'],
      exclude: undefined,
      lstripPaths: [],
      run:
        script === undefined
          ? undefined
          : {
              command: ['sh', '-c', script],
              cwd: base,
              env: process.env,
              recordStreams: true,
              outputTo: 'stderr',
            },
      ...more,
    },
    signer,
  );
}

function readLink(file: string): Link {
  return linkFromJson(parseEnvelope(fs.readFileSync(file)).signed);
}

function files(): readonly string[] {
  return fs.existsSync(path.join(scratch.path, 'links'))
    ? fs.readdirSync(path.join(scratch.path, 'links'))
    : [];
}

test('a link file says what went in and came out, and is signed', async () => {
  const { file } = await write('echo made; cp raw/a.csv data.csv');
  assert.is(path.basename(file), `prepare.${signer.keyid.slice(0, 8)}.link`);
  const envelope = parseEnvelope(fs.readFileSync(file));
  const [signature] = envelope.signatures;
  assert.ok(signature);
  assert.is(checkSignature(signer.certificate.publicKey, signature, envelope.signedBytes).good, true);
  const link = readLink(file);
  assert.is(link.name, 'prepare');
  assert.equal(link.command, ['sh', '-c', 'echo made; cp raw/a.csv data.csv']);
  assert.equal([...link.materials.keys()], ['raw/a.csv']);
  assert.equal([...link.products.keys()], ['data.csv']);
  assert.equal([...link.byproducts].sort(), [
    ['return-value', 0],
    ['stderr', ''],
    ['stdout', 'made\n'],
  ]);
  assert.equal([...link.environment], []);
});

test('materials are recorded before the command runs, products after', async () => {
  const { materials, products } = await write('echo changed >raw/a.csv', { products: ['raw'] });
  assert.not.equal(materials.get('raw/a.csv'), products.get('raw/a.csv'));
});

test('without a command the link says so', async () => {
  const { file } = await write(undefined, { products: [] });
  assert.equal(readLink(file).command, []);
  assert.equal([...readLink(file).byproducts], []);
});

test('a command that fails, or does not start, leaves no link', async () => {
  const error = await failure(write('cp raw/a.csv data.csv; exit 3'));
  assert.instance(error, MlchainError);
  assert.match(error.message, /'sh' failed with exit code 3: no link is made/);
  assert.equal(files(), []);
});

test('a material that is not there stops it before the command runs; a product, after', async () => {
  const before = await failure(write('touch ran', { materials: ['raw', 'none'] }));
  assert.match(before.message, /there is no material 'none'/);
  assert.is(fs.existsSync(path.join(scratch.path, 'work/ran')), false);
  const after = await failure(write('touch ran', { products: ['none'] }));
  assert.match(after.message, /made no product 'none'/);
  assert.is(fs.existsSync(path.join(scratch.path, 'work/ran')), true);
  assert.equal(files(), []);
});

test('patterns to exclude stand in place of in-toto’s own', async () => {
  const { materials } = await write('cp raw/a.csv data.csv', { exclude: ['a.*'] });
  assert.equal([...materials.keys()], ['raw/b.csv~']);
});

test('a prefix is taken off the names, as in-toto does', async () => {
  const { materials } = await write('cp raw/a.csv data.csv', { lstripPaths: ['raw/'] });
  assert.equal([...materials.keys()], ['a.csv']);
});

test('a step whose name leads out of the directory writes nothing', async () => {
  for (const step of ['../up', 'a/b', 'a\0b', 'C:x']) {
    const error = await failure(write('touch ran', { step }));
    assert.match(error.message, /cannot write a link file/);
    assert.is(fs.existsSync(path.join(scratch.path, 'work/ran')), false);
  }
});

test('a second run takes the place of the first, whole', async () => {
  await write('echo 1 >data.csv');
  const { file, products } = await write('echo 2 >data.csv');
  assert.equal(asMaps(readLink(file).products), products);
  assert.is(files().length, 1);
});

test.run();
