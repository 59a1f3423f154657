import type { MlchainError } from '../../src/errors.ts';

/** What a promise is rejected with; a promise that is kept is the failure then. */
export async function failure<Expected extends Error = MlchainError>(
  promise: Promise<unknown>,
): Promise<Expected> {
  let kept: unknown;
  try {
    kept = await promise;
  } catch (error) {
    return error as Expected;
  }
  throw new Error(`expected an error, found ${JSON.stringify(kept)}`);
}
