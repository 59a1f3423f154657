import { Algorithm } from './algorithm.ts';
import { malformed } from './malformed.ts';
import { Octets } from './octets.ts';
import { readSubpackets, type Subpacket } from './subpackets.ts';

/** What a version 4 signature in a certificate says, whether it holds or not. RFC 4880 §5.2.3. */
export interface CertificateSignature {
  readonly type: number;
  readonly algorithm: number;
  /** RFC 4880 §9.4. */
  readonly hashAlgorithm: number;
  /** From the version octet to the end of the hashed subpackets: what is signed of the signature itself. */
  readonly headers: Buffer;
  /** How the digest begins. */
  readonly digestStart: Buffer;
  /** RSA has one, the others have two. */
  readonly numbers: readonly Buffer[];
  /** Key id in lower hex; empty where it does not say. Not signed where it stands in the unhashed area. */
  readonly issuer: string;
  /** Seconds since 1970. */
  readonly created: number;
  /** Seconds after `created`. */
  readonly expiresAfter: number | undefined;
  /** Seconds after the creation of the key that it is about. */
  readonly keyExpiresAfter: number | undefined;
  readonly keyFlags: Buffer | undefined;
  readonly isPrimaryUserId: boolean;
  readonly revocationReason: { readonly code: number; readonly text: string } | undefined;
  /** The body of a signature within, which speaks for itself wherever it stands. */
  readonly embedded: Buffer | undefined;
  /** It demands something that is not known here, and must not count without (RFC 4880 §5.2.3.1, .15, .16). */
  readonly isDemanding: boolean;
}

/** Subpacket types. RFC 4880 §5.2.3.1, RFC 9580 §5.2.3.35. */
const Type = {
  created: 2,
  expiresAfter: 3,
  keyExpiresAfter: 9,
  designatedRevoker: 12,
  issuer: 16,
  notation: 20,
  primaryUserId: 25,
  keyFlags: 27,
  revocationReason: 29,
  embedded: 32,
  issuerFingerprint: 33,
} as const;
/** Types whose meaning is known, or is of no use here: preferences, features, policies, trust, and those above. */
const KNOWN: readonly number[] = [
  2, 3, 4, 5, 6, 7, 9, 11, 16, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 39,
];
/** What may be believed unsigned: it can only send somebody to the wrong key, whose signature it then is not. */
const UNHASHED: readonly number[] = [Type.issuer, Type.embedded, Type.issuerFingerprint];

const NUMBERS: ReadonlyMap<number, number> = new Map([
  [Algorithm.rsa, 1],
  [Algorithm.rsaEncryptOnly, 1],
  [Algorithm.rsaSignOnly, 1],
  [Algorithm.dsa, 2],
  [Algorithm.ecdsa, 2],
  [Algorithm.eddsa, 2],
]);

/**
 * Reads the body of a signature packet. Undefined for other versions and unknown algorithms, as strangers'
 * certifications may have them: no key of a kind that this tool knows makes these.
 * @throws MlchainError `input` for one that is cut off, longer than it says, or does not tell when it was made
 */
export function readCertificateSignature(body: Uint8Array): CertificateSignature | undefined {
  const octets = new Octets(body);
  if (octets.octet() !== 4) return undefined;
  const [type, algorithm, hashAlgorithm] = [octets.octet(), octets.octet(), octets.octet()];
  const count = NUMBERS.get(algorithm);
  if (count === undefined) return undefined;
  const hashed = readSubpackets(octets.take(octets.uint16()));
  const headers = octets.since(0);
  const unhashed = readSubpackets(octets.take(octets.uint16()));
  const digestStart = octets.take(2);
  const numbers = Array.from({ length: count }, () => octets.mpi());
  if (octets.left > 0) throw malformed('the end of a signature', `${octets.left} more octets`);
  const all = [...hashed, ...unhashed.filter(({ type }) => UNHASHED.includes(type))];
  const created = seconds(hashed, Type.created);
  if (created === undefined) throw malformed('the time a signature was made', 'none');
  return {
    ...{ type, algorithm, hashAlgorithm, headers, digestStart, numbers, created },
    issuer: issuerIn(all),
    expiresAfter: seconds(hashed, Type.expiresAfter) || undefined,
    keyExpiresAfter: seconds(hashed, Type.keyExpiresAfter) || undefined,
    keyFlags: last(hashed, Type.keyFlags),
    isPrimaryUserId: (last(hashed, Type.primaryUserId) ?? [0])[0] !== 0,
    revocationReason: reasonIn(last(hashed, Type.revocationReason)),
    embedded: last(all, Type.embedded),
    isDemanding: hashed.some(isDemand),
  };
}

/** Of two, the one behind counts, as in GnuPG and OpenPGP.js. */
function last(subpackets: readonly Subpacket[], type: number): Buffer | undefined {
  return subpackets.findLast((subpacket) => subpacket.type === type)?.body;
}

function seconds(subpackets: readonly Subpacket[], type: number): number | undefined {
  const body = last(subpackets, type);
  if (body !== undefined && body.length !== 4) throw malformed('a time of 4 octets', `${body.length} octets`);
  return body?.readUInt32BE();
}

/** The key id is the end of a version 4 fingerprint, and the beginning of a later one. RFC 9580 §5.5.4. */
function issuerIn(subpackets: readonly Subpacket[]): string {
  const found = subpackets.findLast(({ type }) => type === Type.issuer || type === Type.issuerFingerprint);
  if (found === undefined) return '';
  const { type, body } = found;
  if (type === Type.issuer) return body.toString('hex', 0, 8);
  const fingerprint = body.subarray(1);
  return ((body[0] ?? 0) >= 5 ? fingerprint.subarray(0, 8) : fingerprint.subarray(-8)).toString('hex');
}

function reasonIn(body: Buffer | undefined): CertificateSignature['revocationReason'] {
  return body && { code: body[0] ?? 0, text: body.toString('utf8', 1) };
}

/** A designated revoker says that somebody else may revoke the key: nobody could tell here whether they did. */
function isDemand({ type, isCritical }: Subpacket): boolean {
  return type === Type.designatedRevoker || (isCritical && !KNOWN.includes(type));
}
