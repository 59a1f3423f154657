import { canonicalize } from './canonical.ts';
import { type JsonDocument, parseDocument } from './json-reader.ts';
import { type Json, type JsonObject, jsonObject } from './json-value.ts';
import { stringify } from './json-writer.ts';
import type { PlainText } from './plain-text.ts';
import { expectList, expectObject, expectString } from './shape.ts';
import { type AnySignature, anySignatureFromJson } from './signature.ts';

/** in-toto's "Metablock": something signed, and the signatures over its canonical form. */
export interface Envelope {
  readonly signatures: readonly AnySignature[];
  readonly signed: JsonObject;
  /** `_type` of what is signed: `link`, `layout`, `owners`… */
  readonly signedType: string;
  /** What was signed; canonical bytes of `signed` are made when first asked for: many envelopes are never checked. */
  readonly signedBytes: Buffer;
  /** The same as a check of a signature takes it: in pieces, which need not be copied together. */
  readonly signedPieces: readonly Uint8Array[];
  /** As it was read where it is DSSE (`dsse.ts`): from its parts it could not be written again. */
  readonly dsse: JsonObject | undefined;
}

/** What a DSSE envelope has besides. */
export interface DsseParts {
  readonly signedBytes: Buffer;
  readonly json: JsonObject;
}

class ParsedEnvelope implements Envelope {
  readonly signatures: readonly AnySignature[];
  readonly signed: JsonObject;
  readonly signedType: string;
  readonly dsse: JsonObject | undefined;
  /** The text of `signed` where that is its canonical form but for white space. */
  readonly #plain: PlainText | undefined;
  #bytes: Buffer | undefined;

  constructor(signatures: readonly AnySignature[], signed: JsonObject, dsse?: DsseParts, plain?: PlainText) {
    this.#plain = plain;
    this.#bytes = dsse?.signedBytes;
    this.dsse = dsse?.json;
    this.signatures = signatures;
    this.signed = signed;
    this.signedType = expectString(signed.get('_type'), 'signed._type');
  }

  get signedBytes(): Buffer {
    this.#bytes ??= this.#plain?.canonical() ?? canonicalize(this.signed);
    return this.#bytes;
  }

  get signedPieces(): readonly Uint8Array[] {
    return (this.#bytes === undefined ? this.#plain?.pieces() : undefined) ?? [this.signedBytes];
  }
}

/**
 * Reads an envelope. Fields beside `signed` and `signatures` are signed by nobody and dropped.
 * @throws FormatError; a missing list of signatures is malformed, an empty one is unsigned.
 */
export function parseEnvelope(text: string | Uint8Array): Envelope {
  return envelopeFromDocument(parseDocument(text));
}

/** As `parseEnvelope`, of what was parsed already. */
export function envelopeFromDocument({ json, plainMembers }: JsonDocument): Envelope {
  const object = expectObject(json, 'envelope');
  const signatures = expectList(object.get('signatures'), 'signatures');
  return new ParsedEnvelope(
    signatures.map((signature, at) => anySignatureFromJson(signature, `signatures[${at}]`)),
    expectObject(object.get('signed'), 'signed'),
    undefined,
    plainMembers.get('signed'),
  );
}

/** The envelope of something just signed, as `parseEnvelope` would read it back. */
export function makeEnvelope(
  signed: JsonObject,
  signatures: readonly AnySignature[],
  dsse?: DsseParts,
): Envelope {
  return new ParsedEnvelope(signatures, signed, dsse);
}

/** An envelope written again, in the one compact spelling, in whichever wrapping it came. */
export function respellEnvelope({ signed, signatures, dsse }: Envelope, indent: 0 | 1 = 0): string {
  return stringify(dsse ?? envelopeJson(signed, signatures), indent);
}

/** One compact line of ASCII, without a line feed: how an envelope lies in a note. */
export function writeEnvelope(signed: Json, signatures: readonly AnySignature[]): string {
  return stringify(envelopeJson(signed, signatures), 0);
}

/** The file in-toto writes: indent 1, keys sorted, no line feed at the end. */
export function writeEnvelopeFile(signed: Json, signatures: readonly AnySignature[]): string {
  return stringify(envelopeJson(signed, signatures), 1);
}

function envelopeJson(signed: Json, signatures: readonly AnySignature[]): JsonObject {
  return jsonObject([
    ['signatures', signatures.map((signature) => signature.json)],
    ['signed', signed],
  ]);
}
