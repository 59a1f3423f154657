/** As much of DER (X.690) as a DSA public key takes. */

const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OBJECT_IDENTIFIER = 0x06;
const SEQUENCE = 0x30;

/** A non-negative integer from big-endian octets: shortest form, never with the sign bit set. */
export function integer(octets: Uint8Array): Buffer {
  let start = 0;
  while (start < octets.length - 1 && octets[start] === 0) start++;
  const value = octets.subarray(start);
  const isShort = value.length > 0 && (value[0] ?? 0) < 0x80;
  return element(INTEGER, isShort ? value : Buffer.concat([Buffer.of(0), value]));
}

export function sequence(...elements: readonly Buffer[]): Buffer {
  return element(SEQUENCE, Buffer.concat(elements));
}

/** `encoded` is the identifier's value octets in hex. */
export function objectIdentifier(encoded: string): Buffer {
  return element(OBJECT_IDENTIFIER, Buffer.from(encoded, 'hex'));
}

export function bitString(octets: Uint8Array): Buffer {
  return element(BIT_STRING, Buffer.concat([Buffer.of(0), octets]));
}

function element(tag: number, value: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(tag), lengthOf(value.length), value]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const hex = length.toString(16);
  const octets = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([Buffer.of(0x80 | octets.length), octets]);
}
