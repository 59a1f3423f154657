import type { ErrorCode } from '../errors.ts';
import { MlchainError } from '../errors.ts';

/**
 * Why a path has no digest. `invalid-name`: its name cannot be written in a link. `object-missing`: its content is not
 * in this clone (partial, shallow or damaged). `content-differs`: what lies in its place is not what its pointer names.
 * `no-content`: a submodule inside a directory that is one artifact.
 */
export type ArtifactFailure = 'invalid-name' | 'object-missing' | 'content-differs' | 'no-content';

const CODES: Readonly<Record<ArtifactFailure, ErrorCode>> = {
  'invalid-name': 'input',
  'object-missing': 'incomplete',
  'content-differs': 'failed',
  'no-content': 'input',
};

/** One path that cannot be made an artifact. Whoever lists foreign commits catches it, commit by commit. */
export class ArtifactError extends MlchainError {
  readonly failure: ArtifactFailure;
  /** As `decodePath` gives it. */
  readonly path: string;

  constructor(failure: ArtifactFailure, path: string, message: string, hint?: string) {
    super(CODES[failure], message, { hint });
    this.name = 'ArtifactError';
    this.failure = failure;
    this.path = path;
  }
}
