import { mkdir, readdir, realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { MlchainError } from '../errors.ts';
import type { Repository } from '../git/repository.ts';

/**
 * Makes a directory for an export: new or empty, and not within the work tree, where `DISALLOW *` of an inspection would
 * meet the whole checkout, and where nobody wants it committed.
 * @returns its absolute path
 */
export async function makeExportDirectory(repo: Repository, target: string): Promise<string> {
  const parent = await existingParent(resolve(target));
  const inside = repo.workTree !== undefined && `${parent}/`.startsWith(`${await realpath(repo.workTree)}/`);
  if (inside) {
    throw new MlchainError('usage', `expected a directory outside the checkout, found '${target}'`, {
      hint: 'such as ../out',
    });
  }
  await mkdir(target, { recursive: true });
  if ((await readdir(target)).length > 0) {
    throw new MlchainError('usage', `expected a new or empty directory, found files in '${target}'`);
  }
  return await realpath(target);
}

async function existingParent(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return join(await existingParent(dirname(path)), path.slice(dirname(path).length));
  }
}
