import { malformed } from './malformed.ts';
import { Octets } from './octets.ts';

/** Packet tags. RFC 4880 §4.3. */
export const Tag = {
  signature: 2,
  secretKey: 5,
  publicKey: 6,
  secretSubkey: 7,
  publicSubkey: 14,
} as const;

export interface Packet {
  readonly tag: number;
  readonly body: Buffer;
}

/** Takes a binary packet sequence apart, in order. RFC 4880 §4.2. */
export function readPackets(data: Uint8Array): readonly Packet[] {
  const octets = new Octets(data);
  const packets: Packet[] = [];
  while (octets.left > 0) packets.push(readPacket(octets));
  return packets;
}

function readPacket(octets: Octets): Packet {
  const header = octets.octet();
  if ((header & 0x80) === 0) throw malformed('a packet header', `octet 0x${header.toString(16)}`);
  const isNewFormat = (header & 0x40) !== 0;
  const tag = isNewFormat ? header & 0x3f : (header >> 2) & 0x0f;
  const length = isNewFormat ? newLength(octets) : oldLength(octets, header & 0x03);
  return { tag, body: octets.take(length) };
}

/** RFC 4880 §4.2.1. An indeterminate length is for data packets; a key or signature never has one. */
function oldLength(octets: Octets, type: number): number {
  if (type === 0) return octets.octet();
  if (type === 1) return octets.uint16();
  if (type === 2) return octets.uint32();
  throw malformed('a packet of known length', 'an indeterminate length');
}

/** RFC 4880 §4.2.2. Partial lengths are for data packets (§4.2.2.4), too. */
function newLength(octets: Octets): number {
  const first = octets.octet();
  if (first < 192) return first;
  if (first < 224) return ((first - 192) << 8) + octets.octet() + 192;
  if (first === 255) return octets.uint32();
  throw malformed('a packet of known length', 'a partial length');
}

/** New format, each length in its shortest form. RFC 4880 §4.2.2. */
export function writePackets(packets: readonly Packet[]): Buffer {
  return Buffer.concat(
    packets.flatMap(({ tag, body }) => [Buffer.of(0xc0 | tag), lengthOctets(body.length), body]),
  );
}

function lengthOctets(length: number): Buffer {
  if (length < 192) return Buffer.of(length);
  if (length < 8384) return Buffer.of(((length - 192) >> 8) + 192, (length - 192) & 0xff);
  const octets = Buffer.alloc(5, 0xff);
  octets.writeUInt32BE(length, 1);
  return octets;
}
