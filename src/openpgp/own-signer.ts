import { createHash, sign } from 'node:crypto';
import type { Signature } from '../intoto/signature.ts';
import { signatureFromJson, signatureToJson, signatureTrailer } from '../intoto/signature.ts';
import { Algorithm, sha256 } from './algorithm.ts';
import { KeyError } from './key-error.ts';
import { readKeyMaterial } from './key-material.ts';
import { openPacket } from './open-packet.ts';
import type { Packet } from './packet.ts';
import type { PassphraseSource } from './passphrase.ts';
import { withPassphrase } from './passphrase.ts';
import type { SecretKey } from './secret-key.ts';
import { protectionOf } from './secret-key.ts';
import type { OwnKey } from './store.ts';
import { nameOf } from './store.ts';
import { findUnlocked, secretPackets } from './unlock.ts';

/** The secret (sub)keys of this key that are really here, by lower fingerprint: not the stubs of others. */
export function availableKeys(key: OwnKey): ReadonlyMap<string, Packet> {
  const here = secretPackets(key).filter((packet) => protectionOf(packet) !== 'absent');
  return new Map(here.map((packet) => [readKeyMaterial(packet.body)?.fingerprint ?? '', packet]));
}

/**
 * Opens one (sub)key: without a passphrase, from its unlocked copy, or by a passphrase.
 * @param keyid lower hex, one of `availableKeys`
 * @throws KeyError `locked` when the passphrase is not to be had
 */
export async function openOwnPacket(key: OwnKey, keyid: string, source: PassphraseSource): Promise<Packet> {
  const packet = availableKeys(key).get(keyid);
  if (packet === undefined)
    throw new KeyError('unusable', `the secret part of ${keyid} is not in your key store`);
  if (protectionOf(packet) === 'plain') return packet;
  const unlocked = await findUnlocked(key, source.env, Date.now());
  const open = (passphrase: string) => openPacket(packet, passphrase);
  return unlocked?.packets.get(keyid) ?? (await withPassphrase(nameOf(key.certificate), source, open));
}

/**
 * An OpenPGP signature of type 0x00 (binary document) as in-toto keeps it: the same octets that GnuPG would write, over
 * SHA-256 for every key that in-toto knows. RFC 4880 §5.2.3, §5.2.4; RFC 9580 §5.2.3.35 for the issuer's fingerprint.
 * @param created seconds since 1970
 */
export function makeSignature(secret: SecretKey, signedBytes: Uint8Array, created: number): Signature {
  const { fingerprint } = secret.material;
  const otherHeaders = headersOf(secret, created).toString('hex');
  const data = Buffer.concat([signedBytes, signatureTrailer(otherHeaders)]);
  const signature = signData(secret, data).toString('hex');
  return signatureFromJson(signatureToJson({ keyid: fingerprint, otherHeaders, signature }));
}

/** Version, type, algorithms, then two hashed subpackets: 33 issuer fingerprint (version 4), 2 creation time. */
function headersOf({ material }: SecretKey, created: number): Buffer {
  const time = Buffer.alloc(4);
  time.writeUInt32BE(created);
  const issuer = Buffer.concat([Buffer.of(22, 33, 4), Buffer.from(material.fingerprint, 'hex')]);
  const subpackets = Buffer.concat([issuer, Buffer.of(5, 2), time]);
  const { id } = material.curve?.digest ?? sha256;
  return Buffer.concat([Buffer.of(4, 0, material.algorithm, id, 0, subpackets.length), subpackets]);
}

/** Ed25519 in OpenPGP signs the digest (RFC 9580 §5.2.3.3), the others the data by way of it. */
function signData({ material, key }: SecretKey, data: Buffer): Buffer {
  const { name } = material.curve?.digest ?? sha256;
  switch (material.algorithm) {
    case Algorithm.eddsa:
      return sign(null, createHash(name).update(data).digest(), key);
    case Algorithm.ecdsa:
      return sign(name, data, { key, dsaEncoding: 'ieee-p1363' });
    default:
      return withoutLeadingZeros(sign(name, data, key));
  }
}

/** A multiprecision integer has none (RFC 4880 §3.2), and in-toto keeps the integer. */
function withoutLeadingZeros(number: Buffer): Buffer {
  return number.subarray(number.findIndex((octet) => octet !== 0));
}
