import { setTimeout as sleep } from 'node:timers/promises';
import { RefRaceError } from '../git/git-error.ts';
import { isAncestor } from '../git/history.ts';
import { commitNotes } from '../git/notes.ts';
import { updateRefs } from '../git/refs.ts';
import { fetch, push, remoteRefs } from '../git/remote.ts';
import type { Repository } from '../git/repository.ts';
import type { DeliveryAddress } from './delivery-address.ts';
import { deliveryAddress } from './delivery-address.ts';
import type { DeliveryResult } from './delivery-outcome.ts';
import { DeliveryOutcome } from './delivery-outcome.ts';
import type { Entry } from './entry.ts';
import type { LinesByCommit } from './note-lines.ts';
import { countLines, linesLacking } from './note-lines.ts';
import { localRef, trackingRef } from './refs.ts';
import { withScratchRefs } from './scratch-refs.ts';
import { rememberSeenOf } from './seen.ts';
import { isCommit, tipsBySigner } from './tips.ts';

export type { DeliveryResult } from './delivery-outcome.ts';

/** Lines by signer and annotated commit: one's own as well as other people's that the remote may lack. */
export type WantedLines = ReadonlyMap<string, LinesByCommit>;

export interface DeliveryOptions {
  /** Where git is about to push, when it says so: the second argument of pre-push. */
  readonly url?: string;
  /**
   * What that place has said that it has, by name of the ref: it is not asked again until it rejects something. Of the
   * signers who are not among them it has nothing.
   */
  readonly there?: ReadonlyMap<string, string> | undefined;
}

export const MESSAGE = 'Notes added by git-mlchain';
const MAX_PAUSE_MS = 1000;

/**
 * Makes sure that the remote has all wanted lines. They go on top of what the remote itself has, so that the push is a
 * fast-forward of each signer's ref and takes nothing else along: unpublished experiments stay private. Whatever is
 * rejected is fetched and tried again.
 * @throws GitError when the remote does not answer at all.
 */
export async function deliver(
  repo: Repository,
  remote: string,
  wanted: WantedLines,
  options: DeliveryOptions = {},
): Promise<DeliveryResult> {
  const address = await deliveryAddress(repo, remote, options.url);
  const outcome = new DeliveryOutcome(wanted.keys());
  for (let attempt = 1; outcome.mayTry(attempt); attempt += 1) {
    if (attempt > 1) await sleep(pauseBefore(attempt));
    const there = attempt === 1 ? options.there : undefined;
    await deliverOnce(repo, address, wanted, outcome, there);
  }
  return outcome;
}

/** The lines of entries, as delivery wants them. */
export function linesBySigner(entries: Iterable<Entry>): WantedLines {
  const wanted = new Map<string, Map<string, string[]>>();
  for (const { signer, object, line } of entries) {
    const commits = wanted.get(signer) ?? new Map<string, string[]>();
    wanted.set(signer, commits.set(object, [...(commits.get(object) ?? []), line]));
  }
  return wanted;
}

/** The union, line by line. */
export function allWanted(several: readonly WantedLines[]): WantedLines {
  const all = new Map<string, Map<string, readonly string[]>>();
  for (const [signer, commits] of several.flatMap((wanted) => [...wanted])) {
    const known = all.get(signer) ?? new Map<string, readonly string[]>();
    for (const [object, lines] of commits) {
      known.set(object, [...new Set([...(known.get(object) ?? []), ...lines])]);
    }
    all.set(signer, known);
  }
  return all;
}

/** A notes commit for the remote's ref of a signer. */
export interface Parcel {
  readonly signer: string;
  readonly tip: string;
  /** How many the remote lacks; 0: it is to be as it was. */
  readonly lines: number;
  /** What the ref must be there (`id` undefined: nothing); left out: any ancestor. */
  readonly expected?: { readonly id: string | undefined };
}

async function deliverOnce(
  repo: Repository,
  address: DeliveryAddress,
  wanted: WantedLines,
  outcome: DeliveryOutcome,
  there: DeliveryOptions['there'],
): Promise<void> {
  const refs = there ?? (await remoteRefs(repo, address.fetch, [...outcome.pending].map(localRef)));
  const tips = await remoteTips(repo, outcome.pending, refs);
  if (![...tips.values()].includes(null)) return await deliverOnto(repo, address, wanted, outcome, tips);
  await withScratchRefs(repo, async (scratch) => {
    const fetched = await fetchTips(repo, address, tips, scratch);
    await deliverOnto(repo, address, wanted, outcome, fetched);
  });
}

