import * as fs from 'node:fs';
import * as path from 'node:path';
import { walkDirectory } from '../artifact/directory-walk.ts';
import { FileHasher } from '../artifact/hash-file.ts';
import { unsafeArtifactName } from '../artifact/safe-name.ts';
import { MlchainError } from '../errors.ts';
import { dirDigest } from '../intoto/digest.ts';
import { directoryOf } from '../layout/control.ts';
import { isRegularFile, type Look, mismatch } from './deep-look.ts';

/**
 * A product that git ignores, where it lies in the work tree: no clone has to have it, but what is there is to be what
 * was signed. The name comes from a link: one that leads out of the work tree is not followed (threat 33).
 */
export async function lookAtExternal(
  workTree: string | undefined,
  name: string,
  signed: string | undefined,
): Promise<Look> {
  if (workTree === undefined || signed === undefined || unsafeArtifactName(name) !== undefined)
    return undefined;
  const directory = directoryOf(name);
  const found =
    directory === undefined
      ? await fileDigest(path.join(workTree, name), workTree)
      : directoryDigest(workTree, directory);
  if (found === undefined || found === signed) return undefined;
  return mismatch('the work tree', `sha256:${signed}`, `sha256:${found}`);
}

async function fileDigest(file: string, workTree: string): Promise<string | undefined> {
  return isRegularFile(file, workTree) ? (await new FileHasher().hashIfThere(file))?.sha256 : undefined;
}

/** As `run` recorded it: all that lies in there, none of which git holds. */
function directoryDigest(workTree: string, directory: string): string | undefined {
  const base = path.join(workTree, directory);
  if (fs.lstatSync(base, { throwIfNoEntry: false })?.isDirectory() !== true) return undefined;
  try {
    const { artifacts } = walkDirectory({ base, paths: ['.'], exclude: [] });
    const files = [...artifacts].map(([file, digests]) => [file, digests.get('sha256') ?? ''] as const);
    return files.length === 0 ? undefined : dirDigest(files);
  } catch (error) {
    // A name that no link can hold was never recorded: then it is not what was signed, whatever it is.
    if (error instanceof MlchainError) return 'a name that cannot be recorded';
    throw error;
  }
}
