import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { Repository } from '../git/repository.ts';
import type { Inspection } from '../intoto/layout.ts';
import type { CommitJudgment } from '../verify/commit-judge.ts';
import type { Finding } from '../verify/finding.ts';
import type { HistoryJudgment } from '../verify/history.ts';
import { judgeInspection } from '../verify/inspection.ts';
import { type ArtifactsOf, matchedLink } from '../verify/link-content.ts';
import { layOut } from './controlled-files.ts';
import { recordInspected } from './inspected-artifacts.ts';
import { inspectionEnvironment, runInspection } from './inspection.ts';

export interface InspectionSettings {
  readonly timeoutMs: number;
}

export interface InspectionRequest {
  readonly revision: string;
  readonly inspections: InspectionSettings | undefined;
  /** `--for STEP`: inspections look at the whole product, so they are skipped. */
  readonly step?: string | undefined;
}

/**
 * The layout's inspections, asked only after everything else has passed: what runs was signed by pinned owners, and
 * it sees only files that counting links explain, so that nobody's unsigned script runs (`product.md` §6-4).
 */
export async function inspectRelease(
  repo: Repository,
  history: HistoryJudgment,
  request: InspectionRequest,
): Promise<Finding[]> {
  const judgment = history.commits.get(request.revision);
  const layout = judgment?.inForce.own?.layout;
  if (judgment === undefined || layout === undefined || layout.inspections.length === 0) return [];
  if (request.inspections === undefined || request.step !== undefined) {
    return [{ code: 'inspections-skipped', severity: 'warning', commit: request.revision }];
  }
  const findings: Finding[] = [];
  for (const inspection of layout.inspections) {
    const finding = await inspectOnce(repo, inspection, judgment, request.inspections);
    if (finding !== undefined) findings.push(finding);
  }
  return findings;
}

async function inspectOnce(
  repo: Repository,
  inspection: Inspection,
  judgment: CommitJudgment,
  settings: InspectionSettings,
): Promise<Finding | undefined> {
  const commit = judgment.commit.id;
  const place = await mkdtemp(join(tmpdir(), 'mlchain-inspection-'));
  const [files, home] = [join(place, 'files'), join(place, 'home')];
  try {
    await mkdir(files);
    await mkdir(home);
    const refused = await layOut(repo, judgment, files);
    if (refused !== undefined) return refused;
    const materials = recordInspected(files, inspection);
    const env = withNode(inspectionEnvironment(home));
    const run = await runInspection({ argv: inspection.run, cwd: files, timeoutMs: settings.timeoutMs, env });
    const products = recordInspected(files, inspection);
    const output = (run.stderr.trim() || run.stdout.trim()).split('\n').slice(-3).join('; ');
    const outcome = { materials, products, returnValue: run.returnValue, problem: run.problem, output };
    return judgeInspection(inspection, outcome, linksOf(judgment), commit);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

function linksOf({ effective }: CommitJudgment): ArtifactsOf {
  return (step) => matchedLink(effective.get(step)?.link);
}

/** The node that runs us is found also where PATH does not lead to it: hooks and servers have short PATHs. */
function withNode(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, PATH: [env.PATH, dirname(process.execPath)].filter(Boolean).join(delimiter) };
}
