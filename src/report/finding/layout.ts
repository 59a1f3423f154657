import { atCommit, inCommit } from '../words.ts';
import type { Descriptions } from './description.ts';

/** Findings about who may say what: owners and layout. */
export const layoutDescriptions = {
  'layout-missing': {
    title: 'there is no layout where one is due',
    headline: (finding) => `there is no .mlchain/root.layout${inCommit(finding)}`,
    hint: () => "merge a branch that has it; an owner drafts the first one: 'git mlchain layout new'",
  },
  'layout-bad-signature': {
    title: 'the layout was changed after it was signed',
    headline: (finding) => `the layout${atCommit(finding)} is not what was signed`,
    hint: () => "restore the signed layout; an owner who meant the change: 'git mlchain layout sign'",
  },
  'layout-untrusted': {
    title: 'the layout is not signed by the owners pinned in this clone',
    headline: (finding) => `the layout${atCommit(finding)} is not signed by the owners pinned here`,
    hint: () => "compare fingerprints with the owners over another channel; then 'git mlchain trust FPR'",
  },
  'layout-rollback': {
    title: 'an older layout was put back',
    headline: (finding) => `the layout${inCommit(finding)} is older than one seen before`,
    hint: () => 'merge the newer layout',
  },
  'layout-expired': {
    title: 'the layout has expired',
    headline: (finding) => `the layout${atCommit(finding)} has expired`,
    hint: () => "an owner renews it: 'git mlchain layout set --expires 1y', then 'git mlchain layout sign'",
  },
  'layout-invalid': {
    title: 'the layout contradicts itself',
    headline: (finding) => `the layout${atCommit(finding)} cannot be used`,
    hint: () => "'git mlchain layout check' lists all that is wrong with it",
  },
  superseded: {
    title: 'a newer layout is known',
    headline: (finding) => `the layout${atCommit(finding)} has been replaced by a newer one`,
    hint: () => 'merge the newer layout before you release from here',
  },
  'owners-untrusted': {
    title: 'the list of owners is not backed by the owners pinned in this clone',
    headline: (finding) => `the owners named${atCommit(finding)} are not backed by those pinned here`,
    hint: () => 'ask the owners over another channel before you trust them',
  },
} satisfies Descriptions;
