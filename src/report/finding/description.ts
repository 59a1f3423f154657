import type { Finding, FindingCode } from '../../verify/finding.ts';

/** How one finding code is put into words. Every text is safe to print: foreign parts are escaped on the way in. */
export interface Description {
  /** What the code means, without a case at hand: for the rule lists of code scanners and the manual. */
  readonly title: string;
  /** What is wrong, where, by whom: one line, lower case, no full stop. What was expected and found is added to it. */
  readonly headline: (finding: Finding) => string;
  /** What to do next; undefined where there is nothing to do. */
  readonly hint: (finding: Finding) => string | undefined;
}

export type Descriptions = Partial<Record<FindingCode, Description>>;
