import type { ArtifactList, ArtifactRule } from '../intoto/rule.ts';

/**
 * What can be wrong or doubtful with a layout. An *error* is a layout that no repository can satisfy, or one that
 * checks less than it seems to say; a *warning* may be meant.
 */
export type LintCode =
  | 'malformed'
  | 'expired'
  | 'expires-soon'
  | 'no-id'
  | 'two-steps'
  | 'steps-meet'
  | 'no-functionary'
  | 'too-few-functionaries'
  | 'unused-key'
  | 'key-validity'
  | 'foreign-key'
  | 'unknown-step'
  | 'later-step'
  | 'match-cycle'
  | 'sublayout'
  | 'unreachable'
  | 'no-disallow'
  | 'create-in-materials'
  | 'require-consumed'
  | 'bare-star'
  | 'unsigned-material'
  | 'match-bypassed'
  | 'matches-nothing';

/** One thing found by `layout check`: data, no prose (`lint-words.ts`). All but code and severity may be foreign text. */
export interface LintProblem {
  readonly code: LintCode;
  readonly severity: 'error' | 'warning';
  /** The step or inspection it is about. */
  readonly item?: string | undefined;
  readonly list?: ArtifactList | undefined;
  /** Place of the rule in its list, from 0. */
  readonly index?: number | undefined;
  readonly rule?: ArtifactRule | undefined;
  /** The other step, of two. */
  readonly other?: string | undefined;
  /** What it is about where that is no rule: a path, a key id, a number, a message. */
  readonly subject?: string | undefined;
}

/** Where a rule stands. */
export interface RulePlace {
  readonly item: string;
  readonly list: ArtifactList;
  readonly index: number;
  readonly rule: ArtifactRule;
}

export function problem(
  severity: LintProblem['severity'],
  code: LintCode,
  about: Omit<LintProblem, 'code' | 'severity'> = {},
): LintProblem {
  return { code, severity, ...about };
}
