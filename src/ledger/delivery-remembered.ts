import { GitError } from '../git/git-error.ts';
import { commitNotes } from '../git/notes.ts';
import type { Repository } from '../git/repository.ts';
import { MESSAGE, type Parcel, send, type WantedLines } from './delivery.ts';
import type { DeliveryAddress } from './delivery-address.ts';
import { DeliveryOutcome } from './delivery-outcome.ts';
import { countLines, linesLacking } from './note-lines.ts';
import { trackingPrefix } from './refs.ts';
import { tipsBySigner } from './tips.ts';

/** Whom a remote is asked about in one go: each is a word on a command line. */
const MOST_SIGNERS = 200;

export interface RememberedDelivery {
  /** Whether the remote now has all that was wanted, of every signer. */
  readonly isWhole: boolean;
  /** By signer, how many lines it got. */
  readonly delivered: ReadonlyMap<string, number>;
}

/** What a remote was last known to have, by signer. */
export async function rememberedTips(repo: Repository, remote: string): Promise<ReadonlyMap<string, string>> {
  return await tipsBySigner(repo, trackingPrefix(remote));
}

/**
 * Delivers on top of what the remote was last known to have, without asking first: the push moves each ref only if it is
 * just there, and so itself tells whether that still holds – also of the signers of whom nothing is new, whose refs go
 * along as they were. Where it does not, nothing is overwritten, and the remote has to be asked.
 *
 * Undefined where nothing is lacking: then no push tells, and the remote has to be asked as well.
 */
export async function deliverOntoRemembered(
  repo: Repository,
  address: DeliveryAddress,
  wanted: WantedLines,
  remembered: ReadonlyMap<string, string>,
): Promise<RememberedDelivery | undefined> {
  const signers = new Set([...wanted.keys(), ...remembered.keys()]);
  if (signers.size > MOST_SIGNERS) return undefined;
  repo.askForCommitter();
  const parcels: Parcel[] = [];
  for (const signer of signers) {
    const base = remembered.get(signer);
    const lines = await linesLacking(repo, base, wanted.get(signer) ?? new Map());
    const tip = lines.size === 0 ? base : await commitNotes(repo, base, lines, MESSAGE);
    if (tip !== undefined) parcels.push({ signer, tip, lines: countLines(lines), expected: { id: base } });
  }
  if (parcels.every(({ lines }) => lines === 0)) return undefined;
  const outcome = new DeliveryOutcome(parcels.map(({ signer }) => signer));
  try {
    await send(repo, address, parcels, outcome);
  } catch (error) {
    // A remote that does not answer is told of by whoever asks it.
    if (!(error instanceof GitError)) throw error;
  }
  return { isWhole: outcome.pending.size === 0, delivered: outcome.delivered };
}
