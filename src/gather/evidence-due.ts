import type { Repository } from '../git/repository.ts';
import { linesBySigner, type WantedLines } from '../ledger/delivery.ts';
import type { Entry } from '../ledger/entry.ts';
import { Ledger } from '../ledger/ledger.ts';
import type { HistoryJudgment } from '../verify/history.ts';

/**
 * The evidence that has to be at a remote (`product.md` §8): links for commits reachable from what is there or being
 * pushed, every link that the verdicts used, and all endorsements and revocations. Nothing else: experiments that
 * were never published stay private.
 */
export async function evidenceDue(
  repo: Repository,
  tips: readonly string[],
  verdicts: readonly HistoryJudgment[],
): Promise<WantedLines> {
  const ledger = await Ledger.read(repo);
  const published = await reachable(repo, tips);
  const due = new Set<Entry>(ledger.statements());
  for (const commit of ledger.commits()) {
    if (published.has(commit)) for (const entry of ledger.entriesFor(commit)) due.add(entry);
  }
  // Carried links lie on commits that were rewritten and will never be pushed.
  const carried = verdicts.flatMap(({ index }) => [...index.all()].filter((link) => link.carried));
  for (const { entry } of carried) due.add(entry);
  return linesBySigner(distinct(due));
}

/** The ledger makes an entry anew when it is asked again: the same line must not be delivered twice. */
function distinct(entries: Iterable<Entry>): Iterable<Entry> {
  return new Map(
    [...entries].map((entry) => [`${entry.signer} ${entry.object} ${entry.line}`, entry]),
  ).values();
}

async function reachable(repo: Repository, tips: readonly string[]): Promise<ReadonlySet<string>> {
  if (tips.length === 0) return new Set();
  const { stdout } = await repo.git.run(['rev-list', '--stdin'], { input: `${tips.join('\n')}\n` });
  return new Set(stdout.toString('latin1').split('\n'));
}
