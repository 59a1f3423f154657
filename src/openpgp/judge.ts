import { canSign } from './algorithm.ts';
import { expiryOf, strongest, toRevocation, validityOf, weakDigest, whyNoSigning } from './binding.ts';
import { readCertificateSignature } from './certificate-signature.ts';
import type { KeyFacts } from './key-facts.ts';
import { soonest, worstRevocation } from './key-facts.ts';
import type { KeyMaterial } from './key-material.ts';
import { readKeyMaterial, writeKeyMaterial } from './key-material.ts';
import { malformed } from './malformed.ts';
import { goodSignature, type SelfSignature, SelfSignatures } from './self-signature.ts';
import { isSupported, weaknessOf } from './strength.ts';
import type { Component, TransferableKey } from './transferable-key.ts';
import { userIdOf } from './transferable-key.ts';

/** Signature types. RFC 4880 §5.2.1. */
const CERTIFICATIONS = [0x10, 0x11, 0x12, 0x13];
const SUBKEY_BINDING = 0x18;
const DIRECT_KEY = 0x1f;
const KEY_REVOCATION = 0x20;
const SUBKEY_REVOCATION = 0x28;
const CERTIFICATION_REVOCATION = 0x30;
/** Primary key binding, in which a signing subkey says that it belongs to this primary key. */
const BACK_SIGNATURE = 0x19;

export interface JudgedKey {
  readonly facts: KeyFacts;
  readonly material: KeyMaterial;
  /** Seconds from its creation on, by its own binding alone. */
  readonly validityPeriod: number | undefined;
  /** Itself, not its primary key. */
  readonly isRevoked: boolean;
  /** Has a self-signature that holds, which alone tells what it may do and until when. */
  readonly isBound: boolean;
}

export interface JudgedCertificate {
  readonly primary: JudgedKey;
  readonly subkeys: readonly JudgedKey[];
  /** Those that the key itself certifies and has not taken back: anybody can add a name to somebody's certificate. */
  readonly userIds: readonly string[];
}

/**
 * Judges a certificate without a clock: what its owner signed, by today's knowledge, and stricter than GnuPG and
 * OpenPGP.js where these are lax.
 * @throws MlchainError `input` for one that is malformed, or whose primary key is of a kind that this tool does not know
 */
export function judge(key: TransferableKey): JudgedCertificate {
  const primary = readKey(key.primary);
  if (primary === undefined || !canSign(primary.algorithm)) {
    throw malformed('a version 4 primary key of a supported algorithm', 'another kind of key');
  }
  const signatures = new SelfSignatures(primary);
  const users = certifiedUsers(signatures, key);
  const judged = judgePrimary(signatures, key, primary, users);
  const subkeys = key.subkeys.flatMap((component) => {
    const subkey = readKey(component);
    if (subkey === undefined) return [];
    const signed = Buffer.concat([keyOctets(key.primary), keyOctets(component)]);
    return [judgeSubkey(signatures, component, subkey, signed, judged)];
  });
  const named = users.filter(({ certification }) => !certification.isWeak);
  return { primary: judged, subkeys, userIds: named.flatMap(({ component }) => userIdOf(component) ?? []) };
}

/** Undefined for a kind of key that this tool does not know; it then can be nobody's key in a layout either. */
function readKey({ packet }: Component): KeyMaterial | undefined {
  const material = readKeyMaterial(packet.body);
  if (material === undefined || !isSupported(material)) return undefined;
  // Two readings of one key would be two keys: octets after its end, numbers with zeros in front.
  if (!writeKeyMaterial(material).equals(packet.body)) {
    throw malformed('a public key in its one true form', 'another form of it');
  }
  return material;
}

/** As they are signed. RFC 4880 §5.2.4. */
function keyOctets({ packet }: Component): Buffer {
  const head = Buffer.of(0x99, 0, 0);
  head.writeUInt16BE(packet.body.length, 1);
  return Buffer.concat([head, packet.body]);
}

/** Likewise, of a user id or attribute: 0xB4 or 0xD1, what both types of packet had as their header once. */
function userOctets(component: Component): Buffer {
  const head = Buffer.of(userIdOf(component) === undefined ? 0xd1 : 0xb4, 0, 0, 0, 0);
  head.writeUInt32BE(component.packet.body.length, 1);
  return Buffer.concat([head, component.packet.body]);
}

interface CertifiedUser {
  readonly component: Component;
  readonly certification: SelfSignature;
}

