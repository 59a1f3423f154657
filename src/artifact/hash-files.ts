import * as path from 'node:path';
import type { Progress } from '../progress.ts';
import { Steps } from '../progress.ts';
import type { FileHash } from './hash-file.ts';
import { FileHasher } from './hash-file.ts';
import { hashLarge } from './hash-large.ts';

/**
 * Hashes regular files below `root`: small ones at once, then the large ones.
 * @param take told of each, in no order; undefined: it is not there any more
 * @param blobFormat asks for the blob ids too
 * @throws the error of node:fs
 */
export async function hashFiles(
  root: string,
  names: readonly string[],
  progress: Progress,
  take: (name: string, found: FileHash | undefined) => void,
  blobFormat?: 'sha1' | 'sha256',
): Promise<void> {
  const hasher = new FileHasher(progress);
  const steps = new Steps(progress, 'files', names.length);
  const large: { name: string; file: string; blobFormat: 'sha1' | 'sha256' | undefined }[] = [];
  for (const name of names) {
    await steps.next();
    const file = path.join(root, name);
    const found = hasher.hashIfSmall(file, blobFormat);
    if (found === 'large') large.push({ name, file, blobFormat });
    else take(name, found);
  }
  await hashLarge(large, progress, ({ name }, found) => take(name, found));
}
