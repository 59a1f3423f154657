import type { Args } from './args.ts';
import type { Context } from './context.ts';
import type { ExitCode } from './exit.ts';

export interface CommandModule {
  /** What the command ended with; what it could not do, it throws. */
  run(context: Context, args: Args): Promise<ExitCode>;
}

const setUp = () => import('./load/set-up.ts');
const work = () => import('./load/work.ts');
const exchange = () => import('./load/exchange.ts');

/**
 * One line a command, in the order of the table. Modules are read in three pieces, not one by one: each file that Node
 * loads costs half a millisecond, and with a piece for every command a hook would load sixty of them.
 */
const modules = new Map<string, () => Promise<CommandModule>>([
  ['init', async () => (await setUp()).init],
  ['key new', async () => (await setUp()).keyNew],
  ['key list', async () => (await setUp()).keyList],
  ['key export', async () => (await setUp()).keyExport],
  ['key import', async () => (await setUp()).keyImport],
  ['key unlock', async () => (await setUp()).keyUnlock],
  ['key revoke', async () => (await setUp()).keyRevoke],
  ['trust', async () => (await setUp()).trust],
  ['hooks install', async () => (await setUp()).hooksInstall],
  ['hooks uninstall', async () => (await setUp()).hooksUninstall],
  ['hooks status', async () => (await setUp()).hooksStatus],
  ['doctor', async () => (await setUp()).doctor],
  ['layout new', async () => (await setUp()).layoutNew],
  ['layout set', async () => (await setUp()).layoutSet],
  ['layout sign', async () => (await setUp()).layoutSign],
  ['layout check', async () => (await setUp()).layoutCheck],
  ['layout show', async () => (await setUp()).layoutShow],
  ['owners set', async () => (await setUp()).ownersSet],
  ['owners sign', async () => (await setUp()).ownersSign],
  ['owners show', async () => (await setUp()).ownersShow],
  ['status', async () => (await work()).status],
  ['run', async () => (await work()).runStep],
  ['record', async () => (await work()).record],
  ['endorse', async () => (await work()).endorse],
  ['demo', async () => (await setUp()).demo],
  ['hook', async () => (await work()).hook],
  ['verify', async () => (await work()).verify],
  ['log', async () => (await work()).log],
  ['show', async () => (await work()).show],
  ['sync', async () => (await work()).sync],
  ['export', async () => (await exchange()).exportChain],
  ['import', async () => (await exchange()).importEvidence],
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
