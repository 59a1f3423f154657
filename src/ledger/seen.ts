import { MlchainError } from '../errors.ts';
import { HOW_TO_FETCH, RefRaceError } from '../git/git-error.ts';
import { type Commit, readCommitObject } from '../git/history.ts';
import { appendNotes, commitTree } from '../git/notes.ts';
import type { RepositoryReader } from '../git/reader.ts';
import { listRefs, updateRefs } from '../git/refs.ts';
import type { Repository } from '../git/repository.ts';
import type { LinesByCommit } from './note-lines.ts';
import { linesMissing } from './note-lines.ts';
import { seenPrefix, seenRef, trackingPrefix, trackingRef } from './refs.ts';
import { tipsAmong } from './tips.ts';

/** A remote no longer has evidence that this clone saw there: `evidence-rewound` (threats 9, 10). */
export interface Rewound {
  readonly remote: string;
  readonly signer: string;
  /** The remote's ref as this clone tracks it. */
  readonly ref: string;
  /** What was there and is gone: enough to deliver it again. */
  readonly droppedLines: LinesByCommit;
}

const TRIES = 5;
const MESSAGE = 'Evidence seen by git-mlchain';

/**
 * Compares what is tracked of a remote with what was ever seen of it, and remembers what is new. To be called after
 * each fetch: a ref that was forced back, or deleted and then pruned, would otherwise be gone without a trace.
 */
export async function rememberSeen(repo: Repository, remote: string): Promise<Rewound[]> {
  return await rewoundRefs(repo, remote, await listedTips(repo, remote), (ref, _seen, tracked) =>
    compare(repo, ref, tracked),
  );
}

/** The same of some signers, where it is known that nothing came of others. */
export async function rememberSeenOf(
  repo: Repository,
  remote: string,
  signers: readonly string[],
): Promise<void> {
  const tips = { tracked: new Map<string, string>(), seen: new Map<string, string>() };
  for (const signer of signers) {
    for (const [map, ref] of [
      [tips.tracked, trackingRef(remote, signer)],
      [tips.seen, seenRef(remote, signer)],
    ] as const) {
      const info = await repo.objects.info(ref);
      if (info?.type === 'commit') map.set(signer, info.id);
    }
  }
  await rewoundRefs(repo, remote, tips, (ref, _seen, tracked) => compare(repo, ref, tracked));
}

/** {@link rememberSeen} that remembers nothing: for who can only read. */
export async function missingOfSeen(repo: RepositoryReader, remote: string): Promise<Rewound[]> {
  return await rewoundRefs(repo, remote, await listedTips(repo, remote), (_ref, seen, tracked) =>
    linesDropped(repo, seen, tracked),
  );
}

/** By signer. */
interface Tips {
  readonly tracked: ReadonlyMap<string, string>;
  readonly seen: ReadonlyMap<string, string>;
}

async function listedTips(repo: RepositoryReader, remote: string): Promise<Tips> {
  const [there, here] = [trackingPrefix(remote), seenPrefix(remote)];
  const refs = await listRefs(repo, there, here);
  return { tracked: await tipsAmong(repo, there, refs), seen: await tipsAmong(repo, here, refs) };
}

type Comparison = (
  ref: string,
  seen: string | undefined,
  tracked: string | undefined,
) => Promise<LinesByCommit>;

async function rewoundRefs(
  repo: RepositoryReader,
  remote: string,
  { tracked, seen }: Tips,
  dropped: Comparison,
): Promise<Rewound[]> {
  const rewound: Rewound[] = [];
  for (const signer of new Set([...tracked.keys(), ...seen.keys()])) {
    if (await sameNotes(repo, tracked.get(signer), seen.get(signer))) continue;
    const droppedLines = await dropped(seenRef(remote, signer), seen.get(signer), tracked.get(signer));
    if (droppedLines.size > 0) {
      rewound.push({ remote, signer, ref: trackingRef(remote, signer), droppedLines });
    }
  }
  return rewound;
}

async function linesDropped(
  repo: RepositoryReader,
  seen: string | undefined,
  tracked: string | undefined,
): Promise<LinesByCommit> {
  return seen === undefined ? new Map() : await linesMissing(repo, seen, tracked);
}

/** What this clone had seen, at a remote of whatever name, of a signer before a moment: one notes commit a remote. */
export async function seenBefore(
  repo: RepositoryReader,
  seenTips: readonly string[],
  seconds: number,
): Promise<readonly string[]> {
  const states: string[] = [];
  for (const tip of seenTips) {
    let state: Commit | undefined = await expectCommit(repo, tip);
    while (state !== undefined && state.committer.time >= seconds) {
      const [before]: readonly string[] = state.parents;
      state = before === undefined ? undefined : await expectCommit(repo, before);
    }
    if (state !== undefined) states.push(state.id);
  }
  return states;
}

async function expectCommit(repo: RepositoryReader, id: string): Promise<Commit> {
  const commit = await readCommitObject(repo, id);
  if (commit !== undefined) return commit;
  throw new MlchainError('incomplete', `commit ${id} is named but not here`, { hint: HOW_TO_FETCH });
}

async function sameNotes(
  repo: RepositoryReader,
  tracked: string | undefined,
  seen: string | undefined,
): Promise<boolean> {
  if (tracked === undefined || seen === undefined) return false;
  return (await treeOf(repo, tracked)) === (await treeOf(repo, seen));
}

async function treeOf(repo: RepositoryReader, commit: string): Promise<string | undefined> {
  return (await repo.objects.info(`${commit}^{tree}`))?.id;
}

/** Brings one seen ref up to date; another process that does the same at this moment is no failure. */
async function compare(repo: Repository, ref: string, tracked: string | undefined): Promise<LinesByCommit> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await advance(repo, ref, await repo.tryResolve(ref), tracked);
    } catch (error) {
      if (!(error instanceof RefRaceError) || attempt === TRIES) throw error;
    }
  }
}

/**
 * Never moves back. Returns the lines that were seen and that the remote no longer has: a line can be dropped by a new
 * commit on top as well as by forcing the ref, so it is lines that are compared.
 *
 * Every commit of a seen ref was made here, by this machine's clock, one on top of the other: so it tells also *when*
 * a line was first seen, which nobody else can date back (`seenBefore`).
 */
async function advance(
  repo: Repository,
  ref: string,
  seen: string | undefined,
  tracked: string | undefined,
): Promise<LinesByCommit> {
  const dropped = await linesDropped(repo, seen, tracked);
  if (dropped.size === 0 && tracked !== undefined) {
    const next = await commitTree(repo, tracked, seen, MESSAGE);
    await updateRefs(repo, [{ ref, new: next, old: seen ?? 'absent' }]);
  } else if (seen !== undefined && tracked !== undefined) {
    // The two have parted: what was seen keeps its lines and gets the new ones on top.
    await appendNotes(repo, ref, await linesMissing(repo, tracked, seen), MESSAGE);
  }
  return dropped;
}
