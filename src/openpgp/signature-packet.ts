import type { Signature } from '../intoto/signature.ts';
import { parseSignatureHeader, signatureFromJson, signatureToJson } from '../intoto/signature.ts';
import { Algorithm } from './algorithm.ts';
import { integer, sequence } from './der.ts';
import { malformed } from './malformed.ts';
import { Octets } from './octets.ts';
import { readPackets, Tag } from './packet.ts';
import { leftPad } from './secret-key.ts';
import { readSubpackets } from './subpackets.ts';

/** Octets of R and of S in an Ed25519 signature. RFC 8032 §5.1.6. */
const EDDSA_HALF = 32;

/**
 * Turns a binary detached signature, as `gpg --detach-sign` writes it, into in-toto's signature object.
 * @param coordinateSize octets of each half of an ECDSA signature: the packet does not name the curve.
 */
export function signatureFromPacket(data: Uint8Array, coordinateSize = EDDSA_HALF): Signature {
  const [packet, ...more] = readPackets(data);
  if (packet?.tag !== Tag.signature || more.length > 0)
    throw malformed('one signature packet', 'something else');
  return signatureFromBody(packet.body, coordinateSize);
}

/** RFC 4880 §5.2.3: version 4 is the only one that in-toto knows. */
function signatureFromBody(body: Buffer, coordinateSize: number): Signature {
  const octets = new Octets(body);
  const version = octets.octet();
  if (version !== 4) throw malformed('a version 4 signature', `version ${version}`);
  octets.take(3);
  octets.take(octets.uint16());
  const otherHeaders = octets.since(0).toString('hex');
  const header = parseSignatureHeader(otherHeaders);
  const unhashed = octets.take(octets.uint16());
  octets.take(2);
  const keyid = header.issuerFingerprint ?? issuerFingerprint(unhashed);
  if (keyid === undefined) throw malformed('the fingerprint of the issuer in the signature', 'none');
  const signature = readNumbers(octets, header.publicKeyAlgorithm, coordinateSize).toString('hex');
  if (octets.left > 0) throw malformed('the end of the signature', `${octets.left} more octets`);
  return signatureFromJson(signatureToJson({ keyid, otherHeaders, signature }));
}

/** Subpacket 33 with a version 4 fingerprint, RFC 9580 §5.2.3.35; some write it where nothing is signed. */
function issuerFingerprint(area: Buffer): string | undefined {
  const found = readSubpackets(area).find(({ type, body }) => type === 33 && body[0] === 4);
  return found?.body.toString('hex', 1);
}

/** What in-toto keeps of the numbers after the headers; see `formats.md` §2. */
function readNumbers(octets: Octets, algorithm: number, coordinateSize: number): Buffer {
  switch (algorithm) {
    case Algorithm.rsa:
    case Algorithm.rsaSignOnly:
      return octets.mpi();
    case Algorithm.dsa:
      // An ASN.1 SEQUENCE of two INTEGERs, RFC 3279 §2.2.2.
      return sequence(integer(octets.mpi()), integer(octets.mpi()));
    case Algorithm.ecdsa:
    case Algorithm.eddsa:
      return Buffer.concat([leftPad(octets.mpi(), coordinateSize), leftPad(octets.mpi(), coordinateSize)]);
    default:
      throw malformed('a signature algorithm that this tool knows', `number ${algorithm}`);
  }
}
