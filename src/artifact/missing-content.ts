import { HOW_TO_FETCH } from '../git/git-error.ts';
import { ArtifactError } from './artifact-error.ts';

/** The content of a path is in no object of this clone. */
export function missingContent(path: string, id: string): never {
  const message = `expected the content of '${path}', found no object ${id} in this clone`;
  throw new ArtifactError('object-missing', path, message, HOW_TO_FETCH);
}
