/** What people and hooks call all day: one piece of the bundle (see `../load.ts`). */
export * as endorse from '../commands/endorse.ts';
export * as hook from '../commands/hook.ts';
export * as log from '../commands/log.ts';
export * as record from '../commands/record.ts';
export * as runStep from '../commands/run.ts';
export * as show from '../commands/show.ts';
export * as status from '../commands/status.ts';
export * as sync from '../commands/sync.ts';
export * as verify from '../commands/verify.ts';
