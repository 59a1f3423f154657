import { readTrust } from '../../gather/trust.ts';
import { holdersOf } from '../../layout/holders.ts';
import type { Args } from '../args.ts';
import { readKeyFiles } from '../certificate-files.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { requireWorkTree } from '../layout-file.ts';
import { ownersLines, readOwnersState } from '../owners-state.ts';

/** `owners show`: who owns the repository by the newest version in the work tree, and who has yet to sign that. */
export async function run(context: Context, _args: Args): Promise<ExitCode> {
  const { voice } = context;
  const repo = await context.openRepository();
  const workTree = requireWorkTree(repo);
  const certificates = await readKeyFiles(workTree, context);
  const trust = await readTrust(repo, { owners: [], strict: false, env: context.env });
  const state = await readOwnersState(workTree, certificates, trust);
  voice.document({ ...state });
  for (const line of ownersLines(state, holdersOf(certificates))) voice.say(line);
  return 0;
}
