import type { Step } from '../intoto/layout.ts';
import { isAuthorised } from '../openpgp/authorised.ts';
import type { Ancestry } from './ancestry.ts';
import type { CountingLink, StepLink } from './counting-link.ts';
import type { TrustedLayout } from './layout-trust.ts';
import { type ArtifactsOf, type ContentProblem, ruleProblem } from './link-content.ts';
import type { LinkIndex } from './link-index.ts';
import type { StepState } from './tree-state.ts';

/** What a step effectively says at a commit (`product.md` §6.3): content decides, not position. */
export interface EffectiveLink {
  readonly link: StepLink;
  /** Agreeing links of distinct functionaries whom the layout at hand authorises: the newest of each. */
  readonly signers: readonly StepLink[];
  readonly thresholdMet: boolean;
  /** Why its rules, which held at its own commit, fail here. */
  readonly ruleProblem: ContentProblem | undefined;
}

export type EffectiveLinks = ReadonlyMap<string, EffectiveLink>;

export interface EffectiveQuestion {
  readonly commit: string;
  readonly layout: TrustedLayout;
  readonly state: StepState;
  readonly index: LinkIndex;
  readonly ancestry: Ancestry;
  readonly artifactsOf: ArtifactsOf;
}

/** The effective link of one step at one commit; undefined where no counting link produced what the tree holds. */
export function effectiveLink(question: EffectiveQuestion): EffectiveLink | undefined {
  const { commit, layout, state, index, artifactsOf } = question;
  const { step } = state.control;
  const candidates = index
    .producing(state.control, state.key, commit)
    .filter((link) => !isSuperseded(link, index));
  return bestOf(candidates, step, artifactsOf, (link) => agreeingSigners(link, step, commit, layout, index));
}

/**
 * Of links that all produced what the tree holds, newest first: the first whose rules hold and whose threshold is met,
 * else the first whose rules hold, else the first.
 */
export function bestOf(
  candidates: readonly StepLink[],
  step: Step,
  artifactsOf: ArtifactsOf,
  signersOf: (link: StepLink) => readonly StepLink[],
): EffectiveLink | undefined {
  let best: EffectiveLink | undefined;
  for (const link of candidates) {
    const signers = signersOf(link);
    const candidate: EffectiveLink = {
      link,
      signers,
      thresholdMet: signers.length >= step.threshold,
      ruleProblem: ruleProblem(link.link, step, artifactsOf),
    };
    if (best === undefined || rank(candidate) > rank(best)) best = candidate;
    if (rank(candidate) === 2) break;
  }
  return best;
}

/** A later candidate wins only by holding where the earlier ones fail. */
function rank({ ruleProblem: problem, thresholdMet }: EffectiveLink): number {
  if (problem !== undefined) return 0;
  return thresholdMet ? 2 : 1;
}

/** Two subkeys of one certificate, or one link twice, are one functionary (threat 16). */
function agreeingSigners(
  link: StepLink,
  step: Step,
  commit: string,
  layout: TrustedLayout,
  index: LinkIndex,
): CountingLink[] {
  const distinct = new Map<string, CountingLink>();
  for (const agreeing of index.agreeing(link, commit)) {
    if (distinct.has(agreeing.signer.fingerprint) || isSuperseded(agreeing, index)) continue;
    if (isAuthorised(layout.layout, step.name, agreeing.keyid))
      distinct.set(agreeing.signer.fingerprint, agreeing);
  }
  return [...distinct.values()];
}

/** A signer's newest link at a commit stands; an older one by the same hand was taken back. */
function isSuperseded(link: CountingLink, index: LinkIndex): boolean {
  return index.at(link.step, link.commit).some((other) => {
    // Itself first: mostly it is alone, and a link's id is a hash of all of it.
    return other !== link && other.signer.fingerprint === link.signer.fingerprint && isNewer(other, link);
  });
}

/** Signed later; of two in the same second the one with the greater id, so that everybody picks the same. */
export function isNewer(one: StepLink, other: StepLink): boolean {
  const [time, otherTime] = [one.created ?? 0, other.created ?? 0];
  if (time !== otherTime) return time > otherTime;
  return one.entry.id > other.entry.id;
}
