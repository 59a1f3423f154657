import { uninstallHooks } from '../../hooks/install.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';

/** `hooks uninstall`: puts back what was there before. */
export async function run(context: Context, _args: Args): Promise<ExitCode> {
  const { removed, restored } = await uninstallHooks(await context.openRepository());
  context.voice.document({ removed, restored });
  context.voice.say(removed.length === 0 ? 'no hooks were installed' : `removed: ${removed.join(', ')}`);
  if (restored.length > 0) context.voice.say(`put back as they were: ${restored.join(', ')}`);
  return 0;
}
