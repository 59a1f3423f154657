import { GitError } from '../../git/git-error.ts';
import { listRefs } from '../../git/refs.ts';
import { remoteRefs } from '../../git/remote.ts';
import type { Repository } from '../../git/repository.ts';
import { LOCAL_NOTES, trackingPrefix } from '../../ledger/refs.ts';
import type { Diagnosis } from '../../report/doctor-text.ts';
import { count } from '../../report/words.ts';
import type { EvidenceState } from '../clone-state.ts';
import { failure, ok, warning } from './diagnosis.ts';

/** Whether plain git brings and sends the evidence, and how far it has got: each remote is asked. */
export async function examineRemote(repo: Repository, state: EvidenceState): Promise<readonly Diagnosis[]> {
  return [await examineRefspecs(repo, state), await examineEvidence(repo, state)];
}

async function examineRefspecs(repo: Repository, { remote, hasRefspec }: EvidenceState): Promise<Diagnosis> {
  const about = `remote ${remote}`;
  const pushed = (await repo.configAll(`remote.${remote}.push`)).find((refspec) =>
    refspec.includes('refs/notes'),
  );
  if (pushed !== undefined) {
    const says = `remote.${remote}.push is ${pushed}: plain 'git push' sends that, and no branch`;
    return failure(
      about,
      says,
      `'git config --unset-all remote.${remote}.push': the pre-push hook delivers evidence`,
    );
  }
  if (!hasRefspec)
    return failure(about, "plain 'git fetch' does not bring its evidence", `'git mlchain sync ${remote}'`);
  return ok(about, "plain 'git fetch' and 'git pull' bring its evidence");
}

async function examineEvidence(
  repo: Repository,
  { remote, fetched, undelivered }: EvidenceState,
): Promise<Diagnosis> {
  const about = `evidence of ${remote}`;
  const sync = `'git mlchain sync ${remote}'`;
  if (!fetched) return failure(about, 'never fetched, so nothing can be verified', sync);
  const behind = await signersBehind(repo, remote);
  if (behind instanceof GitError) {
    const says = `${remote} does not answer, so nobody knows whether it has more: ${behind.message}`;
    return warning(about, says, `see that 'git ls-remote ${remote}' works`);
  }
  const ahead =
    undelivered === 0 ? '' : `; ${count(undelivered, 'line')} of yours will go with the next push`;
  if (behind > 0) return warning(about, `${remote} has news of ${count(behind, 'signer')}${ahead}`, sync);
  return ok(about, `all that ${remote} has is here${ahead}`);
}

/** How many signers' evidence differs there from what was fetched; what git says, where the remote does not answer. */
async function signersBehind(repo: Repository, remote: string): Promise<number | GitError> {
  const there = await remoteRefs(repo, remote, [`${LOCAL_NOTES}*`]).catch((error: unknown) => {
    if (error instanceof GitError) return error;
    throw error;
  });
  if (there instanceof GitError) return there;
  const here = await listRefs(repo, trackingPrefix(remote));
  return [...there].filter(
    ([ref, id]) => here.get(trackingPrefix(remote) + ref.slice(LOCAL_NOTES.length)) !== id,
  ).length;
}
