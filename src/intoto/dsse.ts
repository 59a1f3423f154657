import { type Envelope, envelopeFromDocument, makeEnvelope } from './envelope.ts';
import type { JsonParts } from './json-parts.ts';
import { type JsonDocument, parseDocument, parseJson } from './json-reader.ts';
import { isJsonObject, type Json, type JsonObject, jsonObject } from './json-value.ts';
import { expectKeyid, expectList, expectLiteral, expectObject, expectString, refuse } from './shape.ts';
import type { SslibSignature } from './signature.ts';

/** What in-toto puts into a DSSE envelope (ITE-5). */
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/**
 * Reads metadata in either wrapping: in-toto's own (`parseEnvelope`), or DSSE, which in-toto writes from version 2 on
 * when asked to. No in-toto checks OpenPGP signatures in DSSE, and so do not we.
 * @param parts of other metadata, which are not read again where they come again.
 * @throws FormatError
 */
export function parseMetadata(text: string | Uint8Array, parts?: JsonParts): Envelope {
  return metadataFromDocument(parseDocument(text, parts));
}

/** As above, of what was parsed already. */
export function metadataFromDocument(document: JsonDocument): Envelope {
  const { json } = document;
  return isJsonObject(json) && json.has('payload') ? dsseFromJson(json) : envelopeFromDocument(document);
}

function dsseFromJson(object: JsonObject): Envelope {
  const payloadType = expectLiteral(object.get('payloadType'), 'payloadType', PAYLOAD_TYPE);
  const payload = expectBase64(object.get('payload'), 'payload');
  const signatures = expectList(object.get('signatures'), 'signatures');
  return makeEnvelope(
    expectObject(parseJson(payload), 'payload'),
    signatures.map((json, at) => dsseSignature(json, `signatures[${at}]`)),
    { signedBytes: preAuthenticationEncoding(payloadType, payload), json: object },
  );
}

/** DSSE lets the key id be missing; in-toto looks signatures up by it, and refuses the envelope without. */
function dsseSignature(json: Json, where: string): SslibSignature {
  const object = expectObject(json, where);
  return {
    kind: 'sslib',
    keyid: expectKeyid(object.get('keyid'), `${where}.keyid`),
    signature: expectBase64(object.get('sig'), `${where}.sig`).toString('hex'),
    json: object,
  };
}

/**
 * The bytes that are signed (DSSE 1.0, `protocol.md`): type and body with their lengths in octets in front, so that no
 * other pair of the two reads the same.
 */
export function preAuthenticationEncoding(type: string, body: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${body.length} `;
  return Buffer.concat([Buffer.from(head), body]);
}

/** Padded, in the standard or the URL-safe alphabet: DSSE wants both read. */
function expectBase64(json: Json | undefined, where: string): Buffer {
  const text = expectString(json, where);
  const bytes = Buffer.from(text, 'base64');
  const standard = text.replaceAll('-', '+').replaceAll('_', '/');
  // Node skips what is no base64; what does not come out again as it went in, was none.
  if (text !== '' && bytes.toString('base64') === standard) return bytes;
  return refuse(where, 'base64', text);
}

/** A signature over the pre-authentication encoding: octets, whatever the key's kind makes of them. */
export interface DsseSignature {
  readonly keyid: string;
  readonly sig: Uint8Array;
}

/** An envelope as DSSE 1.0 writes it. */
export function dsseToJson(payload: Uint8Array, signatures: readonly DsseSignature[]): JsonObject {
  const base64 = (octets: Uint8Array) => Buffer.from(octets).toString('base64');
  return jsonObject([
    ['payloadType', PAYLOAD_TYPE],
    ['payload', base64(payload)],
    [
      'signatures',
      signatures.map(({ keyid, sig }) => jsonObject(Object.entries({ keyid, sig: base64(sig) }))),
    ],
  ]);
}
