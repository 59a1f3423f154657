import { createHash } from 'node:crypto';
import type { Body, ObjectInfo } from '../git/objects.ts';
import type { RepositoryReader } from '../git/reader.ts';
import type { BlobDigest } from './digest-cache.ts';
import { LFS_POINTER_LIMIT, parseLfsPointer } from './lfs.ts';

export interface DigestedBlob {
  readonly id: string;
  readonly digest: BlobDigest;
}

/**
 * Digests blobs, each in passing: content of any size is never held. Blobs that are not in this clone
 * are left out.
 */
export async function* digestBlobs(
  objects: RepositoryReader['objects'],
  ids: readonly string[],
): AsyncGenerator<DigestedBlob> {
  for await (const found of objects.each(ids, digesting)) {
    if (found !== undefined) yield found;
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
