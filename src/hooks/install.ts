import { MlchainError } from '../errors.ts';
import type { Repository } from '../git/repository.ts';
import { applyPlan } from './apply.ts';
import type { LfsStatus } from './lfs.ts';
import { lfsStatus } from './lfs.ts';
import type { Plan } from './plan.ts';
import { planInstall, planUninstall } from './plan.ts';
import type { HookName, Target } from './script.ts';
import type { HooksStatus } from './status.ts';
import { hooksStatus } from './status.ts';
import type { Survey } from './survey.ts';
import { surveyHooks } from './survey.ts';

export interface Installed {
  /** Read back and probed after everything was written. */
  readonly status: HooksStatus;
  /** What a person has yet to paste into a manager's file; empty almost everywhere. */
  readonly advice: Plan['advice'];
}

/**
 * Puts the hooks where git, or the repository's hook manager, will run them. Safe to repeat. Throws `config` at two
 * foreign hooks of one name, before anything is touched. Whether all hooks are live is in the status.
 */
export async function installHooks(repository: Repository, target: Target): Promise<Installed> {
  const survey = await surveyHooks(repository);
  const plan = planInstall(survey, target);
  const [conflict] = plan.conflicts;
  if (conflict !== undefined) throw twoHooks(survey.hooksDirectory, conflict);
  await applyPlan(repository, survey, plan);
  return { status: await hooksStatus(repository, target), advice: plan.advice };
}

function twoHooks(directory: string, hook: HookName): MlchainError {
  return new MlchainError(
    'config',
    `expected one ${hook} hook to run before ours, found two in ${directory}: ${hook} and ${hook}.mlchain-chained`,
    { hint: 'merge them into the first and delete the second, or delete the one that no longer counts' },
  );
}

export interface Uninstalled {
  readonly removed: readonly HookName[];
  /** Of these, the ones that another hook was before. */
  readonly restored: readonly HookName[];
  /** Who uploads large files from now on: ours no longer do. */
  readonly lfs: LfsStatus;
}

/** Puts back what was there before the hooks came, byte by byte; nothing to remove is no error. */
export async function uninstallHooks(repository: Repository): Promise<Uninstalled> {
  const survey = await surveyHooks(repository);
  await applyPlan(repository, survey, planUninstall(survey));
  const removed = survey.hooks.filter((hook) => isInstalled(survey, hook));
  return {
    removed,
    restored: removed.filter((hook) => survey.files.get(hook)?.chained === 'present'),
    lfs: await lfsStatus(repository, survey.hooksDirectory, undefined),
  };
}

function isInstalled({ files, configured, manager, legacy, stray }: Survey, hook: HookName): boolean {
  const isFile = files.get(hook)?.state === 'ours' || legacy.has(hook) || stray.has(hook);
  return isFile || configured.has(hook) || manager?.entered.has(hook) === true;
}
