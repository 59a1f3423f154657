import { sha256Hex } from '../intoto/digest.ts';
import { metadataFromDocument } from '../intoto/dsse.ts';
import { type Envelope, respellEnvelope } from '../intoto/envelope.ts';
import { FormatError } from '../intoto/format-error.ts';
import type { JsonObject } from '../intoto/json.ts';
import { jsonObject, parseDocument, stringify } from '../intoto/json.ts';
import { expectLiteral, expectObject, expectString } from '../intoto/shape.ts';
import { type BundleHeader, readHeader, sealedHeader } from './bundle-header.ts';
import { type Content, contentOf } from './entry.ts';
import { linesOf, type NoteLine } from './note.ts';

export type { BundleHeader } from './bundle-header.ts';

/** A link, an endorsement or a revocation in a bundle. */
export interface BundledEvidence {
  /** As it lies in the notes. */
  readonly line: string;
  /** SHA-256 of the line, hex: the name of a revocation. */
  readonly id: string;
  /** In the bundle, from 1. */
  readonly number: number;
  readonly envelope: Envelope;
  readonly content: Content;
}

/**
 * A chain that speaks for itself (`formats.md` §5): whoever has it needs no repository. Parsed, and trusted by nobody
 * yet.
 */
export interface Bundle {
  readonly header: BundleHeader;
  /** All versions of `.mlchain/owners`. */
  readonly owners: readonly Envelope[];
  readonly layout: Envelope;
  /** Armored. */
  readonly certificates: readonly string[];
  readonly evidence: readonly BundledEvidence[];
}

/** What goes into a bundle, in the order of its lines. */
export interface BundleParts extends Omit<Bundle, 'evidence'> {
  /** Links, endorsements and revocations: lines as they lie in the notes. */
  readonly evidence: readonly string[];
}

export function writeBundle({ header, owners, layout, certificates, evidence }: BundleParts): string {
  const lines = [
    ...[...owners, layout].map((envelope) => respellEnvelope(envelope)),
    ...certificates.map((armored) => stringify(certificateJson(armored), 0)),
    ...evidence,
  ];
  const rest = lines.map((line) => `${line}\n`).join('');
  return `${sealedHeader(header, rest)}\n${rest}`;
}

/**
 * Reads a bundle whole: one line that is not as it was written, and there is no bundle. The seal finds what happened
 * to it on the way; an attacker can make a new one, and then meets the signatures.
 * @throws FormatError that names the line
 */
export function parseBundle(data: Buffer): Bundle {
  const { lines, skipped } = linesOf(data);
  const [first, ...rest] = lines;
  const [tooLong] = skipped;
  if (tooLong !== undefined || first === undefined) {
    throw new FormatError(tooLong?.reason ?? 'expected a bundle, found nothing');
  }
  const header = readHeader(first.bytes, data.subarray(first.bytes.length + 1));
  const read = new Reader();
  for (const line of rest) atLine(line, () => read.line(line));
  return read.finish(header);
}

class Reader {
  readonly #owners: Envelope[] = [];
  readonly #certificates: string[] = [];
  readonly #evidence: BundledEvidence[] = [];
  #layout: Envelope | undefined;

  line({ bytes, number }: NoteLine): void {
    const text = bytes.toString('utf8');
    const document = parseDocument(bytes);
    const json = expectObject(document.json, 'line');
    if (json.has('_type')) {
      expectSpelling(stringify(json, 0), text);
      this.#certificates.push(certificateIn(json));
      return;
    }
    this.#envelope(metadataFromDocument(document), text, number);
  }

  finish(header: BundleHeader): Bundle {
    if (this.#layout === undefined) throw new FormatError('expected a layout, found none');
    return {
      header,
      owners: this.#owners,
      layout: this.#layout,
      certificates: this.#certificates,
      evidence: this.#evidence,
    };
  }

  #envelope(envelope: Envelope, line: string, number: number): void {
    const { signedType } = envelope;
    const content = signedType === 'layout' || signedType === 'owners' ? undefined : contentOf(envelope);
    // The name of a statement is the hash of its line, whoever wrote it: it stays as it is.
    if (content?.kind !== 'endorsement' && content?.kind !== 'revocation') {
      expectSpelling(respellEnvelope(envelope), line);
    }
    if (content?.kind === 'unknown') throw new FormatError(`found a line of unknown type '${content.type}'`);
    if (content !== undefined) this.#evidence.push({ line, id: sha256Hex(line), number, envelope, content });
    else if (signedType === 'owners') this.#owners.push(envelope);
    else if (this.#layout === undefined) this.#layout = envelope;
    else throw new FormatError('expected one layout, found a second');
  }
}

function certificateJson(armored: string): JsonObject {
  return jsonObject([
    ['_type', 'certificate'],
    ['armored', armored],
  ]);
}

function certificateIn(json: JsonObject): string {
  expectLiteral(json.get('_type'), '_type', 'certificate');
  return expectString(json.get('armored'), 'armored');
}

/** One spelling for one meaning: nothing can hide in spaces, escapes or fields that nobody reads. */
function expectSpelling(expected: string, found: string): void {
  if (expected !== found)
    throw new FormatError('expected the compact form with sorted keys and nothing else');
}

function atLine(line: NoteLine, read: () => void): void {
  try {
    read();
  } catch (error) {
    if (error instanceof FormatError) throw new FormatError(`line ${line.number}: ${error.message}`);
    throw error;
  }
}
