import { isPointedAt } from '../artifact/kind.ts';
import { MlchainError } from '../errors.ts';
import { openReader } from '../git/open-reader.ts';
import type { RepositoryReader } from '../git/reader.ts';
import type { CommitJudgment } from '../verify/commit-judge.ts';
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

export interface RepositoryVerdict extends VerdictReport {
  /**
   * What the chain says of each file at that revision: path → SHA-256 of its content (of what a git-lfs pointer or a
   * DVC output stands for), lower hex. Nothing at all unless the verdict is `verified`.
   */
  readonly files: ReadonlyMap<string, string>;
}

/**
 * `git mlchain verify --no-inspect` for who loads a model: history and release, by git where it is on the PATH and by
 * isomorphic-git where it is not, with the same verdict. Nothing of the repository is executed, and nothing but the
 * verdict tells whether it may be used: `verified`, or `violated`, or `incomplete`, which is not "good" either.
 * @throws MlchainError `input`, `config` or `usage` for what was asked wrongly, `unsupported-repository` where it takes
 * git to read it (a linked worktree, SHA-256, reftable, alternates, a partial clone, a pack of 2 GiB)
 */
export async function verifyRepository(request: RepositoryVerification): Promise<RepositoryVerdict> {
  const repo = await openReader(request.directory, process.env);
  try {
    const revision = await repo.resolveCommit(request.revision ?? 'HEAD');
    const { history, ...report } = await assess(repo, {
      revision,
      trust: await trustOf(repo, request),
      questions: ['history', 'release'],
      step: request.step,
      inspections: undefined,
      now: Math.floor(Date.now() / 1000),
    });
    return { ...report, files: verifiedFiles(report, history?.commits.get(revision)) };
  } finally {
    await repo.close();
  }
}

/** Of a DVC output the tree holds no more than an MD5: its SHA-256 is what its functionary signed. */
function verifiedFiles(
  { verdict, steps }: VerdictReport,
  judgment: CommitJudgment | undefined,
): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  if (verdict !== 'verified' || judgment === undefined) return files;
  for (const { step } of steps) {
    const products = judgment.effective.get(step)?.link.link.products;
    for (const [path, artifact] of judgment.state?.step(step)?.paths ?? []) {
      if (artifact.kind === 'submodule' || artifact.kind === 'symlink') continue;
      const digest = isPointedAt(artifact) ? products?.get(path)?.get('sha256') : artifact.digest;
      if (digest !== undefined) files.set(path, digest);
    }
  }
  return files;
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
