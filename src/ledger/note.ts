/** Limits of `formats.md` §4. They are what bounds the work that a foreign note can cause (threat 35). */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;
export const MAX_NOTE_BYTES = 64 * 1024 * 1024;
export const MAX_LINES = 10_000;

const LF = 0x0a;

export interface NoteLine {
  /** Without the LF: a view, not a copy. */
  readonly bytes: Buffer;
  /** From 1. */
  readonly number: number;
}

/** A line, or all from a line on, that is over the limits. */
export interface SkippedLine {
  readonly line: number | undefined;
  readonly reason: string;
}

/**
 * The lines of a note. Empty ones (`git notes append` leaves them) are passed over; a last line without LF counts.
 * What is over the limits is reported, never silently dropped.
 */
export function linesOf(blob: Buffer): { lines: readonly NoteLine[]; skipped: readonly SkippedLine[] } {
  if (blob.length > MAX_NOTE_BYTES) return { lines: [], skipped: [oversizedNote(blob.length)] };
  const lines: NoteLine[] = [];
  const skipped: SkippedLine[] = [];
  let number = 1;
  for (let start = 0; start < blob.length; number++) {
    if (number > MAX_LINES) {
      skipped.push({ line: number, reason: `a note of more than ${MAX_LINES} lines; the rest is not read` });
      break;
    }
    const end = endOfLine(blob, start);
    const bytes = blob.subarray(start, end);
    if (bytes.length > MAX_LINE_BYTES) skipped.push({ line: number, reason: tooLong('line', bytes.length) });
    else if (bytes.length > 0) lines.push({ bytes, number });
    start = end + 1;
  }
  return { lines, skipped };
}

/** For a note that was not even read because of its size. */
export function oversizedNote(size: number): SkippedLine {
  return { line: undefined, reason: tooLong('note', size) };
}

function tooLong(what: 'line' | 'note', size: number): string {
  const limit = what === 'line' ? MAX_LINE_BYTES : MAX_NOTE_BYTES;
  return `a ${what} of ${size} bytes, where at most ${limit} are read`;
}

function endOfLine(blob: Buffer, start: number): number {
  const at = blob.indexOf(LF, start);
  return at === -1 ? blob.length : at;
}
