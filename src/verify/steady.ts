import type { Envelope } from '../intoto/envelope.ts';
import { FormatError } from '../intoto/format-error.ts';
import { parseSignatureHeader } from '../intoto/signature.ts';
import type { Certificate } from '../openpgp/certificate.ts';

const DAY = 24 * 60 * 60;

/** A span of time in which a judgment stays what it is, seconds: `from` belongs to it, `until` (undefined: never) not. */
export interface Span {
  readonly from: number;
  readonly until: number | undefined;
}

/**
 * The span around `now` in which the clock alone changes no answer: between the last and the next moment at which some
 * key ends, some signature expires, or one that is dated too far ahead begins to count.
 */
export function steadySpan(
  now: number,
  certificates: readonly Certificate[],
  envelopes: Iterable<Envelope>,
  within: Span = { from: 0, until: undefined },
): Span {
  let { from, until } = within;
  const meet = (moment: number | undefined) => {
    if (moment === undefined) return;
    if (moment <= now) from = Math.max(from, moment);
    else until = Math.min(until ?? moment, moment);
  };
  for (const { keys } of certificates) {
    for (const { expires, revocation } of keys.values()) [expires, revocation?.at].forEach(meet);
  }
  for (const envelope of envelopes) turningPoints(envelope).forEach(meet);
  return { from, until };
}

export function isWithin(now: number, { from, until }: Span): boolean {
  return from <= now && (until === undefined || now < until);
}

function turningPoints({ signatures }: Envelope): number[] {
  return signatures.flatMap((signature) => {
    const header = signature.kind === 'openpgp' ? readHeader(signature.otherHeaders) : undefined;
    if (header?.created === undefined) return [];
    const { created, expiresAfter } = header;
    return [created - DAY, ...(expiresAfter === undefined ? [] : [created + expiresAfter])];
  });
}

/** A signature whose header cannot be read counts at no time. */
function readHeader(otherHeaders: string) {
  try {
    return parseSignatureHeader(otherHeaders);
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}
