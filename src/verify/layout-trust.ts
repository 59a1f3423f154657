import { sha256Hex } from '../intoto/digest.ts';
import type { Envelope } from '../intoto/envelope.ts';
import { FormatError } from '../intoto/format-error.ts';
import { type Layout, layoutFromJson } from '../intoto/layout.ts';
import { matchCycle } from '../intoto/match-order.ts';
import { type Control, controlOf } from '../layout/control.ts';
import { layoutId } from '../layout/identity.ts';
import { checkSignature } from '../openpgp/check.ts';
import type { LayoutFacts, Trust } from './facts.ts';
import type { FindingCode } from './finding.ts';
import type { KeyBook, SignatureTimes } from './key-book.ts';

const DAY = 24 * 60 * 60;

/** Why a layout is not in force although it lies there. */
export interface LayoutRefusal {
  readonly code: Extract<
    FindingCode,
    'layout-bad-signature' | 'layout-untrusted' | 'layout-invalid' | 'layout-rollback'
  >;
  readonly detail: string;
}

/** A layout that the threshold of pinned owners signed and that makes sense. */
export interface TrustedLayout {
  readonly blob: string;
  /** SHA-256 of the signed part: what a layout says, however the file is written and whoever else signs it. */
  readonly content: string;
  readonly layout: Layout;
  readonly control: Control;
  /** Time of the K-th newest signature of distinct owners (K = threshold), seconds. */
  readonly age: number;
  /** `mlchain-id` on the first line of the readme. */
  readonly id: string | undefined;
  /** Who the owners are by whom it was judged. */
  readonly owners: Trust;
  /** Owners whose good signatures count, upper-hex primary fingerprints. */
  readonly signers: readonly string[];
}

export type LayoutJudgment =
  | { readonly trusted: TrustedLayout; readonly refusal?: undefined }
  | { readonly trusted?: undefined; readonly refusal: LayoutRefusal };

interface Signed {
  readonly good: ReadonlyMap<string, number>;
  readonly bad: readonly string[];
}

/** `product.md` §6-1: signatures, age, sane content, in this order. A layout starts untrusted. */
export function judgeLayout(facts: LayoutFacts, keys: KeyBook, trust: Trust, now: number): LayoutJudgment {
  if (facts.envelope === undefined) return refused('layout-invalid', facts.problem);
  const signed = ownersOf(facts.envelope, keys, trust, now);
  if (signed.good.size < trust.threshold) return refused(...missingSignatures(signed, trust));
  const layout = readLayout(facts.envelope);
  if ('code' in layout) return { refusal: layout };
  const id = layoutId(layout.readme);
  if (trust.id !== undefined && id !== trust.id) {
    return refused('layout-untrusted', `mlchain-id is ${id ?? 'missing'}, this clone pinned ${trust.id}`);
  }
  const times = [...signed.good.values()].sort((one, other) => other - one);
  return {
    trusted: {
      blob: facts.blob,
      content: sha256Hex(facts.envelope.signedBytes),
      layout,
      control: controlOf(layout),
      age: times[trust.threshold - 1] ?? 0,
      id,
      owners: trust,
      signers: [...signed.good.keys()],
    },
  };
}

/**
 * Good signatures of distinct pinned owners over any envelope, each with its newest time: owner → seconds.
 * @param place what is known of an endorsement's time, where it may not be dated back
 */
export function ownersOf(
  envelope: Envelope,
  keys: KeyBook,
  trust: Trust,
  now: number,
  place: Pick<SignatureTimes, 'layoutAge' | 'arrivedAfter'> = { layoutAge: 0 },
): Signed {
  const good = new Map<string, number>();
  const bad: string[] = [];
  for (const signature of envelope.signatures) {
    const owner = keys.primaryOf(signature.keyid);
    if (owner === undefined || !trust.owners.includes(owner)) continue;
    const key = keys.signingKey(signature.keyid);
    if (key === undefined) continue;
    const check = checkSignature(key, signature, envelope.signedBytes);
    if (!check.good) {
      bad.push(owner);
      continue;
    }
    // One owner must not be able to make a layout "newer" than all to come (threat 54).
    if (check.created > now + DAY || (check.expires ?? now + 1) <= now) continue;
    const problem = keys.problem(signature.keyid, { ...place, created: check.created, now });
    if (problem === undefined) good.set(owner, Math.max(check.created, good.get(owner) ?? 0));
  }
  return { good, bad };
}

function missingSignatures(signed: Signed, trust: Trust): [LayoutRefusal['code'], string] {
  const count = `${signed.good.size} of ${trust.threshold} owners signed it`;
  const broken = signed.bad.filter((owner) => !signed.good.has(owner));
  return broken.length > 0
    ? ['layout-bad-signature', `the signature of ${broken.join(', ')} does not match the content`]
    : ['layout-untrusted', count];
}

function readLayout(envelope: Envelope): Layout | LayoutRefusal {
  try {
    const layout = layoutFromJson(envelope.signed);
    const cycle = matchCycle(layout);
    if (cycle === undefined) return layout;
    return { code: 'layout-invalid', detail: `steps match each other in a circle: ${cycle.join(' → ')}` };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { code: 'layout-invalid', detail: error.message };
  }
}

function refused(code: LayoutRefusal['code'], detail: string): LayoutJudgment {
  return { refusal: { code, detail } };
}
