import * as fs from 'node:fs';
import * as path from 'node:path';
import { recordDirectory, walkDirectory } from '../artifact/directory-walk.ts';
import { unsafeArtifactName } from '../artifact/safe-name.ts';
import { MlchainError } from '../errors.ts';
import { type Artifacts, dirDigest } from '../intoto/digest.ts';
import type { LayoutItem } from '../intoto/layout.ts';
import { directoryOf } from '../layout/control.ts';

/**
 * What an inspection records before and after: all that lies there, as in-toto records `.`; and the directories that its
 * rules name, each as one artifact `dir:P`, which in-toto has no way to. Files of a directory that a step signed as one
 * could else be exchanged, and the inspection would pass.
 * @throws MlchainError for a name that cannot be recorded, or a link that leads out
 */
export function recordInspected(place: string, inspection: LayoutItem): Artifacts {
  if (fs.lstatSync(place, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new MlchainError('input', 'expected the directory of the files, found it gone');
  }
  expectLinksWithin(fs.realpathSync(place));
  const artifacts = new Map(recordDirectory(place));
  for (const name of directoriesIn(inspection)) {
    const base = path.join(place, name);
    const { artifacts: files } = walkDirectory({ base, paths: ['.'], exclude: [] });
    const lines = [...files].map(([file, digests]) => [file, digests.get('sha256') ?? ''] as const);
    if (lines.length > 0) artifacts.set(`dir:${name}`, new Map([['sha256', dirDigest(lines)]]));
  }
  return artifacts;
}

/**
 * A command could leave a link to `/` behind: whoever verifies would then read all files they have, and not come to an
 * end (threat 25).
 */
function expectLinksWithin(place: string, directory = place): void {
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory()) expectLinksWithin(place, file);
    else if (entry.isSymbolicLink() && !`${realPath(file) ?? place}/`.startsWith(`${place}/`)) {
      const name = path.relative(place, file);
      throw new MlchainError('input', `expected links that stay within the files, found '${name}'`);
    }
  }
}

/** Undefined for a link that leads nowhere: in-toto passes it over, and so do we. */
function realPath(file: string): string | undefined {
  try {
    return fs.realpathSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined;
    throw error;
  }
}

/** What a command left beside the directories that were made for it; undefined where nothing. */
export function strayBeside(root: string, own: readonly string[]): string | undefined {
  return fs.readdirSync(root).find((name) => !own.includes(name));
}

/** A rule about a directory outside finds nothing: `dir:../x` is nobody's to look into. */
function directoriesIn({ expectedMaterials, expectedProducts }: LayoutItem): readonly string[] {
  const patterns = [...expectedMaterials, ...expectedProducts].map(({ pattern }) => pattern);
  const names = patterns.filter((each) => unsafeArtifactName(each) === undefined).map(directoryOf);
  return [...new Set(names.filter((name) => name !== undefined))];
}
