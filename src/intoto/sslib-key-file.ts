import type { KeyObject } from 'node:crypto';
import { FormatError } from './format-error.ts';
import { parseJson } from './json-reader.ts';
import { expectObject } from './shape.ts';
import { pemKeyObject } from './sslib-check.ts';
import { isPublicPem, makeSslibKey, type SslibKey, type SslibScheme, sslibKeyParts } from './sslib-key.ts';

const FORMS = ['legacy', 'current'] as const;

const CURVE_SCHEMES: ReadonlyMap<string, SslibScheme> = new Map([
  ['prime256v1', 'ecdsa-sha2-nistp256'],
  ['secp384r1', 'ecdsa-sha2-nistp384'],
  ['secp521r1', 'ecdsa-sha2-nistp521'],
]);

/**
 * Reads a public key file of in-toto's: PEM (of `rsa`, and from in-toto 3 on of all keys), or the JSON in which
 * in-toto-keygen writes `ed25519` and `ecdsa`. A file does not say its key id, and versions of securesystemslib make up
 * different ones: the same key comes back once under each, and `sslibIdentity` tells that they are one.
 * @returns undefined for a file of another kind.
 * @throws FormatError for one that is meant to be a key and is none that counts.
 */
export function readSslibKeyFile(bytes: Uint8Array): readonly SslibKey[] | undefined {
  const text = Buffer.from(bytes).toString('utf8').trim();
  if (text.startsWith('{')) return keysFromJson(bytes);
  if (isPublicPem(text)) return keysFromPem(text);
  if (/^-----BEGIN (?!PGP )/.test(text))
    throw new FormatError('expected one public key in PEM, found something else');
  return undefined;
}

function keysFromJson(bytes: Uint8Array): readonly SslibKey[] {
  const { scheme, value } = sslibKeyParts(expectObject(parseJson(bytes), 'key'), 'key');
  return underEachId(scheme, [value]);
}

function keysFromPem(text: string): readonly SslibKey[] {
  const object = pemKeyObject(text);
  if (object === undefined)
    throw new FormatError('expected a public key in PEM, found one that cannot be read');
  const scheme = schemeOf(object);
  if (scheme === 'ed25519') return underEachId(scheme, [rawEd25519(object)]);
  // Old versions name a key by the text of the file, new ones by the key written anew, line feed included.
  return underEachId(scheme, [text, object.export({ format: 'pem', type: 'spki' }).toString()]);
}

/** The scheme that in-toto takes when a file does not say: PSS for RSA, the curve's own for ECDSA. */
function schemeOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): SslibScheme {
  if (type === 'rsa') return 'rsassa-pss-sha256';
  if (type === 'ed25519') return 'ed25519';
  const scheme = CURVE_SCHEMES.get(details?.namedCurve ?? '');
  if (scheme !== undefined) return scheme;
  throw new FormatError(`expected an RSA, ECDSA or Ed25519 key, found ${details?.namedCurve ?? type}`);
}

function rawEd25519(object: KeyObject): string {
  return object.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');
}

function underEachId(scheme: SslibScheme, values: readonly string[]): readonly SslibKey[] {
  const keys = values.flatMap((value) => FORMS.map((form) => makeSslibKey(scheme, value, form)));
  return [...new Map(keys.map((key) => [key.keyid, key])).values()];
}
