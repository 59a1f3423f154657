import * as path from 'node:path';
import type { GitVersion } from '../git/git-version.ts';
import { readGitVersion } from '../git/git-version.ts';
import type { Repository } from '../git/repository.ts';
import { readText } from './file.ts';
import type { HookFile } from './hook-file.ts';
import { readHookFile } from './hook-file.ts';
import type { Manager } from './managers.ts';
import { findManager } from './managers.ts';
import type { HookName } from './script.ts';
import { clientHooks, isOurs, serverHooks } from './script.ts';

/** What is there before anything is done. All directories are absolute. */
export interface Survey {
  readonly gitVersion: GitVersion;
  /** The hooks that belong here: the server's in a bare repository, the client's in any other. */
  readonly hooks: readonly HookName[];
  readonly isBare: boolean;
  /** Where git looks for files, `core.hooksPath` taken into account. */
  readonly hooksDirectory: string;
  /** `shared`: other repositories look there, too; `work tree`: it may get committed. */
  readonly place: 'repository' | 'work tree' | 'shared';
  /** Where ours lie when git's config or a manager's file starts them. */
  readonly ownDirectory: string;
  /** `.git/hooks`. */
  readonly usualDirectory: string;
  /** Where foreign hooks go: beside whatever it is that starts them. */
  readonly chainedDirectory: string;
  readonly manager: Manager | undefined;
  readonly files: ReadonlyMap<HookName, HookFile>;
  /** Hooks of ours in `.git/hooks` although git looks elsewhere now: they would wake up once it looks there again. */
  readonly stray: ReadonlySet<HookName>;
  /** The hooks of which pre-commit has put ours aside as `<hook>.legacy`, to run it before its own. */
  readonly legacy: ReadonlySet<HookName>;
  /** The hooks that git's config starts (git ≥ 2.54). */
  readonly configured: ReadonlySet<HookName>;
}

export async function surveyHooks(repository: Repository): Promise<Survey> {
  const hooks = repository.isBare ? serverHooks : clientHooks;
  const hooksDirectory = await whereGitLooks(repository);
  const ownDirectory = path.join(repository.commonDir, 'mlchain/hooks');
  const manager = repository.workTree === undefined ? undefined : await findManager(repository.workTree);
  const writesFiles = manager?.name === 'simple-git-hooks';
  const chainedDirectory = writesFiles ? ownDirectory : hooksDirectory;
  // What it wrote for this repository has this in it, as ours have, but those are told apart before.
  const isManaged = (text: string) => writesFiles && text.includes('SKIP_SIMPLE_GIT_HOOKS');
  const readFile = async (hook: HookName) =>
    [hook, await readHookFile({ hook, hooksDirectory, chainedDirectory, isManaged })] as const;
  return {
    gitVersion: await readGitVersion(repository),
    hooks,
    isBare: repository.isBare,
    hooksDirectory,
    place: placeOf(hooksDirectory, repository),
    ownDirectory,
    usualDirectory: usualDirectory(repository),
    chainedDirectory,
    manager,
    files: new Map(await Promise.all(hooks.map(readFile))),
    stray: await strayHooks(repository, hooksDirectory, hooks),
    legacy: await legacyHooks(hooksDirectory, hooks),
    configured: await configuredHooks(repository, hooks),
  };
}

/** The subsection of git's config that stands for one of ours. */
export function configName(hook: HookName): string {
  return `hook.mlchain-${hook}`;
}

async function whereGitLooks(repository: Repository): Promise<string> {
  const args = ['rev-parse', '--path-format=absolute', '--git-path', 'hooks'];
  // `network`: our other git children have core.hooksPath turned off.
  return path.normalize(await repository.git.text(args, { network: true }));
}

function placeOf(directory: string, repository: Repository): Survey['place'] {
  if (isBelow(directory, repository.commonDir)) return 'repository';
  return repository.workTree !== undefined && isBelow(directory, repository.workTree)
    ? 'work tree'
    : 'shared';
}

function isBelow(file: string, directory: string): boolean {
  return `${file}${path.sep}`.startsWith(`${directory}${path.sep}`);
}

export function legacyFile(directory: string, hook: HookName): string {
  return path.join(directory, `${hook}.legacy`);
}

/** Where git looks unless `core.hooksPath` says otherwise. */
function usualDirectory(repository: Repository): string {
  return path.join(repository.commonDir, 'hooks');
}

async function legacyHooks(directory: string, hooks: readonly HookName[]): Promise<ReadonlySet<HookName>> {
  return await oursAmong(hooks, (hook) => legacyFile(directory, hook));
}

async function strayHooks(
  repository: Repository,
  hooksDirectory: string,
  hooks: readonly HookName[],
): Promise<ReadonlySet<HookName>> {
  const usual = usualDirectory(repository);
  return usual === hooksDirectory ? new Set() : await oursAmong(hooks, (hook) => path.join(usual, hook));
}

async function oursAmong(
  hooks: readonly HookName[],
  fileOf: (hook: HookName) => string,
): Promise<ReadonlySet<HookName>> {
  const found = new Set<HookName>();
  for (const hook of hooks) {
    if (isOurs((await readText(fileOf(hook))) ?? '')) found.add(hook);
  }
  return found;
}

async function configuredHooks(
  repository: Repository,
  hooks: readonly HookName[],
): Promise<ReadonlySet<HookName>> {
  const found = new Set<HookName>();
  for (const hook of hooks) {
    if ((await repository.config(`${configName(hook)}.command`)) !== undefined) found.add(hook);
  }
  return found;
}
