import { uninstallHooks } from '../../hooks/install.ts';
import { lfsWords } from '../../report/hooks-text.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';

/** `hooks uninstall`: puts back what was there before. */
export async function run(context: Context, _args: Args): Promise<ExitCode> {
  const { removed, restored, lfs } = await uninstallHooks(await context.openRepository());
  context.voice.document({ removed, restored, lfs });
  context.voice.say(removed.length === 0 ? 'no hooks were installed' : `removed: ${removed.join(', ')}`);
  if (restored.length > 0) context.voice.say(`put back as they were: ${restored.join(', ')}`);
  if (lfs === 'nobody')
    context.voice.warn(`git-lfs: ${lfsWords(lfs)}`, "'git lfs update' puts its own hooks there");
  return 0;
}
