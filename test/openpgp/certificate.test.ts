import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseJson, stringify } from '../../src/intoto/json.ts';
import { layoutKeys, readCertificates } from '../../src/openpgp/certificate.ts';
import { failure } from '../support/failure.ts';
import { vectorsDir } from '../support/person.ts';

interface Vector {
  readonly name: string;
  readonly correct: object | null;
  readonly subkey_alone?: object;
  readonly gpg: readonly {
    readonly kind: 'pub' | 'sub';
    readonly caps: string;
    readonly keyid: string;
    readonly created: number;
    readonly expires: number | null;
    readonly revoked: boolean;
  }[];
}

const dir = path.join(vectorsDir, 'keys');
const names = fs.readdirSync(dir).flatMap((file) => /^(.*)\.intoto\.json$/.exec(file)?.[1] ?? []);

function vector(name: string): Vector {
  return JSON.parse(fs.readFileSync(path.join(dir, `${name}.intoto.json`), 'utf8'));
}

function armored(name: string): string {
  return fs.readFileSync(path.join(dir, `${name}.pub.asc`), 'utf8');
}

async function certificateOf(name: string) {
  const [certificate, ...more] = await readCertificates(armored(name));
  assert.is(more.length, 0);
  assert.ok(certificate);
  return certificate;
}

function normal(json: object | null): string {
  return stringify(parseJson(JSON.stringify(json)), 0);
}

test('all vectors were there', () => {
  assert.is(names.length, 17);
});

for (const name of names) {
  const { correct, gpg } = vector(name);
  test(`${name}: the in-toto key object is the correct one`, async () => {
    const { publicKey } = await certificateOf(name);
    if (correct !== null) assert.is(stringify(publicKey.json, 0), normal(correct));
    else assert.is(publicKey.method, 'pgp+ecdsa-nistp256');
  });

  test(`${name}: the facts agree with GnuPG's own listing`, async () => {
    const certificate = await certificateOf(name);
    assert.is(certificate.fingerprint, gpg[0]?.keyid.toUpperCase());
    assert.equal(
      [...certificate.keys.keys()],
      gpg.map(({ keyid }) => keyid),
    );
    for (const listed of gpg) {
      const facts = certificate.keys.get(listed.keyid);
      assert.is(facts?.isPrimary, listed.kind === 'pub');
      assert.is(facts?.maySign, listed.caps.includes('s'), facts?.whyNot);
      assert.is(facts?.whyNot === undefined, facts?.maySign);
      assert.is(facts?.created, listed.created);
      assert.is(facts?.expires ?? null, listed.expires);
      assert.is(facts?.revocation !== undefined, listed.revoked);
      assert.is(facts?.weak, undefined);
    }
  });
}

test('a subkey of another algorithm than its primary key is listed alone in a layout', async () => {
  const certificate = await certificateOf('rsa2048-edsub');
  const [primary, alone, ...more] = layoutKeys(certificate);
  assert.is(more.length, 0);
  assert.is(primary?.keyid, certificate.publicKey.keyid);
  assert.is(primary?.subkeys.size, 0);
  assert.is(stringify(alone?.json ?? null, 0), normal(vector('rsa2048-edsub').subkey_alone ?? null));
});

test('subkeys of the same algorithm stay in the bundle', async () => {
  const [bundle, ...more] = layoutKeys(await certificateOf('rsa2048-twosubs'));
  assert.is(more.length, 0);
  assert.is(bundle?.subkeys.size, 2);
});

test('a layout never says when a key ends: in-toto would refuse every old link that day', async () => {
  for (const name of ['rsa2048-expired', 'rsa2048-expsub', 'ed25519-expired']) {
    for (const key of layoutKeys(await certificateOf(name))) {
      assert.not(stringify(key.json, 0).includes('validity_period'), name);
    }
  }
});

test('concatenated armor, one armor of several and binary hold the same certificates', async () => {
  const two = ['ed25519', 'rsa2048-rsasub'];
  const apart = await Promise.all(two.map(certificateOf));
  const concatenated = await readCertificates(`mail from Bob:\n\n${two.map(armored).join('\nand\n')}`);
  assert.equal(concatenated, apart);
  const base64 = apart.map((one) => one.armored.split('\n').slice(2, -2).join(''));
  const binary = Buffer.concat(base64.map((text) => Buffer.from(text, 'base64')));
  assert.equal(await readCertificates(binary), apart);
});

test('an older copy of a certificate beside a newer one takes nothing back', async () => {
  const revoked = await certificateOf('rsa2048-revoked');
  const text = Buffer.from(armored('rsa2048-revoked')).toString();
  const [merged, ...more] = await readCertificates(text + text);
  assert.is(more.length, 0);
  assert.equal(merged, revoked);
});

test('what is written can be read again and says the same', async () => {
  for (const name of names) {
    const certificate = await certificateOf(name);
    assert.equal(await readCertificates(certificate.armored), [certificate], name);
  }
});

test('what is malformed is an error that says so, never an empty answer', async () => {
  const text = armored('ed25519');
  const cases: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
    ['nothing', '', /expected a certificate, found none|nothing/],
    ['other text', 'ssh-ed25519 AAAA', /expected a certificate, found none/],
    ['cut off', text.slice(0, 400), /end of PGP PUBLIC KEY BLOCK/],
    ['two beginnings', text.slice(0, 400).replace(/\n[^\n]*$/, '\n') + text, /end of PGP PUBLIC KEY BLOCK/],
    ['not base64', text.replace(/\nm/, '\n!'), /base64/],
    ['random octets', Buffer.from('ff00ff00', 'hex'), /malformed OpenPGP data/],
    ['a user id alone', Buffer.of(0xb4, 1, 65), /a key packet first/],
  ];
  for (const [name, input, expected] of cases) {
    const { message } = await failure(readCertificates(input));
    assert.match(message, expected, name);
  }
});

test('five megabytes are refused before anything is done with them', async () => {
  const { code } = await failure(readCertificates(Buffer.alloc(5 * 1024 * 1024, 0x99)));
  assert.is(code, 'input');
});

test.run();
