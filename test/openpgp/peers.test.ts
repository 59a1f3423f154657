import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { canonicalize } from '../../src/intoto/canonical.ts';
import { parseEnvelope, writeEnvelopeFile } from '../../src/intoto/envelope.ts';
import { parseJson, stringify } from '../../src/intoto/json.ts';
import { linkToJson } from '../../src/intoto/link.ts';
import type { Signature } from '../../src/intoto/signature.ts';
import { signedData } from '../../src/intoto/signature.ts';
import { layoutKeys } from '../../src/openpgp/certificate.ts';
import { checkSignature } from '../../src/openpgp/check.ts';
import { generateKey } from '../../src/openpgp/generate.ts';
import { Tag, writePackets } from '../../src/openpgp/packet.ts';
import type { Signer } from '../../src/openpgp/signer.ts';
import { findSigner } from '../../src/openpgp/signer.ts';
import { OwnKeyStore } from '../../src/openpgp/store.ts';
import { addGpgSubkey, makeGpgKey } from '../support/gpg.ts';
import type { Person } from '../support/person.ts';
import { makePerson } from '../support/person.ts';

let person: Person;

test.before.each(async () => {
  person = await makePerson('Alice');
});

test.after.each(() => person.cleanup());

const link = linkToJson({
  name: 'train',
  command: ['node', 'scripts/train.mjs', 'é "quoted" \\'],
  materials: new Map([['data/train.csv', new Map([['sha256', 'a'.repeat(64)]])]]),
  products: new Map([['model/ü.json', new Map([['sha256', 'b'.repeat(64)]])]]),
  byproducts: new Map([['return-value', 0]]),
  environment: new Map([['mlchain', new Map([['version', 1]])]]),
});

async function ownSigner(type: 'ed25519' | 'rsa3072'): Promise<Signer> {
  const { armoredSecret } = await generateKey({ name: 'Alice', email: 'alice@example.org', type });
  await OwnKeyStore.open(person.env).import(armoredSecret);
  return findSigner({ choices: [], gpgProgram: 'gpg', mayPrompt: false, env: person.env });
}

function gpgSigner(choice: string): Promise<Signer> {
  return findSigner({ choices: [choice], gpgProgram: 'gpg', mayPrompt: false, env: person.env });
}

/** Exit code 0 when in-toto for Python takes the link for signed by the key. */
const CHECK = `
import json, sys
from in_toto.models.metadata import Metablock
Metablock.load(sys.argv[1]).verify_signature(json.load(open(sys.argv[2])))
`;

async function intotoAccepts(text: string, key: string): Promise<boolean> {
  fs.writeFileSync(person.at('train.link'), text);
  fs.writeFileSync(person.at('key.json'), key);
  const args = ['-c', CHECK, person.at('train.link'), person.at('key.json')];
  const { code, stderr } = await person.exec('/usr/bin/python3', args, { code: [0, 1] });
  assert.is(code === 1, /SignatureVerificationError/.test(stderr), stderr);
  return code === 0;
}

async function proveWithIntoto(signer: Signer): Promise<void> {
  const text = writeEnvelopeFile(link, [await signer.sign(canonicalize(link))]);
  const keys = layoutKeys(signer.certificate);
  const key = keys.find(({ keyid, subkeys }) => keyid === signer.keyid || subkeys.has(signer.keyid));
  const json = stringify(key?.json ?? null, 1);
  assert.is(await intotoAccepts(text, json), true);
  assert.is(await intotoAccepts(text.replace('train.csv', 'train.csw'), json), false);
}

for (const type of ['ed25519', 'rsa3072'] as const) {
  test(`in-toto verifies a link signed by an own ${type} key, and not the altered one`, async () => {
    await proveWithIntoto(await ownSigner(type));
  });
}

for (const [primary, subkey] of [
  ['ed25519', undefined],
  ['rsa2048', 'rsa2048'],
  ['ed25519', 'ed25519'],
  ['rsa2048', 'ed25519'],
] as const) {
  test(`in-toto verifies a link signed by GnuPG with ${primary}, subkey ${subkey ?? 'none'}`, async () => {
    const fingerprint = await makeGpgKey(person, 'Gina <gina@example.org>', { algorithm: primary });
    if (subkey !== undefined) await addGpgSubkey(person, fingerprint, { algorithm: subkey });
    await proveWithIntoto(await gpgSigner(fingerprint));
  });
}

