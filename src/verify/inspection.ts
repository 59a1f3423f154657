import { applyRules } from '../intoto/apply-rules.ts';
import type { Artifacts } from '../intoto/digest.ts';
import type { Inspection } from '../intoto/layout.ts';
import type { Finding } from './finding.ts';
import { type ArtifactsOf, explainFailure } from './rule-failure.ts';

/** What came of running one inspection in its scratch directory. */
export interface InspectionOutcome {
  readonly materials: Artifacts;
  readonly products: Artifacts;
  /** Undefined when the command did not start or did not end by itself. */
  readonly returnValue: number | undefined;
  /** Why there is no return value. */
  readonly problem: string | undefined;
  /** What it printed, for the message: foreign text. */
  readonly output: string;
}

/** in-toto specification §5.2, "inspections": the command succeeds and the rules hold. */
export function judgeInspection(
  inspection: Inspection,
  result: InspectionOutcome,
  artifactsOf: ArtifactsOf,
  commit?: string,
): Finding | undefined {
  const failed = (detail: string, path?: string): Finding => ({
    code: 'inspection-failed',
    severity: 'violation',
    commit,
    step: inspection.name,
    path,
    detail,
  });
  const command = inspection.run.join(' ');
  if (result.returnValue === undefined) return failed(`${command}: ${result.problem ?? 'did not run'}`);
  if (result.returnValue !== 0)
    return failed(`${command}: exit code ${result.returnValue}: ${result.output}`);
  const item = { ...inspection, materials: result.materials, products: result.products };
  const problem = explainFailure(applyRules(item, artifactsOf), item, artifactsOf);
  return problem && { ...problem, ...failed(problem.detail, problem.path) };
}
