import { MlchainError } from '../errors.ts';
import { openReader } from '../git/open-reader.ts';
import type { RepositoryReader } from '../git/reader.ts';
import type { Trust } from '../verify/facts.ts';
import type { VerdictReport } from '../verify/verdict.ts';
import { assess } from './assess.ts';
import { readTrust } from './trust.ts';

export interface RepositoryVerification {
  /** The top of a clone, or a bare repository. */
  readonly directory: string;
  /** Fingerprints of 40 hex digits. Left out: the owners that `git mlchain trust` pinned in this clone. */
  readonly owners?: readonly string[];
  /** How many of `owners` must have signed the layout; default 1. Without `owners`, what is pinned counts. */
  readonly ownerThreshold?: number;
  /** A branch, a tag or a commit id; default `HEAD`. */
  readonly revision?: string;
  /** `--for STEP`: the release of this step and of what its MATCH rules reach. */
  readonly step?: string;
  /** `--strict`; default: what `mlchain.strict` says in this clone. */
  readonly strict?: boolean;
}

/**
 * `git mlchain verify --no-inspect` for who loads a model: history and release, by git where it is on the PATH and by
 * isomorphic-git where it is not, with the same verdict. Nothing of the repository is executed, and nothing but the
 * verdict tells whether it may be used: `verified`, or `violated`, or `incomplete`, which is not "good" either.
 * @throws MlchainError `input`, `config` or `usage` for what was asked wrongly, `unsupported-repository` where it takes
 * git to read it (a linked worktree, SHA-256, reftable, alternates, a partial clone, a pack of 2 GiB)
 */
export async function verifyRepository(request: RepositoryVerification): Promise<VerdictReport> {
  const repo = await openReader(request.directory, process.env);
  try {
    const { history: _, ...report } = await assess(repo, {
      revision: await repo.resolveCommit(request.revision ?? 'HEAD'),
      trust: await trustOf(repo, request),
      questions: ['history', 'release'],
      step: request.step,
      inspections: undefined,
      now: Math.floor(Date.now() / 1000),
    });
    return report;
  } finally {
    await repo.close();
  }
}

/** An empty list is a mistake that must not fall back to whoever is pinned. */
async function trustOf(repo: RepositoryReader, request: RepositoryVerification): Promise<Trust> {
  const { owners, ownerThreshold = 1, strict = false } = request;
  if (owners?.length === 0) {
    throw new MlchainError('config', "expected at least one fingerprint in 'owners', found none", {
      hint: "leave 'owners' out to trust those that git mlchain trust pinned",
    });
  }
  if (!Number.isInteger(ownerThreshold) || ownerThreshold < 1) {
    throw new MlchainError(
      'config',
      `expected 'ownerThreshold' to be an integer of at least 1, found ${ownerThreshold}`,
    );
  }
  const trust = await readTrust(repo, { owners: owners ?? [], strict, env: {} });
  return owners === undefined ? trust : { ...trust, threshold: ownerThreshold };
}
