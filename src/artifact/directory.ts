import { dirDigest } from '../intoto/digest.ts';
import { ArtifactError } from './artifact-error.ts';
import type { Artifact, ArtifactKind, Listing } from './kind.ts';

/** What in-toto calls an artifact that is a whole directory: `dir:data` (`formats.md` §3). */
const PREFIX = 'dir:';

export function directoryArtifactName(directory: string): string {
  return PREFIX + directory;
}

export function isDirectoryArtifact(name: string): boolean {
  return name.startsWith(PREFIX);
}

/** Whether `path` lies below `directory`; everything lies below `''`, the top of the repository. */
export function isBelow(directory: string, path: string): boolean {
  return directory === '' || path.startsWith(`${directory}/`);
}

/**
 * One `dir:P` artifact for each of `directories` that holds anything; git knows no empty directory, so one that holds
 * nothing does not exist.
 * @param files all files below them, at least.
 * @throws ArtifactError for a submodule or an output of DVC below one and for a line feed in a name.
 */
export function directoryArtifacts(
  files: ReadonlyMap<string, Artifact>,
  directories: readonly string[],
): Listing {
  const listing: Listing = new Map();
  for (const directory of directories) {
    const below = [...files].filter(([path]) => isBelow(directory, path));
    const [first] = below;
    // An output of DVC that is this very directory has that digest already.
    if (first !== undefined && below.length === 1 && first[0] === `${directory}/`)
      listing.set(directoryArtifactName(directory), first[1]);
    else if (below.length > 0)
      listing.set(directoryArtifactName(directory), digestDirectory(directory, below));
  }
  return listing;
}

function digestDirectory(directory: string, files: readonly (readonly [string, Artifact])[]): Artifact {
  const start = directory === '' ? 0 : directory.length + 1;
  for (const [path, { kind }] of files) expectDigestible(directory, path, kind);
  const lines = files.map(
    ([path, artifact]) => [lineName(path.slice(start), artifact.kind), artifact.digest] as const,
  );
  return { kind: kindOf(files), digest: dirDigest(lines) };
}

/**
 * The dirhash format knows files only. A link gets a name that no file can have (git refuses NUL), so that a file
 * cannot be exchanged for a link whose target reads the same. A git-lfs pointer stands for its content.
 */
function lineName(path: string, kind: ArtifactKind): string {
  return kind === 'symlink' ? `${path}\0symlink` : path;
}

function expectDigestible(directory: string, path: string, kind: ArtifactKind): void {
  if (kind === 'submodule') {
    throw new ArtifactError(
      'no-content',
      path,
      `dir:${directory}: expected files, found the submodule '${path}', whose content is not in this repository`,
      'name the files and the submodule as artifacts of their own',
    );
  }
  if (kind.startsWith('dvc:')) {
    throw new ArtifactError(
      'no-content',
      path,
      `dir:${directory}: expected files, found '${path}' of DVC, whose content is not in this repository`,
      `name '${path}' as an artifact of its own`,
    );
  }
  if (path.includes('\n')) {
    throw new ArtifactError(
      'invalid-name',
      path,
      `dir:${directory}: expected names without line feeds, found ${JSON.stringify(path)}`,
      'rename the file: git mv',
    );
  }
}

/** A directory is a plain file's equal only while all in it is plain: one link below it shows in the kind. */
function kindOf(files: readonly (readonly [string, Artifact])[]): ArtifactKind {
  return files.some(([, { kind }]) => kind === 'symlink') ? 'symlink' : 'file';
}
