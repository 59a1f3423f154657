import { MlchainError } from '../errors.ts';
import type { RepositoryReader } from '../git/reader.ts';
import type { Repository } from '../git/repository.ts';
import type { NoteProblem } from '../ledger/entry.ts';
import { type EvidenceRef, type EvidenceRefs, listEvidence } from '../ledger/read-notes.ts';
import type { Progress } from '../progress.ts';
import { isBeyondMemory } from '../verify/beyond-memory.ts';
import type { HistoryFacts, Trust } from '../verify/facts.ts';
import { verdictOf } from '../verify/finding.ts';
import { type HistoryJudgment, judgeHistory } from '../verify/history.ts';
import { LogLines, newestEntries } from '../verify/log-lines.ts';
import { remember } from '../verify/remember.ts';
import { isWithin } from '../verify/steady.ts';
import { baseOf } from './base-commit.ts';
import { type Checkpoint, Checkpoints } from './checkpoints.ts';
import { EvidenceReader, type ReadEvidence } from './evidence-reader.ts';
import { factsOnTop } from './facts-on-top.ts';
import { readHistoryFacts, readOwnFiles } from './history-facts.ts';
import { rememberRevoked } from './revoked-keys.ts';
import type { Scope } from './scope.ts';
import { judgeInSlices } from './sliced-history.ts';
import type { SliceSizes } from './slices.ts';
import { isWritable } from './writable.ts';

/**
 * What is believed of earlier runs: histories that were verified, and digests; of histories only `older` ones, where
 * the tip's own judgment is wanted; digests alone, where that of every commit is; or nothing (`--no-cache`). The answer
 * is the same, but for the work it took.
 *
 * `recorder`: a history that is not verified is told from memory, too. Then it explains nothing that the whole does not
 * explain and leaves out no uncovered change, which is all that whoever signs has to know at every commit.
 */
export type CacheUse = 'histories' | 'recorder' | 'older' | 'digests' | 'none';

export interface HistoryRequest {
  /** Commit ids. */
  readonly tips: readonly string[];
  readonly trust: Trust;
  /** Seconds. */
  readonly now: number;
  /** Evidence that no ref names yet: what a push is about to bring. */
  readonly incoming?: readonly EvidenceRef[] | undefined;
  readonly cache: CacheUse;
  /** How a long history may be judged piece by piece, by whom the tip's own judgment is enough; otherwise all at once. */
  readonly slices?: SliceSizes | undefined;
  readonly progress?: Progress | undefined;
  /** Awaited before the whole history is judged, where nothing that was remembered helps. */
  readonly meanwhile?: (() => Promise<void>) | undefined;
}

export interface JudgedHistory {
  readonly history: HistoryJudgment;
  /** What could not be read, in all evidence there is. */
  readonly problems: readonly NoteProblem[];
  /** Of the newest commits, newest first; of a remembered history no other is told of one by one. */
  readonly log: LogLines;
  /** Whether `history` has every commit's own judgment. */
  readonly isWhole: boolean;
}

/**
 * The history question. What was verified before is not judged again (`product.md` §6.7) – unless something speaks
 * against it: whatever is not simply "verified again" is told by the whole history.
 * @returns `history` undefined where a note is named that is not here: nobody can say what it would have said
 */
export async function judgedHistory(
  repo: RepositoryReader,
  request: HistoryRequest,
): Promise<JudgedHistory | Unknown> {
  const evidence = await listEvidence(repo, request.incoming);
  const { trust, cache } = request;
  const keeper = cache === 'none' ? undefined : keeperOf(repo, trust);
  const quick =
    keeper && cache !== 'digests' && cache !== 'none' ? await onTop(keeper, request, evidence) : undefined;
  if (quick !== undefined && quick !== 'not enough') return quick;
  await request.meanwhile?.();
  const reader = new EvidenceReader(repo, evidence);
  // Where what was remembered is not enough, slices hardly are: that is the same question.
  const rest = quick === 'not enough' ? { ...request, slices: undefined } : request;
  const judged = await reader.reading(async () => await judge(repo, rest, reader));
  if (keeper !== undefined && judged.history !== undefined) await keep(keeper, { ...judged, evidence });
  return judged;
}

type Unknown = Pick<JudgedHistory, 'problems' | 'log'> & { readonly history: undefined };

