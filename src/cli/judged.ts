import { MlchainError } from '../errors.ts';
import { assessHistory } from '../gather/assess.ts';
import { readTrust } from '../gather/trust.ts';
import type { Commit } from '../git/history.ts';
import type { Repository } from '../git/repository.ts';
import type { HistoryJudgment } from '../verify/history.ts';
import { type LogEntry, unjudgedEntry } from '../verify/log-entry.ts';
import type { Context } from './context.ts';

/**
 * For commands that show whatever there is: undefined, with a word why, where this clone lacks something that the judge
 * must see – as a shallow one does.
 */
export async function judgedHistory(
  { voice, env, now }: Context,
  repo: Repository,
  revision: string,
): Promise<HistoryJudgment | undefined> {
  const trust = await readTrust(repo, { owners: [], strict: false, env });
  if (trust.owners.length === 0) {
    voice.warn('no owner is pinned, so nothing can be verified', 'git mlchain trust FINGERPRINT');
  }
  try {
    return await assessHistory(repo, {
      tips: [revision],
      trust,
      now: Math.floor(now() / 1000),
      cache: 'digests',
    });
  } catch (error) {
    if (!(error instanceof MlchainError) || error.code !== 'incomplete') throw error;
    voice.warn(`nothing can be verified here: ${error.message}`, error.hint);
    return undefined;
  }
}

/** The commit in a log of what cannot be judged. */
export function unjudged({ id, subject, author, committer }: Commit): LogEntry {
  return unjudgedEntry({ id, subject, author: `${author.name} <${author.email}>`, time: committer.time });
}
