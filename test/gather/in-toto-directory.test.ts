import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MlchainError } from '../../src/errors.ts';
import { type DirectoryVerification, verifyDirectory } from '../../src/gather/in-toto-directory.ts';
import { sha256Hex } from '../../src/intoto/digest.ts';
import { type Envelope, writeEnvelope, writeEnvelopeFile } from '../../src/intoto/envelope.ts';
import { readCertificates } from '../../src/openpgp/certificate.ts';
import type { VerdictReport } from '../../src/verify/verdict.ts';
import { certificateOf, fileName, linkJson, signed, verifiedAt } from '../support/chain.ts';
import { exec } from '../support/exec.ts';
import { failure } from '../support/failure.ts';
import { makeGpgKey } from '../support/gpg.ts';
import { type LayoutText, makeLayoutJson } from '../support/layout.ts';
import { makePerson } from '../support/person.ts';
import { makeScratch, type Scratch } from '../support/scratch.ts';
import { makeSigningKey } from '../support/signing-key.ts';

const [olivia, alice, bob] = [makeSigningKey(), makeSigningKey(), makeSigningKey()];
const layout: LayoutText = {
  keys: [alice.key],
  steps: { train: { products: ['CREATE model.pt', 'DISALLOW *'] } },
  inspections: {
    check: { run: ['test', '-f', 'model.pt'], materials: ['MATCH * WITH PRODUCTS FROM train', 'DISALLOW *'] },
  },
};
const train = signed(linkJson({ name: 'train', products: { 'model.pt': 'w' } }), [alice]);
const trainFile = fileName('train', alice);

let scratch: Scratch;
test.before.each(() => {
  scratch = makeScratch();
  write('links/root.layout', signed(makeLayoutJson(layout), [olivia]));
  write(`links/${trainFile}`, train);
  scratch.write('product/model.pt', 'w');
});
test.after.each(() => scratch.cleanup());

function write(name: string, { signed: json, signatures }: Envelope): void {
  scratch.write(name, writeEnvelopeFile(json, signatures));
}

function verify(more: Partial<DirectoryVerification> = {}): Promise<VerdictReport> {
  return verifyDirectory({
    directory: path.join(scratch.path, 'links'),
    owners: [certificateOf(olivia, 'Olivia <olivia@example.org>')],
    product: path.join(scratch.path, 'product'),
    now: verifiedAt,
    inspections: { timeoutMs: 20_000 },
    ...more,
  });
}

function codes({ findings }: VerdictReport): readonly string[] {
  return findings.map(({ code }) => code);
}

test('an honest directory is verified, its inspection included', async () => {
  const report = await verify();
  assert.equal(report.findings, []);
  assert.is(report.verdict, 'verified');
  assert.equal(report.questions, ['release']);
  assert.is(report.revision, undefined);
  assert.equal(report.checked, { commits: 0, links: 1, signatures: 2, cached: 0 });
});

test('compact files are as good as indented ones', async () => {
  scratch.write(`links/${trainFile}`, writeEnvelope(train.signed, train.signatures));
  assert.is((await verify()).verdict, 'verified');
});

test('the layout may lie elsewhere', async () => {
  fs.renameSync(path.join(scratch.path, 'links/root.layout'), path.join(scratch.path, 'other.layout'));
  assert.is((await verify({ layout: path.join(scratch.path, 'other.layout') })).verdict, 'verified');
});

test('every owner given must have signed, unless fewer are asked for', async () => {
  const owners = [olivia, bob].map((key) => certificateOf(key, 'somebody'));
  assert.is((await verify({ owners })).verdict, 'violated');
  assert.is((await verify({ owners, ownerThreshold: 1 })).verdict, 'verified');
});

test('a layout that is not there, or cannot be read, is bad input and says which file', async () => {
  for (const content of [undefined, '', '{"signed":', '[]']) {
    const file = path.join(scratch.path, 'links/root.layout');
    fs.rmSync(file);
    if (content !== undefined) fs.writeFileSync(file, content);
    const error = await failure(verify());
    assert.instance(error, MlchainError);
    assert.is(error.code, 'input');
    assert.ok(error.message.startsWith(`${file}: `));
    fs.writeFileSync(file, '');
  }
});