/** All of it, with nothing that was remembered: in slices where that is asked for and possible, or at once. */
async function judge(
  repo: RepositoryReader,
  { tips, trust, now, cache, slices, progress }: HistoryRequest,
  reader: EvidenceReader,
): Promise<(JudgedHistory & { readonly facts: HistoryFacts }) | Unknown> {
  const own = await readOwnFiles(repo, tips);
  const remembers = cache !== 'none';
  const [tip, ...others] = tips;
  if (slices !== undefined && repo.git !== undefined && tip !== undefined && others.length === 0) {
    const sliced = { tip, trust, now, remembers, slices, progress };
    const found = await unlessAbsent(judgeInSlices(repo, own, reader, sliced));
    if (found !== undefined) return { ...found, isWhole: false };
  }
  let problems: readonly NoteProblem[] = [];
  const evidence = async (scope: Scope): Promise<ReadEvidence | undefined> => {
    const read = await reader.read(scope);
    problems = read.problems;
    return problems.some(({ kind }) => kind === 'object-missing') ? undefined : read;
  };
  const facts = await readHistoryFacts(repo, own, { tips, evidence, trust, now, remembers, progress });
  if (facts === undefined) return { history: undefined, problems, log: LogLines.from('') };
  const history = judgeHistory(facts, progress);
  if (repo.git !== undefined) await rememberRevoked(repo, facts, history);
  return {
    facts,
    history,
    problems,
    log: newestEntries(history, undefined, LogLines.from('')),
    isWhole: true,
  };
}

/** Where earlier runs left what they found. */
interface Keeper {
  readonly repo: Repository;
  readonly checkpoints: Checkpoints;
}

/** Undefined where nothing can be kept: without git a repository is only read. */
function keeperOf(repo: RepositoryReader, trust: Trust): Keeper | undefined {
  if (repo.git === undefined) return undefined;
  const checkpoints = Checkpoints.open(repo, trust);
  return checkpoints && { repo, checkpoints };
}

/** Undefined where nothing near is remembered. */
async function onTop(
  { repo, checkpoints }: Keeper,
  { tips, trust, now, cache }: HistoryRequest,
  evidence: EvidenceRefs,
): Promise<JudgedHistory | 'not enough' | undefined> {
  const [tip, ...others] = tips;
  // Several tips are the parents of a merge: their common past is seldom what was verified last.
  if (tip === undefined || others.length > 0) return undefined;
  const known = new Set(checkpoints.tips());
  if (cache === 'older') known.delete(tip);
  const base = await baseOf(repo, tip, known);
  if (base === undefined) return undefined;
  const checkpoint = checkpoints.read(base.id);
  if (checkpoint === undefined || !isWithin(now, checkpoint.memory.span)) return undefined;
  const read = await unlessAbsent(factsOnTop(repo, { checkpoint, base, tips, trust, now, evidence }));
  if (read === undefined) return 'not enough';
  const { facts, problems } = read;
  const history = judgeHistory(facts);
  if (isBeyondMemory(facts, history)) return 'not enough';
  if (verdictOf(history.findings) !== 'verified' && cache !== 'recorder') return 'not enough';
  const isNew = facts.commits.length > 0 || !isSameEvidence(checkpoint, evidence);
  const log = newestEntries(history, base.id, checkpoint.log);
  if (isNew) await keep({ repo, checkpoints }, { facts, history, problems, evidence, log });
  return { history, problems, log, isWhole: false };
}

function isSameEvidence(checkpoint: Checkpoint, { refs }: EvidenceRefs): boolean {
  return JSON.stringify(checkpoint.evidence) === JSON.stringify(refs);
}

interface Judged extends Pick<JudgedHistory, 'history' | 'problems' | 'log'> {
  readonly facts: HistoryFacts;
  readonly evidence: EvidenceRefs;
}

/**
 * For the next run. Not while anything is revoked: what a revocation means for a commit depends on what comes after it,
 * however far away.
 */
async function keep(
  { repo, checkpoints }: Keeper,
  { facts, history, problems, evidence, log }: Judged,
): Promise<void> {
  const isRevoked = facts.evidence.some(({ content }) => content.kind === 'revocation');
  const isWhole = problems.every(({ kind }) => kind === 'malformed');
  const memory = isRevoked || !isWhole ? undefined : remember(history, facts);
  if (memory === undefined || !(await isWritable(repo.commonDir))) return;
  checkpoints.write({
    memory,
    evidence: evidence.refs,
    problems: problems.filter(({ object }) => object !== undefined),
    certificates: facts.certificates,
    log,
  });
}

/** What was there when it was verified and is not any more is for the whole history to tell. */
async function unlessAbsent<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof MlchainError && error.code === 'incomplete') return undefined;
    throw error;
  }
}
