import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { FileHasher } from '../artifact/hash-file.ts';
import type { Repository } from '../git/repository.ts';

/** Where git-lfs keeps a content in this clone (git-lfs-config(5), `lfs.storage` left as it is). */
export function lfsObject(repo: Repository, oid: string): string {
  return join(repo.commonDir, 'lfs', 'objects', oid.slice(0, 2), oid.slice(2, 4), oid);
}

/**
 * The content that a git-lfs pointer stands for, from this clone's own store; undefined where it is not here, or where
 * what lies under its name is something else (threat 38).
 */
export async function lfsContent(repo: Repository, oid: string): Promise<Readable | undefined> {
  const path = lfsObject(repo, oid);
  try {
    if (new FileHasher().hashFile(path).sha256 !== oid) return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return createReadStream(path);
}
