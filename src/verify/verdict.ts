import type { Checked } from './checked.ts';
import type { DeliveredProduct } from './delivered.ts';
import type { Finding, Verdict } from './finding.ts';
import type { StepVerdict } from './release.ts';

/** All that `verify` has to say, as data: what every format of the verdict is made from. */
export interface VerdictReport {
  readonly verdict: Verdict;
  /** Commit id; undefined for a directory of links that no repository is around. */
  readonly revision: string | undefined;
  readonly questions: readonly ('history' | 'release')[];
  readonly checked: Checked;
  readonly steps: readonly StepVerdict[];
  readonly findings: readonly Finding[];
  /** Only of a bundle. */
  readonly bundle?: BundleReport;
}

export interface BundleReport {
  /** When it was written, as it says itself: what was revoked or replaced later it cannot know. */
  readonly created: string;
  readonly products: readonly DeliveredProduct[];
}
