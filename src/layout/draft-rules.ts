import type { ArtifactRule, PatternRule } from '../intoto/rule.ts';
import type { StepFlow } from './flow.ts';
import { patternCovers } from './overlap.ts';

const NOTHING_ELSE: ArtifactRule = { type: 'DISALLOW', pattern: '*' };

/**
 * What may go into a step. In this order: what another step made must be what that step signed; what the step changes
 * in place may be as it was; what it deletes lies in the materials only and is allowed for; nothing else.
 */
export function materialRules(flow: StepFlow): readonly ArtifactRule[] {
  const allowed = [...flow.reworked, ...flow.unsigned];
  const deleted = flow.products.filter(
    (product) => !allowed.some((pattern) => patternCovers(pattern, product)),
  );
  return [
    ...flow.supplied.map(({ pattern, from }) => matchProducts(pattern, from)),
    ...allowed.map((pattern) => patternRule('ALLOW', pattern)),
    ...deleted.map((pattern) => patternRule('DELETE', pattern)),
    NOTHING_ELSE,
  ];
}

/**
 * What may come out. ALLOW, not CREATE or MODIFY: a link names every product in the tree (`product.md` §4), also those
 * that this time are neither new nor changed, and ALLOW gives the step control just the same.
 */
export function productRules(products: readonly string[]): readonly ArtifactRule[] {
  return [...products.map((pattern) => patternRule('ALLOW', pattern)), NOTHING_ELSE];
}

/**
 * What an inspection may find, before and after its command: of all that a step makes, only what the step signed. The
 * rest is left alone, since in-toto lists everything where the inspection runs, layout and README included.
 */
export function inspectionRules(flows: readonly StepFlow[]): readonly ArtifactRule[] {
  const made = flows.flatMap(({ name, products }) => products.map((pattern) => ({ pattern, from: name })));
  const patterns = [...new Set(made.map(({ pattern }) => pattern))];
  return [
    ...made.map(({ pattern, from }) => matchProducts(pattern, from)),
    ...patterns.map((pattern) => patternRule('DISALLOW', pattern)),
  ];
}

function matchProducts(pattern: string, step: string): ArtifactRule {
  return { type: 'MATCH', pattern, sourcePrefix: '', with: 'products', destinationPrefix: '', step };
}

function patternRule(type: PatternRule['type'], pattern: string): ArtifactRule {
  return { type, pattern };
}
