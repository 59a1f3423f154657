import type { Finding, Person } from '../../verify/finding.ts';
import { escapeText } from '../escape.ts';
import { atCommit, pathWords, signerWords } from '../words.ts';
import type { Descriptions } from './description.ts';

/** Findings that leave the verdict open: something needed for it is not here. */
export const cannotCheckDescriptions = {
  'nothing-pinned': {
    title: 'no owner is pinned in this clone',
    headline: () => 'no owner is pinned in this clone, so there is nobody to trust',
    hint: () => "'git mlchain trust FPR', or 'git mlchain trust --first-use' to see who it could be",
  },
  shallow: {
    title: 'the clone is shallow',
    headline: (finding) => `the history before${atCommit(finding).replace(' at', '') || ' this'} is not here`,
    hint: () => "'git fetch --unshallow'",
  },
  'object-missing': {
    title: 'an object that must be looked at is not here',
    headline: (finding) => `${absentWords(finding)}${atCommit(finding)} is not here`,
    hint: (finding) =>
      isNote(finding)
        ? "'git mlchain sync'"
        : finding.place === 'DVC'
          ? "'dvc pull'"
          : "'git fetch --refetch --no-filter', or 'git lfs fetch' for a git-lfs file",
  },
  'evidence-missing': {
    title: 'evidence was never fetched',
    headline: () => 'the evidence was never fetched',
    hint: ({ detail }) => `'git mlchain sync${detail === undefined ? '' : ` ${escapeText(detail)}`}'`,
  },
  'unsupported-repository': {
    title: 'the repository cannot be read',
    headline: () => 'this repository cannot be read',
    hint: () => undefined,
  },
} satisfies Descriptions;

function absentWords(finding: Finding): string {
  if (isNote(finding)) return `evidence of ${signerWords(finding.signer)}`;
  return finding.path === undefined
    ? 'something that the history names'
    : `the content of ${pathWords(finding)}`;
}

/** Evidence has a signer, and is no file. */
function isNote(finding: Finding): finding is Finding & { signer: Person } {
  return finding.signer !== undefined && finding.path === undefined;
}
