import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { Repository } from '../git/repository.ts';
import { composeHooks } from './compose.ts';
import { writeWhole } from './file.ts';
import { keepForeign, restoreForeign } from './hook-file.ts';
import { enter, leave } from './manager-edit.ts';
import type { Plan, Step } from './plan.ts';
import type { HookName } from './script.ts';
import { hookScript } from './script.ts';
import type { Survey } from './survey.ts';
import { configName } from './survey.ts';

/** Does the steps, one after the other. */
export async function applyPlan(repository: Repository, survey: Survey, plan: Plan): Promise<void> {
  const writes = plan.steps.filter((step) => step.do === 'write');
  const composed = await composeHooks(
    new Map(writes.filter(({ by }) => by === 'simple-git-hooks').map((step) => [step.hook, textOf(step)])),
  );
  // Its being there tells the hooks that this repository has to do with us, also where others share their directory.
  if (writes.length > 0) await fs.mkdir(path.join(repository.commonDir, 'mlchain'), { recursive: true });
  for (const step of plan.steps) await applyStep(step, { repository, survey, composed });
}

interface Means {
  readonly repository: Repository;
  readonly survey: Survey;
  readonly composed: ReadonlyMap<HookName, string>;
}

function textOf({ hook, target, beside }: Step & { readonly do: 'write' }): string {
  return hookScript(hook, target, { beside });
}

async function applyStep(step: Step, means: Means): Promise<void> {
  const { repository, composed } = means;
  switch (step.do) {
    case 'keep':
      return await keepForeign(step.from, step.to, step.hook);
    case 'write':
      return await writeWhole(
        path.join(step.directory, step.hook),
        composed.get(step.hook) ?? textOf(step),
        0o755,
      );
    case 'configure':
      await repository.configSet(`${configName(step.hook)}.event`, step.hook);
      return await repository.configSet(`${configName(step.hook)}.command`, configCommand(step.hook));
    case 'unconfigure':
      await repository.configUnset(`${configName(step.hook)}.command`);
      return await repository.configUnset(`${configName(step.hook)}.event`);
    case 'enter':
    case 'leave':
      return await tellManager(step, means.survey);
    case 'restore':
      return await restoreForeign(step.directory, step.kept, step.hook);
    case 'remove':
      return await fs.rm(step.file, { force: true });
  }
}

/** Git appends the arguments; the directory is asked for, because a clone may be moved. */
function configCommand(hook: HookName): string {
  return `sh -c '"$(git rev-parse --git-common-dir)/mlchain/hooks/${hook}" "$@"' --`;
}

async function tellManager(step: Step & { readonly do: 'enter' | 'leave' }, survey: Survey): Promise<void> {
  const { manager, hooksDirectory, chainedDirectory } = survey;
  if (manager === undefined) return;
  const { hook } = step;
  const command = step.do === 'enter' ? await enter(manager, hook) : await leave(manager, hook);
  if (manager.name !== 'simple-git-hooks') return;
  // It turns its configuration into files only when it is run: do that for this one hook.
  if (command === undefined) return await restoreForeign(hooksDirectory, chainedDirectory, hook);
  const text = (await composeHooks(new Map([[hook, command]]))).get(hook) ?? '';
  await writeWhole(path.join(hooksDirectory, hook), text, 0o755);
}
