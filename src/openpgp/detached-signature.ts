import { createHash } from 'node:crypto';
import { parseSignatureHeader, type Signature, signatureTrailer } from '../intoto/signature.ts';
import { Algorithm } from './algorithm.ts';
import { malformed } from './malformed.ts';
import { Tag, writePackets } from './packet.ts';

const DIGESTS: ReadonlyMap<number, string> = new Map([
  [8, 'sha256'],
  [9, 'sha384'],
  [10, 'sha512'],
]);

/**
 * A signature as a binary OpenPGP packet, so that `gpg --verify` and everything else that knows OpenPGP can check it:
 * the way back from `signatureFromPacket`. RFC 4880 §5.2.3.
 */
export function detachedSignature(signature: Signature, signedBytes: Uint8Array): Buffer {
  const header = parseSignatureHeader(signature.otherHeaders);
  const digest = createHash(DIGESTS.get(header.hashAlgorithm) ?? 'sha256')
    .update(signedBytes)
    .update(signatureTrailer(signature.otherHeaders))
    .digest();
  const numbers = numbersOf(Buffer.from(signature.signature, 'hex'), header.publicKeyAlgorithm);
  const noSubpackets = Buffer.of(0, 0);
  const headers = Buffer.from(signature.otherHeaders, 'hex');
  const body = Buffer.concat([headers, noSubpackets, digest.subarray(0, 2), ...numbers.map(multiprecision)]);
  return writePackets([{ tag: Tag.signature, body }]);
}

/** What in-toto keeps as one string of octets (`formats.md` §2), as the numbers it is made of. DSA signs nothing here. */
function numbersOf(octets: Buffer, algorithm: number): readonly Buffer[] {
  switch (algorithm) {
    case Algorithm.rsa:
    case Algorithm.rsaSignOnly:
      return [octets];
    case Algorithm.ecdsa:
    case Algorithm.eddsa:
      return [octets.subarray(0, octets.length / 2), octets.subarray(octets.length / 2)];
    default:
      throw malformed('a signature algorithm that this tool signs with', `number ${algorithm}`);
  }
}

/** RFC 4880 §3.2: the number of bits in two octets, then the number without leading zeros. */
function multiprecision(number: Buffer): Buffer {
  const start = number.findIndex((octet) => octet !== 0);
  const shortest = start < 0 ? Buffer.alloc(0) : number.subarray(start);
  const bits = shortest.length === 0 ? 0 : shortest.length * 8 - Math.clz32(shortest[0] ?? 0) + 24;
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bits);
  return Buffer.concat([length, shortest]);
}
