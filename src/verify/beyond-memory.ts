import { boundEntries, changeAt, changedName, changeSigned } from './carried.ts';
import type { CommitJudgment } from './commit-judge.ts';
import type { HistoryFacts, Seed } from './facts.ts';
import type { HistoryJudgment } from './history.ts';
import { agreedName, producedName } from './link-index.ts';

/**
 * Whether a judgment that was made from a memory may have missed what only the whole history can tell: then it has to
 * be made again without. What may be missed are links that signed just what another commit does, wherever they lie, and
 * older links that produced, or agree on, what a new commit has brought back.
 */
export function isBeyondMemory(facts: HistoryFacts, history: HistoryJudgment): boolean {
  const { seed } = facts;
  if (seed === undefined) return false;
  const judgments = facts.commits.flatMap(({ id }) => history.commits.get(id) ?? []);
  return (
    judgments.some(({ commit, links }) => links.some(({ binding }) => binding.commit !== commit.id)) ||
    mayBeCarriedHere(seed, judgments, history) ||
    mayBeCarriedBack(seed, facts) ||
    bringsBack(seed, judgments, history)
  );
}

/** A remembered link elsewhere may count here, or be refused here with a word. */
function mayBeCarriedHere(
  { memory }: Seed,
  judgments: readonly CommitJudgment[],
  { ancestry }: HistoryJudgment,
): boolean {
  const bound = new Map<string, string[]>();
  for (const { change, commit } of memory.elsewhere) {
    const commits = bound.get(change);
    if (commits === undefined) bound.set(change, [commit]);
    else commits.push(commit);
  }
  return judgments.some(({ commit, state }) =>
    [...(state?.steps.values() ?? [])].some(({ control }) => {
      const links = bound.get(changeAt(commit, control) ?? '') ?? [];
      return links.some((elsewhere) => !ancestry.isAncestor(elsewhere, commit.id));
    }),
  );
}

/** A link that came since, to a commit elsewhere or a new one, may be carried to an old commit that did the same. */
function mayBeCarriedBack({ memory }: Seed, { evidence }: HistoryFacts): boolean {
  for (const each of boundEntries(evidence)) {
    const change = changeSigned(each);
    if (change !== undefined && memory.names.has(changedName(change))) return true;
  }
  return false;
}

/** Content decides, not position: an old link speaks again for files that are as they once were (§6.3). */
function bringsBack(
  { memory, tip }: Seed,
  judgments: readonly CommitJudgment[],
  { commits, index }: HistoryJudgment,
): boolean {
  const known = new Set<string>();
  const { state } = commits.get(tip.id) ?? {};
  for (const { control, key } of state?.steps.values() ?? []) {
    known.add(producedName(control.step.name, key));
    for (const link of index.producing(control, key, tip.id)) known.add(agreedName(link));
  }
  const names = judgments.flatMap((judgment) => namesAt(judgment, state));
  return names.some((name) => !known.has(name) && memory.names.has(name));
}

function namesAt({ state, links }: CommitJudgment, before: CommitJudgment['state']): string[] {
  const changed = [...(state?.steps.values() ?? [])].filter((step) => {
    return before?.step(step.control.step.name) !== step;
  });
  return [
    ...changed.map(({ control, key }) => producedName(control.step.name, key)),
    ...links.flatMap(({ counting }) => (counting === undefined ? [] : [agreedName(counting)])),
  ];
}
