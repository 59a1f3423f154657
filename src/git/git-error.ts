import { MlchainError } from '../errors.ts';

export interface GitFailure {
  /** What git was asked, without the options that only harden it. */
  readonly args: readonly string[];
  /** `undefined` when git was killed by a signal or could not be started. */
  readonly exitCode: number | undefined;
  readonly stderr: string;
}

/** Git's words for "the history names an object that is not here" (shallow, partial or damaged repository). */
const MISSING_OBJECT =
  /from promisor remote|lazy fetching disabled|unable to read (tree|[0-9a-f]{40})|could not read [0-9a-f]{40}|missing (blob|tree|commit) object|bad tree object|unable to parse commit|(bad object|not a valid commit name) [0-9a-f]{40}/i;

/** What brings it, from whichever clone it is missing. */
export const HOW_TO_FETCH =
  'fetch what is missing: git fetch --refetch --no-filter, or in a shallow clone git fetch --unshallow';

/** A git command that did not do what was asked, in git's own words. */
export class GitError extends MlchainError {
  readonly args: readonly string[];
  readonly exitCode: number | undefined;
  readonly stderr: string;

  constructor(failure: GitFailure, cause?: unknown) {
    const incomplete = MISSING_OBJECT.test(failure.stderr);
    super(incomplete ? 'incomplete' : 'git', describe(failure), {
      cause,
      hint: incomplete ? HOW_TO_FETCH : undefined,
    });
    this.name = 'GitError';
    this.args = failure.args;
    this.exitCode = failure.exitCode;
    this.stderr = failure.stderr;
  }
}

/** A ref was not what we had seen when we came to change it, or somebody else holds its lock. Read again and retry. */
export class RefRaceError extends GitError {
  constructor(failure: GitFailure) {
    super(failure);
    this.name = 'RefRaceError';
  }
}

/** Whether git stopped over an object that is named but not here. */
export function isMissingObject(error: unknown): boolean {
  return error instanceof GitError && error.code === 'incomplete';
}

/** Whether there is no git to be started. */
export function isGitMissing(error: unknown): boolean {
  if (!(error instanceof MlchainError) || !(error.cause instanceof Error)) return false;
  return error.code === 'git' && 'code' in error.cause && error.cause.code === 'ENOENT';
}

function describe(failure: GitFailure): string {
  const lines = failure.stderr.split('\n').filter((line) => line.trim() !== '');
  const telling = lines.find((line) => /^(fatal|error): /.test(line)) ?? lines.at(-1);
  const reason = telling?.replace(/^(fatal|error): /, '') ?? `exit code ${failure.exitCode ?? 'unknown'}`;
  return `git ${subcommand(failure.args)}: ${reason}`;
}

/** The first word that is no `-c name=value`. */
function subcommand(args: readonly string[]): string {
  return args[0] === '-c' ? subcommand(args.slice(2)) : (args[0] ?? '');
}
