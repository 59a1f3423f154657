import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { MlchainError } from '../errors.ts';
import type { RepositoryReader } from '../git/reader.ts';
import type { Repository } from '../git/repository.ts';
import type { Inspection } from '../intoto/layout.ts';
import type { CommitJudgment } from '../verify/commit-judge.ts';
import type { Finding } from '../verify/finding.ts';
import type { HistoryJudgment } from '../verify/history.ts';
import { type InspectionOutcome, judgeInspection } from '../verify/inspection.ts';
import { type ArtifactsOf, matchedLink } from '../verify/link-content.ts';
import { layOut } from './controlled-files.ts';
import { recordInspected, strayBeside } from './inspected-artifacts.ts';
import { inspectionEnvironment, runInspection } from './inspection.ts';

/** What is made for one inspection: the files that it sees, and a home of its own. */
const PLACE = ['files', 'home'] as const;

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
  repo: RepositoryReader,
  history: HistoryJudgment,
  request: InspectionRequest,
): Promise<Finding[]> {
  const judgment = history.commits.get(request.revision);
  const layout = judgment?.inForce.own?.layout;
  if (judgment === undefined || layout === undefined || layout.inspections.length === 0) return [];
  // Without git nobody lays out the files that an inspection may see.
  if (request.inspections === undefined || request.step !== undefined || repo.git === undefined) {
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
  try {
    for (const name of PLACE) await mkdir(join(place, name));
    const refused = await layOut(repo, judgment, join(place, 'files'));
    if (refused !== undefined) return refused;
    const outcome = await observe(place, inspection, settings);
    return judgeInspection(inspection, outcome, linksOf(judgment), commit);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

/** Whatever the command does wrong with the files is its outcome, not an error. */
async function observe(
  place: string,
  inspection: Inspection,
  { timeoutMs }: InspectionSettings,
): Promise<InspectionOutcome> {
  const files = join(place, 'files');
  const materials = recordInspected(files, inspection);
  const env = withNode(inspectionEnvironment(join(place, 'home')));
  const run = await runInspection({ argv: inspection.run, cwd: files, timeoutMs, env });
  const output = (run.stderr.trim() || run.stdout.trim()).split('\n').slice(-3).join('; ');
  const failed = (problem: string): InspectionOutcome => {
    return { materials, products: new Map(), returnValue: undefined, problem, output };
  };
  const stray = strayBeside(place, PLACE);
  if (stray !== undefined) return failed(`expected it to stay in its directory, found ../${stray}`);
  try {
    const products = recordInspected(files, inspection);
    return { materials, products, returnValue: run.returnValue, problem: run.problem, output };
  } catch (error) {
    if (error instanceof MlchainError) return failed(error.message);
    throw error;
  }
}

function linksOf({ effective }: CommitJudgment): ArtifactsOf {
  return (step) => matchedLink(effective.get(step)?.link);
}

/** The node that runs us is found also where PATH does not lead to it: hooks and servers have short PATHs. */
function withNode(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, PATH: [env.PATH, dirname(process.execPath)].filter(Boolean).join(delimiter) };
}
