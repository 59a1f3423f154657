import { MlchainError } from '../errors.ts';
import type { Repository } from '../git/repository.ts';
import { remoteEvidence } from '../ledger/fetched.ts';
import type { Trust } from '../verify/facts.ts';
import type { Finding } from '../verify/finding.ts';

/**
 * Why this clone cannot be judged at all: *incomplete*, never "violated", since what would be missing to explain a
 * change may lie just where this clone was cut off (threat 40).
 */
export async function obstacles(repo: Repository, revision: string, trust: Trust): Promise<Finding[]> {
  if (trust.owners.length === 0) return [incomplete('nothing-pinned', revision)];
  if (repo.isShallow && (await reachesBoundary(repo, revision))) return [incomplete('shallow', revision)];
  const unasked = (await remoteEvidence(repo)).filter(({ fetched, used }) => used && !fetched);
  return unasked.map(({ remote }) => ({ ...incomplete('evidence-missing', revision), detail: remote }));
}

/** @throws MlchainError `incomplete` where the history of a tip was cut off: what came before may explain all of it */
export async function expectWholeHistory(repo: Repository, tips: readonly string[]): Promise<void> {
  if (!repo.isShallow || !(await reachesBoundary(repo, ...tips))) return;
  throw new MlchainError(
    'incomplete',
    'the clone is shallow: its history does not go back to the beginning',
    {
      hint: "'git fetch --unshallow'",
    },
  );
}

async function reachesBoundary(repo: Repository, ...tips: readonly string[]): Promise<boolean> {
  const boundary = await repo.shallowCommits();
  const reached = await repo.git.text(['rev-list', ...tips, '--']);
  return reached.split('\n').some((commit) => boundary.has(commit));
}

function incomplete(code: Finding['code'], commit: string): Finding {
  return { code, severity: 'incomplete', commit };
}
