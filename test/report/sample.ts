import type { Finding } from '../../src/verify/finding.ts';
import type { VerdictReport } from '../../src/verify/verdict.ts';

export const commit = '2be8810c0ffee0000000000000000000000000aa';
export const bob = { fingerprint: '0123456789ABCDEF0123456789ABCDEF7E5D0C11', name: 'Bob <bob@example.org>' };

/** A finding in which everything is known. */
export const full: Omit<Finding, 'code' | 'severity'> = {
  commit,
  step: 'train',
  path: 'data/train.csv',
  signer: bob,
  author: 'Mallory <mallory@example.org>',
  expected: `sha256:${'9f86d081884c7d65'.repeat(4)}`,
  found: `sha256:${'d41d8cd98f00b204'.repeat(4)}`,
};

export function finding(code: Finding['code'], more: Partial<Finding> = {}): Finding {
  return { code, severity: 'violation', ...full, expected: undefined, found: undefined, ...more };
}

export const violated: VerdictReport = {
  verdict: 'violated',
  revision: commit,
  questions: ['history', 'release'],
  checked: { commits: 12, links: 9, signatures: 11, cached: 0 },
  steps: [
    { step: 'prepare', state: 'verified', commit, carried: false, signers: [bob] },
    {
      step: 'train',
      state: 'stale',
      commit: 'a1b2c3d4'.repeat(5),
      carried: true,
      signers: [bob, { ...bob, name: '' }],
    },
    { step: 'package', state: 'missing', commit: undefined, carried: false, signers: [] },
  ],
  findings: [
    finding('unauthorised', { severity: 'warning', path: undefined }),
    finding('uncovered', full),
    finding('link-missing', { step: 'package', path: undefined, signer: undefined }),
  ],
};

export const verified: VerdictReport = {
  ...violated,
  verdict: 'verified',
  questions: ['history'],
  checked: { commits: 1, links: 1, signatures: 1, cached: 1 },
  steps: [],
  findings: [],
};
