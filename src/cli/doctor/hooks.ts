import type { Repository } from '../../git/repository.ts';
import type { HookStatus, HooksStatus } from '../../hooks/status.ts';
import { hooksStatus, isLive } from '../../hooks/status.ts';
import type { Diagnosis } from '../../report/doctor-text.ts';
import { hookMend, hookWords, lfsWords } from '../../report/hooks-text.ts';
import { hookTarget } from '../hook-target.ts';
import { failure, ok, warning } from './diagnosis.ts';

const INSTALL = "'git mlchain hooks install'";

/** What `hooks status` finds by running each hook. */
export async function examineHooks(repo: Repository): Promise<readonly Diagnosis[]> {
  const status = await hooksStatus(repo, hookTarget());
  return [...status.hooks.map((hook) => examineHook(hook, status)), ...(await examineLfs(repo, status))];
}

function examineHook(hook: HookStatus, { manager }: HooksStatus): Diagnosis {
  const about = `${hook.hook} hook`;
  const mend = hookMend(hook, manager);
  if (mend === undefined) return ok(about, `ran and answered: ${hookWords(hook)}`);
  return isLive(hook) ? warning(about, hookWords(hook), mend) : failure(about, hookWords(hook), mend);
}

async function examineLfs(repo: Repository, { lfs }: HooksStatus): Promise<readonly Diagnosis[]> {
  if (lfs === 'unused') return [ok('git-lfs', lfsWords(lfs))];
  if (lfs === 'nobody') return [failure('git-lfs', lfsWords(lfs), INSTALL)];
  // 1: git knows no such command.
  const { code, stdout } = await repo.git.run(['lfs', 'version'], { okCodes: [0, 1] });
  if (code !== 0) {
    const says = 'this repository uses git-lfs, but git-lfs is not here: no large file comes or goes';
    return [failure('git-lfs', says, 'install git-lfs (https://git-lfs.com)')];
  }
  return [ok('git-lfs', `${lfsWords(lfs)}; ${stdout.toString().trim().split(' ')[0] ?? ''}`)];
}
