import { hooksStatus } from '../../hooks/status.ts';
import type { Args } from '../args.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { hookTarget } from '../hook-target.ts';
import { sayHooks } from '../hooks-output.ts';

/** `hooks status`: asks each hook, in a mode in which it does nothing, whether it can be reached. */
export async function run(context: Context, _args: Args): Promise<ExitCode> {
  const status = await hooksStatus(await context.openRepository(), hookTarget());
  return sayHooks(context.voice, status);
}
