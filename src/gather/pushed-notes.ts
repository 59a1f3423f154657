import { listRefs } from '../git/refs.ts';
import { remoteRefs } from '../git/remote.ts';
import type { Repository } from '../git/repository.ts';
import type { WantedLines } from '../ledger/delivery.ts';
import { deliveryAddress } from '../ledger/delivery-address.ts';
import { linesLacking, linesMissing } from '../ledger/note-lines.ts';
import { LOCAL_NOTES, OWN_REFS, signerOf, TRACKING_NOTES } from '../ledger/refs.ts';
import { isCommit } from '../ledger/tips.ts';

/** One ref that a push would move, as git tells it to pre-push. */
export interface PushedRef {
  /** The name at the receiving end. */
  readonly ref: string;
  /** Undefined for a new ref. */
  readonly before: string | undefined;
  /** Undefined: the ref is to be deleted. */
  readonly after: string | undefined;
}

/** A ref that a push must not move like this. `takes-away`: the remote has lines that it would lose. */
export interface NotesObjection {
  readonly ref: string;
  readonly kind: 'takes-away' | 'lacks';
}

export interface PushedNotes {
  readonly objections: readonly NotesObjection[];
  /** What is still to be delivered: the rest comes with the push itself. */
  readonly due: WantedLines;
}

export interface WholePush {
  /** A remote's name and its URL, or twice the URL: the arguments of pre-push. */
  readonly remote: string;
  readonly url: string;
  readonly pushed: readonly PushedRef[];
}

/**
 * Weighs a push that moves notes refs itself, by hand or with `--mirror`. Git asked the remote for its refs before the
 * hook ran: what is delivered to such a ref meanwhile makes git's own push of it fail, and what is forced or deleted is
 * other people's evidence (threats 9, 10). So it must bring all that is due, or be asked for in another way.
 */
export async function weighPushedNotes(
  repo: Repository,
  { remote, url, pushed }: WholePush,
  due: WantedLines,
): Promise<PushedNotes> {
  const rest = new Map(due);
  const deleted = (await isMirror(repo, remote, pushed)) ? await notHere(repo, remote, url) : [];
  const objections = deleted.map((ref): NotesObjection => ({ ref, kind: 'takes-away' }));
  for (const update of pushed) {
    const signer = update.ref.startsWith(LOCAL_NOTES) ? signerOf(update.ref) : undefined;
    if (signer === undefined) continue;
    const { ref, after } = update;
    const wanted = due.get(signer) ?? new Map();
    if (await takesAway(repo, update)) objections.push({ ref, kind: 'takes-away' });
    else if ((await linesLacking(repo, after, wanted)).size > 0) objections.push({ ref, kind: 'lacks' });
    rest.delete(signer);
  }
  return { objections, due: rest };
}

/** What the remote has and this clone does not know would be lost as well. */
async function takesAway(repo: Repository, { before, after }: PushedRef): Promise<boolean> {
  if (before === undefined) return false;
  if (after === undefined || !(await isCommit(repo, before))) return true;
  return (await linesMissing(repo, before, after)).size > 0;
}

/**
 * Git tells no hook of what `--mirror` deletes. But nothing else pushes the refs that this clone keeps for itself, and
 * the remote does not have them.
 */
async function isMirror(repo: Repository, remote: string, pushed: readonly PushedRef[]): Promise<boolean> {
  return (
    (await repo.config(`remote.${remote}.mirror`)) === 'true' ||
    pushed.some(({ ref }) => ref.startsWith(OWN_REFS) || ref.startsWith(TRACKING_NOTES))
  );
}

async function notHere(repo: Repository, remote: string, url: string): Promise<string[]> {
  const { fetch } = await deliveryAddress(repo, remote, url);
  const theirs = await remoteRefs(repo, fetch, [`${LOCAL_NOTES}*`]);
  const ours = await listRefs(repo, LOCAL_NOTES);
  return [...theirs.keys()].filter((ref) => !ours.has(ref));
}
