import type { Finding, Person } from './finding.ts';
import type { HistoryJudgment } from './history.ts';

/** What becomes of an imported link that names no commit. */
export type ImportUse =
  | { readonly kind: 'used' }
  /** Somebody has recorded the step here: that is what counts. */
  | { readonly kind: 'recorded-here' }
  | { readonly kind: 'no-layout' }
  | { readonly kind: 'no-step' }
  | { readonly kind: 'refused'; readonly finding: Finding }
  /** Another imported link of the step says the same, or more. */
  | { readonly kind: 'not-needed' };

/** A link that names no commit, as it lies in a note. */
export interface NotedImport {
  readonly step: string;
  readonly line: string;
  readonly signer: Person;
}

/** @param at the commit where it was noted */
export function importUse(
  { step, line, signer }: NotedImport,
  history: HistoryJudgment,
  at: string,
): ImportUse {
  const judgment = history.commits.get(at);
  const layout = judgment?.inForce.own?.layout;
  if (judgment === undefined || layout === undefined) return { kind: 'no-layout' };
  if (layout.steps.every(({ name }) => name !== step)) return { kind: 'no-step' };
  const effective = judgment.effective.get(step);
  const used = effective && [effective.link, ...effective.signers];
  if (used?.some(({ entry }) => entry.line === line)) return { kind: 'used' };
  if (history.index.hasAny(step, at)) return { kind: 'recorded-here' };
  const finding = history
    .importFindings(step, at)
    .find((each) => each.commit === at && each.signer?.fingerprint === signer.fingerprint);
  return finding === undefined ? { kind: 'not-needed' } : { kind: 'refused', finding };
}
