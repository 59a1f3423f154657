import { constants, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { preAuthenticationEncoding } from '../../src/intoto/dsse.ts';
import { stringify } from '../../src/intoto/json.ts';
import { type JsonObject, jsonObject } from '../../src/intoto/json-value.ts';
import { type AnySignature, anySignatureFromJson } from '../../src/intoto/signature.ts';
import { makeSslibKey, type SslibKey, type SslibScheme, schemeFacts } from '../../src/intoto/sslib-key.ts';

/** A key as in-toto-keygen makes it: no OpenPGP about it. */
export interface SslibSigningKey {
  readonly key: SslibKey;
  /** As a file holds it. */
  readonly pem: string;
  octets(content: Uint8Array): Buffer;
  sign(content: Uint8Array): AnySignature;
}

const CURVES: Readonly<Record<string, string>> = {
  'ecdsa-sha2-nistp256': 'P-256',
  'ecdsa-sha2-nistp384': 'P-384',
  'ecdsa-sha2-nistp521': 'P-521',
};

export function makeSslibSigningKey(
  scheme: SslibScheme = 'ed25519',
  pair: { publicKey: KeyObject; privateKey: KeyObject } = generate(scheme),
): SslibSigningKey {
  const pem = pair.publicKey.export({ format: 'pem', type: 'spki' }).toString();
  const key = makeSslibKey(scheme, scheme === 'ed25519' ? rawEd25519(pair.publicKey) : pem.trim(), 'legacy');
  const octets = (content: Uint8Array): Buffer => signWith(scheme, pair.privateKey, content);
  return {
    key,
    pem,
    octets,
    sign: (content) =>
      anySignatureFromJson(
        jsonObject([
          ['keyid', key.keyid],
          ['sig', octets(content).toString('hex')],
        ]),
      ),
  };
}

export function generate(scheme: SslibScheme, bits = 2048): { publicKey: KeyObject; privateKey: KeyObject } {
  const { type } = schemeFacts(scheme);
  if (type === 'rsa') return generateKeyPairSync('rsa', { modulusLength: bits });
  if (type === 'ed25519') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('ec', { namedCurve: CURVES[scheme] ?? '' });
}

function rawEd25519(key: KeyObject): string {
  return key.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');
}

/** securesystemslib's salt is as long as the digest; a verifier takes any. */
function signWith(scheme: SslibScheme, key: KeyObject, content: Uint8Array): Buffer {
  const { hash } = schemeFacts(scheme);
  if (!scheme.startsWith('rsassa-pss-')) return sign(hash, content, key);
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  return sign(hash, content, { key, padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST });
}

export interface DsseWords {
  readonly payloadType?: string;
  readonly body?: string;
  /** What the signature is made over, where that is not the encoding of type and body. */
  readonly over?: Uint8Array;
}

/** An envelope as in-toto 2 and later write it when asked for DSSE; the text of the file. */
export function dsse(json: JsonObject, by: readonly SslibSigningKey[], words: DsseWords = {}): string {
  const { payloadType = 'application/vnd.in-toto+json', body = stringify(json, 0) } = words;
  const over = words.over ?? preAuthenticationEncoding(payloadType, Buffer.from(body));
  return JSON.stringify({
    payload: Buffer.from(body).toString('base64'),
    payloadType,
    signatures: by.map(({ key, octets }) => ({ keyid: key.keyid, sig: octets(over).toString('base64') })),
  });
}
