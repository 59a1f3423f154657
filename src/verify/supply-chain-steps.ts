import { differingArtifact } from '../intoto/digest.ts';
import type { LayoutItem, Step } from '../intoto/layout.ts';
import type { Link } from '../intoto/link.ts';
import type { Finding, Person } from './finding.ts';
import { type ArtifactsOf, ruleProblem } from './link-content.ts';
import type { StepStateName, StepVerdict } from './release.ts';

/** A link that counts: one somebody signed, or the summary of a sublayout that held. */
export interface CountedLink {
  readonly file: string;
  readonly signer: Person;
  /** Two links of one identity are one functionary. */
  readonly identity: string;
  readonly link: Link;
}

/** Enough distinct people, who all recorded the same. One who disagrees spoils it, however many agree. */
export function judgeThreshold(step: Step, links: readonly CountedLink[]): Finding[] {
  const base = { severity: 'violation', step: step.name } as const;
  const [reference] = links;
  if (reference === undefined)
    return [{ ...base, code: 'link-missing', expected: `${step.threshold}`, found: '0' }];
  const people = new Set(links.map(({ identity }) => identity)).size;
  const findings: Finding[] = [];
  if (people < step.threshold) {
    findings.push({ ...base, code: 'threshold-unmet', expected: `${step.threshold}`, found: `${people}` });
  }
  for (const other of links) {
    const path = difference(reference.link, other.link);
    if (path === undefined) continue;
    const { signer, file } = other;
    return [
      ...findings,
      { ...base, code: 'links-disagree', path, signer, expected: reference.file, found: file },
    ];
  }
  return findings;
}

function difference(one: Link, other: Link): string | undefined {
  return differingArtifact(one.materials, other.materials) ?? differingArtifact(one.products, other.products);
}

/** Another command than expected is only a warning: a command is easily given another name (specification §4.3.1). */
export function commandFindings(step: Step, links: readonly CountedLink[]): Finding[] {
  const expected = step.expectedCommand.join(' ');
  return links
    .map(({ link, signer }) => ({ signer, found: link.command.join(' ') }))
    .filter(({ found }) => expected !== '' && found !== expected)
    .map((differing) => ({
      code: 'command-differs',
      severity: 'warning',
      step: step.name,
      expected,
      ...differing,
    }));
}

/**
 * The artifact rules of a step or an inspection. A MATCH that is met by nothing passes in in-toto, so here it is only
 * a warning; in a repository it is not (`product.md` §6-2).
 */
export function ruleFindings(
  item: LayoutItem,
  { link, signer }: CountedLink,
  artifactsOf: ArtifactsOf,
): Finding[] {
  const problem = ruleProblem(link, { expectedCommand: [], threshold: 1, pubkeys: [], ...item }, artifactsOf);
  if (problem === undefined) return [];
  const severity = problem.code === 'materials-missing' ? 'warning' : 'violation';
  return [{ severity, step: item.name, signer, ...problem }];
}

export function stepVerdict(
  step: Step,
  links: readonly CountedLink[],
  findings: readonly Finding[],
): StepVerdict {
  const signers = new Map(links.map(({ signer }) => [signer.fingerprint, signer]));
  return {
    step: step.name,
    state: stateOf(findings),
    commit: undefined,
    carried: false,
    signers: [...signers.values()],
  };
}

function stateOf(findings: readonly Finding[]): StepStateName {
  const violation = findings.find(({ severity }) => severity === 'violation');
  if (violation === undefined) return 'verified';
  if (violation.code === 'link-missing') return 'missing';
  return violation.code === 'threshold-unmet' ? 'threshold' : 'violated';
}
