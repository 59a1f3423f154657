import { readRevisions } from '../../gather/revisions.ts';
import { readCommit } from '../../git/history.ts';
import type { Repository } from '../../git/repository.ts';
import { Ledger } from '../../ledger/ledger.ts';
import { importedLinkText, linkText } from '../../report/link-text.ts';
import { logHeading, logJson } from '../../report/log-text.ts';
import { count } from '../../report/words.ts';
import { importUse } from '../../verify/import-use.ts';
import { logEntry } from '../../verify/log-entry.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { judgedHistory, unjudged } from '../judged.ts';

/** `show [COMMIT]`: one commit's links in full; `--raw` the signed lines as they lie in the notes. */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  const { voice } = context;
  const repo = await context.openRepository();
  repo.askAhead();
  const { revision } = await readRevisions(repo, args.positionals[0] ?? 'HEAD');
  const imported = await importedLinks(repo, revision);
  // What becomes of a link that in-toto made may lie anywhere in the history.
  const cache = imported.length > 0 ? 'digests' : 'older';
  const history = await judgedHistory(context, repo, revision, cache);
  const judgment = history?.commits.get(revision);
  if (history === undefined || judgment === undefined)
    return await showUnjudged(context, args, repo, revision);
  const lines = [...judgment.links.map(({ entry }) => entry), ...imported].map(({ line }) => line);
  if (args.has('raw')) {
    for (const line of lines) voice.print(`${line}\n`);
    return 0;
  }
  const entry = logEntry(judgment, history);
  voice.document({ ...logJson(entry), envelopes: lines.map((line) => JSON.parse(line)) });
  voice.say(logHeading(entry, voice.style));
  if (lines.length === 0) voice.say('\nno links on this commit');
  for (const link of judgment.links) voice.say(`\n${linkText(link, voice.style)}`);
  for (const { link, line, signer } of imported) {
    const person = history.keys.person(signer);
    const use = importUse({ step: link.name, line, signer: person }, history, revision);
    voice.say(`\n${importedLinkText(link, person, use, voice.style)}`);
  }
  return 0;
}

/** Links on a commit that name none: in-toto made them. */
async function importedLinks(repo: Repository, revision: string) {
  const ledger = await Ledger.read(repo, { commits: new Set([revision]) });
  return ledger.entriesFor(revision).flatMap(({ content, line, signer }) => {
    if (content.kind !== 'link' || content.binding !== undefined) return [];
    return [{ link: content.link, line, signer }];
  });
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
