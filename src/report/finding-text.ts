import type { Finding, FindingCode } from '../verify/finding.ts';
import { cannotCheckDescriptions } from './finding/cannot-check.ts';
import type { Description } from './finding/description.ts';
import { evidenceDescriptions } from './finding/evidence.ts';
import { layoutDescriptions } from './finding/layout.ts';
import { releaseDescriptions } from './finding/release.ts';
import { makerWords, shortDigest } from './words.ts';

/** A finding in words: what is wrong, where, by whom; and what to do about it. Safe to print. */
export interface FindingText {
  /** What is wrong: one line, lower case, no full stop. */
  readonly headline: string;
  /** What was expected and what was found, and what else is known; undefined where nothing is. */
  readonly more: string | undefined;
  /** Both in one line. */
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
  const headline = description.headline(finding);
  const compared = comparison(finding);
  const detail = details(finding);
  const parts = [compared, detail].filter((part) => part !== undefined);
  return {
    headline,
    more: parts.length === 0 ? undefined : parts.join(': '),
    message:
      headline +
      (compared === undefined ? '' : ` (${compared})`) +
      (detail === undefined ? '' : `: ${detail}`),
    hint: description.hint(finding),
  };
}

function details({ detail, maker }: Finding): string | undefined {
  const parts = [
    ...(detail === undefined ? [] : [shortDigest(detail)]),
    ...(maker === undefined ? [] : [makerWords(maker)]),
  ];
  return parts.length === 0 ? undefined : parts.join('; ');
}

function comparison({ expected, found }: Finding): string | undefined {
  const parts = [
    ...(expected === undefined ? [] : [`expected ${shortDigest(expected)}`]),
    ...(found === undefined ? [] : [`found ${shortDigest(found)}`]),
  ];
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** Every code and what it means without a case at hand, in the order of `formats.md` §7. */
export function findingTitles(): readonly (readonly [FindingCode, string])[] {
  const codes = Object.keys(descriptions) as FindingCode[];
  return codes.map((code) => [code, descriptions[code].title]);
}