/** The signature object as the packet it was: what in-toto leaves out is put back. RFC 4880 §5.2.3. */
function toPacket(signature: Signature, signedBytes: Uint8Array): Buffer {
  const digest = createHash('sha256').update(signedData(signedBytes, signature.otherHeaders)).digest();
  const octets = Buffer.from(signature.signature, 'hex');
  const numbers = octets.length === 64 ? [octets.subarray(0, 32), octets.subarray(32)] : [octets];
  const headers = Buffer.from(signature.otherHeaders, 'hex');
  const body = [headers, Buffer.of(0, 0), digest.subarray(0, 2), ...numbers.map(mpi)];
  return writePackets([{ tag: Tag.signature, body: Buffer.concat(body) }]);
}

function mpi(number: Buffer): Buffer {
  const trimmed = number.subarray(number.findIndex((octet) => octet !== 0));
  const bits = Buffer.alloc(2);
  bits.writeUInt16BE(trimmed.length * 8 - (Math.clz32(trimmed[0] ?? 0) - 24));
  return Buffer.concat([bits, trimmed]);
}

for (const type of ['ed25519', 'rsa3072'] as const) {
  test(`GnuPG takes the certificate and the signature of an own ${type} key`, async () => {
    const signer = await ownSigner(type);
    const signedBytes = canonicalize(link);
    const signature = await signer.sign(signedBytes);
    await person.gpg(['--import'], { input: signer.certificate.armored });
    fs.writeFileSync(person.at('document'), signedBytes);
    fs.writeFileSync(person.at('document.sig'), toPacket(signature, signedBytes));
    const verify = ['--status-fd', '1', '--verify', person.at('document.sig'), person.at('document')];
    assert.match((await person.gpg(verify)).stdout, new RegExp(`VALIDSIG ${signer.fingerprint}`));
    fs.appendFileSync(person.at('document'), ' ');
    assert.match((await person.gpg(verify, { code: 1 })).stdout, /BADSIG/);
  });
}

test('GnuPG takes over a secret key of the own store and signs with it', async () => {
  const { armoredSecret, certificate } = await generateKey({
    ...{ name: 'Alice', email: 'alice@example.org', type: 'ed25519', passphrase: 'correct horse' },
  });
  const open = ['--pinentry-mode', 'loopback', '--passphrase', 'correct horse'];
  await person.gpg([...open, '--import'], { input: armoredSecret });
  await person.gpg([...open, '-u', certificate.fingerprint, '--detach-sign'], { input: 'anything' });
});

const EXPORT = `
import json, sys
from securesystemslib.gpg.functions import export_pubkey
print(json.dumps(export_pubkey(sys.argv[1])))
`;

for (const type of ['ed25519', 'rsa3072'] as const) {
  test(`in-toto's own export of a certificate with an own ${type} key is the key object we make`, async () => {
    const { certificate } = await ownSigner(type);
    await person.gpg(['--import'], { input: certificate.armored });
    const { stdout } = await person.exec('/usr/bin/python3', ['-c', EXPORT, certificate.fingerprint]);
    assert.is(stringify(parseJson(stdout), 0), stringify(certificate.publicKey.json, 0));
  });
}

for (const algorithm of ['ed25519', 'rsa2048']) {
  test(`in-toto-run --gpg with the same ${algorithm} key writes a signature of the same shape`, async () => {
    const fingerprint = await makeGpgKey(person, 'Gina <gina@example.org>', { algorithm });
    const run = ['--step-name', 'train', '--gpg', fingerprint, '--', 'true'];
    await person.exec('in-toto-run', run);
    const name = `train.${fingerprint.slice(0, 8).toLowerCase()}.link`;
    const theirs = parseEnvelope(fs.readFileSync(person.at(name)));
    const [their] = theirs.signatures;
    assert.ok(their?.kind === 'openpgp');

    const signer = await gpgSigner(fingerprint);
    const our = await signer.sign(theirs.signedBytes);
    const withoutTime = (signature: Signature) => signature.otherHeaders.replace(/0502.{8}$/, '0502');
    assert.is(withoutTime(our), withoutTime(their));
    assert.equal([...our.json.keys()].toSorted(), [...their.json.keys()].toSorted());
    assert.equal(shapeOf(our), shapeOf(their));
    assert.is(checkSignature(signer.certificate.publicKey, their, theirs.signedBytes).good, true);
    assert.equal(parseJson(stringify(our.json, 0)), our.json);
  });
}

/** One RSA signature of 256 is a number that begins with a zero octet, which OpenPGP leaves out. */
function shapeOf({ signature }: Signature) {
  const octets = signature.length / 2;
  const missing = octets > 250 ? 256 - octets : 0;
  return { octets: octets + missing, isShortened: missing > 0 && signature.startsWith('00') };
}

test.run();
