import { appendNotes } from '../git/notes.ts';
import { records } from '../git/records.ts';
import { listRefs, updateRefs } from '../git/refs.ts';
import { fetch, remoteRefs } from '../git/remote.ts';
import type { Repository } from '../git/repository.ts';
import { markFetched } from './fetched.ts';
import type { LinesByCommit } from './note-lines.ts';
import { linesMissing } from './note-lines.ts';
import { LOCAL_NOTES, localRef, seenPrefix, signerOf, trackingPrefix, trackingRef } from './refs.ts';
import { withScratchRefs } from './scratch-refs.ts';
import type { Rewound } from './seen.ts';
import { rememberSeen } from './seen.ts';
import { fetchRefspec } from './setup.ts';
import { isCommit, tipsBySigner } from './tips.ts';

/**
 * Brings the evidence of a remote into its tracking refs, loses none that is there already, and reports what the
 * remote has lost. @throws GitError when the remote does not answer.
 */
export async function fetchEvidence(repo: Repository, remote: string): Promise<Rewound[]> {
  await clearJunk(repo, remote);
  await fetch(repo, remote, [fetchRefspec(remote)]);
  await completeEvidence(repo, remote);
  await clearJunk(repo, remote);
  const rewound = await reconcile(repo, remote);
  await markFetched(repo, remote);
  const pruned = await rememberSeen(repo, remote);
  return [...rewound, ...pruned.filter(({ ref }) => rewound.every((other) => other.ref !== ref))];
}

/**
 * In a partial clone plain `git fetch` and `git pull` bring notes without their content, and what is named but not here
 * is never judged: this brings it.
 */
export async function completeEvidence(repo: Repository, remote: string): Promise<void> {
  const isPartial = (await repo.config(`remote.${remote}.promisor`)) === 'true';
  if (isPartial && (await lacksContent(repo, await tipsBySigner(repo, trackingPrefix(remote))))) {
    await fetch(repo, remote, [fetchRefspec(remote)], { anew: true });
  }
}

async function lacksContent(repo: Repository, tips: ReadonlyMap<string, string>): Promise<boolean> {
  if (tips.size === 0) return false;
  const input = `${[...tips.values()].join('\n')}\n`;
  const args = ['rev-list', '--objects', '--missing=print', '--stdin'];
  for await (const batch of records(repo.git.stream(args, { input }), '\n')) {
    if (batch.some((line) => line.toString('latin1').startsWith('?'))) return true;
  }
  return false;
}

/**
 * A ref may hold something else than a commit; git then knows no "fast-forward" and lets it replace evidence, or keeps
 * it for ever. What was seen before such junk is put back; where nothing was, the place is made free.
 */
async function clearJunk(repo: Repository, remote: string): Promise<void> {
  const seen = await tipsBySigner(repo, seenPrefix(remote));
  for (const [ref, id] of await listRefs(repo, trackingPrefix(remote))) {
    if (await isCommit(repo, id)) continue;
    await updateRefs(repo, [{ ref, new: seen.get(signerOf(ref) ?? ''), old: id }]);
  }
}

/**
 * What did not end up equal: git refuses a remote that was forced back or replaced, and keeps quiet about a ref that
 * the remote has deleted. Lines are what counts: a remote that has all of ours in a new history is followed; from any
 * other its new lines are added to ours.
 */
async function reconcile(repo: Repository, remote: string): Promise<Rewound[]> {
  const ours = await tipsBySigner(repo, trackingPrefix(remote));
  if (ours.size === 0) return [];
  const theirs = await remoteRefs(repo, remote, [`${LOCAL_NOTES}*`]);
  const parted = [...ours].filter(([signer, tip]) => theirs.get(localRef(signer)) !== tip);
  if (parted.length === 0) return [];
  return await withScratchRefs(repo, async (scratch) => {
    await fetch(repo, remote, [`+${LOCAL_NOTES}*:${scratch}*`]);
    const tips = await tipsBySigner(repo, scratch);
    const rewound: Rewound[] = [];
    for (const [signer, tip] of parted) {
      const droppedLines = await follow(repo, trackingRef(remote, signer), tip, tips.get(signer));
      if (droppedLines.size > 0)
        rewound.push({ remote, signer, ref: trackingRef(remote, signer), droppedLines });
    }
    return rewound;
  });
}

/** Returns the lines that we track and the remote no longer has. */
async function follow(
  repo: Repository,
  ref: string,
  ours: string,
  theirs: string | undefined,
): Promise<LinesByCommit> {
  const dropped = await linesMissing(repo, ours, theirs);
  if (theirs === undefined) return dropped;
  if (dropped.size === 0) await updateRefs(repo, [{ ref, new: theirs, old: ours }]);
  else
    await appendNotes(repo, ref, await linesMissing(repo, theirs, ours), 'Evidence fetched by git-mlchain');
  return dropped;
}
