import { atCommit, inCommit, tail } from '../words.ts';
import type { Descriptions } from './description.ts';

/** Findings about who may say what: owners and layout. */
export const layoutDescriptions = {
  'layout-missing': {
    title: 'there is no layout where one is due',
    message: (finding) => `there is no .mlchain/root.layout${inCommit(finding)}${tail(finding)}`,
    hint: () => "merge a branch that has it; an owner drafts the first one: 'git mlchain layout new'",
  },
  'layout-bad-signature': {
    title: 'the layout was changed after it was signed',
    message: (finding) => `the layout${atCommit(finding)} is not what was signed${tail(finding)}`,
    hint: () => "restore the signed layout; an owner who meant the change: 'git mlchain layout sign'",
  },
  'layout-untrusted': {
    title: 'the layout is not signed by the owners pinned in this clone',
    message: (finding) =>
      `the layout${atCommit(finding)} is not signed by the owners pinned here${tail(finding)}`,
    hint: () => "compare fingerprints with the owners over another channel; then 'git mlchain trust FPR'",
  },
  'layout-rollback': {
    title: 'an older layout was put back',
    message: (finding) => `the layout${inCommit(finding)} is older than one seen before${tail(finding)}`,
    hint: () => 'merge the newer layout',
  },
  'layout-expired': {
    title: 'the layout has expired',
    message: (finding) => `the layout${atCommit(finding)} has expired${tail(finding)}`,
    hint: () => "an owner renews it: 'git mlchain layout set --expires 1y', then 'git mlchain layout sign'",
  },
  'layout-invalid': {
    title: 'the layout contradicts itself',
    message: (finding) => `the layout${atCommit(finding)} cannot be used${tail(finding)}`,
    hint: () => "'git mlchain layout check' lists all that is wrong with it",
  },
  superseded: {
    title: 'a newer layout is known',
    message: (finding) => `the layout${atCommit(finding)} has been replaced by a newer one${tail(finding)}`,
    hint: () => 'merge the newer layout before you release from here',
  },
  'owners-untrusted': {
    title: 'the list of owners is not backed by the owners pinned in this clone',
    message: (finding) =>
      `the owners named${atCommit(finding)} are not backed by those pinned here${tail(finding)}`,
    hint: () => 'ask the owners over another channel before you trust them',
  },
} satisfies Descriptions;
