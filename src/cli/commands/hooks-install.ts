import { installHooks } from '../../hooks/install.ts';
import { escapeText } from '../../report/escape.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { hookTarget } from '../hook-target.ts';
import { sayHooks } from '../hooks-output.ts';

/** `hooks install`: writes them, reads them back, and says which are live. */
export async function run(context: Context, _args: Args): Promise<ExitCode> {
  const { voice } = context;
  const { status, advice } = await installHooks(await context.openRepository(), hookTarget());
  for (const { hook, file, text } of advice)
    voice.warn(`add to ${escapeText(file)} for the ${hook} hook:\n${text}`);
  return sayHooks(voice, status);
}
