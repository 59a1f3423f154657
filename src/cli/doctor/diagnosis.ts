import { MlchainError } from '../../errors.ts';
import type { Diagnosis } from '../../report/doctor-text.ts';

export function ok(about: string, says: string): Diagnosis {
  return { about, state: 'ok', says };
}

export function warning(about: string, says: string, mend: string): Diagnosis {
  return { about, state: 'warning', says, mend };
}

export function failure(about: string, says: string, mend: string): Diagnosis {
  return { about, state: 'error', says, mend };
}

/** What an error of ours says, as a line: one thing that cannot even be examined must not hide the rest. */
export function failureOf(about: string, error: MlchainError): Diagnosis {
  return failure(about, error.message, error.hint ?? "'git mlchain verify' may say more");
}

export async function examined(
  about: string,
  examine: () => Promise<readonly Diagnosis[]>,
): Promise<readonly Diagnosis[]> {
  try {
    return await examine();
  } catch (error) {
    if (!(error instanceof MlchainError)) throw error;
    return [failureOf(about, error)];
  }
}
