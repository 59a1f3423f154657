import * as path from 'node:path';
import { recordDirectory, walkDirectory } from '../artifact/directory-walk.ts';
import { unsafeArtifactName } from '../artifact/safe-name.ts';
import { type Artifacts, dirDigest } from '../intoto/digest.ts';
import type { LayoutItem } from '../intoto/layout.ts';
import { directoryOf } from '../layout/control.ts';

/**
 * What an inspection records before and after: all that lies there, as in-toto records `.`; and the directories that its
 * rules name, each as one artifact `dir:P`, which in-toto has no way to. Files of a directory that a step signed as one
 * could else be exchanged, and the inspection would pass.
 * @throws MlchainError for a name that cannot be recorded
 */
export function recordInspected(place: string, inspection: LayoutItem): Artifacts {
  const artifacts = new Map(recordDirectory(place));
  for (const name of directoriesIn(inspection)) {
    const base = path.join(place, name);
    const { artifacts: files } = walkDirectory({ base, paths: ['.'], exclude: [] });
    const lines = [...files].map(([file, digests]) => [file, digests.get('sha256') ?? ''] as const);
    if (lines.length > 0) artifacts.set(`dir:${name}`, new Map([['sha256', dirDigest(lines)]]));
  }
  return artifacts;
}

/** A rule about a directory outside finds nothing: `dir:../x` is nobody's to look into. */
function directoriesIn({ expectedMaterials, expectedProducts }: LayoutItem): readonly string[] {
  const patterns = [...expectedMaterials, ...expectedProducts].map(({ pattern }) => pattern);
  const names = patterns.filter((each) => unsafeArtifactName(each) === undefined).map(directoryOf);
  return [...new Set(names.filter((name) => name !== undefined))];
}
