import { MlchainError } from '../errors.ts';
import type { RepositoryReader } from '../git/reader.ts';
import type { Repository } from '../git/repository.ts';
import type { NoteProblem } from '../ledger/entry.ts';
import type { EvidenceRef } from '../ledger/read-notes.ts';
import type { Progress } from '../progress.ts';
import type { Trust } from '../verify/facts.ts';
import { type Finding, verdictOf } from '../verify/finding.ts';
import type { HistoryJudgment } from '../verify/history.ts';
import type { TrustedLayout } from '../verify/layout-trust.ts';
import type { LogEntry } from '../verify/log-entry.ts';
import { judgeRelease, type ReleaseJudgment, reachOf } from '../verify/release.ts';
import type { VerdictReport } from '../verify/verdict.ts';
import { absentNotes, absentObject, notesMissing } from './absent.ts';
import { deepFindings } from './deep.ts';
import { type InspectionSettings, inspectRelease } from './inspect-release.ts';
import { type CacheUse, type HistoryRequest, judgedHistory } from './judged-history.ts';
import { forcedBack } from './layout-memory.ts';
import { expectWholeHistory, obstacles } from './obstacles.ts';
import { outdatedLayout } from './other-layouts.ts';
import { rewoundFindings } from './rewound.ts';
import type { SliceSizes } from './slices.ts';

export interface AssessRequest {
  /** Commit id. */
  readonly revision: string;
  readonly trust: Trust;
  readonly questions: readonly ('history' | 'release')[];
  /** History findings of these commits only (`verify A..B`); all where undefined. */
  readonly within?: ReadonlySet<string>;
  /** `--for STEP`. */
  readonly step?: string | undefined;
  /** `--deep`: also what pointers and links stand for, as far as it is here. */
  readonly deep?: boolean;
  /** Undefined: `--no-inspect`. */
  readonly inspections: InspectionSettings | undefined;
  /** Evidence that no ref names yet: what a push is about to bring. */
  readonly incoming?: readonly EvidenceRef[] | undefined;
  /** Seconds. */
  readonly now: number;
  /** Default: none. `digests` also for whoever wants each commit's own judgment. */
  readonly cache?: CacheUse;
  /** `at once`: whatever else is asked, the whole history is judged together, and tells of every commit. */
  readonly slices?: SliceSizes | 'at once';
  readonly progress?: Progress | undefined;
}

export interface Assessment extends VerdictReport {
  /** Undefined where nothing could be judged at all. */
  readonly history: HistoryJudgment | undefined;
}

/** A few pieces are held at a time. Each costs some milliseconds of its own, which a short history need not pay. */
const SLICES: SliceSizes = { from: 20_000, size: 500 };

const NOTHING_CHECKED = { commits: 0, links: 0, signatures: 0, cached: 0 } as const;

/**
 * `product.md` §6. An object that is named but not here – a partial clone, offline – is a verdict, too: *incomplete*,
 * wherever it was met, since what would be missing may be what explains a change (threat 40).
 */
export async function assess(repo: RepositoryReader, request: AssessRequest): Promise<Assessment> {
  try {
    return await judge(repo, request);
  } catch (error) {
    const absent = absentObject(error, request.revision);
    if (absent === undefined) throw error;
    return report(request, undefined, undefined, [absent]);
  }
}

/** What stands in the way, history, release, inspections – and only then a verdict. */
async function judge(repo: RepositoryReader, request: AssessRequest): Promise<Assessment> {
  const stopped = await obstacles(repo, request.revision, request.trust);
  if (stopped.length > 0) return report(request, undefined, undefined, stopped);
  const { revision, trust, now, incoming, progress, cache = 'none' } = request;
  const judged = await judgedHistory(repo, {
    tips: [revision],
    trust,
    now,
    incoming,
    progress,
    cache,
    slices: slicesFor(request),
  });
  const { history, problems } = judged;
  if (history === undefined) return report(request, undefined, undefined, absentNotes(problems));
  const release = request.questions.includes('release') ? releaseOf(history, request) : undefined;
  if (release !== undefined && verdictOf(release.findings) !== 'verified' && !judged.isWhole) {
    // Why it does not hold may lie anywhere in the history.
    return await judge(repo, { ...request, cache: cache === 'none' ? cache : 'digests', slices: 'at once' });
  }
  const findings = [
    ...(request.questions.includes('history') ? historyFindings(history, request) : []),
    ...problems.toSorted(inOrder).map((problem) => problemFinding(problem, history)),
    ...missingLayout(history, revision),
    ...(release?.findings ?? thresholdWarnings(history, request)),
  ];
  const layout = history.commits.get(revision)?.inForce.own;
  findings.push(...(await forcedBack(repo, revision, layout, history.owners.get(revision)?.version)));
  const asked = { trust, now, release: release !== undefined };
  findings.push(...(await outdatedLayout(repo, history, revision, asked)));
  findings.push(...(await rewoundFindings(repo, history.keys, findings)));
  if (request.deep === true) {
    const only = reachedBy(request, layout);
    findings.push(...(await deepFindings(withGit(repo), history.commits.get(revision), only)));
  }
  if (release !== undefined && verdictOf(findings) === 'verified') {
    findings.push(...(await inspectRelease(repo, history, request)));
  }
  return report(request, history, release, findings);
}

