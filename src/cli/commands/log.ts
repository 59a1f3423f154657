import { MlchainError } from '../../errors.ts';
import { assessHistory } from '../../gather/assess.ts';
import { readRevisions } from '../../gather/revisions.ts';
import { readTrust } from '../../gather/trust.ts';
import { readHistory } from '../../git/history.ts';
import type { Repository } from '../../git/repository.ts';
import { logJson, logText } from '../../report/log-text.ts';
import type { HistoryJudgment } from '../../verify/history.ts';
import { type LogEntry, logEntry } from '../../verify/log-entry.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';

/** `log [RANGE]`: like `git log`, and what the links say; 0 whatever it shows (`product.md` §6.2). */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  const { voice } = context;
  const repo = await context.openRepository();
  const { revision, within } = await readRevisions(repo, args.positionals[0] ?? 'HEAD');
  const trust = await readTrust(repo, { owners: [], strict: false, env: context.env });
  if (trust.owners.length === 0) {
    voice.warn('no owner is pinned, so nothing can be verified', 'git mlchain trust FINGERPRINT');
  }
  const history = await assessHistory(repo, [revision], trust, Math.floor(context.now() / 1000));
  const limit = args.integer('max-count');
  const wanted = filterOf(args);
  const shown: LogEntry[] = [];
  for await (const id of newestFirst(repo, revision)) {
    if (limit !== undefined && shown.length >= limit) break;
    const entry = within === undefined || within.has(id) ? entryOf(history, id) : undefined;
    if (entry === undefined || !wanted(entry)) continue;
    shown.push(entry);
    voice.say(logText(entry, voice.style, context.now()));
    await voice.flush();
  }
  voice.document(shown.map(logJson));
  return 0;
}

async function* newestFirst(repo: Repository, revision: string): AsyncGenerator<string> {
  for await (const { id } of readHistory(repo, { tips: [revision], order: 'by-date', changes: false }))
    yield id;
}

function entryOf(history: HistoryJudgment, commit: string): LogEntry | undefined {
  const judgment = history.commits.get(commit);
  return judgment && logEntry(judgment, history);
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
