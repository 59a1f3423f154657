import { createHash, createSign, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MlchainError } from '../../src/errors.ts';
import { signatureTrailer } from '../../src/intoto/signature.ts';
import { readKeys } from '../../src/openpgp/certificate.ts';
import { readCertificateSignature } from '../../src/openpgp/certificate-signature.ts';
import { readKeyMaterial } from '../../src/openpgp/key-material.ts';
import { goodSignature } from '../../src/openpgp/self-signature.ts';
import { askOpenPgpJs, type Said, type SignedBodies, wordsOf } from '../support/openpgp-js.ts';
import { vectorsDir } from '../support/person.ts';

const uint16 = (number: number): Buffer => Buffer.of(number >> 8, number & 0xff);
const uint32 = (number: number): Buffer => Buffer.concat([uint16(number >>> 16), uint16(number & 0xffff)]);

function octetsOf({ key, bind, userId }: SignedBodies): Buffer {
  const ofKey = (body: Uint8Array) => Buffer.concat([Buffer.of(0x99), uint16(body.length), body]);
  const ofUser = (body: Uint8Array) => Buffer.concat([Buffer.of(0xb4), uint32(body.length), body]);
  return Buffer.concat([ofKey(key), ...(bind ? [ofKey(bind)] : []), ...(userId ? [ofUser(userId)] : [])]);
}

function ask(body: Uint8Array, signer: Uint8Array, signed: SignedBodies): Said {
  const material = readKeyMaterial(signer);
  assert.ok(material);
  try {
    const read = readCertificateSignature(body);
    if (read === undefined) return 'passed over';
    return wordsOf(read, goodSignature(read, material, octetsOf(signed)) !== undefined);
  } catch (error) {
    if (error instanceof MlchainError) return 'malformed';
    throw error;
  }
}

interface Case {
  readonly name: string;
  readonly body: Buffer;
  readonly signer: Buffer;
  readonly signed: SignedBodies;
}

/** Every signature in the certificates that GnuPG made for the vectors, each with what it is over. */
const cases: readonly Case[] = fs
  .readdirSync(path.join(vectorsDir, 'keys'))
  .filter((file) => file.endsWith('.pub.asc'))
  .flatMap((name) =>
    readKeys(fs.readFileSync(path.join(vectorsDir, 'keys', name))).map((key) => ({ name, key })),
  )
  .flatMap(({ name, key: { primary, users, subkeys } }) => {
    const signer = primary.packet.body;
    return [
      ...[primary].map((each) => ({ each, signed: { key: signer } })),
      ...users.map((each) => ({ each, signed: { key: signer, userId: each.packet.body } })),
      ...subkeys.map((each) => ({ each, signed: { key: signer, bind: each.packet.body } })),
    ].flatMap(({ each, signed }) =>
      each.signatures.flatMap(({ body }) => [
        { name, body, signer, signed },
        ...embeddedIn(body).map((inner) => ({ name, body: inner, signer: each.packet.body, signed })),
      ]),
    );
  });

function embeddedIn(body: Buffer): readonly Buffer[] {
  const embedded = readCertificateSignature(body)?.embedded;
  return embedded === undefined ? [] : [embedded];
}

test('every signature that GnuPG made holds here as with OpenPGP.js, back-signatures and revocations too', async () => {
  assert.ok(cases.length > 25);
  for (const { name, body, signer, signed } of cases) {
    const said = ask(body, signer, signed);
    assert.equal(said, await askOpenPgpJs(body, signer, signed), name);
    assert.is(typeof said === 'object' && said.holds, true, name);
  }
});

test('… and over anything else it holds for neither', async () => {
  const [first] = cases;
  assert.ok(first);
  for (const { name, body, signer, signed } of cases) {
    const other = {
      ...signed,
      key: first.signer === signed.key ? (cases.at(-1)?.signer ?? signer) : first.signer,
    };
    const said = ask(body, signer, other);
    assert.equal(said, await askOpenPgpJs(body, signer, other), name);
    assert.is(typeof said === 'object' && said.holds, false, name);
  }
});

