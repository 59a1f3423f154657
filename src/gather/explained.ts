import type { Artifact } from '../artifact/kind.ts';
import type { Repository } from '../git/repository.ts';
import type { Explained, Stranger } from '../record/context.ts';
import type { CommitJudgment } from '../verify/commit-judge.ts';
import type { Trust } from '../verify/facts.ts';
import { verdictOf } from '../verify/finding.ts';
import { digestText, type HistoryJudgment } from '../verify/history.ts';
import { assessHistory } from './assess.ts';

export interface ExplainedRequest {
  readonly tips: readonly string[];
  readonly trust: Trust;
  /** Seconds. */
  readonly now: number;
}

/** What the links and endorsements of the history that leads to these commits explain. */
export async function explainedByHistory(repo: Repository, request: ExplainedRequest): Promise<Explained> {
  return (await assessHistory(repo, { ...request, cache: 'digests' })).explains;
}

/** The history of each of the tips, from what is remembered where that is enough for who signs. */
export async function rememberedHistories(
  repo: Repository,
  { tips, trust, now }: ExplainedRequest,
): Promise<readonly HistoryJudgment[]> {
  const histories: HistoryJudgment[] = [];
  for (const tip of tips) {
    histories.push(await assessHistory(repo, { tips: [tip], trust, now, cache: 'recorder' }));
  }
  return histories;
}

/**
 * The same from what is remembered, which may fall short: of what a verified history explained it remembers what still
 * matters at its end, and so what lies there. It takes nothing for explained that is not.
 * @param histories of the tips, in their order
 */
export function explainedByMemory(tips: readonly string[], histories: readonly HistoryJudgment[]): Explained {
  return (name, artifact) =>
    histories.some((history, at) => {
      return history.explains(name, artifact) || liesAt(verifiedIn(history, tips[at] ?? ''), name, artifact);
    });
}

/**
 * What was never explained is told as a finding, also where it has long been healed, and so remembered; only where
 * one is about just this content, the whole history is asked whether somebody has explained it at another place.
 */
export function strangersIn(
  repo: Repository,
  request: ExplainedRequest,
  histories: readonly HistoryJudgment[],
): Stranger {
  const uncovered = histories
    .flatMap(({ findings }) => findings)
    .filter(({ code, found }) => code === 'uncovered' && found !== undefined);
  return async (name, artifact) => {
    const stranger = uncovered.find(({ path, found }) => path === name && found === digestText(artifact));
    if (stranger?.commit === undefined) return undefined;
    if ((await explainedByHistory(repo, request))(name, artifact)) return undefined;
    return { commit: stranger.commit, author: stranger.author ?? '' };
  };
}

/** The newest commit whose history is known to be verified: the tip, or else the one that was remembered. */
function verifiedIn(
  { checked, commits, findings }: HistoryJudgment,
  tip: string,
): CommitJudgment | undefined {
  if (checked.cached === 0) return undefined;
  const [remembered] = commits.values();
  return verdictOf(findings) === 'verified' ? commits.get(tip) : remembered;
}

/** In a verified history somebody explained every controlled path as it is. */
function liesAt(verified: CommitJudgment | undefined, name: string, artifact: Artifact): boolean {
  const found = verified?.state?.at(name);
  // Not only alike: a pointer of DVC is like any SHA-256 that somebody wrote down for it.
  return found !== undefined && found.kind === artifact.kind && found.digest === artifact.digest;
}
