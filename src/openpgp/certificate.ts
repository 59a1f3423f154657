import type { PublicKey } from '../intoto/key.ts';
import { isArmored, readArmor, writeArmor } from './armor.ts';
import { judge } from './judge.ts';
import type { KeyFacts } from './key-facts.ts';
import { malformed } from './malformed.ts';
import { mergeKeys } from './merge.ts';
import { readPackets } from './packet.ts';
import { layoutKeysOf, toPublicKey } from './public-key.ts';
import type { TransferableKey } from './transferable-key.ts';
import { isSecret, readTransferableKeys, writeTransferableKey } from './transferable-key.ts';

export type { KeyFacts } from './key-facts.ts';

/** An OpenPGP certificate, judged: plain data, synchronous to use. */
export interface Certificate {
  /** Of the primary key, 40 upper-case hex digits. */
  readonly fingerprint: string;
  /** Certified by the key itself, the main one first; foreign text. May be empty. */
  readonly userIds: readonly string[];
  /** As in-toto's `export_pubkey` would give it, had it no bugs (`formats.md` §2). */
  readonly publicKey: PublicKey;
  /** By lower-case fingerprint, the primary key first. Keys of an unknown kind are not listed and count for nothing. */
  readonly keys: ReadonlyMap<string, KeyFacts>;
  /** The certificate alone, ASCII-armored. */
  readonly armored: string;
}

/** More than a certificate with pictures and thousands of strangers' signatures needs. */
const MAX_OCTETS = 4 * 1024 * 1024;

/**
 * Reads certificates, armored (any number of blocks, text between them) or binary. Several copies of one certificate
 * become one that says all that they say, so that a revocation in one of them counts.
 * @throws MlchainError `input` when anything in there is malformed, unsupported, or secret
 */
export async function readCertificates(input: string | Uint8Array): Promise<Certificate[]> {
  const merged = new Map<string, TransferableKey>();
  for (const key of readPublicKeys(input)) {
    const identity = key.primary.packet.body.toString('hex');
    const known = merged.get(identity);
    merged.set(identity, known === undefined ? key : mergeKeys(known, key));
  }
  return [...merged.values()].map(judgeCertificate);
}

function readPublicKeys(input: string | Uint8Array): readonly TransferableKey[] {
  const keys = readKeys(input);
  if (keys.length === 0) throw malformed('a certificate', 'none');
  if (keys.some(isSecret)) throw malformed('a certificate', 'a secret key, which must not be handed around');
  return keys;
}

/** Certificates and secret keys alike, unjudged. */
export function readKeys(input: string | Uint8Array): readonly TransferableKey[] {
  const data = typeof input === 'string' ? Buffer.from(input) : input;
  if (data.length > MAX_OCTETS) throw malformed(`at most ${MAX_OCTETS} octets`, `${data.length}`);
  const parts = isArmored(data) ? readArmor(Buffer.from(data).toString()).map((block) => block.data) : [data];
  return parts.flatMap((part) => readTransferableKeys(readPackets(part)));
}

/** Judges one certificate that holds no secrets. */
export function judgeCertificate(key: TransferableKey): Certificate {
  const judged = judge(key);
  const all = [judged.primary, ...judged.subkeys];
  return {
    fingerprint: judged.primary.facts.keyid.toUpperCase(),
    userIds: judged.userIds,
    publicKey: toPublicKey(judged),
    keys: new Map(all.map(({ facts }) => [facts.keyid, facts])),
    armored: writeArmor('PUBLIC KEY BLOCK', writeTransferableKey(key)),
  };
}

/**
 * What a layout lists for this certificate: its bundle, or, as in-toto takes no bundle of mixed algorithms, the primary
 * key and then each subkey of another algorithm as a key of its own. Never with a `validity_period`.
 */
export function layoutKeys(certificate: Certificate): readonly PublicKey[] {
  return layoutKeysOf(certificate.publicKey);
}
