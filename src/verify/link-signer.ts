import type { Envelope } from '../intoto/envelope.ts';
import type { AnySignature } from '../intoto/signature.ts';
import { isAuthorised } from '../openpgp/authorised.ts';
import { checkSignature, findKey } from '../openpgp/check.ts';
import type { Fitting } from '../openpgp/ed25519.ts';
import type { FindingCode } from './finding.ts';
import type { KeyBook, SignatureTimes } from './key-book.ts';
import type { TrustedLayout } from './layout-trust.ts';

const DAY = 24 * 60 * 60;

/** Who stands behind a link, once everything about the signature held. */
export interface LinkSigner {
  /** Upper-hex primary fingerprint: subkeys of one certificate are one person. */
  readonly fingerprint: string;
  readonly keyid: string;
  /** Seconds. */
  readonly created: number;
}

export interface SignerProblem {
  readonly code: FindingCode;
  readonly detail: string;
  readonly fingerprint?: string | undefined;
}

export interface SignerQuestion {
  readonly envelope: Envelope;
  /** Upper-hex fingerprint of the notes ref that the link lies in. */
  readonly ref: string;
  readonly step: string;
  /** The layout in force, then those that a later merge adds (`laterLayouts`). */
  readonly layouts: readonly [TrustedLayout, ...TrustedLayout[]];
  readonly keys: KeyBook;
  readonly arrivedAfter: SignatureTimes['arrivedAfter'];
  readonly fitting: Fitting | undefined;
  readonly now: number;
}

/** The one functionary whose signature makes the link count, or the first reason why there is none. */
export function judgeSigner(question: SignerQuestion): LinkSigner | SignerProblem {
  let problem: SignerProblem = { code: 'unauthorised', detail: 'the link carries no signature' };
  for (const signature of question.envelope.signatures) {
    const result = judgeSignature(signature, question);
    if ('keyid' in result) return result;
    problem = result;
  }
  return problem;
}

function judgeSignature(signature: AnySignature, question: SignerQuestion): LinkSigner | SignerProblem {
  const { keys, layouts, step, envelope, now, ref, arrivedAfter, fitting } = question;
  const [layout] = layouts;
  const found = findKey(layout.layout.keys, signature.keyid);
  const fingerprint = identity(signature.keyid, layout, keys);
  const stranger = layouts.find((each) => !isAuthorised(each.layout, step, signature.keyid));
  if (found === undefined || stranger !== undefined) {
    const later =
      stranger !== undefined && stranger !== layout ? 'the layout it was merged into' : 'the layout';
    return { code: 'unauthorised', detail: `${later} does not name this key for the step`, fingerprint };
  }
  if (fingerprint !== ref) {
    return { code: 'foreign-ref', detail: `it lies in the notes of ${ref}`, fingerprint };
  }
  const check = checkSignature(found.key, signature, envelope.signedBytes, fitting);
  if (!check.good) return { code: check.code, detail: check.reason, fingerprint };
  if (check.expires !== undefined && check.expires <= now) {
    return { code: 'key-expired', detail: 'the signature itself has expired', fingerprint };
  }
  const life = { created: check.created, layoutAge: layout.age, arrivedAfter, now };
  return lifeOf(signature.keyid, life, layout, keys, fingerprint);
}

/** The signature is good; was it made at a time when it could count? */
function lifeOf(
  keyid: string,
  times: SignatureTimes,
  layout: TrustedLayout,
  keys: KeyBook,
  fingerprint: string,
): LinkSigner | SignerProblem {
  const { created, now } = times;
  // A link from the future would outlive every expiry and win every "newest" (threat 68).
  if (created > now + DAY) return { code: 'bad-signature', detail: 'dated in the future', fingerprint };
  if (created * 1000 > layout.layout.expires) {
    return { code: 'layout-expired', detail: 'signed after the layout had expired', fingerprint };
  }
  const ownLife = layoutKeyLife(keyid, layout);
  if (created > ownLife) {
    return { code: 'key-expired', detail: 'signed after the validity period in the layout', fingerprint };
  }
  const problem = keys.problem(keyid, times);
  return problem === undefined ? { fingerprint, keyid, created } : { ...problem, fingerprint };
}

/** Upper-hex primary fingerprint: what the certificate says, else the master under which the layout lists the key. */
function identity(keyid: string, layout: TrustedLayout, keys: KeyBook): string {
  const master = findKey(layout.layout.keys, keyid)?.master.keyid ?? keyid;
  return keys.primaryOf(keyid) ?? master.toUpperCase();
}

function layoutKeyLife(keyid: string, { layout }: TrustedLayout): number {
  const key = findKey(layout.keys, keyid)?.key;
  if (key?.validityPeriod === undefined || key.creationTime === undefined) return Number.POSITIVE_INFINITY;
  return key.creationTime + key.validityPeriod;
}
