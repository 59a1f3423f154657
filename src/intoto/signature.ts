import { type Json, type JsonObject, jsonObject } from './json-value.ts';
import { expectHex, expectKeyid, expectObject, expectOctets } from './shape.ts';

export { parseSignatureHeader, type SignatureHeader } from './signature-header.ts';

/** An OpenPGP signature as in-toto writes it (securesystemslib GPG_SIGNATURE_SCHEMA). */
export interface Signature {
  readonly kind: 'openpgp';
  /** Fingerprint of the signing (sub)key, lower-case hex. */
  readonly keyid: string;
  /** Hex of the signature packet from its version octet to the end of the hashed subpackets. */
  readonly otherHeaders: string;
  /** Hex; what the octets are depends on the algorithm, see `openpgp/check.ts`. */
  readonly signature: string;
  readonly json: JsonObject;
}

/** A signature by a key that is not OpenPGP's (securesystemslib SIGNATURE_SCHEMA): it says nothing of itself, not even when. */
export interface SslibSignature {
  readonly kind: 'sslib';
  readonly keyid: string;
  /** Hex of the octets; what they are depends on the key's scheme, see `sslib-check.ts`. */
  readonly signature: string;
  readonly json: JsonObject;
}

/** What may stand in an envelope. */
export type AnySignature = Signature | SslibSignature;

export interface SignatureParts {
  readonly keyid: string;
  readonly otherHeaders: string;
  readonly signature: string;
}

/**
 * Reads one entry of `signatures`; `short_keyid` and `info` may stand there, neither is looked at.
 * @throws FormatError; in-toto refuses the whole file for one malformed entry, and so do we.
 */
export function signatureFromJson(json: Json, where = 'signature'): Signature {
  const object = expectObject(json, where);
  const shortKeyid = object.get('short_keyid');
  if (shortKeyid !== undefined) expectHex(shortKeyid, `${where}.short_keyid`);
  return {
    kind: 'openpgp',
    keyid: expectKeyid(object.get('keyid'), `${where}.keyid`),
    otherHeaders: expectOctets(object.get('other_headers'), `${where}.other_headers`).toLowerCase(),
    signature: expectOctets(object.get('signature'), `${where}.signature`).toLowerCase(),
    json: object,
  };
}

/** As above, for either kind; what has both forms at once is OpenPGP's, as in in-toto. */
export function anySignatureFromJson(json: Json, where = 'signature'): AnySignature {
  const object = expectObject(json, where);
  if (object.has('other_headers') || !object.has('sig')) return signatureFromJson(object, where);
  return {
    kind: 'sslib',
    keyid: expectKeyid(object.get('keyid'), `${where}.keyid`),
    signature: expectOctets(object.get('sig'), `${where}.sig`).toLowerCase(),
    json: object,
  };
}

export function signatureToJson(parts: SignatureParts): JsonObject {
  return jsonObject([
    ['keyid', parts.keyid],
    ['other_headers', parts.otherHeaders],
    ['signature', parts.signature],
  ]);
}

/**
 * The octets whose SHA-256 is signed: canonical(signed) ‖ other_headers ‖ trailer (RFC 9580 §5.2.4).
 * Whoever hashes something large feeds the three parts to the hash one by one instead.
 */
export function signedData(canonical: Uint8Array, otherHeaders: string): Buffer {
  return Buffer.concat([canonical, signatureTrailer(otherHeaders)]);
}

/** What is hashed after the document: the headers, `04 FF`, and their length in four octets. */
export function signatureTrailer(otherHeaders: string): Buffer {
  const headers = Buffer.from(otherHeaders, 'hex');
  const end = Buffer.from([0x04, 0xff, 0, 0, 0, 0]);
  end.writeUInt32BE(headers.length, 2);
  return Buffer.concat([headers, end]);
}
