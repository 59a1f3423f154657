import { MlchainError } from '../errors.ts';
import { readHistory } from '../git/history.ts';
import type { RepositoryReader } from '../git/reader.ts';
import { remoteEvidence } from '../ledger/fetched.ts';
import type { Trust } from '../verify/facts.ts';
import type { Finding } from '../verify/finding.ts';

/**
 * Why this clone cannot be judged at all: *incomplete*, never "violated", since what would be missing to explain a
 * change may lie just where this clone was cut off (threat 40).
 */
export async function obstacles(repo: RepositoryReader, revision: string, trust: Trust): Promise<Finding[]> {
  if (trust.owners.length === 0) return [incomplete('nothing-pinned', revision)];
  if (repo.isShallow && (await reachesBoundary(repo, revision))) return [incomplete('shallow', revision)];
  const unasked = (await remoteEvidence(repo)).filter(({ fetched, used }) => used && !fetched);
  return unasked.map(({ remote }) => ({ ...incomplete('evidence-missing', revision), detail: remote }));
}

/** @throws MlchainError `incomplete` where the history of a tip was cut off: what came before may explain all of it */
export async function expectWholeHistory(repo: RepositoryReader, tips: readonly string[]): Promise<void> {
  if (!repo.isShallow || !(await reachesBoundary(repo, ...tips))) return;
  throw new MlchainError(
    'incomplete',
    'the clone is shallow: its history does not go back to the beginning',
    {
      hint: "'git fetch --unshallow'",
    },
  );
}

async function reachesBoundary(repo: RepositoryReader, ...tips: readonly string[]): Promise<boolean> {
  for await (const { boundary } of readHistory(repo, { tips, order: 'newest-first', changes: false })) {
    if (boundary) return true;
  }
  return false;
}

function incomplete(code: Finding['code'], commit: string): Finding {
  return { code, severity: 'incomplete', commit };
}
