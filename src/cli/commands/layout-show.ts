import { explainLayout } from '../../layout/explain.ts';
import { explanationLines } from '../../layout/explain-text.ts';
import { holdersOf } from '../../layout/holders.ts';
import { LAYOUT_PATH } from '../../layout/paths.ts';
import { escapeText } from '../../report/escape.ts';
import type { Args } from '../args.ts';
import { readKeyFiles } from '../certificate-files.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { requireLayout, requireWorkTree } from '../layout-file.ts';
import { readSigningState, signingDocument, signingLines } from '../layout-signing.ts';

/** `layout show`: the layout of the work tree in plain words. */
export async function run(context: Context, _args: Args): Promise<ExitCode> {
  const { voice } = context;
  const repo = await context.openRepository();
  const workTree = requireWorkTree(repo);
  const { envelope, layout } = await requireLayout(workTree);
  const certificates = await readKeyFiles(workTree, context);
  const holders = holdersOf(certificates);
  const explanation = explainLayout(layout, holders, context.now());
  const state = await readSigningState(repo, context, envelope, certificates);
  voice.document({ layout: LAYOUT_PATH, ...explanation, signing: signingDocument(state) });
  const [title = '', ...lines] = explanationLines(explanation).map(escapeText);
  voice.say(voice.style.bold(title));
  for (const line of signingLines(state, holders)) voice.say(line);
  for (const line of lines) voice.say(/^(step|inspection) /.test(line) ? voice.style.bold(line) : line);
  return 0;
}
