import { MlchainError } from '../errors.ts';

/** Bytes that are not what OpenPGP says they should be. Never to be confused with a bad signature. */
export function malformed(expected: string, found: string, cause?: unknown): MlchainError {
  return new MlchainError('input', `malformed OpenPGP data: expected ${expected}, found ${found}`, { cause });
}
