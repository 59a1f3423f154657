import { Octets } from './octets.ts';

export interface Subpacket {
  readonly type: number;
  readonly isCritical: boolean;
  readonly body: Buffer;
}

/** One area of a signature's subpackets, RFC 4880 §5.2.3.1. An empty one has type 0, which nobody knows. */
export function readSubpackets(area: Uint8Array): readonly Subpacket[] {
  const octets = new Octets(area);
  const subpackets: Subpacket[] = [];
  while (octets.left > 0) {
    const content = octets.take(lengthIn(octets));
    const first = content[0] ?? 0;
    subpackets.push({ type: first & 0x7f, isCritical: (first & 0x80) !== 0, body: content.subarray(1) });
  }
  return subpackets;
}

function lengthIn(octets: Octets): number {
  const first = octets.octet();
  if (first < 192) return first;
  return first === 255 ? octets.uint32() : ((first - 192) << 8) + octets.octet() + 192;
}
