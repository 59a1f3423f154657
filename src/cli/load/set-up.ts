/** What is called once a repository or once a clone: one piece of the bundle (see `../load.ts`). */
export * as demo from '../commands/demo.ts';
export * as hooksInstall from '../commands/hooks-install.ts';
export * as hooksStatus from '../commands/hooks-status.ts';
export * as hooksUninstall from '../commands/hooks-uninstall.ts';
export * as init from '../commands/init.ts';
export * as keyExport from '../commands/key-export.ts';
export * as keyImport from '../commands/key-import.ts';
export * as keyList from '../commands/key-list.ts';
export * as keyNew from '../commands/key-new.ts';
export * as keyRevoke from '../commands/key-revoke.ts';
export * as keyUnlock from '../commands/key-unlock.ts';
export * as layoutCheck from '../commands/layout-check.ts';
export * as layoutNew from '../commands/layout-new.ts';
export * as layoutSet from '../commands/layout-set.ts';
export * as layoutShow from '../commands/layout-show.ts';
export * as layoutSign from '../commands/layout-sign.ts';
export * as trust from '../commands/trust.ts';
