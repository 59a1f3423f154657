import { FormatError } from './format-error.ts';

/** What the hashed part of an OpenPGP v4 signature packet says of itself (RFC 9580 §5.2.3). */
export interface SignatureHeader {
  /** 0x00 is a signature over a binary document, 0x01 over text. */
  readonly type: number;
  readonly publicKeyAlgorithm: number;
  readonly hashAlgorithm: number;
  /** Seconds since 1970: the signer's own claim. */
  readonly created: number | undefined;
  /** Seconds from `created` on after which the signature is void; undefined: never. */
  readonly expiresAfter: number | undefined;
  /** Fingerprint of the signing (sub)key, lower-case hex. */
  readonly issuerFingerprint: string | undefined;
  /** Types of critical subpackets that are not understood here: such a signature must not count. */
  readonly unknownCritical: readonly number[];
}

interface Subpacket {
  readonly type: number;
  readonly critical: boolean;
  readonly body: Buffer;
}

const CREATED = 2;
const EXPIRES_AFTER = 3;
const ISSUER_FINGERPRINT = 33;
/** Beside the three above: issuer key id, policy URI, signer's user id – they only inform. */
const HARMLESS: ReadonlySet<number> = new Set([16, 26, 28]);

/**
 * Reads `other_headers`: the packet from its version octet to the end of the hashed subpackets, hex.
 * @throws FormatError when it is no v4 header, is cut off, is followed by anything, or says a thing twice.
 */
export function parseSignatureHeader(otherHeaders: string): SignatureHeader {
  const bytes = Buffer.from(otherHeaders, 'hex');
  if (bytes.length < 6 || bytes.length * 2 !== otherHeaders.length || bytes[0] !== 4) {
    throw new FormatError(
      `other_headers: expected a version 4 signature header, found ${otherHeaders.slice(0, 16)}`,
    );
  }
  if (bytes.readUInt16BE(4) !== bytes.length - 6) {
    throw new FormatError(
      `other_headers: expected ${bytes.readUInt16BE(4)} octets of subpackets, found ${bytes.length - 6}`,
    );
  }
  const subpackets = readSubpackets(bytes.subarray(6));
  return {
    type: bytes.readUInt8(1),
    publicKeyAlgorithm: bytes.readUInt8(2),
    hashAlgorithm: bytes.readUInt8(3),
    created: readSeconds(only(subpackets, CREATED)),
    expiresAfter: readSeconds(only(subpackets, EXPIRES_AFTER)) || undefined,
    issuerFingerprint: readFingerprint(only(subpackets, ISSUER_FINGERPRINT)),
    unknownCritical: subpackets.filter(isUnknownCritical).map((subpacket) => subpacket.type),
  };
}

function readSubpackets(bytes: Buffer): Subpacket[] {
  const subpackets: Subpacket[] = [];
  let at = 0;
  while (at < bytes.length) {
    const { length, start } = readLength(bytes, at);
    if (length === 0 || start + length > bytes.length)
      throw new FormatError('other_headers: a subpacket is cut off');
    const type = bytes.readUInt8(start);
    subpackets.push({
      type: type & 0x7f,
      critical: (type & 0x80) !== 0,
      body: bytes.subarray(start + 1, start + length),
    });
    at = start + length;
  }
  return subpackets;
}

/** A subpacket's length in one, two or five octets (RFC 9580 §5.2.3.7), and where the subpacket starts. */
function readLength(bytes: Buffer, at: number): { length: number; start: number } {
  const first = bytes.readUInt8(at);
  const octets = first < 192 ? 1 : first < 255 ? 2 : 5;
  if (at + octets > bytes.length) throw new FormatError('other_headers: a subpacket length is cut off');
  if (octets === 1) return { length: first, start: at + 1 };
  if (octets === 2) return { length: ((first - 192) << 8) + bytes.readUInt8(at + 1) + 192, start: at + 2 };
  return { length: bytes.readUInt32BE(at + 1), start: at + 5 };
}

/** The one subpacket of a type: of two, readers disagree which one counts, so two are refused. */
function only(subpackets: readonly Subpacket[], type: number): Buffer | undefined {
  const found = subpackets.filter((subpacket) => subpacket.type === type);
  if (found.length > 1)
    throw new FormatError(`other_headers: expected one subpacket of type ${type}, found two`);
  return found[0]?.body;
}

function readSeconds(body: Buffer | undefined): number | undefined {
  if (body !== undefined && body.length !== 4)
    throw new FormatError('other_headers: expected a time of 4 octets');
  return body?.readUInt32BE(0);
}

/** Version octet 4 and 20 octets; the fingerprint of another key version can be no key of ours. */
function readFingerprint(body: Buffer | undefined): string | undefined {
  if (body !== undefined && (body.length !== 21 || body[0] !== 4)) {
    throw new FormatError('other_headers: expected the fingerprint of a version 4 key');
  }
  return body?.toString('hex', 1);
}

function isUnknownCritical({ type, critical }: Subpacket): boolean {
  return (
    critical &&
    type !== CREATED &&
    type !== EXPIRES_AFTER &&
    type !== ISSUER_FINGERPRINT &&
    !HARMLESS.has(type)
  );
}
