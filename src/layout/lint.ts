import type { Layout } from '../intoto/layout.ts';
import type { VerificationKey } from '../intoto/verification-key.ts';
import { daysLeft, expiresSoon } from './expiry.ts';
import type { Holders } from './holders.ts';
import { layoutId } from './identity.ts';
import type { LintProblem } from './lint-problem.ts';
import { problem } from './lint-problem.ts';
import { lintRules } from './lint-rules.ts';
import { lintControl, lintSteps } from './lint-steps.ts';
import { lintTree } from './lint-tree.ts';

export interface LintRequest {
  readonly layout: Layout;
  /** Milliseconds. */
  readonly now: number;
  readonly holders: Holders;
  /** Paths that git tracks. */
  readonly tracked: readonly string[];
  /** Steps whose evidence is a layout of its own, not a link. */
  readonly sublayouts?: readonly string[];
}

/** Everything that is wrong or doubtful with a well-formed layout, errors first. Whether it is signed is not asked. */
export function lintLayout(request: LintRequest): readonly LintProblem[] {
  const { layout, holders, now, tracked, sublayouts = [] } = request;
  const problems = [
    ...lintWhole(layout, now),
    ...lintKeys(layout),
    ...lintControl(layout, tracked),
    ...lintSteps(layout, holders),
    ...[...layout.steps, ...layout.inspections].flatMap(lintRules),
    ...lintTree(layout, tracked),
    ...sublayouts.map((item) => problem('error', 'sublayout', { item })),
  ];
  return [...bySeverity(problems, 'error'), ...bySeverity(problems, 'warning')];
}

function bySeverity(
  problems: readonly LintProblem[],
  wanted: LintProblem['severity'],
): readonly LintProblem[] {
  return problems.filter(({ severity }) => severity === wanted);
}

function lintWhole({ expires, readme }: Layout, now: number): readonly LintProblem[] {
  const identity = layoutId(readme) === undefined ? [problem('warning', 'no-id')] : [];
  if (expires <= now) return [problem('error', 'expired'), ...identity];
  if (!expiresSoon(expires, now)) return identity;
  return [problem('warning', 'expires-soon', { subject: String(daysLeft(expires, now)) }), ...identity];
}

function lintKeys({ keys, steps }: Layout): readonly LintProblem[] {
  const named = new Set(steps.flatMap(({ pubkeys }) => pubkeys));
  const idsOf = (key: VerificationKey) => [key.keyid, ...key.subkeys.keys()];
  const unused = [...keys.values()].filter((key) => !idsOf(key).some((id) => named.has(id)));
  const limited = [...keys.values()].filter(hasValidity);
  const foreign = [...keys.values()].filter(({ kind }) => kind !== 'openpgp');
  return [
    ...unused.map(({ keyid }) => problem('warning', 'unused-key', { subject: keyid })),
    ...limited.map(({ keyid }) => problem('warning', 'key-validity', { subject: keyid })),
    ...foreign.map(({ keyid }) => problem('warning', 'foreign-key', { subject: keyid })),
  ];
}

function hasValidity({ validityPeriod, subkeys }: VerificationKey): boolean {
  return (validityPeriod ?? 0) > 0 || [...subkeys.values()].some(hasValidity);
}
