import { assessHistory } from '../../gather/assess.ts';
import { readRevisions } from '../../gather/revisions.ts';
import { readTrust } from '../../gather/trust.ts';
import { linkText } from '../../report/link-text.ts';
import { logHeading, logJson } from '../../report/log-text.ts';
import { logEntry } from '../../verify/log-entry.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';

/** `show [COMMIT]`: one commit's links in full; `--raw` the signed lines as they lie in the notes. */
export async function run(context: Context, args: Args): Promise<ExitCode> {
  const { voice } = context;
  const repo = await context.openRepository();
  const { revision } = await readRevisions(repo, args.positionals[0] ?? 'HEAD');
  const trust = await readTrust(repo, { owners: [], strict: false, env: context.env });
  const history = await assessHistory(repo, [revision], trust, Math.floor(context.now() / 1000));
  const judgment = history.commits.get(revision);
  if (judgment === undefined) return 0;
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