test('a directory that is not there is bad input', async () => {
  const layoutFile = path.join(scratch.path, 'links/root.layout');
  const error = await failure(verify({ directory: path.join(scratch.path, 'none'), layout: layoutFile }));
  assert.match(error.message, /expected a directory of links/);
});

test('one flipped byte in a link or the layout is not verified', async () => {
  for (const name of [trainFile, 'root.layout']) {
    const file = path.join(scratch.path, 'links', name);
    const before = fs.readFileSync(file, 'utf8');
    for (const place of [before.indexOf('model.pt'), before.indexOf('signature":') + 20]) {
      const flipped = before[place] === 'a' ? 'b' : 'a';
      fs.writeFileSync(file, before.slice(0, place) + flipped + before.slice(place + 1));
      assert.is((await verify()).verdict, 'violated', `${name} at ${place}`);
    }
    fs.writeFileSync(file, before);
  }
});

test('a pipe, a directory and a giant in place of a link are isolated, and nobody waits', async () => {
  const text = { ...layout, keys: [alice.key, bob.key] };
  write('links/root.layout', signed(makeLayoutJson(text), [olivia]));
  const file = path.join(scratch.path, 'links', fileName('train', bob));
  const makers = [
    () => exec('mkfifo', [file], process.env),
    () => fs.mkdirSync(file),
    () => fs.writeFileSync(file, ''),
    () => {
      fs.writeFileSync(file, '{}');
      fs.truncateSync(file, 64 * 1024 * 1024 + 1);
    },
    () => fs.symlinkSync('nowhere', file),
  ];
  for (const make of makers) {
    await make();
    const report = await verify();
    assert.equal(codes(report), ['malformed-evidence']);
    assert.is(report.verdict, 'verified');
    fs.rmSync(file, { recursive: true });
  }
});

test('a step whose name leads out of the directory finds nothing there', async () => {
  const outside = { ...layout, steps: { '../train': {} }, inspections: {} };
  write('links/root.layout', signed(makeLayoutJson(outside), [olivia]));
  write(trainFile, signed(linkJson({ name: '../train' }), [alice]));
  assert.equal(codes(await verify()), ['link-missing']);
});

test('steps whose names begin like another’s are told apart', async () => {
  const steps = { train: layout.steps.train ?? {}, 'train.12345678': {} };
  write('links/root.layout', signed(makeLayoutJson({ ...layout, steps, inspections: {} }), [olivia]));
  write(`links/${fileName('train.12345678', alice)}`, signed(linkJson({ name: 'train.12345678' }), [alice]));
  assert.equal(codes(await verify()), []);
});

test('a sublayout is looked for in its directory, which may not be a link to itself', async () => {
  const inner = { keys: [bob.key], steps: { train: { products: ['CREATE model.pt', 'DISALLOW *'] } } };
  write(`links/${trainFile}`, signed(makeLayoutJson(inner), [alice]));
  const link = signed(linkJson({ name: 'train', products: { 'model.pt': 'w' } }), [bob]);
  const place = fileName('train', alice, '');
  write(`links/${place}/${fileName('train', bob)}`, link);
  assert.is((await verify()).verdict, 'verified');
  fs.rmSync(path.join(scratch.path, 'links', place), { recursive: true });
  fs.symlinkSync('.', path.join(scratch.path, 'links', place));
  write(`links/${fileName('train', bob)}`, link);
  assert.is((await verify()).verdict, 'violated');
});

test('an inspection sees the delivered product, and a tampered one fails it', async () => {
  scratch.write('product/model.pt', 'other');
  const report = await verify();
  assert.equal(codes(report), ['inspection-failed']);
  assert.is(report.findings[0]?.path, 'model.pt');
  assert.is(report.verdict, 'violated');
});