test('attack: with any octet exchanged, added or taken away, nothing holds that OpenPGP.js would not let hold', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...cases),
      fc.nat(),
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom('exchange', 'add', 'take'),
      async ({ body, signer, signed }, place, octet, how) => {
        const at = place % body.length;
        const more = how === 'take' ? [] : [octet];
        const changed = Buffer.from([
          ...body.subarray(0, at),
          ...more,
          ...body.subarray(how === 'add' ? at : at + 1),
        ]);
        const [ours, theirs] = [ask(changed, signer, signed), await askOpenPgpJs(changed, signer, signed)];
        if (typeof ours !== 'object' || !ours.holds) return;
        // A back-signature is read here when somebody asks for it; OpenPGP.js then refuses the whole.
        const isInside = embeddedIn(changed).some((inner) => typeof ask(inner, signer, signed) === 'string');
        if (!isInside) assert.equal(ours, theirs);
      },
    ),
    { numRuns: 2000 },
  );
});

interface Maker {
  readonly algorithm: number;
  readonly body: Buffer;
  readonly key: KeyObject;
}

function mpi(number: Buffer): Buffer {
  const start = number.findIndex((octet) => octet !== 0);
  const trimmed = number.subarray(start < 0 ? number.length : start);
  const bits = trimmed.length === 0 ? 0 : trimmed.length * 8 - (Math.clz32(trimmed[0] ?? 0) - 24);
  return Buffer.concat([uint16(bits), trimmed]);
}

const keyHead = (algorithm: number) =>
  Buffer.concat([Buffer.of(4), uint32(1_700_000_000), Buffer.of(algorithm)]);
const b64 = (text: string | undefined) => Buffer.from(text ?? '', 'base64url');

function edwards(): Maker {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const point = Buffer.concat([Buffer.of(0x40), b64(publicKey.export({ format: 'jwk' }).x)]);
  const oid = Buffer.from('092b06010401da470f01', 'hex');
  return { algorithm: 22, body: Buffer.concat([keyHead(22), oid, mpi(point)]), key: privateKey };
}

function rsa(): Maker {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { n, e } = publicKey.export({ format: 'jwk' });
  return { algorithm: 1, body: Buffer.concat([keyHead(1), mpi(b64(n)), mpi(b64(e))]), key: privateKey };
}

function nist(namedCurve: string, oid: string): Maker {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve });
  const { x, y } = publicKey.export({ format: 'jwk' });
  const point = Buffer.concat([Buffer.of(4), b64(x), b64(y)]);
  return {
    algorithm: 19,
    body: Buffer.concat([keyHead(19), Buffer.from(oid, 'hex'), mpi(point)]),
    key: privateKey,
  };
}

const HASHES: Readonly<Record<string, number>> = {
  md5: 1,
  sha1: 2,
  ripemd160: 3,
  sha256: 8,
  sha384: 9,
  sha512: 10,
  sha224: 11,
  'sha3-256': 12,
  'sha3-512': 14,
};

/** A direct-key signature that really is the key's. */
function signature(maker: Maker, hash: string, hashed: Buffer, unhashed: Buffer): Buffer {
  const head = Buffer.of(4, 0x1f, maker.algorithm, HASHES[hash] ?? 0);
  const headers = Buffer.concat([head, uint16(hashed.length), hashed]);
  const data = Buffer.concat([octetsOf({ key: maker.body }), signatureTrailer(headers.toString('hex'))]);
  const digest = createHash(hash).update(data).digest();
  const numbers = numbersOf(maker, hash, data, digest);
  const area = Buffer.concat([uint16(unhashed.length), unhashed]);
  return Buffer.concat([headers, area, digest.subarray(0, 2), ...numbers.map(mpi)]);
}

function numbersOf({ algorithm, key }: Maker, hash: string, data: Buffer, digest: Buffer): readonly Buffer[] {
  if (algorithm === 1) return [createSign(hash).update(data).sign(key)];
  const octets =
    algorithm === 22
      ? sign(null, digest, key)
      : createSign(hash).update(data).sign({ key, dsaEncoding: 'ieee-p1363' });
  return [octets.subarray(0, octets.length / 2), octets.subarray(octets.length / 2)];
}

const subpacket = (type: number, body: Uint8Array): Buffer =>
  Buffer.concat([Buffer.of(body.length + 1, type), body]);
const created = subpacket(2, uint32(1_700_000_100));
const issuerOf = ({ body }: Maker) =>
  subpacket(16, Buffer.from(readKeyMaterial(body)?.fingerprint.slice(-16) ?? '', 'hex'));

