import { MlchainError } from '../errors.ts';
import { assessHistory, assessNewest } from '../gather/assess.ts';
import { obstacles } from '../gather/obstacles.ts';
import { readTrust } from '../gather/trust.ts';
import type { Commit } from '../git/history.ts';
import type { Repository } from '../git/repository.ts';
import { findingText } from '../report/finding-text.ts';
import type { HistoryJudgment } from '../verify/history.ts';
import { type LogEntry, logEntry, unjudgedEntry } from '../verify/log-entry.ts';
import type { Context } from './context.ts';

/**
 * For commands that show whatever there is: undefined, with a word why, where this clone lacks something that the judge
 * must see – as a shallow one does.
 */
export async function judgedHistory(
  context: Context,
  repo: Repository,
  revision: string,
  cache: 'older' | 'digests',
): Promise<HistoryJudgment | undefined> {
  const request = await requestFor(context, repo, revision);
  if (request === undefined) return undefined;
  return await unlessIncomplete(
    context,
    assessHistory(repo, { ...request, progress: context.voice.progress, cache }),
  );
}

/**
 * Tells of any commit of a history what a log shows; the whole is judged only once somebody asks for an old one.
 * `meanwhile` is called where the whole must be judged first.
 */
export async function logOf(
  context: Context,
  repo: Repository,
  revision: string,
  meanwhile: () => Promise<void>,
): Promise<(commit: Commit) => Promise<LogEntry | undefined>> {
  const request = await requestFor(context, repo, revision);
  const { progress } = context.voice;
  const newest =
    request && (await unlessIncomplete(context, assessNewest(repo, { ...request, progress, meanwhile })));
  if (request === undefined || newest === undefined) return async (commit) => unjudged(commit);
  const known = new Map(newest.log.map((entry) => [entry.commit, entry]));
  let { whole } = newest;
  return async ({ id }) => {
    const entry = whole === undefined ? known.get(id) : undefined;
    if (entry !== undefined) return entry;
    whole ??= await assessHistory(repo, { ...request, cache: 'digests' });
    const judgment = whole.commits.get(id);
    return judgment && logEntry(judgment, whole);
  };
}

/** Undefined where `verify` would say *incomplete*: whoever trusts nobody must not be told "violated" (threat 40). */
async function requestFor({ voice, env, now }: Context, repo: Repository, revision: string) {
  const trust = await readTrust(repo, { owners: [], strict: false, env });
  const [obstacle] = await obstacles(repo, revision, trust);
  if (obstacle === undefined) return { tips: [revision], trust, now: Math.floor(now() / 1000) };
  const { message, hint } = findingText(obstacle);
  voice.warn(`nothing can be verified here: ${message}`, hint);
  return undefined;
}

async function unlessIncomplete<T>({ voice }: Context, judging: Promise<T>): Promise<T | undefined> {
  try {
    return await judging;
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
