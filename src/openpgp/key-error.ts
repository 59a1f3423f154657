import type { ErrorDetails } from '../errors.ts';
import { MlchainError } from '../errors.ts';

/**
 * `no-key`: nothing there of that name · `ambiguous`: more than one · `locked`: its passphrase is not to be had now ·
 * `unusable`: it must not or cannot sign (revoked, expired, certifies only …) · `gpg-failed`: GnuPG said something else.
 */
export type KeyErrorReason = 'no-key' | 'locked' | 'ambiguous' | 'unusable' | 'gpg-failed';

/** Why nothing can be signed with a key. */
export class KeyError extends MlchainError {
  readonly reason: KeyErrorReason;

  constructor(reason: KeyErrorReason, message: string, details: ErrorDetails = {}) {
    super('key', message, details);
    this.name = 'KeyError';
    this.reason = reason;
  }
}
