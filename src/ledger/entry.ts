import { sha256Hex } from '../intoto/digest.ts';
import { parseMetadata } from '../intoto/dsse.ts';
import type { Envelope } from '../intoto/envelope.ts';
import { FormatError } from '../intoto/format-error.ts';
import type { Link } from '../intoto/link.ts';
import { linkFromJson } from '../intoto/link.ts';
import type { Binding } from './binding.ts';
import { bindingOf } from './binding.ts';
import { linesOf } from './note.ts';
import type { Endorsement, Revocation } from './statement.ts';
import { endorsementFromJson, revocationFromJson } from './statement.ts';

export type Content =
  | { readonly kind: 'link'; readonly link: Link; readonly binding: Binding | undefined }
  | { readonly kind: 'endorsement'; readonly endorsement: Endorsement }
  | { readonly kind: 'revocation'; readonly revocation: Revocation }
  /** Of a later version, or foreign: kept and delivered, and counts for nothing. */
  | { readonly kind: 'unknown'; readonly type: string };

/** One envelope and where it lies. That it is here says nothing: no signature has been checked yet. */
export interface Entry {
  /** The line as it lies in the note, without its LF. */
  readonly line: string;
  /** SHA-256 of the line, hex: the name of a revocation (`formats.md` §5). */
  readonly id: string;
  /** Primary fingerprint, upper hex, from the name of the ref – whoever signed must own it (threat 8). */
  readonly signer: string;
  /** The annotated commit. What the line itself claims to be bound to is in `content`. */
  readonly object: string;
  readonly envelope: Envelope;
  readonly content: Content;
}

/**
 * Why evidence could not be read. `over-limits` and `object-missing`: what was not read may be a revocation, so nobody
 * can say "verified".
 */
export interface NoteProblem {
  readonly kind: 'malformed' | 'over-limits' | 'object-missing';
  /** Upper-hex fingerprint of the ref; undefined where the ref's own name is what is wrong. */
  readonly signer: string | undefined;
  readonly object: string | undefined;
  /** From 1; undefined when the whole note or ref is meant. */
  readonly line: number | undefined;
  /** Lower case, may quote foreign text. */
  readonly reason: string;
}

export interface ParsedNote {
  readonly entries: readonly Entry[];
  readonly problems: readonly NoteProblem[];
}

/**
 * Reads one note of `signer` on commit `object`. Each line stands alone: a malformed one is a problem, and nobody can
 * make a good line bad by putting junk beside it (threats 36, 57).
 */
export function parseNote(signer: string, object: string, blob: Buffer): ParsedNote {
  const { lines, skipped } = linesOf(blob);
  const entries: Entry[] = [];
  const problems: NoteProblem[] = skipped.map((each) => ({ kind: 'over-limits', signer, object, ...each }));
  for (const { bytes, number } of lines) {
    try {
      entries.push(parseLine(signer, object, bytes));
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      problems.push({ kind: 'malformed', signer, object, line: number, reason: error.message });
    }
  }
  return { entries, problems };
}

function parseLine(signer: string, object: string, bytes: Buffer): Entry {
  const envelope = parseMetadata(bytes);
  return new ParsedEntry(signer, object, bytes.toString('utf8'), envelope, contentOf(envelope));
}

export function contentOf(envelope: Envelope): Content {
  switch (envelope.signedType) {
    case 'link': {
      const link = linkFromJson(envelope.signed);
      return { kind: 'link', link, binding: bindingOf(link) };
    }
    case 'endorsement':
      return { kind: 'endorsement', endorsement: endorsementFromJson(envelope.signed) };
    case 'revocation':
      return { kind: 'revocation', revocation: revocationFromJson(envelope.signed) };
    default:
      return { kind: 'unknown', type: envelope.signedType };
  }
}

/** The id is made when it is asked for: of ten thousand links hardly one is ever called by it. */
class ParsedEntry implements Entry {
  readonly signer: string;
  readonly object: string;
  readonly line: string;
  readonly envelope: Envelope;
  readonly content: Content;
  #id: string | undefined;

  constructor(signer: string, object: string, line: string, envelope: Envelope, content: Content) {
    this.signer = signer;
    this.object = object;
    this.line = line;
    this.envelope = envelope;
    this.content = content;
  }

  get id(): string {
    this.#id ??= sha256Hex(this.line);
    return this.#id;
  }
}
