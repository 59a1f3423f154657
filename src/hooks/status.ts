import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { Repository } from '../git/repository.ts';
import { ifAbsent, readText } from './file.ts';
import { chainedFile } from './hook-file.ts';
import type { LfsStatus } from './lfs.ts';
import { lfsStatus } from './lfs.ts';
import type { Way } from './plan.ts';
import { wayOf } from './plan.ts';
import { probe } from './probe.ts';
import type { HookName, Target } from './script.ts';
import { hookScript } from './script.ts';
import type { Survey } from './survey.ts';
import { surveyHooks } from './survey.ts';
import type { Switch } from './switches.ts';
import { switchesIn } from './switches.ts';

/**
 * `outdated`: live, but another text than an install would write now · `missing`: nothing starts ours · `foreign`: the
 * hook of somebody else lies in its place · `dead`: it is there and cannot run.
 */
export type HookState = 'live' | 'outdated' | 'missing' | 'foreign' | 'dead';

export interface HookStatus {
  readonly hook: HookName;
  readonly state: HookState;
  readonly way: Way;
  /** The script that was asked, or should be there; absolute. */
  readonly file: string;
  /** The foreign hook that ours runs first; absolute. */
  readonly chained: string | undefined;
  /** What is wrong with a dead one. */
  readonly problem: string | undefined;
  /** The variable of the environment that switches it off. */
  readonly variable: string | undefined;
}

export interface HooksStatus {
  readonly hooks: readonly HookStatus[];
  readonly hooksDirectory: string;
  readonly place: Survey['place'];
  readonly manager: string | undefined;
  readonly lfs: LfsStatus;
}

/** Reads everything back and asks each hook: nothing here is taken from what an install believes it did. */
export async function hooksStatus(repository: Repository, target: Target): Promise<HooksStatus> {
  const survey = await surveyHooks(repository);
  const hooks = await Promise.all(survey.hooks.map((hook) => statusOf(repository, survey, hook, target)));
  return {
    hooks,
    hooksDirectory: survey.hooksDirectory,
    place: survey.place,
    manager: survey.manager?.name,
    lfs: await lfsStatus(repository, survey.hooksDirectory, hooks.find(worksForLfs)),
  };
}

export function isLive({ state }: HookStatus): boolean {
  return state === 'live' || state === 'outdated';
}

function worksForLfs(status: HookStatus): boolean {
  return status.hook === 'pre-push' && isLive(status);
}

async function statusOf(
  repository: Repository,
  survey: Survey,
  hook: HookName,
  target: Target,
): Promise<HookStatus> {
  const way = wayOf(survey, hook);
  const directory = way === 'file' ? survey.hooksDirectory : survey.ownDirectory;
  const file = path.join(directory, hook);
  const kept = chainedFile(way === 'file' ? survey.chainedDirectory : survey.ownDirectory, hook);
  const chained = (await isThere(kept)) ? kept : undefined;
  const status = { hook, way, file, chained, problem: undefined, variable: undefined };
  const early = await whyNotStarted(survey, hook, way);
  if (early !== undefined) return { ...status, ...early };
  const text = await readText(file);
  if (text === undefined) return { ...status, state: 'missing' };
  const off = switchOf(repository.env, survey, way);
  if (off !== undefined) {
    const problem = `${off.name}=${off.value} is set: ${off.effect}`;
    return { ...status, state: 'dead', problem, variable: off.name };
  }
  const problem = await probe(repository, file, hook, target);
  if (problem !== undefined) return { ...status, state: 'dead', problem };
  const isCurrent = text.endsWith(bodyOf(hookScript(hook, target, { beside: way === 'config' })));
  return { ...status, state: isCurrent ? 'live' : 'outdated' };
}

/** Whether anything starts ours at all; undefined when something does. */
async function whyNotStarted(
  survey: Survey,
  hook: HookName,
  way: Way,
): Promise<(Pick<HookStatus, 'state'> & Partial<HookStatus>) | undefined> {
  const missing = { state: 'missing' } as const;
  if (way === 'config') return survey.configured.has(hook) ? undefined : missing;
  const { state = 'absent' } = survey.files.get(hook) ?? {};
  if (way === 'file') {
    if (state === 'absent') return missing;
    return state === 'ours' ? undefined : { state: 'foreign' };
  }
  if (!survey.manager?.entered.has(hook)) return missing;
  if (await managerRuns(survey, hook)) return undefined;
  return {
    state: 'dead',
    problem: `${survey.manager.name} does not run the ${hook} hook in this clone: set it up first`,
  };
}

/** Files that git starts are written by simple-git-hooks here, whether the repository manages its own by it or not. */
function switchOf(env: NodeJS.ProcessEnv, { manager }: Survey, way: Way): Switch | undefined {
  const starter = way === 'file' ? 'simple-git-hooks' : way === 'entry' ? manager?.name : undefined;
  return switchesIn(env).find((each) => starter !== undefined && each.manager === starter);
}

/** The manager's own file must lie where git looks: a clone in which nobody has run husky has the entry only. */
async function managerRuns({ manager, hooksDirectory }: Survey, hook: HookName): Promise<boolean> {
  if (manager?.name === 'husky' && !`${hooksDirectory}${path.sep}`.startsWith(`${manager.file}${path.sep}`))
    return false;
  return await fs.access(path.join(hooksDirectory, hook), fs.constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function isThere(file: string): Promise<boolean> {
  return (await fs.lstat(file).catch(ifAbsent)) !== undefined;
}

/** simple-git-hooks has a first line of its own. */
function bodyOf(script: string): string {
  return script.slice(script.indexOf('\n') + 1);
}
