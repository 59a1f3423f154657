import { encodePath, isCleanPath } from '../git/paths.ts';
import { ArtifactError } from './artifact-error.ts';

const PRINTABLE = /^[\x20-\x7e]$/;

/**
 * Demands a name that a link can carry: a name that is not UTF-8 has no JSON form, and two such files would end up
 * under one name. @throws ArtifactError that shows the bytes.
 */
export function expectArtifactName(path: string): string {
  if (isCleanPath(path)) return path;
  throw new ArtifactError(
    'invalid-name',
    path,
    `expected a file name in UTF-8, found the bytes '${showBytes(path)}'`,
    'rename the file: git mv',
  );
}

/** The bytes of a path as git itself would quote them: `data/caf\xe9.csv`. */
function showBytes(path: string): string {
  const characters = Array.from(encodePath(path), (byte) => {
    const character = String.fromCharCode(byte);
    return PRINTABLE.test(character) && character !== '\\'
      ? character
      : `\\x${byte.toString(16).padStart(2, '0')}`;
  });
  return characters.join('');
}
