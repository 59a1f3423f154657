import type { Envelope } from '../intoto/envelope.ts';
import { makeEnvelope } from '../intoto/envelope.ts';
import type { AnySignature, Signature } from '../intoto/signature.ts';
import type { Holder, Holders } from './holders.ts';
import { holderOf } from './holders.ts';

/** Who of the pinned owners has signed a layout, and who is still to. Good signatures only. */
export interface SigningState {
  readonly signed: readonly Holder[];
  /** Owners whose signature is not there (yet). */
  readonly missing: readonly Holder[];
  /** Signed, but are not among the pinned owners: their signature counts for nothing here. */
  readonly others: readonly Holder[];
  readonly threshold: number;
  readonly isComplete: boolean;
}

export interface Owners {
  /** Primary keys, upper hex. */
  readonly fingerprints: readonly string[];
  readonly threshold: number;
}

/** Is this a good signature over the layout? Undefined: nobody's certificate is at hand to tell. */
export type SignatureJudge = (signature: AnySignature) => boolean | undefined;

/**
 * The layout with one more signature. The signer's own older one gives way: a layout is as old as its signatures
 * (`product.md` §3), so signing again renews it. Signatures that were good for an earlier text go too.
 */
export function withSignature(
  layout: Envelope,
  signature: Signature,
  signer: string,
  holders: Holders,
  judge: SignatureJudge,
): Envelope {
  const kept = layout.signatures.filter(
    (other) => judge(other) !== false && holderOf(other.keyid, holders).fingerprint !== signer,
  );
  return makeEnvelope(layout.signed, [...kept, signature]);
}

export function signingState(
  layout: Envelope,
  owners: Owners,
  holders: Holders,
  judge: SignatureJudge,
): SigningState {
  const good = layout.signatures.filter((signature) => judge(signature) === true);
  const signers = new Map(
    good.map(({ keyid }) => holderOf(keyid, holders)).map((one) => [one.fingerprint, one]),
  );
  const signed = owners.fingerprints.flatMap((fingerprint) => signers.get(fingerprint) ?? []);
  return {
    signed,
    missing: owners.fingerprints
      .filter((fingerprint) => !signers.has(fingerprint))
      .map((fingerprint) => holderOf(fingerprint.toLowerCase(), holders)),
    others: [...signers.values()].filter(({ fingerprint }) => !owners.fingerprints.includes(fingerprint)),
    threshold: owners.threshold,
    isComplete: owners.fingerprints.length > 0 && signed.length >= owners.threshold,
  };
}