for (const [name, make] of [
  ['Ed25519', edwards],
  ['RSA', rsa],
  ['P-256', () => nist('P-256', '082a8648ce3d030107')],
  ['P-384', () => nist('P-384', '052b81040022')],
  ['P-521', () => nist('P-521', '052b81040023')],
] as const) {
  test(`${name}: over every digest a signature holds here if it holds with OpenPGP.js`, async () => {
    const maker = make();
    for (const hash of Object.keys(HASHES)) {
      const body = signature(maker, hash, created, issuerOf(maker));
      const said = ask(body, maker.body, { key: maker.body });
      assert.equal(said, await askOpenPgpJs(body, maker.body, { key: maker.body }), hash);
      const isTooShort = name === 'Ed25519' && ['md5', 'sha1', 'ripemd160', 'sha224'].includes(hash);
      assert.is(typeof said === 'object' && said.holds, !isTooShort, hash);
    }
  });
}

/** Subpackets as they may come, in any of the three forms of a length. Times have four octets; see below. */
const anySubpacket = fc
  .record({
    type: fc.nat(60).filter((type) => ![31, 32].includes(type)),
    isCritical: fc.boolean(),
    body: fc.uint8Array({ maxLength: 24 }),
    octets: fc.constantFrom(1, 5),
  })
  .map(({ type, isCritical, body, octets }) => {
    const content = [2, 3, 9].includes(type)
      ? uint32(body.reduce((sum, octet) => sum * 31 + octet, 7) >>> 0)
      : body;
    const length =
      octets === 1 ? Buffer.of(content.length + 1) : Buffer.of(255, ...uint32(content.length + 1));
    return Buffer.concat([length, Buffer.of(type | (isCritical ? 0x80 : 0)), content]);
  });
const anyArea = fc.array(anySubpacket, { maxLength: 5 }).map((subpackets) => Buffer.concat(subpackets));

test('whatever a good signature says of itself, signed or not, is read as OpenPGP.js reads it', async () => {
  const maker = edwards();
  const signed = { key: maker.body };
  let holding = 0;
  await fc.assert(
    fc.asyncProperty(anyArea, anyArea, fc.boolean(), async (hashed, unhashed, isCreated) => {
      const area = Buffer.concat([hashed, ...(isCreated ? [created] : [])]);
      const body = signature(maker, 'sha256', area, Buffer.concat([unhashed, issuerOf(maker)]));
      const said = ask(body, maker.body, signed);
      assert.equal(said, await askOpenPgpJs(body, maker.body, signed));
      if (typeof said === 'object' && said.holds) holding += 1;
    }),
    { numRuns: 2000 },
  );
  assert.ok(holding > 200, `${holding}`);
});

test('what demands something unknown does not hold, in the signed area only', async () => {
  const maker = edwards();
  const demands = [
    subpacket(12, Buffer.alloc(22)),
    subpacket(20 | 0x80, Buffer.alloc(8)),
    subpacket(100 | 0x80, Buffer.of()),
  ];
  for (const demand of demands) {
    for (const isSigned of [true, false]) {
      const [hashed, unhashed] = isSigned ? [demand, Buffer.of()] : [Buffer.of(), demand];
      const body = signature(
        maker,
        'sha256',
        Buffer.concat([created, hashed]),
        Buffer.concat([unhashed, issuerOf(maker)]),
      );
      const said = ask(body, maker.body, { key: maker.body });
      assert.equal(said, await askOpenPgpJs(body, maker.body, { key: maker.body }));
      assert.is(typeof said === 'object' && said.holds, !isSigned);
    }
  }
});

test('stricter: a time of another length, and an area that a subpacket reaches beyond, are malformed', () => {
  const maker = edwards();
  const areas = [
    [Buffer.concat([created, subpacket(9, Buffer.of(1, 2, 3))]), issuerOf(maker)],
    [Buffer.concat([created, Buffer.of(9, 27, 3)]), issuerOf(maker)],
    [created, Buffer.concat([issuerOf(maker), Buffer.of(200)])],
  ] as const;
  for (const [hashed, unhashed] of areas) {
    assert.is(
      ask(signature(maker, 'sha256', hashed, unhashed), maker.body, { key: maker.body }),
      'malformed',
    );
  }
});

test('stricter: a version 6 signature by a version 4 key is none', () => {
  const [first] = cases;
  assert.ok(first);
  const body = Buffer.from(first.body);
  for (const version of [3, 5, 6]) {
    body[0] = version;
    assert.is(ask(body, first.signer, first.signed), 'passed over');
  }
});

test.run();
