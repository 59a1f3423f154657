import { MlchainError } from '../../errors.ts';
import { readRevisions } from '../../gather/revisions.ts';
import { type Commit, readHistory } from '../../git/history.ts';
import type { Repository } from '../../git/repository.ts';
import { logHeading, logJson, logText } from '../../report/log-text.ts';
import type { LogEntry } from '../../verify/log-entry.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { logOf, unjudged } from '../judged.ts';

/** `log [RANGE]`: like `git log`, and what the links say; 0 whatever it shows (`product.md` §6.2). */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  const { voice } = context;
  const repo = await context.openRepository();
  repo.askAhead();
  const { revision, within } = await readRevisions(repo, args.positionals[0] ?? 'HEAD');
  const limit = args.integer('max-count');
  const wanted = filterOf(args);
  const isInRange = ({ id }: Commit) => within === undefined || within.has(id);
  const entryOf = await logOf(context, repo, revision, async () => {
    // Who made which step is what the judgment says: before it, nothing can be left out.
    if (args.has('step') || args.has('signer')) return;
    await showUnverified(context, newestFirst(repo, revision), isInRange, limit);
  });
  const shown: LogEntry[] = [];
  for await (const commit of newestFirst(repo, revision)) {
    if (limit !== undefined && shown.length >= limit) break;
    const entry = isInRange(commit) ? await entryOf(commit) : undefined;
    if (entry === undefined || !wanted(entry)) continue;
    shown.push(entry);
    voice.say(logText(entry, voice.style, context.now()));
    await voice.flush();
  }
  voice.document(shown.map(logJson));
  return 0;
}

/** A screen of what is there, each with a `?`, for as long as it takes to judge it (`product.md` §11). */
async function showUnverified(
  { voice }: Context,
  commits: AsyncIterable<Commit>,
  isInRange: (commit: Commit) => boolean,
  limit = Number.POSITIVE_INFINITY,
): Promise<void> {
  const most = Math.min(limit, voice.room);
  const lines: string[] = [];
  if (most <= 0) return;
  for await (const commit of commits) {
    if (isInRange(commit)) lines.push(logHeading(unjudged(commit), voice.style));
    if (lines.length >= most) break;
  }
  voice.meanwhile(lines);
}

function newestFirst(repo: Repository, revision: string): AsyncIterable<Commit> {
  return readHistory(repo, { tips: [revision], order: 'by-date', changes: false });
}

/** `--step` and `--signer` (a fingerprint's end, or part of a user id). */
function filterOf(args: Args): (entry: LogEntry) => boolean {
  const step = args.value('step');
  const signer = args.value('signer')?.toLowerCase();
  if (signer === '')
    throw new MlchainError('usage', '--signer: expected a fingerprint, name or address, found nothing');
  return ({ links }) =>
    (step === undefined && signer === undefined) ||
    links.some(
      (link) =>
        (step === undefined || link.step === step) && (signer === undefined || isBy(link.signer, signer)),
    );
}

function isBy({ fingerprint, name }: LogEntry['links'][number]['signer'], who: string): boolean {
  return fingerprint.toLowerCase().endsWith(who) || name.toLowerCase().includes(who);
}
