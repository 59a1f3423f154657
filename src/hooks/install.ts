import { MlchainError } from '../errors.ts';
import type { Repository } from '../git/repository.ts';
import { applyPlan } from './apply.ts';
import type { Plan } from './plan.ts';
import { planInstall, planUninstall } from './plan.ts';
import type { HookName, Target } from './script.ts';
import type { HooksStatus } from './status.ts';
import { hooksStatus } from './status.ts';
import { surveyHooks } from './survey.ts';

export interface Installed {
  /** Read back and probed after everything was written. */
  readonly status: HooksStatus;
  /** What a person has yet to paste into a manager's file; empty almost everywhere. */
  readonly advice: Plan['advice'];
}

/** Puts the hooks where git, or the repository's hook manager, will run them. Safe to repeat. Throws `config` at two
 * foreign hooks of one name, before anything is touched. Whether all hooks are live is in the status. */
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

/** Puts back what was there before the hooks came, byte by byte; nothing to remove is no error. */
export async function uninstallHooks(repository: Repository): Promise<void> {
  const survey = await surveyHooks(repository);
  await applyPlan(repository, survey, planUninstall(survey));
}
