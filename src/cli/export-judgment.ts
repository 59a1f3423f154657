import { MlchainError } from '../errors.ts';
import { type Assessment, assess } from '../gather/assess.ts';
import type { InspectionSettings } from '../gather/inspect-release.ts';
import { readRevisions } from '../gather/revisions.ts';
import { readTrust } from '../gather/trust.ts';
import type { Repository } from '../git/repository.ts';
import type { Trust } from '../verify/facts.ts';
import type { HistoryJudgment } from '../verify/history.ts';
import type { Args } from './args.ts';
import type { Context } from './context.ts';

const TEN_MINUTES = 600;

/** One commit, judged by the owners pinned in this clone: what every form of export begins with. */
export interface ExportJudgment {
  readonly repo: Repository;
  /** Commit id. */
  readonly revision: string;
  readonly trust: Trust;
  readonly assessment: Assessment;
  readonly history: HistoryJudgment;
  /** Seconds. */
  readonly now: number;
}

export interface ExportQuestion {
  readonly questions: readonly ('history' | 'release')[];
  readonly inspections: InspectionSettings | undefined;
}

/** @throws MlchainError incomplete where nothing can be judged: a chain that nobody could check is not handed on */
export async function judgeForExport(
  context: Context,
  args: Args,
  question: ExportQuestion,
): Promise<ExportJudgment> {
  const repo = await context.openRepository();
  const { revision } = await readRevisions(repo, args.positionals[0] ?? 'HEAD');
  const trust = await readTrust(repo, { owners: [], strict: false, env: context.env });
  const now = Math.floor(context.now() / 1000);
  const assessment = await assess(repo, {
    revision,
    trust,
    now,
    cache: 'digests',
    progress: context.voice.progress,
    ...question,
  });
  const { history } = assessment;
  if (history === undefined) {
    throw new MlchainError('incomplete', 'the chain cannot be checked, so it cannot be exported', {
      hint: 'git mlchain verify says what is missing',
    });
  }
  return { repo, revision, trust, assessment, history, now };
}

/** Undefined for `--no-inspect`. */
export function inspectionsAsked(args: Args): InspectionSettings | undefined {
  return args.has('no-inspect') ? undefined : { timeoutMs: TEN_MINUTES * 1000 };
}