test('a delivered directory that a step signed as one artifact is checked file by file', async () => {
  const rules = ['MATCH dir:out WITH PRODUCTS FROM train', 'DISALLOW dir:out'];
  const steps = { train: { products: ['ALLOW dir:out', 'DISALLOW *'] } };
  const inspections = { check: { run: ['true'], materials: rules, products: rules } };
  write('links/root.layout', signed(makeLayoutJson({ ...layout, steps, inspections }), [olivia]));
  // Hashed, this is the digest of a directory that holds one file.
  const listing = `${sha256Hex('weights')}  m.bin\n`;
  write(`links/${trainFile}`, signed(linkJson({ name: 'train', products: { 'dir:out': listing } }), [alice]));
  scratch.write('product/out/m.bin', 'weights');
  assert.equal((await verify()).findings, []);
  scratch.write('product/out/m.bin', 'others');
  const [finding] = (await verify()).findings;
  assert.equal([finding?.code, finding?.path], ['inspection-failed', 'dir:out']);
});

test('inspections that are skipped are a warning', async () => {
  const report = await verify({ inspections: undefined });
  assert.equal(codes(report), ['inspections-skipped']);
  assert.is(report.verdict, 'verified');
});

test('an inspection writes into a copy, which is gone afterwards', async () => {
  const writing = { check: { run: ['sh', '-c', 'pwd; echo x >made; rm model.pt; exit 1'] } };
  write('links/root.layout', signed(makeLayoutJson({ ...layout, inspections: writing }), [olivia]));
  const report = await verify();
  const [finding] = report.findings;
  assert.is(finding?.code, 'inspection-failed');
  assert.equal(fs.readdirSync(path.join(scratch.path, 'product')), ['model.pt']);
  const place = /(\/\S*mlchain-inspection-\S*)/.exec(finding?.detail ?? '')?.[1] ?? '';
  assert.ok(place.endsWith('/product'));
  assert.not(fs.existsSync(path.dirname(place)));
});

test('an inspection that takes too long fails', async () => {
  const slow = { check: { run: ['sleep', '30'] } };
  write('links/root.layout', signed(makeLayoutJson({ ...layout, inspections: slow }), [olivia]));
  const report = await verify({ inspections: { timeoutMs: 200 } });
  assert.equal(codes(report), ['inspection-failed']);
  assert.match(report.findings[0]?.detail ?? '', /within 0\.2 s/);
});

test('what in-toto made with gpg is verified here as it is there, and a tampered link by neither', async () => {
  const person = await makePerson('Peer');
  try {
    const fingerprint = await makeGpgKey(person, 'Peer <peer@example.org>', { algorithm: 'rsa2048' });
    await person.exec('in-toto-run', [
      '-n',
      'train',
      '-g',
      fingerprint,
      '-p',
      'made',
      '--',
      'sh',
      '-c',
      'echo w >made',
    ]);
    await person.exec('/usr/bin/python3', ['-c', MAKE_LAYOUT, fingerprint.toLowerCase()]);
    const certificate = (await person.gpg(['--armor', '--export', fingerprint])).stdoutBytes;
    const peerVerdict = async (): Promise<number> => {
      const args = ['-l', 'root.layout', '-g', fingerprint.toLowerCase(), '--link-dir', '.'];
      return (await person.exec('in-toto-verify', args, { code: [0, 1] })).code;
    };
    const ours = async (): Promise<string> => {
      const owners = await readCertificates(certificate);
      const now = Math.floor(Date.now() / 1000);
      return (await verify({ directory: person.home, owners, now })).verdict;
    };
    assert.is(await peerVerdict(), 0);
    assert.is(await ours(), 'verified');
    const link = person.at(`train.${fingerprint.slice(0, 8).toLowerCase()}.link`);
    fs.writeFileSync(link, fs.readFileSync(link, 'utf8').replace('"made"', '"evil"'));
    assert.is(await peerVerdict(), 1);
    assert.is(await ours(), 'violated');
  } finally {
    await person.cleanup();
  }
});

/** A layout of one step, made and signed by in-toto's own library. */
const MAKE_LAYOUT = `import sys
from in_toto.models.layout import Layout, Step
from in_toto.models.metadata import Metablock
keyid = sys.argv[1]
layout = Layout()
layout.set_relative_expiration(months=4)
layout.add_functionary_key_from_gpg_keyid(keyid)
step = Step(name="train")
step.pubkeys = [keyid]
step.add_product_rule_from_string("CREATE made")
step.add_product_rule_from_string("DISALLOW *")
layout.steps = [step]
block = Metablock(signed=layout)
block.sign_gpg(keyid)
block.dump("root.layout")`;

test.run();
