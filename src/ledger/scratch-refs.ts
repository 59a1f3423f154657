import { randomUUID } from 'node:crypto';
import { listRefs, updateRefs } from '../git/refs.ts';
import type { Repository } from '../git/repository.ts';

const PREFIX = 'refs/mlchain/scratch/';
/** Left behind by a process that was killed: no exchange with a remote takes that long. */
const STALE_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * Hands out a prefix below which `work` may keep refs, and removes them at the end, come what may. What was fetched
 * needs a ref: without one another process's gc could take it away.
 */
export async function withScratchRefs<T>(repo: Repository, work: (prefix: string) => Promise<T>): Promise<T> {
  const prefix = `${PREFIX}${Date.now()}-${randomUUID()}/`;
  try {
    return await work(prefix);
  } finally {
    await remove(repo, (ref) => ref.startsWith(prefix) || isStale(ref));
  }
}

async function remove(repo: Repository, isDone: (ref: string) => boolean): Promise<void> {
  const refs = [...(await listRefs(repo, PREFIX)).keys()].filter(isDone);
  await updateRefs(
    repo,
    refs.map((ref) => ({ ref, new: undefined })),
  );
}

function isStale(ref: string): boolean {
  return Date.now() - Number.parseInt(ref.slice(PREFIX.length), 10) > STALE_AFTER_MS;
}
