import { isUnexplainable, sameArtifact } from '../artifact/kind.ts';
import { applyRules } from '../intoto/apply-rules.ts';
import type { Artifacts } from '../intoto/digest.ts';
import type { Step } from '../intoto/layout.ts';
import type { Link } from '../intoto/link.ts';
import { compilePattern } from '../intoto/pattern.ts';
import { type MatchRule, ruleText } from '../intoto/rule.ts';
import type { Binding } from '../ledger/binding.ts';
import { linkArtifact, type StepLink } from './counting-link.ts';
import type { CommitFacts } from './facts.ts';
import type { FindingCode, Maker, RuleAccount } from './finding.ts';
import { type ArtifactsOf, explainFailure, type MatchedArtifacts, withSlash } from './rule-failure.ts';
import type { TreeState } from './tree-state.ts';

export interface ContentProblem {
  readonly code: FindingCode;
  readonly path?: string | undefined;
  readonly expected?: string | undefined;
  readonly found?: string | undefined;
  readonly detail?: string | undefined;
  readonly maker?: Maker | undefined;
  readonly rules?: readonly RuleAccount[] | undefined;
}

export type { ArtifactsOf } from './rule-failure.ts';

/** A step's link, as the rules of other steps see it. */
export function matchedLink(found: StepLink | undefined): MatchedArtifacts | undefined {
  if (found === undefined) return undefined;
  const { link, commit, signer } = found;
  return { materials: link.materials, products: link.products, commit, signer };
}

/** Every product that the commit's tree has must equal the tree in digest and kind (threat 50). */
export function productMismatch(
  link: Link,
  binding: Binding,
  state: TreeState,
  { extras }: CommitFacts,
): ContentProblem | undefined {
  for (const [name, digests] of link.products) {
    const inTree = state.artifact(link.name, name) ?? extras.get(name)?.artifact;
    const isUndigested = inTree === undefined && state.step(link.name)?.isUndigested(name) === true;
    if (inTree === undefined && !isUndigested) continue;
    const signed = linkArtifact(digests, binding, name);
    if (inTree !== undefined && sameArtifact(signed, inTree) && !isUnexplainable(inTree.kind)) continue;
    return { code: 'artifact-mismatch', path: name, expected: describe(signed), found: describe(inTree) };
  }
  return undefined;
}

/** A command that failed makes no good product, whatever was signed afterwards (threat 24). */
export function commandFailure(link: Link): ContentProblem | undefined {
  const value = link.byproducts.get('return-value');
  if (value === undefined || value === 0) return undefined;
  return {
    code: 'command-failed',
    detail: `return-value is ${typeof value === 'number' ? value : 'no number'}`,
  };
}

/** The step's artifact rules, over this link and what the other steps' effective links say. */
export function ruleProblem(link: Link, step: Step, artifactsOf: ArtifactsOf): ContentProblem | undefined {
  const withSelf: ArtifactsOf = (name) => (name === step.name ? link : artifactsOf(name));
  const item = { ...expectations(step), materials: link.materials, products: link.products };
  const problem = explainFailure(applyRules(item, withSelf), item, withSelf);
  if (problem !== undefined) return problem;
  const vacuous = step.expectedMaterials.find(
    (rule) => rule.type === 'MATCH' && isVacuous(rule, link, withSelf),
  );
  if (vacuous === undefined) return undefined;
  return { code: 'materials-missing', detail: `nothing in the materials meets ${ruleText(vacuous)}` };
}

function expectations({ expectedMaterials, expectedProducts }: Step) {
  return { expectedMaterials, expectedProducts };
}

/**
 * in-toto lets a MATCH pass that finds no material at all; then a link that leaves its materials out proves nothing
 * and passes everything (threat 51).
 */
function isVacuous(rule: MatchRule, link: Link, artifactsOf: ArtifactsOf): boolean {
  const other = artifactsOf(rule.step)?.[rule.with];
  const matches = compilePattern(rule.pattern);
  return (
    other !== undefined &&
    some(other, rule.destinationPrefix, matches) &&
    !some(link.materials, rule.sourcePrefix, matches)
  );
}

function some(artifacts: Artifacts, prefix: string, matches: (name: string) => boolean): boolean {
  const start = withSlash(prefix);
  for (const name of artifacts.keys())
    if (name.startsWith(start) && matches(name.slice(start.length))) return true;
  return false;
}

export function describe(artifact: { kind: string; digest: string } | undefined): string | undefined {
  if (artifact === undefined) return undefined;
  if (artifact.digest === artifact.kind) return artifact.kind;
  const digest = artifact.kind === 'submodule' ? `commit:${artifact.digest}` : `sha256:${artifact.digest}`;
  return artifact.kind === 'file' ? digest : `${digest} (${artifact.kind})`;
}
