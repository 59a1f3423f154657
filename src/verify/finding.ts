/** Every finding this tool can make: one closed list (`formats.md` §7). */
export type FindingCode =
  | 'layout-missing'
  | 'layout-bad-signature'
  | 'layout-untrusted'
  | 'layout-rollback'
  | 'layout-expired'
  | 'layout-invalid'
  | 'superseded'
  | 'owners-untrusted'
  | 'uncovered'
  | 'artifact-mismatch'
  | 'unauthorised'
  | 'bad-signature'
  | 'wrong-commit'
  | 'wrong-step'
  | 'foreign-ref'
  | 'malformed-evidence'
  | 'replay'
  | 'weak-key'
  | 'key-expired'
  | 'key-revoked'
  | 'evidence-rewound'
  | 'rule-failed'
  | 'materials-missing'
  | 'command-failed'
  | 'command-differs'
  | 'link-missing'
  | 'stale'
  | 'diverged'
  | 'threshold-unmet'
  | 'links-disagree'
  | 'inspection-failed'
  | 'inspection-unpinned'
  | 'inspections-skipped'
  | 'revoked'
  | 'invalid-name'
  | 'c2pa-missing'
  | 'c2pa-invalid'
  | 'c2pa-untrusted'
  | 'nothing-pinned'
  | 'shallow'
  | 'object-missing'
  | 'evidence-missing'
  | 'unsupported-repository';

export type Severity = 'violation' | 'incomplete' | 'warning';

export interface Person {
  /** Upper-hex fingerprint of the primary key. */
  readonly fingerprint: string;
  /** User id, as the certificate gives it: foreign text, unescaped. Empty where no certificate is at hand. */
  readonly name: string;
}

/** One thing found: data, no prose. All strings but `code` and `severity` may be foreign text. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly commit?: string | undefined;
  readonly step?: string | undefined;
  readonly path?: string | undefined;
  readonly signer?: Person | undefined;
  /** Who made the commit, as git says it: `Name <email>`. */
  readonly author?: string | undefined;
  readonly expected?: string | undefined;
  readonly found?: string | undefined;
  /** Where outside of git's objects it was looked for, or found, in plain words. */
  readonly place?: string | undefined;
  /** What else is known, in plain words. */
  readonly detail?: string | undefined;
  /** Who made the artifact last, as it should have been. */
  readonly maker?: Maker | undefined;
  /** Of a failed rule: what it and the rules before it did. */
  readonly rules?: readonly RuleAccount[] | undefined;
}

/** A step that made an artifact: in which commit, and by whom, where that is known. */
export interface Maker {
  readonly step: string;
  readonly commit?: string | undefined;
  readonly signer?: Person | undefined;
}

/** What one artifact rule met and did. */
export interface RuleAccount {
  readonly list: 'materials' | 'products';
  /** As the layout has it. */
  readonly rule: string;
  /** Before the rule; what it leaves is the next one's. */
  readonly queue: NameSample;
  readonly consumed: NameSample;
  /** What made the rule fail: artifacts that it disallows, or the name that it requires. */
  readonly refused: NameSample;
}

/** Some names of many. */
export interface NameSample {
  readonly count: number;
  /** The first ten. */
  readonly names: readonly string[];
}

export type Verdict = 'verified' | 'violated' | 'incomplete';

/** Violated outranks incomplete, incomplete outranks verified (`product.md` §1). */
export function verdictOf(findings: readonly Finding[]): Verdict {
  if (findings.some((finding) => finding.severity === 'violation')) return 'violated';
  if (findings.some((finding) => finding.severity === 'incomplete')) return 'incomplete';
  return 'verified';
}
