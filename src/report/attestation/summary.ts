import type { Layout } from '../../intoto/layout.ts';
import type { Link } from '../../intoto/link.ts';
import { descriptorsOf, statementToJson } from '../../intoto/statement.ts';
import { timestamp } from '../../intoto/timestamp.ts';
import { lastSteps } from '../../layout/last-steps.ts';
import type { VerdictReport } from '../../verify/verdict.ts';
import { type Attestation, gitUri, object, personUri } from './attestation.ts';

const SUMMARY = 'https://slsa.dev/verification_summary/v1';

export interface SummaryFacts {
  /** Judged: not `incomplete`, which is neither passed nor failed. */
  readonly report: VerdictReport;
  /** Commit id. */
  readonly commit: string;
  readonly layout: Layout;
  /** The layout's file: blob id, and SHA-256 of its content. */
  readonly policy: { readonly blob: string; readonly sha256: string };
  readonly linkOf: (step: string) => Link | undefined;
  /** SHA-256 of every line of evidence that the verdict rests on. */
  readonly inputs: readonly string[];
  /** Upper-hex fingerprint of whoever verified, and with which version. */
  readonly verifier: string;
  readonly version: string;
  /** Seconds. */
  readonly now: number;
}

/** SLSA verification summary v1 of a verdict: what somebody who trusts the verifier can go by. */
export function summaryAttestation(facts: SummaryFacts): Attestation {
  const { report, commit, policy, inputs, now } = facts;
  const passed = report.verdict === 'verified';
  const predicate = object({
    verifier: object({
      id: personUri(facts.verifier),
      version: object({ 'git-mlchain': facts.version }),
    }),
    timeVerified: timestamp(now * 1000),
    resourceUri: gitUri('commit', commit),
    policy: object({ uri: gitUri('blob', policy.blob), digest: object({ sha256: policy.sha256 }) }),
    inputAttestations: inputs.map((sha256) => object({ digest: object({ sha256 }) })),
    verificationResult: passed ? 'PASSED' : 'FAILED',
    // No level of a SLSA track is claimed: what was asked is the owners' layout.
    verifiedLevels: passed
      ? report.questions.map((question) => `MLCHAIN_${question.toUpperCase()}`)
      : ['FAILED'],
    slsaVersion: '1.0',
  });
  const statement = statementToJson({ subject: subjectOf(facts), predicateType: SUMMARY, predicate });
  return { commit, name: 'verification-summary', statement };
}

/** The commit, and what the chain ends in. */
function subjectOf({ commit, layout, linkOf }: SummaryFacts) {
  const products = lastSteps(layout).flatMap(({ name }) =>
    descriptorsOf(linkOf(name)?.products ?? new Map()),
  );
  const distinct = new Map(products.map((product) => [product.name, product]));
  return [{ name: `commit ${commit}`, digest: new Map([['gitCommit', commit]]) }, ...distinct.values()];
}
