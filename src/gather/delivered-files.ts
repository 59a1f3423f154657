import * as fs from 'node:fs';
import * as path from 'node:path';
import { walkDirectory } from '../artifact/directory-walk.ts';
import { FileHasher } from '../artifact/hash-file.ts';
import { MlchainError } from '../errors.ts';
import { dirDigest } from '../intoto/digest.ts';
import type { Delivered } from '../verify/delivered.ts';

/**
 * Hashes what somebody was handed: files, and directories with all that lies in them. Links are followed: what counts
 * is what a program would read there.
 * @param named as typed, relative to the working directory
 * @throws MlchainError input for what is not there or is neither
 */
export function readDelivered(named: readonly string[]): readonly Delivered[] {
  const hasher = new FileHasher();
  return named.map((file) => {
    const real = existing(file);
    const stat = fs.statSync(real);
    if (stat.isDirectory()) return directory(file, real);
    if (stat.isFile()) return { file, sha256: hasher.hashFile(real).sha256 };
    throw new MlchainError('input', `${file}: expected a file or a directory`);
  });
}

function existing(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new MlchainError('input', `cannot read the artifact '${file}': ${code}`, { cause });
  }
}

/** All of it: what in-toto leaves out by default could be just what somebody slipped in. */
function directory(file: string, real: string): Delivered {
  const { artifacts } = walkDirectory({ base: real, paths: ['.'], exclude: [] });
  const files = [...artifacts].map(([name, digests]) => [name, digests.get('sha256') ?? ''] as const);
  if (files.length === 0)
    throw new MlchainError('input', `${file}: expected files in the directory, found none`);
  return {
    file,
    sha256: dirDigest(files),
    inside: files.map(([name, sha256]) => ({ file: path.join(file, name), sha256 })),
  };
}
