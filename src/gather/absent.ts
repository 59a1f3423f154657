import { ArtifactError } from '../artifact/artifact-error.ts';
import { MlchainError } from '../errors.ts';
import type { NoteProblem } from '../ledger/entry.ts';
import type { Finding } from '../verify/finding.ts';

/**
 * Notes that this clone names and does not hold, as a partial clone does after each fetch. One of them may be the
 * explanation that a change seems to lack, or a revocation: nobody can say "violated", and nobody "verified" (threat 40).
 */
export function absentNotes(problems: readonly NoteProblem[]): Finding[] {
  return problems
    .filter(({ kind }) => kind === 'object-missing')
    .map(({ signer, object, reason }) => ({
      code: 'object-missing',
      severity: 'incomplete',
      commit: object,
      signer: signer === undefined ? undefined : { fingerprint: signer, name: '' },
      detail: reason,
    }));
}

/** An object that a history or a tree names and that is not here, as reading it said so; any other error undefined. */
export function absentObject(error: unknown, revision: string): Finding | undefined {
  if (!(error instanceof MlchainError) || error.code !== 'incomplete') return undefined;
  const path = error instanceof ArtifactError ? { path: error.path } : {};
  return {
    code: 'object-missing',
    severity: 'incomplete',
    commit: revision,
    ...path,
    detail: error.message,
  };
}

/** For whoever needs the judgment itself, not a verdict. */
export function notesMissing(problems: readonly NoteProblem[]): MlchainError {
  const absent = problems.find(({ kind }) => kind === 'object-missing');
  return new MlchainError('incomplete', `evidence is missing: ${absent?.reason ?? 'a note'}`, {
    hint: "'git mlchain sync'",
  });
}
