import { type ErrorDetails, MlchainError } from '../errors.ts';

/** Metadata that is not what the in-toto specification says it is. Always code `input`: broken, not untrusted. */
export class FormatError extends MlchainError {
  constructor(message: string, details: ErrorDetails = {}) {
    super('input', message, details);
    this.name = 'FormatError';
  }
}
