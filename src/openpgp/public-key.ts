import type { JsonObject } from '../intoto/json.ts';
import type { PublicKey } from '../intoto/key.ts';
import { publicKeyFromJson, publicKeyToJson } from '../intoto/key.ts';
import { Algorithm } from './algorithm.ts';
import type { JudgedCertificate, JudgedKey } from './judge.ts';
import { malformed } from './malformed.ts';

/**
 * in-toto's public key object: the primary key – also one that only certifies, since it names the certificate – and
 * those subkeys that may sign and are not revoked.
 */
export function toPublicKey({ primary, subkeys }: JudgedCertificate): PublicKey {
  const signing = subkeys.filter(
    ({ facts, isRevoked }) => facts.maySign && !isRevoked && facts.weak === undefined,
  );
  return toKey(primary, new Map(signing.map((subkey) => [subkey.facts.keyid, toKey(subkey).json])));
}

function toKey(
  { material, validityPeriod }: JudgedKey,
  subkeys?: ReadonlyMap<string, JsonObject>,
): PublicKey {
  const names = numbersOf(material.algorithm);
  const values = names.map((name) => [name, material.values.get(name) ?? Buffer.alloc(0)] as const);
  return publicKeyFromJson(
    publicKeyToJson({
      keyid: material.fingerprint,
      method: methodOf(material),
      public: new Map(values.map(([name, value]) => [name, encode(material.algorithm, value)])),
      creationTime: material.created,
      validityPeriod,
      subkeys,
    }),
  );
}

function numbersOf(algorithm: number): readonly string[] {
  if (algorithm === Algorithm.dsa) return ['p', 'q', 'g', 'y'];
  return algorithm === Algorithm.eddsa || algorithm === Algorithm.ecdsa ? ['q'] : ['e', 'n'];
}

/** in-toto drops the 0x40 that OpenPGP puts in front of an Ed25519 point (RFC 9580 §11.2). */
function encode(algorithm: number, value: Buffer): string {
  return (algorithm === Algorithm.eddsa ? value.subarray(1) : value).toString('hex');
}

function methodOf({ algorithm, curve }: JudgedKey['material']): string {
  if (algorithm === Algorithm.dsa) return 'pgp+dsa-fips-180-2';
  if (algorithm === Algorithm.rsa || algorithm === Algorithm.rsaSignOnly) return 'pgp+rsa-pkcsv1.5';
  if (curve !== undefined) return curve.method;
  throw malformed('a key that can sign', `algorithm ${algorithm}`);
}

/**
 * The certificate's keys as a layout lists them. in-toto refuses a bundle of mixed algorithms, so a subkey of another
 * kind than its primary key stands alone; and it refuses every old link once a key has expired by its
 * `validity_period`, so there is none: expiry is the certificate's to tell.
 */
export function layoutKeysOf(bundle: PublicKey): readonly PublicKey[] {
  const subkeys = [...bundle.subkeys.values()];
  const together = subkeys.filter(({ type }) => type === bundle.type);
  const alone = subkeys.filter(({ type }) => type !== bundle.type);
  return [forLayout(bundle, together), ...alone.map((subkey) => forLayout(subkey, []))];
}

function forLayout(key: PublicKey, subkeys: readonly PublicKey[]): PublicKey {
  const listed = new Map(subkeys.map((subkey) => [subkey.keyid, forLayout(subkey, []).json]));
  return publicKeyFromJson(publicKeyToJson({ ...key, validityPeriod: undefined, subkeys: listed }));
}
