import * as path from 'node:path';
import { advice } from './advice.ts';
import { chainedFile } from './hook-file.ts';
import type { HookName, Target } from './script.ts';
import type { Survey } from './survey.ts';
import { legacyFile } from './survey.ts';

/**
 * What starts one of ours: git's config (`config`), a hook manager's own file (`entry`), or a file where git looks
 * for it (`file`).
 */
export type Way = 'config' | 'entry' | 'file';

/** In the order in which they are done; a kill between any two leaves every hook that ran before still running. */
export type Step =
  /** Keep a foreign hook under its chained name. */
  | { readonly do: 'keep'; readonly hook: HookName; readonly from: string; readonly to: string }
  /** Write ours; `by`: simple-git-hooks makes the files where git looks. */
  | {
      readonly do: 'write';
      readonly hook: HookName;
      readonly directory: string;
      readonly by: 'simple-git-hooks' | 'us';
      readonly target: Target;
      /** Git runs the file of the same name, too. */
      readonly beside: boolean;
    }
  | { readonly do: 'configure' | 'unconfigure'; readonly hook: HookName }
  /** Add ours to, or take it out of, what the manager runs. */
  | { readonly do: 'enter' | 'leave'; readonly hook: HookName }
  /** Put back what was there before ours. */
  | { readonly do: 'restore'; readonly hook: HookName; readonly directory: string; readonly kept: string }
  /** Remove one of ours; `file` is absolute. */
  | { readonly do: 'remove'; readonly hook: HookName; readonly file: string };

export interface Plan {
  readonly steps: readonly Step[];
  /** Two foreign hooks of one name: only a person can say which one still counts. Nothing is done then. */
  readonly conflicts: readonly HookName[];
  /** What a person must add to a manager's file, as text to paste. */
  readonly advice: readonly { readonly hook: HookName; readonly file: string; readonly text: string }[];
}

/** Git runs hooks from its config since this version. */
const CONFIG_HOOKS = [2, 54] as const;

export function wayOf(survey: Survey, hook: HookName): Way {
  // A server's git may not be the one of the shell that installs.
  if (!survey.isBare && hasConfigHooks(survey)) return 'config';
  return survey.manager?.owns.has(hook) ? 'entry' : 'file';
}

function hasConfigHooks({ gitVersion: [major, minor] }: Survey): boolean {
  return major > CONFIG_HOOKS[0] || (major === CONFIG_HOOKS[0] && minor >= CONFIG_HOOKS[1]);
}

export function planInstall(survey: Survey, target: Target): Plan {
  const conflicts = survey.hooks.filter((hook) => isConflict(survey, hook));
  if (conflicts.length > 0) return { steps: [], conflicts, advice: [] };
  return {
    steps: survey.hooks.flatMap((hook) => installSteps(survey, hook, target)),
    conflicts,
    advice: survey.hooks.flatMap((hook) => adviceFor(survey, hook)),
  };
}

function installSteps(survey: Survey, hook: HookName, target: Target): readonly Step[] {
  const { ownDirectory, hooksDirectory } = survey;
  const isConfigured = survey.configured.has(hook);
  switch (wayOf(survey, hook)) {
    case 'config':
      return [
        { do: 'write', hook, directory: ownDirectory, by: 'us', target, beside: true },
        { do: 'configure', hook },
        ...restoreSteps(survey, hook),
        ...legacySteps(survey, hook),
      ];
    case 'entry':
      return [
        ...keepSteps(survey, hook),
        { do: 'write', hook, directory: ownDirectory, by: 'us', target, beside: false },
        ...(survey.manager?.isEditable ? [{ do: 'enter', hook } as const] : []),
        ...(isConfigured ? [{ do: 'unconfigure', hook } as const] : []),
      ];
    case 'file':
      return [
        ...keepSteps(survey, hook),
        { do: 'write', hook, directory: hooksDirectory, by: 'simple-git-hooks', target, beside: false },
        ...(isConfigured ? [{ do: 'unconfigure', hook } as const] : []),
        ...legacySteps(survey, hook),
      ];
  }
}

/** husky and lefthook write the files that git runs; what lies there is theirs, not a foreign hook to be chained. */
function keepsForeign(survey: Survey, hook: HookName): boolean {
  const way = wayOf(survey, hook);
  return way === 'file' || (way === 'entry' && survey.manager?.name === 'simple-git-hooks');
}

function isConflict(survey: Survey, hook: HookName): boolean {
  const file = survey.files.get(hook);
  return keepsForeign(survey, hook) && file?.state === 'foreign' && file.chained === 'present';
}

function keepSteps(survey: Survey, hook: HookName): readonly Step[] {
  const file = survey.files.get(hook);
  if (!keepsForeign(survey, hook) || file?.state !== 'foreign' || file.chained === 'same') return [];
  return [{ do: 'keep', hook, from: survey.hooksDirectory, to: survey.chainedDirectory }];
}

function restoreSteps(survey: Survey, hook: HookName): readonly Step[] {
  const { hooksDirectory, chainedDirectory } = survey;
  const { state = 'absent', chained = 'absent' } = survey.files.get(hook) ?? {};
  // Somebody has put the very same hook back over ours.
  if (chained === 'same') return [{ do: 'remove', hook, file: chainedFile(chainedDirectory, hook) }];
  if (state !== 'ours' && !(state === 'absent' && chained === 'present')) return [];
  return [{ do: 'restore', hook, directory: hooksDirectory, kept: chainedDirectory }];
}

/** Left in pre-commit's place, ours would run twice after an install, and go on running after an uninstall. */
function legacySteps({ legacy, hooksDirectory }: Survey, hook: HookName): readonly Step[] {
  return legacy.has(hook) ? [{ do: 'remove', hook, file: legacyFile(hooksDirectory, hook) }] : [];
}

/** Only at an uninstall: another worktree of this repository may have no `core.hooksPath`, and need them. */
function straySteps({ stray, usualDirectory }: Survey, hook: HookName): readonly Step[] {
  return stray.has(hook) ? [{ do: 'restore', hook, directory: usualDirectory, kept: usualDirectory }] : [];
}

function adviceFor(survey: Survey, hook: HookName): Plan['advice'] {
  const { manager } = survey;
  if (manager === undefined || wayOf(survey, hook) !== 'entry') return [];
  if (manager.isEditable || manager.entered.has(hook)) return [];
  return [{ hook, file: manager.file, text: advice(manager, hook) }];
}

/** Takes ours away in every way it may have come, whichever it would take today. */
export function planUninstall(survey: Survey): Plan {
  const { manager } = survey;
  const steps = survey.hooks.flatMap((hook): readonly Step[] => [
    ...(survey.configured.has(hook) ? [{ do: 'unconfigure', hook } as const] : []),
    ...(manager?.isEditable && manager.entered.has(hook) ? [{ do: 'leave', hook } as const] : []),
    ...restoreSteps(survey, hook),
    ...legacySteps(survey, hook),
    ...straySteps(survey, hook),
    { do: 'remove', hook, file: path.join(survey.ownDirectory, hook) },
  ]);
  return { steps, conflicts: [], advice: [] };
}
