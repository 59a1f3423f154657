import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { Repository } from '../git/repository.ts';
import { readText } from './file.ts';
import type { Way } from './plan.ts';

/**
 * Who uploads large files before a push: `unused`: the repository has none · `chained`: the hook before ours · `ours` ·
 * `beside`: a hook of git-lfs that git starts itself · `nobody`: they would not arrive.
 */
export type LfsStatus = 'unused' | 'chained' | 'ours' | 'beside' | 'nobody';

/** As in `hooks/mlchain.sh`: a mention in a comment runs nothing. */
const RUNS_LFS = /^[^#\n]*git[- ]lfs +pre-push/m;

/** `ours`: the pre-push hook of ours, if one is live; it does the work of git-lfs wherever no other hook does. */
export async function lfsStatus(
  repository: Repository,
  hooksDirectory: string,
  ours: { readonly way: Way; readonly chained: string | undefined } | undefined,
): Promise<LfsStatus> {
  if (repository.isBare || !(await usesLfs(repository))) return 'unused';
  if (ours !== undefined && ours.way !== 'config') return (await runsLfs(ours.chained)) ? 'chained' : 'ours';
  if (await runsLfs(path.join(hooksDirectory, 'pre-push'))) return 'beside';
  return ours === undefined ? 'nobody' : 'ours';
}

async function usesLfs({ commonDir, workTree }: Repository): Promise<boolean> {
  const hasObjects = await fs.access(path.join(commonDir, 'lfs')).then(
    () => true,
    () => false,
  );
  if (hasObjects || workTree === undefined) return hasObjects;
  return (await readText(path.join(workTree, '.gitattributes')))?.includes('filter=lfs') ?? false;
}

/** Git passes over a file that may not be executed, and so does our hook. */
async function runsLfs(file: string | undefined): Promise<boolean> {
  if (file === undefined || !RUNS_LFS.test((await readText(file)) ?? '')) return false;
  return await fs.access(file, fs.constants.X_OK).then(
    () => true,
    () => false,
  );
}
