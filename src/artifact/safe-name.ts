import { hasLoneSurrogate } from '../intoto/json-value.ts';

/** What HFS+, NTFS and Windows take for `.git` besides `.git` itself. */
const GIT_DIRECTORY = /^(\.git|git~1)[ .]*$/i;

/**
 * Why a name must not become a file below a directory of ours; undefined where it may. Names come from links, layouts,
 * bundles and trees that others made: one that leads outside would be written there (threat 33).
 */
export function unsafeName(name: string): string | undefined {
  if (hasLoneSurrogate(name)) return 'it is not UTF-8';
  if (name.includes('\0')) return 'it holds a NUL';
  if (name.includes('\\')) return 'it holds a backslash, which separates directories elsewhere';
  if (name.startsWith('/') || /^[a-z]:/i.test(name)) return 'it is absolute';
  const parts = name.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..'))
    return 'it does not stay where it is put';
  if (parts.some((part) => GIT_DIRECTORY.test(part))) return 'it leads into .git';
  return undefined;
}

/** The same for a name in a link, where `dir:P` stands for a directory and `dir:` alone for all there is. */
export function unsafeArtifactName(name: string): string | undefined {
  const directory = name.startsWith('dir:') ? name.slice('dir:'.length).replace(/\/+$/, '') : undefined;
  // A directory that DVC tracks as a whole ends in a slash.
  const plain = name.length > 1 ? name.replace(/\/$/, '') : name;
  return directory === '' || directory === '.' ? undefined : unsafeName(directory ?? plain);
}