async function deliverOnto(
  repo: Repository,
  address: DeliveryAddress,
  wanted: WantedLines,
  outcome: DeliveryOutcome,
  bases: RemoteTips,
): Promise<void> {
  const parcels: Parcel[] = [];
  for (const signer of [...outcome.pending]) {
    const base = bases.get(signer);
    if (base === null) {
      outcome.cannotTake(
        signer,
        `expected a commit at the remote's ${localRef(signer)}, found something else`,
      );
      continue;
    }
    const lines = await linesLacking(repo, base, wanted.get(signer) ?? new Map());
    if (lines.size === 0) {
      outcome.hasAll(signer);
      if (base !== undefined) await track(repo, address, signer, base);
    } else
      parcels.push({ signer, lines: countLines(lines), tip: await commitNotes(repo, base, lines, MESSAGE) });
  }
  if (parcels.length > 0) await send(repo, address, parcels, outcome);
}

/** What the remote has of each signer; `null` where that is no commit that is here. */
type RemoteTips = ReadonlyMap<string, string | null>;

async function remoteTips(
  repo: Repository,
  signers: ReadonlySet<string>,
  refs: ReadonlyMap<string, string>,
): Promise<RemoteTips> {
  const tips = new Map<string, string | null>();
  for (const signer of signers) {
    const id = refs.get(localRef(signer));
    if (id !== undefined) tips.set(signer, (await isCommit(repo, id)) ? id : null);
  }
  return tips;
}

/** With those that were not here; `null` then means that it is no commit. */
async function fetchTips(
  repo: Repository,
  address: DeliveryAddress,
  tips: RemoteTips,
  scratch: string,
): Promise<RemoteTips> {
  const unknown = [...tips].filter(([, tip]) => tip === null).map(([signer]) => signer);
  const refspecs = unknown.map((signer) => `+${localRef(signer)}:${scratch}${signer}`);
  await fetch(repo, address.fetch, refspecs);
  return new Map([...tips, ...(await tipsBySigner(repo, scratch))]);
}

export async function send(
  repo: Repository,
  address: DeliveryAddress,
  parcels: readonly Parcel[],
  outcome: DeliveryOutcome,
): Promise<void> {
  const refspecs = parcels.map(({ signer, tip }) => `${tip}:${localRef(signer)}`);
  const expected = new Map(
    parcels.flatMap((each) => (each.expected ? [[localRef(each.signer), each.expected.id] as const] : [])),
  );
  const { rejected, stderr } = await push(repo, address.push, refspecs, { noVerify: true, expected });
  outcome.heard(stderr);
  const reasons = new Map(rejected.map(({ ref, reason }) => [ref, reason]));
  for (const { signer, tip, lines } of parcels) {
    const reason = reasons.get(localRef(signer));
    if (reason !== undefined) {
      outcome.refused(signer, reason);
      continue;
    }
    if (lines === 0) {
      outcome.hasAll(signer);
      continue;
    }
    outcome.took(signer, lines);
    await track(repo, address, signer, tip);
  }
  if (address.tracked !== undefined) {
    const unmoved = new Set(parcels.filter(({ lines }) => lines === 0).map(({ signer }) => signer));
    const settled = [...outcome.delivered.keys(), ...outcome.upToDate];
    await rememberSeenOf(
      repo,
      address.tracked,
      settled.filter((signer) => !unmoved.has(signer)),
    );
  }
}

/** The remote has it now: the next ledger need not wait for a fetch to know. */
async function track(
  repo: Repository,
  { tracked }: DeliveryAddress,
  signer: string,
  tip: string,
): Promise<void> {
  if (tracked === undefined) return;
  const ref = trackingRef(tracked, signer);
  const old = await repo.tryResolve(ref);
  if (old === tip || (old !== undefined && !(await isAncestor(repo, old, tip)))) return;
  try {
    await updateRefs(repo, [{ ref, new: tip, old: old ?? 'absent' }]);
  } catch (error) {
    // Somebody fetched at this moment and knows at least as much.
    if (!(error instanceof RefRaceError)) throw error;
  }
}

/** Twice as long each time, with jitter: those who collided once must not collide again. */
function pauseBefore(attempt: number): number {
  return Math.random() * Math.min(MAX_PAUSE_MS, 25 * 2 ** attempt);
}
