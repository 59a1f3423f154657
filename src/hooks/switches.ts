import type { Manager } from './managers.ts';

/** A variable with which somebody switches hooks off for a while, and which is then forgotten in a shell's profile. */
export interface Switch {
  readonly name: string;
  readonly value: string;
  /** What no longer happens while it is set. */
  readonly effect: string;
  /** The hook manager that it stops, if it stops one. */
  readonly manager: Manager['name'] | undefined;
}

const SWITCHES: readonly (Omit<Switch, 'value'> & { readonly values: readonly string[] })[] = [
  {
    name: 'MLCHAIN_SKIP',
    values: ['1'],
    effect: 'nothing is recorded, and no push is verified',
    manager: undefined,
  },
  {
    name: 'SKIP_SIMPLE_GIT_HOOKS',
    values: ['1'],
    effect: 'no hook file that simple-git-hooks wrote does anything, ours included',
    manager: 'simple-git-hooks',
  },
  { name: 'HUSKY', values: ['0'], effect: 'husky runs no hook', manager: 'husky' },
  { name: 'LEFTHOOK', values: ['0', 'false'], effect: 'lefthook runs no hook', manager: 'lefthook' },
  {
    name: 'GIT_LFS_SKIP_PUSH',
    values: ['1', 'true', 'yes', 'on', 't'],
    effect: 'git-lfs uploads nothing: a push arrives without its large files',
    manager: undefined,
  },
];

/** What is switched off in this environment. */
export function switchesIn(env: NodeJS.ProcessEnv): readonly Switch[] {
  return SWITCHES.flatMap(({ name, values, effect, manager }) => {
    const value = env[name];
    return value !== undefined && values.includes(value.toLowerCase())
      ? [{ name, value, effect, manager }]
      : [];
  });
}
