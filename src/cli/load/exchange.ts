/** What is called when something is handed on or taken in: one piece of the bundle (see `../load.ts`). */
export * as exportChain from '../commands/export.ts';
export * as importEvidence from '../commands/import.ts';