/** Who wants every commit's own judgment asks for digests alone. */
function slicesFor({ cache = 'none', slices = SLICES }: AssessRequest): SliceSizes | undefined {
  return cache === 'digests' || slices === 'at once' ? undefined : slices;
}

/**
 * The newest commits as a log shows them, newest first: from what is remembered, where that is enough. Where it is not,
 * with the judgment of the whole history, which tells of every commit.
 * @throws MlchainError `incomplete`
 */
export async function assessNewest(
  repo: RepositoryReader,
  request: Omit<HistoryRequest, 'cache' | 'incoming'>,
): Promise<{ readonly log: readonly LogEntry[]; readonly whole: HistoryJudgment | undefined }> {
  await expectWholeHistory(repo, request.tips);
  const judged = await judgedHistory(repo, { ...request, cache: 'histories' });
  if (judged.history === undefined) throw notesMissing(judged.problems);
  return { log: judged.log.entries(), whole: judged.isWhole ? judged.history : undefined };
}

/**
 * The history question alone, over one or several tips: what the recorder and the log ask.
 * @throws MlchainError `incomplete` where the history or the evidence is not all here.
 */
export async function assessHistory(
  repo: RepositoryReader,
  request: Omit<HistoryRequest, 'incoming' | 'meanwhile'>,
): Promise<HistoryJudgment> {
  await expectWholeHistory(repo, request.tips);
  const { history, problems } = await judgedHistory(repo, request);
  if (history === undefined) throw notesMissing(problems);
  return history;
}

function historyFindings({ findings }: HistoryJudgment, { within }: AssessRequest): Finding[] {
  return findings.filter(({ commit }) => within === undefined || commit === undefined || within.has(commit));
}

function releaseOf(history: HistoryJudgment, request: AssessRequest): ReleaseJudgment {
  const { revision, now } = request;
  const only = reachedBy(request, history.commits.get(revision)?.inForce.own);
  return judgeRelease({ history, revision, only, now });
}

/** What lies outside of git's objects is not for the library to look at, where it works without git. */
function withGit(repo: RepositoryReader): Repository {
  if (repo.git !== undefined) return repo;
  throw new MlchainError('unsupported-repository', 'expected git, which --deep needs, found none');
}

/** The steps that are asked about; all where undefined. */
function reachedBy({ step }: AssessRequest, layout: TrustedLayout | undefined) {
  return step === undefined || layout === undefined ? undefined : stepsAsked(step, layout);
}

/** A misspelt step must not be a question about nothing, which anything answers. */
function stepsAsked(step: string, layout: TrustedLayout): ReadonlySet<string> {
  const reached = reachOf(step, layout);
  if (reached.has(step)) return reached;
  const names = layout.layout.steps.map(({ name }) => name);
  throw new MlchainError('usage', `the layout has no step '${step}'`, { hint: `steps: ${names.join(', ')}` });
}

/** While only history is asked, a threshold that is not yet met is worth a word and no more. */
function thresholdWarnings(history: HistoryJudgment, request: AssessRequest): Finding[] {
  return releaseOf(history, request)
    .findings.filter(({ code }) => code === 'threshold-unmet' || code === 'links-disagree')
    .map((finding) => ({ ...finding, severity: 'warning' }));
}

/** A REV whose history never had a layout is not "verified because nothing was wrong". */
function missingLayout(history: HistoryJudgment, revision: string): Finding[] {
  if (history.commits.get(revision)?.inForce.governing !== undefined) return [];
  const refused = history.findings.some(({ code }) => code.startsWith('layout-'));
  return refused ? [] : [{ code: 'layout-missing', severity: 'violation', commit: revision }];
}

/** Whatever order the refs were read in. */
function inOrder(one: NoteProblem, other: NoteProblem): number {
  const [before, after] = [one, other].map(({ object, signer, line, reason }) =>
    JSON.stringify([object ?? '', signer ?? '', line ?? 0, reason]),
  );
  return before === after ? 0 : (before ?? '') < (after ?? '') ? -1 : 1;
}

/** Junk is a warning; a note over the limits may hide a revocation, and then nobody can say "verified". */
function problemFinding(
  { kind, signer, object, line, reason }: NoteProblem,
  { keys }: HistoryJudgment,
): Finding {
  return {
    code: 'malformed-evidence',
    severity: kind === 'malformed' ? 'warning' : 'incomplete',
    commit: object,
    signer: signer === undefined ? undefined : keys.person(signer),
    detail: line === undefined ? reason : `line ${line}: ${reason}`,
  };
}

function report(
  request: AssessRequest,
  history: HistoryJudgment | undefined,
  release: ReleaseJudgment | undefined,
  findings: readonly Finding[],
): Assessment {
  return {
    verdict: verdictOf(findings),
    revision: request.revision,
    questions: request.questions,
    checked: history?.checked ?? NOTHING_CHECKED,
    steps: release?.steps ?? [],
    findings,
    history,
  };
}
