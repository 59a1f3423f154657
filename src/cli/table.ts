import type { CommandSpec } from './command.ts';
import { checkCommands } from './table/check.ts';
import { exchangeCommands } from './table/exchange.ts';
import { layoutCommands } from './table/layout.ts';
import { ownersCommands } from './table/owners.ts';
import { setUpCommands } from './table/set-up.ts';
import { workCommands } from './table/work.ts';

/** Every command there is, in the order help lists them. How to add one: `command.ts`. */
export const commands: readonly CommandSpec[] = [
  ...setUpCommands,
  ...layoutCommands,
  ...ownersCommands,
  ...workCommands,
  ...checkCommands,
  ...exchangeCommands,
];
