import type { Finding } from '../../verify/finding.ts';
import { escapeText } from '../escape.ts';
import { atCommit, inCommit, linkWords, pathWords, shortId, signerWords } from '../words.ts';
import type { Descriptions } from './description.ts';

/** Findings about a change nobody explains, and about links that do not count as its explanation. */
export const evidenceDescriptions = {
  uncovered: {
    title: 'a change of a controlled path is explained by nobody who may make it',
    headline: (finding) =>
      finding.severity === 'warning'
        ? `${pathWords(finding)}, changed${inCommit(finding)}, was explained only by a later commit`
        : `${pathWords(finding)}, changed${inCommit(finding)}, is explained by no link that counts`,
    hint: (finding) =>
      finding.severity === 'warning'
        ? undefined
        : `undo the change; if it is right, who made it signs: '${recordCommand(finding)}'`,
  },
  'artifact-mismatch': {
    title: 'a link and its commit differ in an artifact',
    headline: (finding) =>
      isOfBundle(finding)
        ? `${pathWords(finding)} is not what this chain ends in`
        : finding.place !== undefined
          ? `${pathWords(finding)} in ${finding.place} is not what ${linkWords(finding)} is about`
          : `${linkWords(finding)} and the commit differ in ${pathWords(finding)}`,
    hint: (finding) =>
      isOfBundle(finding)
        ? 'get it again, from whoever offers the bundle'
        : finding.place !== undefined
          ? 'get it again, and do not use what is there'
          : `sign what is there: '${recordCommand(finding)}'`,
  },
  unauthorised: {
    title: 'a link is signed by a key that the layout does not allow for its step',
    headline: (finding) => `${linkWords(finding)} is signed by a key the layout does not allow`,
    hint: (finding) =>
      `if they may, an owner says so: 'git mlchain layout set --functionary ${stepOf(finding)}=FPR'`,
  },
  'bad-signature': {
    title: 'a signature does not fit what it signs',
    headline: (finding) => `${linkWords(finding)} is not what was signed`,
    hint: () => 'it was altered after signing or badly copied, and is ignored',
  },
  'wrong-commit': {
    title: 'a link was signed for another commit',
    headline: (finding) => `${linkWords(finding)} was signed for another commit`,
    hint: () => 'it was moved here after signing, and is ignored',
  },
  'wrong-step': {
    title: 'a link was signed for another step',
    headline: (finding) => `${linkWords(finding)} was signed for another step`,
    hint: () => 'it was relabelled after signing, and is ignored',
  },
  'foreign-ref': {
    title: "a link lies in somebody else's notes",
    headline: (finding) => `${linkWords(finding)} lies in somebody else's notes`,
    hint: () => 'its signer did not put it there, and it is ignored',
  },
  'malformed-evidence': {
    title: 'evidence cannot be read',
    headline: (finding) => {
      if (isOfBundle(finding)) return 'the bundle is not as it was written';
      const of = `${ofSigner(finding)}${atCommit(finding)}`;
      return finding.severity === 'incomplete'
        ? `the evidence${of} is over its limits and may hide a revocation`
        : `a line of evidence${of} cannot be read`;
    },
    hint: (finding) => {
      if (isOfBundle(finding)) return 'get it again; nothing in it can be relied on';
      return finding.severity === 'incomplete'
        ? 'its signer cuts it down and delivers it again'
        : 'it is ignored';
    },
  },
  replay: {
    title: 'a link would bring back content that the history had left behind',
    headline: (finding) => `${linkWords(finding)} would bring back an old ${pathWords(finding)}`,
    hint: (finding) => `bringing something back wants a fresh link: '${recordCommand(finding)}'`,
  },
  'weak-key': {
    title: 'a key or signature method is too weak to count',
    headline: (finding) => `${linkWords(finding)} is signed too weakly to count`,
    hint: () => "a key that counts: 'git mlchain key new'",
  },
  'key-expired': {
    title: 'a key had expired when it signed',
    headline: (finding) => `${linkWords(finding)} is signed by an expired key`,
    hint: () => 'its holder extends the key and commits the certificate, or signs with a new one',
  },
  'key-revoked': {
    title: 'a key has been revoked',
    headline: (finding) => `${linkWords(finding)} is signed by a revoked key`,
    hint: () => 'somebody who may do so checks the work and signs it again',
  },
  'evidence-rewound': {
    title: 'evidence that this clone had seen was taken back',
    headline: (finding) =>
      `evidence${ofSigner(finding)}${atCommit(finding)} that this clone had seen was taken back`,
    hint: () => "it is kept under refs/mlchain/seen; 'git mlchain sync' delivers it again",
  },
  'rule-failed': {
    title: 'an artifact rule of the layout does not hold',
    headline: (finding) => `${linkWords(finding)} breaks a rule of the layout${onPath(finding)}`,
    hint: (finding) => rerun(finding, 'on what the steps before it made, and commit'),
  },
  'materials-missing': {
    title: 'a link leaves out materials that the layout wants',
    headline: (finding) => `${linkWords(finding)} does not list ${materials(finding)} it was made from`,
    hint: (finding) => rerun(finding, 'again, so that all of it is recorded'),
  },
  'command-failed': {
    title: 'a link records a command that failed',
    headline: (finding) => `${linkWords(finding)} records a command that failed`,
    hint: (finding) => rerun(finding, 'until it succeeds'),
  },
  'command-differs': {
    title: 'a link records another command than the layout expects',
    headline: (finding) => `${linkWords(finding)} records another command than expected`,
    hint: () => undefined,
  },
} satisfies Descriptions;

/** A bundle, and what was handed over with it, is about no commit and nobody in particular. */
function isOfBundle({ commit, signer, severity }: Finding): boolean {
  return commit === undefined && signer === undefined && severity === 'violation';
}

function ofSigner({ signer }: Finding): string {
  return signer === undefined ? '' : ` of ${signerWords(signer)}`;
}

function onPath(finding: Finding): string {
  return finding.path === undefined ? '' : ` on ${pathWords(finding)}`;
}

function materials(finding: Finding): string {
  return finding.path === undefined ? 'the materials' : `the material ${pathWords(finding)}`;
}

function stepOf({ step }: Finding): string {
  return step === undefined ? 'STEP' : escapeText(step);
}

function recordCommand({ commit, step }: Finding): string {
  const of = step === undefined ? '' : ` --step ${escapeText(step)}`;
  return `git mlchain record ${commit === undefined ? 'COMMIT' : shortId(commit)}${of}`;
}

function rerun(finding: Finding, rest: string): string {
  return `'git mlchain run ${stepOf(finding)}' ${rest}`;
}
