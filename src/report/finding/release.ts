import type { Finding } from '../../verify/finding.ts';
import { escapeText } from '../escape.ts';
import { atCommit, inCommit, pathWords, signerWords, stepPrefix } from '../words.ts';
import type { Descriptions } from './description.ts';

/** Findings about the whole chain at one commit: may the package be used? */
export const releaseDescriptions = {
  'link-missing': {
    title: 'a step has no link',
    headline: (finding) => `${stepPrefix(finding)}nobody has signed this step${atCommit(finding)}`,
    hint: (finding) => run(finding, ', then commit its products'),
  },
  stale: {
    title: 'a step was not done again after what it is made from changed',
    headline: (finding) => `${stepPrefix(finding)}stale: ${pathWords(finding)} changed${inCommit(finding)}`,
    hint: (finding) => run(finding, ', then commit its products'),
  },
  diverged: {
    title: 'the products of a step are not what any link says',
    headline: (finding) =>
      `${stepPrefix(finding)}its products${atCommit(finding)} agree with no link of its own${onPath(finding)}`,
    hint: (finding) => `if they are right, sign them: 'git mlchain record --step ${stepOf(finding)}'`,
  },
  'threshold-unmet': {
    title: 'too few functionaries have signed a step',
    headline: (finding) => `${stepPrefix(finding)}too few functionaries have signed${atCommit(finding)}`,
    hint: (finding) => `another of them: 'git mlchain record --step ${stepOf(finding)}'`,
  },
  'links-disagree': {
    title: 'links of one step contradict each other',
    headline: (finding) =>
      `${stepPrefix(finding)}the link${of(finding)} contradicts the others${onPath(finding)}${atCommit(finding)}`,
    hint: () => 'find out whose result is right before you sign again',
  },
  'inspection-failed': {
    title: 'an inspection of the layout failed',
    headline: (finding) => `inspection ${stepOf(finding)} failed${onPath(finding)}${atCommit(finding)}`,
    hint: () => 'the files are signed but not what the inspection expects; who made them has to explain',
  },
  'inspection-unpinned': {
    title: 'an inspection would run a program that no step controls',
    headline: (finding) =>
      `inspection ${stepOf(finding)} would run ${pathWords(finding)}, which no step controls`,
    hint: () => 'an owner adds the program to the products of a step',
  },
  'inspections-skipped': {
    title: 'inspections were not run',
    headline: () => 'inspections were not run',
    hint: () => "they are part of the release question: 'git mlchain verify' runs them",
  },
  revoked: {
    title: 'an artifact or a commit has been revoked',
    headline: (finding) => `${stepPrefix(finding)}${subject(finding)} has been revoked${by(finding)}`,
    hint: (finding) =>
      finding.severity === 'violation'
        ? 'go back to a good state and make again what came from it'
        : undefined,
  },
  'invalid-name': {
    title: 'a name cannot be the name of an artifact',
    headline: (finding) => `${pathWords(finding)}${atCommit(finding)} cannot name an artifact`,
    hint: () => 'rename it',
  },
  'c2pa-missing': {
    title: 'a file lacks the content credentials it should carry',
    headline: (finding) => `${pathWords(finding)}${atCommit(finding)} carries no content credentials`,
    hint: () => 'take the file from its maker again, with its credentials',
  },
  'c2pa-invalid': {
    title: 'the content credentials of a file do not fit it',
    headline: (finding) => `${pathWords(finding)}${atCommit(finding)} is not what its credentials say`,
    hint: () => 'it was altered; take the file from its maker again',
  },
  'c2pa-untrusted': {
    title: 'the content credentials of a file are by nobody trusted',
    headline: (finding) =>
      `the credentials of ${pathWords(finding)}${atCommit(finding)} are by nobody trusted`,
    hint: () => 'an owner adds the maker to those trusted',
  },
} satisfies Descriptions;

function stepOf({ step }: Finding): string {
  return step === undefined ? 'STEP' : escapeText(step);
}

function run(finding: Finding, rest: string): string {
  return `'git mlchain run ${stepOf(finding)}'${rest}`;
}

function onPath(finding: Finding): string {
  return finding.path === undefined ? '' : ` on ${pathWords(finding)}`;
}

function of({ signer }: Finding): string {
  return signer === undefined ? '' : ` of ${signerWords(signer)}`;
}

function by({ signer }: Finding): string {
  return signer === undefined ? '' : ` by ${signerWords(signer)}`;
}

function subject(finding: Finding): string {
  if (finding.path === undefined) return `the commit${inCommit(finding).replace(/^ in/, '')}`;
  return pathWords(finding) + inCommit(finding);
}
