/**
 * Why something could not be done. The code decides the exit code (`cli/exit.ts`), never the message:
 * `usage`, `config`, `input` → 2 · `incomplete`, `unsupported-repository` → 3 · the rest → 1.
 */
export type ErrorCode =
  | 'usage'
  | 'config'
  | 'input'
  | 'failed'
  | 'git'
  | 'key'
  | 'incomplete'
  | 'unsupported-repository';

export interface ErrorDetails {
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** The one base of every error this tool raises: lower case, what was expected and what was found, one hint. */
export class MlchainError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'MlchainError';
    this.code = code;
    this.hint = details.hint;
  }
}
