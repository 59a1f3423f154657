import type { RepositoryReader } from '../git/reader.ts';
import { listRefs } from '../git/refs.ts';
import { isFingerprint } from './refs.ts';

/**
 * Notes commits by signer: the refs directly below `prefix` that are named by a fingerprint and hold a commit. Anyone
 * who can push can make one that holds something else; it is no evidence.
 */
export async function tipsBySigner(repo: RepositoryReader, prefix: string): Promise<Map<string, string>> {
  return await tipsAmong(repo, prefix, await listRefs(repo, prefix));
}

/** {@link tipsBySigner} of refs that were listed already. */
export async function tipsAmong(
  repo: RepositoryReader,
  prefix: string,
  refs: ReadonlyMap<string, string>,
): Promise<Map<string, string>> {
  const tips = new Map<string, string>();
  for (const [ref, id] of refs) {
    const signer = ref.startsWith(prefix) ? ref.slice(prefix.length) : '';
    if (isFingerprint(signer) && (await isCommit(repo, id))) tips.set(signer, id);
  }
  return tips;
}

export async function isCommit(repo: RepositoryReader, id: string): Promise<boolean> {
  return (await repo.objects.info(id))?.type === 'commit';
}
