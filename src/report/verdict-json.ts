import type { Finding, Person } from '../verify/finding.ts';
import type { BundleReport, VerdictReport } from '../verify/verdict.ts';
import { findingText } from './finding-text.ts';

/** `verify --json` (`formats.md` §7, stable). Foreign text stands as it is, but for `message` and `hint`, which are prose. */
export function verdictJson(report: VerdictReport) {
  return {
    verdict: report.verdict,
    revision: report.revision ?? null,
    questions: report.questions,
    checked: report.checked,
    steps: report.steps.map(({ step, state, commit, carried, signers }) => ({
      step,
      state,
      commit: commit ?? null,
      carried,
      signers: signers.map(personJson),
    })),
    findings: report.findings.map(findingJson),
    ...(report.bundle === undefined ? {} : { bundle: bundleJson(report.bundle) }),
  };
}

function bundleJson({ created, products }: BundleReport) {
  return {
    created,
    artifacts: products.map(({ file, sha256, product, step }) => {
      return { file, sha256, product: product ?? null, step: step ?? null };
    }),
  };
}

export function findingJson(finding: Finding) {
  const { message, hint } = findingText(finding);
  return {
    code: finding.code,
    severity: finding.severity,
    commit: finding.commit ?? null,
    step: finding.step ?? null,
    path: finding.path ?? null,
    signer: finding.signer === undefined ? null : personJson(finding.signer),
    expected: finding.expected ?? null,
    found: finding.found ?? null,
    message,
    hint: hint ?? null,
  };
}

function personJson({ fingerprint, name }: Person) {
  return { fingerprint, name };
}
