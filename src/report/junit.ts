import type { Finding } from '../verify/finding.ts';
import type { StepVerdict } from '../verify/release.ts';
import type { VerdictReport } from '../verify/verdict.ts';
import { escapeMarkup } from './escape.ts';
import { findingText } from './finding-text.ts';
import { shortId } from './words.ts';

/**
 * JUnit XML for CI pages: one case for the verdict, one a step, one a finding. A violation is a failure, what could not
 * be checked an error, a warning a passing case with output; so the page is red exactly where `verify` ends with ≠ 0.
 */
export function junit(report: VerdictReport): string {
  const cases = [verdictCase(report), ...report.steps.map(stepCase), ...report.findings.map(findingCase)];
  const failures = cases.filter(({ outcome }) => outcome === 'failure').length;
  const errors = cases.filter(({ outcome }) => outcome === 'error').length;
  const name = report.revision === undefined ? 'git-mlchain' : `git-mlchain ${report.revision}`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites tests="${cases.length}" failures="${failures}" errors="${errors}">`,
    `  <testsuite name="${escapeMarkup(name)}" tests="${cases.length}" failures="${failures}" errors="${errors}">`,
    ...cases.map(xml),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

interface Case {
  readonly group: string;
  readonly name: string;
  readonly outcome: 'passed' | 'failure' | 'error';
  readonly type: string;
  readonly message: string;
}

function verdictCase({ verdict, questions }: VerdictReport): Case {
  const outcome = verdict === 'verified' ? 'passed' : verdict === 'violated' ? 'failure' : 'error';
  return { group: 'verdict', name: questions.join(' and '), outcome, type: verdict, message: verdict };
}

function stepCase({ step, state }: StepVerdict): Case {
  const outcome = state === 'verified' ? 'passed' : 'failure';
  return { group: 'step', name: step, outcome, type: state, message: state };
}

function findingCase(finding: Finding): Case {
  const { message, hint } = findingText(finding);
  const outcome =
    finding.severity === 'violation' ? 'failure' : finding.severity === 'incomplete' ? 'error' : 'passed';
  const place = [finding.commit && shortId(finding.commit), finding.step, finding.path].filter(Boolean);
  return {
    group: `finding.${finding.code}`,
    name: [finding.code, ...place].join(' '),
    outcome,
    type: finding.code,
    message: hint === undefined ? message : `${message} (${hint})`,
  };
}

function xml({ group, name, outcome, type, message }: Case): string {
  const head = `    <testcase classname="git-mlchain.${escapeMarkup(group)}" name="${escapeMarkup(name)}"`;
  if (outcome !== 'passed') {
    return `${head}><${outcome} type="${escapeMarkup(type)}" message="${escapeMarkup(message)}"/></testcase>`;
  }
  return message === 'verified'
    ? `${head}/>`
    : `${head}><system-out>${escapeMarkup(message)}</system-out></testcase>`;
}
