import type { Ancestry } from './ancestry.ts';
import type { CommitJudgment } from './commit-judge.ts';
import { coverOf } from './coverage.ts';

/**
 * Commits whose every uncovered path is covered, as it is there, at one descendant or several (`product.md` §6.1). A
 * parallel branch heals nothing: it never saw the poison (threat 64).
 */
export function healedCommits(commits: readonly CommitJudgment[], ancestry: Ancestry): Set<string> {
  const wounded = commits.filter(({ uncovered }) => uncovered.length > 0);
  const coveredAt = coveringCommits(
    commits,
    new Set(wounded.flatMap(({ uncovered }) => uncovered.map(({ path }) => path))),
  );
  const healed = wounded.filter(({ commit, uncovered }) =>
    uncovered.every(({ path }) =>
      coveredAt.get(path)?.some((later) => later !== commit.id && ancestry.isAncestor(commit.id, later)),
    ),
  );
  return new Set(healed.map(({ commit }) => commit.id));
}

/** Path → commits where a counting link or an endorsement says that it is as it should be. */
function coveringCommits(
  commits: readonly CommitJudgment[],
  paths: ReadonlySet<string>,
): Map<string, string[]> {
  const covering = new Map<string, string[]>();
  if (paths.size === 0) return covering;
  for (const { commit, state, links, endorsements } of commits) {
    const counting = links.flatMap((link) => link.counting ?? []);
    if (state === undefined || counting.length + endorsements.length === 0) continue;
    for (const path of paths) {
      const artifact = state.at(path);
      const side = artifact && { id: '', artifact };
      if (coverOf(path, side, { state, links: counting, endorsements }) === undefined) continue;
      covering.set(path, [...(covering.get(path) ?? []), commit.id]);
    }
  }
  return covering;
}
