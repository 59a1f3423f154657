import { escapeText } from '../escape.ts';
import { atCommit, pathWords, tail } from '../words.ts';
import type { Descriptions } from './description.ts';

/** Findings that leave the verdict open: something needed for it is not here. */
export const cannotCheckDescriptions = {
  'nothing-pinned': {
    title: 'no owner is pinned in this clone',
    message: (finding) => `no owner is pinned in this clone, so there is nobody to trust${tail(finding)}`,
    hint: () => "'git mlchain trust FPR', or 'git mlchain trust --first-use' to see who it could be",
  },
  shallow: {
    title: 'the clone is shallow',
    message: (finding) =>
      `the history before${atCommit(finding).replace(' at', '') || ' this'} is not here${tail(finding)}`,
    hint: () => "'git fetch --unshallow'",
  },
  'object-missing': {
    title: 'an object that must be looked at is not here',
    message: (finding) =>
      `the content of ${pathWords(finding)}${atCommit(finding)} is not here${tail(finding)}`,
    hint: () => "'git fetch', or 'git lfs fetch' for a git-lfs file",
  },
  'evidence-missing': {
    title: 'evidence was never fetched',
    message: (finding) =>
      `the evidence was never fetched${finding.found === undefined ? '' : ` from ${escapeText(finding.found)}`}${tail({ ...finding, found: undefined })}`,
    hint: () => "'git mlchain sync'",
  },
  'unsupported-repository': {
    title: 'the repository cannot be read',
    message: (finding) => `this repository cannot be read${tail(finding)}`,
    hint: () => undefined,
  },
} satisfies Descriptions;
