import type { ErrorCode } from '../errors.ts';
import { MlchainError } from '../errors.ts';
import type { Verdict } from '../verify/finding.ts';

/**
 * What the process says to whoever started it (`product.md` §6.2): 0 verified or done · 1 violated, or what was asked
 * for failed · 2 usage, configuration or bad input · 3 cannot be checked. Never a count.
 */
export type ExitCode = 0 | 1 | 2 | 3;

export function exitCodeOfVerdict(verdict: Verdict): ExitCode {
  switch (verdict) {
    case 'verified':
      return 0;
    case 'violated':
      return 1;
    case 'incomplete':
      return 3;
  }
}

/** An error that is not ours is a defect or a full disk: something failed, so 1. */
export function exitCodeOfError(error: unknown): ExitCode {
  return error instanceof MlchainError ? exitCodeOf(error.code) : 1;
}

function exitCodeOf(code: ErrorCode): ExitCode {
  switch (code) {
    case 'usage':
    case 'config':
    case 'input':
      return 2;
    case 'incomplete':
    case 'unsupported-repository':
      return 3;
    case 'failed':
    case 'git':
    case 'key':
      return 1;
  }
}
