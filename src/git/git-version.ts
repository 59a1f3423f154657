import { MlchainError } from '../errors.ts';
import type { Repository } from './repository.ts';

export type GitVersion = readonly [major: number, minor: number];

/** Of the git that runs here; what follows the first two numbers differs from packager to packager. */
export async function readGitVersion(repository: Repository): Promise<GitVersion> {
  const text = await repository.git.text(['version']);
  const [, major, minor] = /(\d+)\.(\d+)/.exec(text) ?? [];
  if (major === undefined || minor === undefined) {
    throw new MlchainError('git', `expected a version from 'git version', found: ${text}`);
  }
  return [Number(major), Number(minor)];
}
