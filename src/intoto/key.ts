import { type Json, type JsonObject, jsonObject } from './json-value.ts';
import {
  expectHex,
  expectInteger,
  expectKeyid,
  expectList,
  expectLiteral,
  expectObject,
  refuse,
} from './shape.ts';

/** An OpenPGP public key as in-toto writes it into `layout.keys` (securesystemslib GPG_PUBKEY_SCHEMA). */
export interface PublicKey {
  readonly kind: 'openpgp';
  /** Fingerprint, lower-case hex. */
  readonly keyid: string;
  readonly type: KeyType;
  readonly method: string;
  /** The key's numbers by name, hex: `e n` (rsa), `p q g y` (dsa), `q` (eddsa, ecdsa). */
  readonly public: ReadonlyMap<string, string>;
  /** Seconds since 1970. */
  readonly creationTime: number | undefined;
  /** Seconds from `creationTime` on; undefined or 0: for ever. */
  readonly validityPeriod: number | undefined;
  readonly subkeys: ReadonlyMap<string, PublicKey>;
  readonly json: JsonObject;
}

export type KeyType = 'rsa' | 'dsa' | 'eddsa' | 'ecdsa';

/** What a key object is made of; `publicKeyToJson` writes the rest. */
export interface PublicKeyParts {
  readonly keyid: string;
  readonly method: string;
  readonly public: ReadonlyMap<string, string>;
  readonly creationTime?: number | undefined;
  readonly validityPeriod?: number | undefined;
  readonly subkeys?: ReadonlyMap<string, JsonObject> | undefined;
}

/** Every method there is; the curves of ECDSA are ours, in-toto refuses them (`formats.md` §2). */
const METHODS: ReadonlyMap<string, { readonly type: KeyType; readonly numbers: readonly string[] }> = new Map(
  [
    ['pgp+rsa-pkcsv1.5', { type: 'rsa', numbers: ['e', 'n'] }],
    ['pgp+dsa-fips-180-2', { type: 'dsa', numbers: ['p', 'q', 'g', 'y'] }],
    ['pgp+eddsa-ed25519', { type: 'eddsa', numbers: ['q'] }],
    ['pgp+ecdsa-nistp256', { type: 'ecdsa', numbers: ['q'] }],
    ['pgp+ecdsa-nistp384', { type: 'ecdsa', numbers: ['q'] }],
    ['pgp+ecdsa-nistp521', { type: 'ecdsa', numbers: ['q'] }],
  ],
);

const HASHES = 'pgp+SHA2';
/** OpenPGP counts seconds in 32 bits. */
const MAX_TIME = 0xffffffff;

/**
 * Reads a key with its subkeys; subkeys of another algorithm than the primary's are fine (in-toto refuses them).
 * @throws FormatError; also for a key that carries a private part, which then is no secret any more.
 */
export function publicKeyFromJson(json: Json | undefined, where = 'key'): PublicKey {
  return readKey(json, where, true);
}

function readKey(json: Json | undefined, where: string, isPrimary: boolean): PublicKey {
  const object = expectObject(json, where);
  const method = object.get('method');
  const known = typeof method === 'string' ? METHODS.get(method) : undefined;
  if (typeof method !== 'string' || known === undefined) {
    return refuse(`${where}.method`, `an OpenPGP method (${[...METHODS.keys()].join(', ')})`, method);
  }
  expectHashes(object.get('hashes'), `${where}.hashes`);
  return {
    kind: 'openpgp',
    keyid: expectKeyid(object.get('keyid'), `${where}.keyid`),
    type: expectLiteral(object.get('type'), `${where}.type`, known.type),
    method,
    public: readNumbers(object.get('keyval'), known.numbers, `${where}.keyval`),
    creationTime: readTime(object.get('creation_time'), `${where}.creation_time`),
    validityPeriod: readTime(object.get('validity_period'), `${where}.validity_period`),
    subkeys: isPrimary ? readSubkeys(object.get('subkeys'), `${where}.subkeys`) : new Map(),
    json: object,
  };
}

function expectHashes(json: Json | undefined, where: string): void {
  for (const hash of expectList(json, where)) expectLiteral(hash, where, HASHES);
}

function readNumbers(
  json: Json | undefined,
  names: readonly string[],
  where: string,
): ReadonlyMap<string, string> {
  const keyval = expectObject(json, where);
  if (keyval.get('private') !== '') refuse(`${where}.private`, 'an empty string', '(a private part)');
  const numbers = expectObject(keyval.get('public'), `${where}.public`);
  return new Map(names.map((name) => [name, expectHex(numbers.get(name), `${where}.public.${name}`)]));
}

function readTime(json: Json | undefined, where: string): number | undefined {
  if (json === undefined) return undefined;
  const seconds = expectInteger(json, where);
  return seconds <= MAX_TIME ? seconds : refuse(where, 'seconds in 32 bits', json);
}

function readSubkeys(json: Json | undefined, where: string): ReadonlyMap<string, PublicKey> {
  const keys = new Map<string, PublicKey>();
  if (json === undefined) return keys;
  for (const [keyid, value] of expectObject(json, where)) {
    const place = `${where}[${JSON.stringify(keyid)}]`;
    const key = readKey(value, place, false);
    if (key.keyid !== keyid) refuse(`${place}.keyid`, 'the key id that it is listed under', key.keyid);
    keys.set(keyid, key);
  }
  return keys;
}

/** The key object in-toto's `export_pubkey` makes: fields that do not apply are left out. */
export function publicKeyToJson(parts: PublicKeyParts): JsonObject {
  const known = METHODS.get(parts.method);
  if (known === undefined) return refuse('method', `one of ${[...METHODS.keys()].join(', ')}`, parts.method);
  const entries: [string, Json][] = [
    ['hashes', [HASHES]],
    ['keyid', parts.keyid],
    [
      'keyval',
      jsonObject([
        ['private', ''],
        ['public', jsonObject(parts.public)],
      ]),
    ],
    ['method', parts.method],
    ['type', known.type],
  ];
  if (parts.creationTime !== undefined) entries.push(['creation_time', parts.creationTime]);
  if (parts.validityPeriod !== undefined) entries.push(['validity_period', parts.validityPeriod]);
  if (parts.subkeys !== undefined && parts.subkeys.size > 0)
    entries.push(['subkeys', jsonObject(parts.subkeys)]);
  return jsonObject(entries);
}
