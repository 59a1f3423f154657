import type { IsomorphicRepository } from './isomorphic-repository.ts';
import type { Repository } from './repository.ts';

/**
 * A repository to be read. What judges one takes either kind, and the functions of this room that read – history, trees,
 * refs, notes, remotes – answer the same over both: by a child of git, or object by object where `git` is undefined.
 * What only a {@link Repository} has – writing, other children – is thereby out of reach. What is named but not here
 * throws `incomplete` with both; a repository that cannot be read without git `unsupported-repository`.
 */
export type RepositoryReader = Repository | IsomorphicRepository;
