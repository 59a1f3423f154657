import { createHash } from 'node:crypto';
import type { Body, ObjectInfo } from '../git/replies.ts';
import { ReplyParser } from '../git/replies.ts';
import type { Repository } from '../git/repository.ts';
import type { BlobDigest } from './digest-cache.ts';
import { LFS_POINTER_LIMIT, parseLfsPointer } from './lfs.ts';

export interface DigestedBlob {
  readonly id: string;
  readonly digest: BlobDigest;
}

/**
 * Digests blobs by one child, in the order asked, each in passing: content of any size is never held. Blobs that are
 * not in this clone are left out.
 * @param env further variables for git, such as another object directory.
 */
export async function* digestBlobs(
  repo: Repository,
  ids: readonly string[],
  env: NodeJS.ProcessEnv = {},
): AsyncGenerator<DigestedBlob> {
  if (ids.length === 0) return;
  const parser = new ReplyParser(digesting);
  const input = ids.map((id) => `${id}\n`).join('');
  for await (const chunk of repo.git.stream(['cat-file', '--batch', '--buffer'], { input, env })) {
    for (const found of parser.push(chunk)) if (found !== undefined) yield found;
  }
}

/** Only what may be a git-lfs pointer is held. */
function digesting({ id, size }: ObjectInfo): Body<DigestedBlob> {
  const hash = createHash('sha256');
  const small: Buffer[] = [];
  return {
    write(chunk) {
      hash.update(chunk);
      // Chunks are borrowed: a copy is kept.
      if (size < LFS_POINTER_LIMIT) small.push(Buffer.from(chunk));
    },
    close() {
      const digest = hash.digest('hex');
      const pointer = parseLfsPointer(Buffer.concat(small));
      return {
        id,
        digest: pointer === undefined ? { kind: 'file', digest } : { kind: 'lfs', digest: pointer.oid },
      };
    },
  };
}
