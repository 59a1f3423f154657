import { setTimeout as sleep } from 'node:timers/promises';
import { RefRaceError } from '../git/git-error.ts';
import { isAncestor } from '../git/history.ts';
import { commitNotes } from '../git/notes.ts';
import { updateRefs } from '../git/refs.ts';
import { fetch, push, remoteRefs } from '../git/remote.ts';
import type { Repository } from '../git/repository.ts';
import type { DeliveryAddress } from './delivery-address.ts';
import { deliveryAddress } from './delivery-address.ts';
import type { Entry } from './entry.ts';
import type { LinesByCommit } from './note-lines.ts';
import { countLines, linesLacking } from './note-lines.ts';
import { localRef, trackingRef } from './refs.ts';
import { withScratchRefs } from './scratch-refs.ts';
import { rememberSeen, tipsBySigner } from './seen.ts';

/** Lines by signer and annotated commit: one's own as well as other people's that the remote may lack. */
export type WantedLines = ReadonlyMap<string, LinesByCommit>;

export interface DeliveryResult {
  /** Signers whose lines the remote has now, and how many it got. */
  readonly delivered: ReadonlyMap<string, number>;
  /** Signers of whom the remote lacked nothing. */
  readonly upToDate: readonly string[];
  /** Signers whose lines the remote did not take, with its last words. */
  readonly failed: ReadonlyMap<string, string>;
}

export interface DeliveryOptions {
  /** Where git is about to push, when it says so: the second argument of pre-push. */
  readonly url?: string;
}

const MESSAGE = 'Notes added by git-mlchain';
const TRIES = 20;
/** A server's hook that says no hardly changes its mind; but it may be one that judges a ref it could not lock. */
const TRIES_AGAINST_A_NO = 3;
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
  return await withScratchRefs(repo, async (scratch) => {
    const outcome = new Outcome(wanted.keys());
    for (let attempt = 1; outcome.mayTry(attempt); attempt += 1) {
      if (attempt > 1) await sleep(pauseBefore(attempt));
      await deliverOnce(repo, address, wanted, outcome, `${scratch}${attempt}/`);
    }
    return outcome;
  });
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

/** What has become of each signer's lines so far. */
class Outcome implements DeliveryResult {
  readonly delivered = new Map<string, number>();
  readonly upToDate: string[] = [];
  readonly failed = new Map<string, string>();
  readonly pending: Set<string>;

  constructor(signers: Iterable<string>) {
    this.pending = new Set(signers);
  }

  mayTry(attempt: number): boolean {
    const saidNo = [...this.failed.values()].every((reason) => reason.includes('declined'));
    const limit = this.failed.size > 0 && saidNo ? TRIES_AGAINST_A_NO : TRIES;
    return this.pending.size > 0 && attempt <= limit;
  }

  hasNothingNew(signer: string): void {
    this.pending.delete(signer);
    if (!this.delivered.has(signer)) this.upToDate.push(signer);
    this.failed.delete(signer);
  }

  took(signer: string, lines: number): void {
    this.pending.delete(signer);
    this.failed.delete(signer);
    this.delivered.set(signer, lines);
  }

  refused(signer: string, reason: string): void {
    this.failed.set(signer, reason);
  }
}

interface Parcel {
  readonly signer: string;
  readonly tip: string;
  readonly lines: number;
}

async function deliverOnce(
  repo: Repository,
  address: DeliveryAddress,
  wanted: WantedLines,
  outcome: Outcome,
  scratch: string,
): Promise<void> {
  const bases = await remoteTips(repo, address, outcome.pending, scratch);
  const parcels: Parcel[] = [];
  for (const signer of [...outcome.pending]) {
    const base = bases.get(signer);
    const lines = await linesLacking(repo, base, wanted.get(signer) ?? new Map());
    if (lines.size === 0) outcome.hasNothingNew(signer);
    else
      parcels.push({ signer, lines: countLines(lines), tip: await commitNotes(repo, base, lines, MESSAGE) });
  }
  await send(repo, address, parcels, outcome);
}

/** What the remote has of each signer, its objects fetched where they are not here. */
async function remoteTips(
  repo: Repository,
  address: DeliveryAddress,
  signers: ReadonlySet<string>,
  scratch: string,
): Promise<ReadonlyMap<string, string>> {
  const refs = await remoteRefs(repo, address.fetch, [...signers].map(localRef));
  const tips = new Map<string, string>();
  const unknown: string[] = [];
  for (const signer of signers) {
    const tip = refs.get(localRef(signer));
    if (tip === undefined) continue;
    if ((await repo.objects.info(`${tip}^{tree}`)) === undefined) unknown.push(signer);
    else tips.set(signer, tip);
  }
  if (unknown.length === 0) return tips;
  await fetch(
    repo,
    address.fetch,
    unknown.map((signer) => `+${localRef(signer)}:${scratch}${signer}`),
  );
  return new Map([...tips, ...(await tipsBySigner(repo, scratch))]);
}

async function send(
  repo: Repository,
  address: DeliveryAddress,
  parcels: readonly Parcel[],
  outcome: Outcome,
): Promise<void> {
  if (parcels.length === 0) return;
  const refspecs = parcels.map(({ signer, tip }) => `${tip}:${localRef(signer)}`);
  const { rejected } = await push(repo, address.push, refspecs, { noVerify: true });
  const reasons = new Map(rejected.map(({ ref, reason }) => [ref, reason]));
  for (const { signer, tip, lines } of parcels) {
    const reason = reasons.get(localRef(signer));
    if (reason !== undefined) outcome.refused(signer, reason);
    else {
      outcome.took(signer, lines);
      if (address.tracked !== undefined) await track(repo, address.tracked, signer, tip);
    }
  }
  if (address.tracked !== undefined) await rememberSeen(repo, address.tracked);
}

/** The remote has it now: the next ledger need not wait for a fetch to know. */
async function track(repo: Repository, remote: string, signer: string, tip: string): Promise<void> {
  const ref = trackingRef(remote, signer);
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
