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
  const unasked = (await remoteEvidence(repo)).filter(({ fetched }) => !fetched);
  return unasked.map(({ remote }) => ({ ...incomplete('evidence-missing', revision), detail: remote }));
}

async function reachesBoundary(repo: Repository, revision: string): Promise<boolean> {
  const boundary = await repo.shallowCommits();
  const reached = await repo.git.text(['rev-list', revision]);
  return reached.split('\n').some((commit) => boundary.has(commit));
}

function incomplete(code: Finding['code'], commit: string): Finding {
  return { code, severity: 'incomplete', commit };
}
