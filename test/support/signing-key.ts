import {
  createHash,
  createSign,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { type PublicKey, publicKeyFromJson, publicKeyToJson } from '../../src/intoto/key.ts';
import {
  type Signature,
  signatureFromJson,
  signatureToJson,
  signatureTrailer,
} from '../../src/intoto/signature.ts';

export type SigningKeyKind = 'ed25519' | 'rsa2048' | 'rsa1024' | 'dsa2048' | 'p256' | 'p384' | 'p521';

/** What a signature says of itself; each can be made wrong. */
export interface SignatureWords {
  /** Seconds; null leaves the subpacket out. */
  readonly created?: number | null;
  readonly expiresAfter?: number;
  readonly type?: number;
  readonly hash?: 'sha256' | 'sha384' | 'sha512';
  readonly algorithm?: number;
  /** Fingerprint in the issuer subpacket; null leaves it out. */
  readonly issuer?: string | null;
  /** Hex of further subpackets, with their lengths. */
  readonly more?: string;
  readonly keyid?: string;
}

/** A key that really signs, made by node:crypto, as in-toto sees it. */
export interface SigningKey {
  readonly key: PublicKey;
  sign(content: Uint8Array, words?: SignatureWords): Signature;
}

export interface SigningKeyOptions {
  readonly keyid?: string;
  readonly creationTime?: number;
  readonly validityPeriod?: number;
  readonly subkeys?: readonly SigningKey[];
}

/** 2025-03-01: when signatures are made unless they say otherwise. */
export const signedAt = Date.UTC(2025, 2, 1) / 1000;

const KINDS = {
  ed25519: { method: 'pgp+eddsa-ed25519', algorithm: 22 },
  rsa2048: { method: 'pgp+rsa-pkcsv1.5', algorithm: 1 },
  rsa1024: { method: 'pgp+rsa-pkcsv1.5', algorithm: 1 },
  dsa2048: { method: 'pgp+dsa-fips-180-2', algorithm: 17 },
  p256: { method: 'pgp+ecdsa-nistp256', algorithm: 19 },
  p384: { method: 'pgp+ecdsa-nistp384', algorithm: 19 },
  p521: { method: 'pgp+ecdsa-nistp521', algorithm: 19 },
} as const;

const HASH_IDS = { sha256: 8, sha384: 9, sha512: 10 } as const;

export function makeSigningKey(
  kind: SigningKeyKind = 'ed25519',
  options: SigningKeyOptions = {},
): SigningKey {
  const { publicKey, privateKey } = generate(kind);
  const keyid = options.keyid ?? randomBytes(20).toString('hex');
  const { subkeys = [], creationTime, validityPeriod } = options;
  const json = publicKeyToJson({
    keyid,
    method: KINDS[kind].method,
    public: numbersOf(kind, publicKey),
    creationTime,
    validityPeriod,
    subkeys: new Map(subkeys.map(({ key }) => [key.keyid, key.json])),
  });
  return {
    key: publicKeyFromJson(json),
    sign: (content, words) => signWith(kind, privateKey, keyid, content, words),
  };
}

function generate(kind: SigningKeyKind): { publicKey: KeyObject; privateKey: KeyObject } {
  switch (kind) {
    case 'ed25519':
      return generateKeyPairSync('ed25519');
    case 'rsa2048':
    case 'rsa1024':
      return generateKeyPairSync('rsa', { modulusLength: Number(kind.slice(3)) });
    case 'dsa2048':
      return generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 });
    default:
      return generateKeyPairSync('ec', { namedCurve: { p256: 'P-256', p384: 'P-384', p521: 'P-521' }[kind] });
  }
}

function numbersOf(kind: SigningKeyKind, key: KeyObject): ReadonlyMap<string, string> {
  if (kind === 'dsa2048') return dsaNumbers(key.export({ format: 'der', type: 'spki' }));
  const { n, e, x, y } = key.export({ format: 'jwk' }) as JsonWebKey;
  const hex = (text = ''): string => Buffer.from(text, 'base64url').toString('hex');
  if (n !== undefined)
    return new Map([
      ['n', hex(n)],
      ['e', hex(e)],
    ]);
  return new Map([['q', y === undefined ? hex(x) : `04${hex(x)}${hex(y)}`]]);
}

/** The integers of a SubjectPublicKeyInfo, in the order p, q, g, y: found by their tags, since nothing else is there. */
function dsaNumbers(der: Buffer): ReadonlyMap<string, string> {
  const numbers: string[] = [];
  const walk = (bytes: Buffer): void => {
    for (let at = 0; at < bytes.length; ) {
      const tag = bytes.readUInt8(at);
      const short = bytes.readUInt8(at + 1);
      const octets = short < 0x80 ? 0 : short & 0x7f;
      const length = octets === 0 ? short : bytes.readUIntBE(at + 2, octets);
      const start = at + 2 + octets;
      const value = bytes.subarray(start, start + length);
      if (tag === 0x30) walk(value);
      if (tag === 0x03) walk(value.subarray(1));
      if (tag === 0x02) numbers.push(value.toString('hex').replace(/^00/, ''));
      at = start + length;
    }
  };
  walk(der);
  return new Map(['p', 'q', 'g', 'y'].map((name, at) => [name, numbers[at] ?? '']));
}

function signWith(
  kind: SigningKeyKind,
  privateKey: KeyObject,
  keyid: string,
  content: Uint8Array,
  words: SignatureWords = {},
): Signature {
  const { hash = 'sha256' } = words;
  const otherHeaders = headerOf(kind, keyid, words);
  const trailer = signatureTrailer(otherHeaders);
  const signer = createSign(hash).update(content).update(trailer);
  const signature =
    kind === 'ed25519'
      ? sign(null, createHash(hash).update(content).update(trailer).digest(), privateKey)
      : signer.sign(kind.startsWith('p') ? { key: privateKey, dsaEncoding: 'ieee-p1363' } : privateKey);
  const parts = { keyid: words.keyid ?? keyid, otherHeaders, signature: signature.toString('hex') };
  return signatureFromJson(signatureToJson(parts));
}

function headerOf(kind: SigningKeyKind, keyid: string, words: SignatureWords): string {
  const { created = signedAt, issuer = keyid, hash = 'sha256', more = '' } = words;
  const subpackets = Buffer.concat([
    issuer === null ? Buffer.alloc(0) : Buffer.from(`162104${issuer}`, 'hex'),
    created === null ? Buffer.alloc(0) : time(2, created),
    words.expiresAfter === undefined ? Buffer.alloc(0) : time(3, words.expiresAfter),
    Buffer.from(more, 'hex'),
  ]);
  const start = Buffer.from([
    4,
    words.type ?? 0,
    words.algorithm ?? KINDS[kind].algorithm,
    HASH_IDS[hash],
    0,
    0,
  ]);
  start.writeUInt16BE(subpackets.length, 4);
  return Buffer.concat([start, subpackets]).toString('hex');
}

function time(type: number, seconds: number): Buffer {
  const subpacket = Buffer.from([5, type, 0, 0, 0, 0]);
  subpacket.writeUInt32BE(seconds, 2);
  return subpacket;
}
