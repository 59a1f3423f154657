import { readKeyMaterial } from './key-material.ts';
import { malformed } from './malformed.ts';
import type { Packet } from './packet.ts';
import { Tag, writePackets } from './packet.ts';

/** A packet and the signatures that follow it: a key, a user id, a subkey. */
export interface Component {
  readonly packet: Packet;
  readonly signatures: readonly Packet[];
}

/** RFC 4880 §11.1 and §11.2: one certificate, or one secret key. */
export interface TransferableKey {
  readonly primary: Component;
  /** User ids and user attributes. */
  readonly users: readonly Component[];
  readonly subkeys: readonly Component[];
}

const USER_ID = 13;
const USER_ATTRIBUTE = 17;
/** Marker, trust and padding say nothing. RFC 4880 §5.8, §5.10; RFC 9580 §5.14. */
const IGNORED: readonly number[] = [10, 12, 21];

/** Splits a packet sequence into the keys it holds. */
export function readTransferableKeys(packets: readonly Packet[]): readonly TransferableKey[] {
  const keys: { component: Component; signatures: Packet[] }[][] = [];
  for (const packet of packets) {
    if (isIgnored(packet)) continue;
    const current = keys.at(-1);
    if (packet.tag === Tag.publicKey || packet.tag === Tag.secretKey) keys.push([componentOf(packet)]);
    else if (current === undefined) throw malformed('a key packet first', `packet type ${packet.tag}`);
    else if (packet.tag === Tag.signature) current.at(-1)?.signatures.push(packet);
    else if (isUser(packet) || isSubkey(packet)) current.push(componentOf(packet));
    else throw malformed('a part of a key', `packet type ${packet.tag}`);
  }
  return keys.map((parts) => assemble(parts.map(({ component }) => component)));
}

function componentOf(packet: Packet): { component: Component; signatures: Packet[] } {
  const signatures: Packet[] = [];
  return { component: { packet, signatures }, signatures };
}

function assemble([primary, ...rest]: readonly Component[]): TransferableKey {
  if (primary === undefined) throw malformed('a key packet', 'nothing');
  return {
    primary,
    users: rest.filter(({ packet }) => isUser(packet)),
    subkeys: rest.filter(({ packet }) => isSubkey(packet)),
  };
}

/** Types from 40 on may be skipped by who does not know them. RFC 9580 §4.3. */
function isIgnored({ tag }: Packet): boolean {
  return tag >= 40 || IGNORED.includes(tag);
}

function isUser({ tag }: Packet): boolean {
  return tag === USER_ID || tag === USER_ATTRIBUTE;
}

function isSubkey({ tag }: Packet): boolean {
  return tag === Tag.publicSubkey || tag === Tag.secretSubkey;
}

export function isSecret(key: TransferableKey): boolean {
  return key.primary.packet.tag === Tag.secretKey;
}

/** The text of a user id packet; undefined for a user attribute (a picture). RFC 4880 §5.11. */
export function userIdOf({ packet }: Component): string | undefined {
  return packet.tag === USER_ID ? packet.body.toString() : undefined;
}

/** The certificate of a secret key. A subkey whose public half cannot be told from its secret one is left out. */
export function withoutSecrets(key: TransferableKey): TransferableKey {
  const primary = publicHalf(key.primary);
  if (primary === undefined) throw malformed('a supported key algorithm', 'an unknown one in a secret key');
  return { primary, users: key.users, subkeys: key.subkeys.flatMap((subkey) => publicHalf(subkey) ?? []) };
}

function publicHalf({ packet, signatures }: Component): Component | undefined {
  if (packet.tag !== Tag.secretKey && packet.tag !== Tag.secretSubkey) return { packet, signatures };
  const material = readKeyMaterial(packet.body);
  if (material === undefined) return undefined;
  const tag = packet.tag === Tag.secretKey ? Tag.publicKey : Tag.publicSubkey;
  return { packet: { tag, body: packet.body.subarray(0, material.publicLength) }, signatures };
}

export function writeTransferableKey(key: TransferableKey): Buffer {
  const components = [key.primary, ...key.users, ...key.subkeys];
  return writePackets(components.flatMap(({ packet, signatures }) => [packet, ...signatures]));
}
