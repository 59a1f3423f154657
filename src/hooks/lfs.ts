import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type { Repository } from '../git/repository.ts';
import { readText } from './file.ts';

/**
 * Who uploads large files before a push: `unused`: the repository has none · `chained`: the hook before ours · `ours` ·
 * `beside`: a hook of git-lfs that git starts itself · `nobody`: they would not arrive.
 */
export type LfsStatus = 'unused' | 'chained' | 'ours' | 'beside' | 'nobody';

/** As in `hooks/mlchain.sh`: a mention in a comment runs nothing. */
const RUNS_LFS = /^[^#\n]*git[- ]lfs +pre-push/m;

/** `ours`: the pre-push hook of ours that does the work of git-lfs, if one is live. */
export async function lfsStatus(
  repository: Repository,
  hooksDirectory: string,
  ours: { readonly chained: string | undefined } | undefined,
): Promise<LfsStatus> {
  if (repository.isBare || !(await usesLfs(repository))) return 'unused';
  if (ours !== undefined) return (await runsLfs(ours.chained)) ? 'chained' : 'ours';
  return (await runsLfs(path.join(hooksDirectory, 'pre-push'))) ? 'beside' : 'nobody';
}

async function usesLfs({ commonDir, workTree }: Repository): Promise<boolean> {
  const hasObjects = await fs.access(path.join(commonDir, 'lfs')).then(
    () => true,
    () => false,
  );
  if (hasObjects || workTree === undefined) return hasObjects;
  return (await readText(path.join(workTree, '.gitattributes')))?.includes('filter=lfs') ?? false;
}

async function runsLfs(file: string | undefined): Promise<boolean> {
  return file !== undefined && RUNS_LFS.test((await readText(file)) ?? '');
}
