import { canSign } from './algorithm.ts';
import { expiryOf, strongest, toRevocation, validityOf, weakDigest, whyNoSigning } from './binding.ts';
import type { KeyFacts } from './key-facts.ts';
import { soonest, worstRevocation } from './key-facts.ts';
import type { KeyMaterial } from './key-material.ts';
import { readKeyMaterial } from './key-material.ts';
import type { OpenPgp } from './library.ts';
import { loadOpenPgp } from './library.ts';
import { malformed } from './malformed.ts';
import type { SelfSignature, SignedParts } from './self-signature.ts';
import { SelfSignatures } from './self-signature.ts';
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

interface ReadKey {
  readonly packet: OpenPgp.AnyKeyPacket;
  readonly material: KeyMaterial;
}

/**
 * Judges a certificate without a clock: what its owner signed, by today's knowledge. The mathematics are OpenPGP.js's;
 * what counts is decided here, stricter than there and than in GnuPG where these are lax.
 * @throws MlchainError `input` for one that is malformed, or whose primary key is of a kind that this tool does not know
 */
export async function judge(key: TransferableKey): Promise<JudgedCertificate> {
  const library = await loadOpenPgp();
  const primary = await readKey(library, key.primary);
  if (primary === undefined || !canSign(primary.material.algorithm)) {
    throw malformed('a version 4 primary key of a supported algorithm', 'another kind of key');
  }
  const signatures = new SelfSignatures(library, primary.packet);
  const users = await certifiedUsers(signatures, key.users, primary);
  const judged = await judgePrimary(signatures, key, primary, users);
  const subkeys: JudgedKey[] = [];
  for (const component of key.subkeys) {
    const subkey = await readKey(library, component);
    if (subkey !== undefined) subkeys.push(await judgeSubkey(signatures, component, subkey, primary, judged));
  }
  const named = users.filter(({ certification }) => !certification.isWeak);
  return { primary: judged, subkeys, userIds: named.flatMap(({ component }) => userIdOf(component) ?? []) };
}

/** Undefined for a kind of key that this tool does not know; it then can be nobody's key in a layout either. */
async function readKey(library: typeof OpenPgp, { packet }: Component): Promise<ReadKey | undefined> {
  const material = readKeyMaterial(packet.body);
  if (material === undefined || !isSupported(material)) return undefined;
  const read = new library.PublicKeyPacket();
  try {
    await read.read(packet.body);
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'UnsupportedError') return undefined;
    throw malformed('a public key', 'one that cannot be read', cause);
  }
  // Two readings of one key would be two keys: octets after its end, numbers with zeros in front.
  if (material.publicLength !== packet.body.length || read.getFingerprint() !== material.fingerprint) {
    throw malformed('a public key in its one true form', 'another form of it');
  }
  return { packet: read, material };
}

interface CertifiedUser {
  readonly component: Component;
  readonly certification: SelfSignature;
}

/** User ids and attributes with a certification by the key itself that no later revocation takes back. */
async function certifiedUsers(
  signatures: SelfSignatures,
  users: readonly Component[],
  primary: ReadKey,
): Promise<readonly CertifiedUser[]> {
  const certified: CertifiedUser[] = [];
  for (const component of users) {
    const content = { write: () => component.packet.body };
    const isName = userIdOf(component) !== undefined;
    const parts = { key: primary.packet, ...(isName ? { userID: content } : { userAttribute: content }) };
    const [takenBack] = await signatures.of(component, [CERTIFICATION_REVOCATION], parts);
    const certification = strongest(await signatures.of(component, CERTIFICATIONS, parts));
    if (certification !== undefined && certification.created > (takenBack?.created ?? -1)) {
      certified.push({ component, certification });
    }
  }
  return certified.toSorted((a, b) => Number(isMain(b)) - Number(isMain(a)));
}

function isMain({ certification }: CertifiedUser): boolean {
  return certification.packet.isPrimaryUserID === true;
}

async function judgePrimary(
  signatures: SelfSignatures,
  key: TransferableKey,
  { packet, material }: ReadKey,
  users: readonly CertifiedUser[],
): Promise<JudgedKey> {
  const parts = { key: packet };
  const direct = await signatures.of(key.primary, [DIRECT_KEY], parts);
  // Without key flags it is no statement about use: GnuPG names designated revokers in such a one.
  const statements = direct.filter((one) => one.packet.keyFlags !== null);
  const certifications = users.map(({ certification }) => certification);
  const binding = strongest([...statements, ...certifications].toSorted((a, b) => b.created - a.created));
  // A revocation counts wherever it stands: to move it must not be to remove it.
  const everywhere = [key.primary, ...key.users, ...key.subkeys].flatMap((component) => component.signatures);
  const revocations = await signatures.of(
    { ...key.primary, signatures: everywhere },
    [KEY_REVOCATION],
    parts,
  );
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

async function judgeSubkey(
  signatures: SelfSignatures,
  component: Component,
  { packet, material }: ReadKey,
  primary: ReadKey,
  { facts: primaryFacts, isBound: primaryIsBound }: JudgedKey,
): Promise<JudgedKey> {
  const parts = { key: primary.packet, bind: packet };
  const binding = strongest(await signatures.of(component, [SUBKEY_BINDING], parts));
  const back = await backSignature(signatures, binding, packet, parts);
  const revoked = await signatures.of(component, [SUBKEY_REVOCATION], parts);
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
async function backSignature(
  signatures: SelfSignatures,
  binding: SelfSignature | undefined,
  subkey: OpenPgp.AnyKeyPacket,
  parts: SignedParts,
): Promise<SelfSignature | undefined> {
  const embedded = binding?.packet.embeddedSignature ?? null;
  if (embedded === null || embedded.signatureType !== BACK_SIGNATURE) return undefined;
  return signatures.verify(embedded, subkey, parts);
}