/** User ids and attributes with a certification by the key itself that no later revocation takes back. */
function certifiedUsers(signatures: SelfSignatures, key: TransferableKey): readonly CertifiedUser[] {
  const certified: CertifiedUser[] = [];
  for (const component of key.users) {
    const signed = Buffer.concat([keyOctets(key.primary), userOctets(component)]);
    const [takenBack] = signatures.of(component, [CERTIFICATION_REVOCATION], signed);
    const certification = strongest(signatures.of(component, CERTIFICATIONS, signed));
    if (certification !== undefined && certification.created > (takenBack?.created ?? -1)) {
      certified.push({ component, certification });
    }
  }
  return certified.toSorted((a, b) => Number(isMain(b)) - Number(isMain(a)));
}

function isMain({ certification }: CertifiedUser): boolean {
  return certification.packet.isPrimaryUserId;
}

function judgePrimary(
  signatures: SelfSignatures,
  key: TransferableKey,
  material: KeyMaterial,
  users: readonly CertifiedUser[],
): JudgedKey {
  const signed = keyOctets(key.primary);
  const direct = signatures.of(key.primary, [DIRECT_KEY], signed);
  // Without key flags it is no statement about use: GnuPG names designated revokers in such a one.
  const statements = direct.filter((one) => one.packet.keyFlags !== undefined);
  const certifications = users.map(({ certification }) => certification);
  const binding = strongest([...statements, ...certifications].toSorted((a, b) => b.created - a.created));
  // A revocation counts wherever it stands: to move it must not be to remove it.
  const everywhere = [key.primary, ...key.users, ...key.subkeys].flatMap((component) => component.signatures);
  const revocations = signatures.of({ ...key.primary, signatures: everywhere }, [KEY_REVOCATION], signed);
  const revocation = worstRevocation(revocations.map(toRevocation));
  const whyNot = whyNoSigning(material, binding, 'certified by itself');
  const hasWeak = [key.primary, ...key.users].some((component) =>
    signatures.hasWeak(component, [DIRECT_KEY, ...CERTIFICATIONS]),
  );
  const facts: KeyFacts = {
    keyid: material.fingerprint,
    isPrimary: true,
    maySign: whyNot === undefined,
    whyNot,
    created: material.created,
    expires: expiryOf(material, binding),
    revocation,
    weak: weaknessOf(material) ?? weakDigest(binding, hasWeak, 'certified by itself'),
  };
  const isRevoked = revocation !== undefined;
  return { facts, material, validityPeriod: validityOf(binding), isRevoked, isBound: binding !== undefined };
}

function judgeSubkey(
  signatures: SelfSignatures,
  component: Component,
  material: KeyMaterial,
  signed: Uint8Array,
  { facts: primaryFacts, isBound: primaryIsBound }: JudgedKey,
): JudgedKey {
  const binding = strongest(signatures.of(component, [SUBKEY_BINDING], signed));
  const back = backSignature(binding, material, signed);
  const revoked = signatures.of(component, [SUBKEY_REVOCATION], signed);
  const whyNot =
    whyNoSigning(material, binding, 'bound by its primary key') ?? whyNoSubkey(back, primaryIsBound);
  const facts: KeyFacts = {
    keyid: material.fingerprint,
    isPrimary: false,
    maySign: whyNot === undefined,
    whyNot,
    created: material.created,
    expires: soonest(expiryOf(material, binding), primaryFacts.expires),
    revocation: worstRevocation([...revoked.map(toRevocation), primaryFacts.revocation]),
    weak:
      weaknessOf(material) ??
      weakDigest(binding, signatures.hasWeak(component, [SUBKEY_BINDING]), 'bound by its primary key') ??
      weakDigest(back, false, 'bound to its primary key') ??
      primaryFacts.weak,
  };
  const isRevoked = revoked.length > 0;
  return { facts, material, validityPeriod: validityOf(binding), isRevoked, isBound: binding !== undefined };
}

/** Without the primary key's own certification nobody knows until when it is good, and its subkeys with it. */
function whyNoSubkey(back: SelfSignature | undefined, primaryIsBound: boolean): string | undefined {
  if (!primaryIsBound) return 'its primary key is not certified by itself';
  return back === undefined ? 'it does not say itself whose it is (no valid back-signature)' : undefined;
}

/**
 * Embedded in the binding. Without it, anybody could bind somebody else's signing key to their own certificate and be
 * taken for the author of its signatures. RFC 4880 §5.2.1, type 0x19.
 */
function backSignature(
  binding: SelfSignature | undefined,
  subkey: KeyMaterial,
  signed: Uint8Array,
): SelfSignature | undefined {
  const body = binding?.packet.embedded;
  const embedded = body && readCertificateSignature(body);
  return embedded?.type === BACK_SIGNATURE ? goodSignature(embedded, subkey, signed) : undefined;
}
