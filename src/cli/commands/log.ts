import { MlchainError } from '../../errors.ts';
import { readRevisions } from '../../gather/revisions.ts';
import { type Commit, readHistory } from '../../git/history.ts';
import type { Repository } from '../../git/repository.ts';
import { logJson, logText } from '../../report/log-text.ts';
import type { LogEntry } from '../../verify/log-entry.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { logOf } from '../judged.ts';

/** `log [RANGE]`: like `git log`, and what the links say; 0 whatever it shows (`product.md` §6.2). */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  const { voice } = context;
  const repo = await context.openRepository();
  const { revision, within } = await readRevisions(repo, args.positionals[0] ?? 'HEAD');
  const entryOf = await logOf(context, repo, revision);
  const limit = args.integer('max-count');
  const wanted = filterOf(args);
  const shown: LogEntry[] = [];
  for await (const commit of newestFirst(repo, revision)) {
    if (limit !== undefined && shown.length >= limit) break;
    const entry = within === undefined || within.has(commit.id) ? await entryOf(commit) : undefined;
    if (entry === undefined || !wanted(entry)) continue;
    shown.push(entry);
    voice.say(logText(entry, voice.style, context.now()));
    await voice.flush();
  }
  voice.document(shown.map(logJson));
  return 0;
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
