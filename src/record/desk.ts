import * as path from 'node:path';
import type { Repository } from '../git/repository.ts';
import type { Pending, Started } from './pending.ts';
import { pendingFormat, startedFormat } from './pending.ts';
import { StepFiles } from './step-files.ts';

/**
 * Pending links of this worktree. They speak of the files in it, so each linked worktree has its own: two people's
 * experiments side by side must not replace each other.
 */
export function pendingLinks(repo: Repository): StepFiles<Pending> {
  return new StepFiles(path.join(repo.gitDir, 'mlchain', 'pending'), pendingFormat);
}

/** Work that was begun by `record --start` and is not done yet. */
export function startedWork(repo: Repository): StepFiles<Started> {
  return new StepFiles(path.join(repo.gitDir, 'mlchain', 'started'), startedFormat);
}

/**
 * Links that a commit has been found to hold and that could not be signed yet. Set apart under the commit's id, so that
 * the next run of the step does not replace them; shared by all worktrees, like the queue.
 */
export function boundLinks(repo: Repository, commit: string): StepFiles<Pending> {
  return new StepFiles(path.join(repo.commonDir, 'mlchain', 'bound', commit), pendingFormat);
}
