import type { Finding, FindingCode } from '../verify/finding.ts';
import { cannotCheckDescriptions } from './finding/cannot-check.ts';
import type { Description } from './finding/description.ts';
import { evidenceDescriptions } from './finding/evidence.ts';
import { layoutDescriptions } from './finding/layout.ts';
import { releaseDescriptions } from './finding/release.ts';

/** A finding in words: what is wrong, where, by whom; and what to do about it. Safe to print. */
export interface FindingText {
  /** One line, lower case, no full stop. */
  readonly message: string;
  readonly hint: string | undefined;
}

/** Words for every code of `formats.md` §7: a code without them does not compile. */
const descriptions: Readonly<Record<FindingCode, Description>> = {
  ...layoutDescriptions,
  ...evidenceDescriptions,
  ...releaseDescriptions,
  ...cannotCheckDescriptions,
};

export function findingText(finding: Finding): FindingText {
  const description = descriptions[finding.code];
  return { message: description.message(finding), hint: description.hint(finding) };
}

/** Every code and what it means without a case at hand, in the order of `formats.md` §7. */
export function findingTitles(): readonly (readonly [FindingCode, string])[] {
  const codes = Object.keys(descriptions) as FindingCode[];
  return codes.map((code) => [code, descriptions[code].title]);
}
