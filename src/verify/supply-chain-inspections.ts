import type { Inspection } from '../intoto/layout.ts';
import type { Finding } from './finding.ts';
import { type InspectionOutcome, judgeInspection } from './inspection.ts';
import type { ArtifactsOf } from './link-content.ts';
import type { Inspect } from './supply-chain-facts.ts';

/** The inspections of one layout, and the steps' artifacts that their rules may look at. */
export interface PendingInspections {
  readonly inspections: readonly Inspection[];
  readonly artifactsOf: ArtifactsOf;
}

/**
 * Runs inspections one after the other, up to the first that fails: each finds what those before it left. Then their
 * rules, which may look at steps and at all of the inspections, as in in-toto.
 */
export async function judgeInspections(pending: PendingInspections, inspect: Inspect): Promise<Finding[]> {
  const outcomes = new Map<string, InspectionOutcome>();
  for (const inspection of pending.inspections) {
    const outcome = await inspect(inspection);
    outcomes.set(inspection.name, outcome);
    if (outcome.returnValue !== 0) break;
  }
  const artifactsOf: ArtifactsOf = (name) => outcomes.get(name) ?? pending.artifactsOf(name);
  return pending.inspections.flatMap((inspection) => {
    const outcome = outcomes.get(inspection.name);
    return (outcome && judgeInspection(inspection, outcome, artifactsOf)) ?? [];
  });
}
