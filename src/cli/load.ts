import type { Args } from './args.ts';
import type { Context } from './context.ts';
import type { ExitCode } from './exit.ts';

export interface CommandModule {
  /** What the command ended with; what it could not do, it throws. */
  run(context: Context, args: Args): Promise<ExitCode>;
}

/** One line a command, in the order of the table; what is not called is not set going. */
const modules = new Map<string, () => Promise<CommandModule>>([
  ['init', () => import('./commands/init.ts')],
  ['key new', () => import('./commands/key-new.ts')],
  ['key list', () => import('./commands/key-list.ts')],
  ['key export', () => import('./commands/key-export.ts')],
  ['key import', () => import('./commands/key-import.ts')],
  ['key unlock', () => import('./commands/key-unlock.ts')],
  ['key revoke', () => import('./commands/key-revoke.ts')],
  ['trust', () => import('./commands/trust.ts')],
  ['hooks install', () => import('./commands/hooks-install.ts')],
  ['hooks uninstall', () => import('./commands/hooks-uninstall.ts')],
  ['hooks status', () => import('./commands/hooks-status.ts')],
  ['doctor', () => import('./commands/doctor.ts')],
  ['layout new', () => import('./commands/layout-new.ts')],
  ['layout set', () => import('./commands/layout-set.ts')],
  ['layout sign', () => import('./commands/layout-sign.ts')],
  ['layout check', () => import('./commands/layout-check.ts')],
  ['layout show', () => import('./commands/layout-show.ts')],
  ['owners set', () => import('./commands/owners-set.ts')],
  ['owners sign', () => import('./commands/owners-sign.ts')],
  ['owners show', () => import('./commands/owners-show.ts')],
  ['status', () => import('./commands/status.ts')],
  ['run', () => import('./commands/run.ts')],
  ['record', () => import('./commands/record.ts')],
  ['endorse', () => import('./commands/endorse.ts')],
  ['demo', () => import('./commands/demo.ts')],
  ['hook', () => import('./commands/hook.ts')],
  ['verify', () => import('./commands/verify.ts')],
  ['log', () => import('./commands/log.ts')],
  ['show', () => import('./commands/show.ts')],
  ['sync', () => import('./commands/sync.ts')],
  ['export', () => import('./commands/export.ts')],
  ['import', () => import('./commands/import.ts')],
]);

export async function loadCommand(name: string): Promise<CommandModule> {
  const load = modules.get(name);
  if (load === undefined) throw new Error(`'${name}' is declared in the table but not in load.ts`);
  return await load();
}

/** The names that have a module: the test compares them with the table. */
export function loadableCommands(): readonly string[] {
  return [...modules.keys()];
}
