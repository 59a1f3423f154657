import { canonicalize } from './canonical.ts';
import { sha256Hex } from './digest.ts';
import { isJsonObject, type Json, type JsonObject, jsonObject } from './json-value.ts';
import { expectHex, expectKeyid, expectLiteral, expectObject, expectString, refuse } from './shape.ts';

/** A public key that is not OpenPGP's, as in-toto writes it into `layout.keys` (specification §4.2; securesystemslib ANYKEY_SCHEMA). */
export interface SslibKey {
  readonly kind: 'sslib';
  /** Lower-case hex, 64 digits where securesystemslib made it up; a name, which nothing derives again. */
  readonly keyid: string;
  readonly scheme: SslibScheme;
  /** PEM (SubjectPublicKeyInfo or PKCS#1); of `ed25519` 64 hex digits. */
  readonly public: string;
  /** There are none, and it knows no time; like an OpenPGP key it can be asked. */
  readonly subkeys: ReadonlyMap<string, SslibKey>;
  readonly creationTime?: undefined;
  readonly validityPeriod?: undefined;
  readonly json: JsonObject;
}

type SslibKeyType = 'rsa' | 'ed25519' | 'ecdsa';

interface SchemeFacts {
  readonly type: SslibKeyType;
  /** As `node:crypto` names it; Ed25519 hashes by itself. */
  readonly hash: 'sha256' | 'sha384' | 'sha512' | undefined;
}

/** Every scheme that counts. securesystemslib knows MD5, SHA-1 and SHA-224, too: no signature over those is worth anything. */
const SCHEMES = {
  ed25519: { type: 'ed25519', hash: undefined },
  'rsassa-pss-sha256': { type: 'rsa', hash: 'sha256' },
  'rsassa-pss-sha384': { type: 'rsa', hash: 'sha384' },
  'rsassa-pss-sha512': { type: 'rsa', hash: 'sha512' },
  'rsa-pkcs1v15-sha256': { type: 'rsa', hash: 'sha256' },
  'rsa-pkcs1v15-sha384': { type: 'rsa', hash: 'sha384' },
  'rsa-pkcs1v15-sha512': { type: 'rsa', hash: 'sha512' },
  'ecdsa-sha2-nistp256': { type: 'ecdsa', hash: 'sha256' },
  'ecdsa-sha2-nistp384': { type: 'ecdsa', hash: 'sha384' },
  'ecdsa-sha2-nistp521': { type: 'ecdsa', hash: 'sha512' },
} as const satisfies Record<string, SchemeFacts>;

export type SslibScheme = keyof typeof SCHEMES;

export function schemeFacts(scheme: SslibScheme): SchemeFacts {
  return SCHEMES[scheme];
}

/** Whether an object is meant to be a key of this kind: OpenPGP's have `type`, these `keytype`. */
export function isSslibKeyJson(json: Json | undefined): boolean {
  return isJsonObject(json) && json.has('keytype');
}

/**
 * Reads a key of a layout.
 * @throws FormatError; also for a key that carries a private part, which then is no secret any more.
 */
export function sslibKeyFromJson(json: Json | undefined, where = 'key'): SslibKey {
  const object = expectObject(json, where);
  const keyid = expectKeyid(object.get('keyid'), `${where}.keyid`);
  const { scheme, value } = sslibKeyParts(object, where);
  return { kind: 'sslib', keyid, scheme, public: value, subkeys: new Map(), json: object };
}

/** What a key object says beside its key id, which in a file of in-toto-keygen is missing. @throws FormatError */
export function sslibKeyParts(object: JsonObject, where: string): { scheme: SslibScheme; value: string } {
  const scheme = expectString(object.get('scheme'), `${where}.scheme`);
  if (!isScheme(scheme)) {
    return refuse(`${where}.scheme`, `a scheme (${Object.keys(SCHEMES).join(', ')})`, scheme);
  }
  expectKeyType(object.get('keytype'), scheme, `${where}.keytype`);
  const keyval = expectObject(object.get('keyval'), `${where}.keyval`);
  const secret = keyval.get('private') ?? '';
  if (secret !== '') refuse(`${where}.keyval.private`, 'an empty string', '(a private part)');
  return { scheme, value: readPublic(keyval.get('public'), scheme, `${where}.keyval.public`) };
}

function isScheme(text: string): text is SslibScheme {
  return Object.hasOwn(SCHEMES, text);
}

/** An ECDSA key may name its curve in the type, an older habit of securesystemslib. */
function expectKeyType(json: Json | undefined, scheme: SslibScheme, where: string): void {
  const { type } = SCHEMES[scheme];
  if (type !== 'ecdsa' || json !== scheme) expectLiteral(json, where, type);
}

function readPublic(json: Json | undefined, scheme: SslibScheme, where: string): string {
  if (scheme === 'ed25519') return expectHex(json, where, 64).toLowerCase();
  const text = expectString(json, where);
  return isPublicPem(text) ? text : refuse(where, 'one public key in PEM', text);
}

/** One block, and a public one: from a private key or a certificate OpenSSL would take the public half without a word. */
export function isPublicPem(text: string): boolean {
  return /^-----BEGIN (RSA )?PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END (RSA )?PUBLIC KEY-----$/.test(
    text.trim(),
  );
}

/**
 * A key object with the key id that securesystemslib gives it: a SHA-256 over the canonical key. Up to version 0.31
 * (in-toto 1 and 2) the list of hash algorithms goes in, too.
 */
export function makeSslibKey(scheme: SslibScheme, value: string, form: 'legacy' | 'current'): SslibKey {
  const parts: [string, Json][] = [
    ['keytype', SCHEMES[scheme].type],
    ['scheme', scheme],
    ['keyval', jsonObject([['public', value]])],
  ];
  if (form === 'legacy') parts.push(['keyid_hash_algorithms', ['sha256', 'sha512']]);
  const keyid = sha256Hex(canonicalize(jsonObject(parts)));
  const json = jsonObject([...parts, ['keyid', keyid]]);
  return { kind: 'sslib', keyid, scheme, public: value, subkeys: new Map(), json };
}
