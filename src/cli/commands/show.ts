import { readRevisions } from '../../gather/revisions.ts';
import { readCommit } from '../../git/history.ts';
import type { Repository } from '../../git/repository.ts';
import { Ledger } from '../../ledger/ledger.ts';
import { linkText } from '../../report/link-text.ts';
import { logHeading, logJson } from '../../report/log-text.ts';
import { count } from '../../report/words.ts';
import { logEntry } from '../../verify/log-entry.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { judgedHistory, unjudged } from '../judged.ts';

/** `show [COMMIT]`: one commit's links in full; `--raw` the signed lines as they lie in the notes. */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  const { voice } = context;
  const repo = await context.openRepository();
  const { revision } = await readRevisions(repo, args.positionals[0] ?? 'HEAD');
  const history = await judgedHistory(context, repo, revision);
  const judgment = history?.commits.get(revision);
  if (history === undefined || judgment === undefined)
    return await showUnjudged(context, args, repo, revision);
  if (args.has('raw')) {
    for (const { entry } of judgment.links) voice.print(`${entry.line}\n`);
    return 0;
  }
  const entry = logEntry(judgment, history);
  voice.document({ ...logJson(entry), envelopes: judgment.links.map((link) => JSON.parse(link.entry.line)) });
  voice.say(logHeading(entry, voice.style));
  if (judgment.links.length === 0) voice.say('\nno links on this commit');
  for (const link of judgment.links) voice.say(`\n${linkText(link, voice.style)}`);
  return 0;
}

async function showUnjudged(
  { voice }: Context,
  args: Args,
  repo: Repository,
  revision: string,
): Promise<ExitCode> {
  const ledger = await Ledger.read(repo, { commits: new Set([revision]) });
  const lines = ledger.entriesFor(revision).map(({ line }) => line);
  if (args.has('raw')) {
    for (const line of lines) voice.print(`${line}\n`);
    return 0;
  }
  const entry = unjudged(await readCommit(repo, revision));
  voice.document({ ...logJson(entry), envelopes: lines.map((line) => JSON.parse(line)) });
  voice.say(logHeading(entry, voice.style));
  voice.say(
    `\n${count(lines.length, 'line')} of evidence on this commit, not judged: --raw shows what is there`,
  );
  return 0;
}
