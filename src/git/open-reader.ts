import { withoutRepositoryVariables } from './environment.ts';
import { isGitMissing } from './git-error.ts';
import { IsomorphicRepository } from './isomorphic-repository.ts';
import type { RepositoryReader } from './reader.ts';
import { Repository } from './repository.ts';

/**
 * The repository at `dir`, whatever git exported to the process that asks: by git, or, where none is on the PATH, by
 * isomorphic-git, which takes only the top of a clone or a bare repository.
 * @throws MlchainError `input` where there is none, `unsupported-repository` where it takes git to read it
 */
export async function openReader(dir: string, env: NodeJS.ProcessEnv): Promise<RepositoryReader> {
  const own = withoutRepositoryVariables(env);
  try {
    return await Repository.open(dir, own);
  } catch (error) {
    if (!isGitMissing(error)) throw error;
    return await IsomorphicRepository.open(dir, own);
  }
}
