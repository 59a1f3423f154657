import { GitError } from '../git/git-error.ts';
import { changedNotes } from '../git/notes.ts';
import { remoteRefs } from '../git/remote.ts';
import type { Repository } from '../git/repository.ts';
import { linesBySigner, type WantedLines } from '../ledger/delivery.ts';
import type { Entry } from '../ledger/entry.ts';
import { Ledger } from '../ledger/ledger.ts';
import { type EvidenceRef, listEvidence } from '../ledger/read-notes.ts';
import { localRef } from '../ledger/refs.ts';
import { isCommit } from '../ledger/tips.ts';
import type { HistoryJudgment } from '../verify/history.ts';

/** More than that is read as fast from the beginning. */
const MOST_NOTES = 1000;

export interface DueRequest {
  /** A remote's name or a URL. */
  readonly remote: string;
  /** Commits that are at the remote, as far as this clone knows, or are being pushed. */
  readonly tips: readonly string[];
  /** Of what is being pushed. */
  readonly verdicts: readonly HistoryJudgment[];
  /** What the remote was last known to have, by name: then it is not asked. */
  readonly remembered?: ReadonlyMap<string, string>;
}

export interface DueEvidence {
  readonly lines: WantedLines;
  /** What the remote has by name, of the signers known here; undefined where it did not answer. */
  readonly there: ReadonlyMap<string, string> | undefined;
}

/**
 * The evidence that has to be at a remote and may not be there yet (`product.md` §8): links for commits reachable from
 * what is there or being pushed, every link that the verdicts used, and all endorsements and revocations. Nothing else:
 * experiments that were never published stay private. The remote is asked what it has, so that only the difference is
 * read, whatever the length of the history.
 */
export async function evidenceDue(
  repo: Repository,
  { remote, tips, verdicts, remembered }: DueRequest,
): Promise<DueEvidence> {
  const evidence = await listEvidence(repo);
  const there = remembered ?? (await refsThere(repo, evidence.refs, remote));
  const ledger = await Ledger.readFrom(repo, evidence, await objectsBeyond(repo, evidence.refs, there));
  const due = new Set<Entry>(ledger.statements());
  for (const commit of await reachable(repo, ledger.commits(), tips)) {
    for (const entry of ledger.entriesFor(commit)) due.add(entry);
  }
  // Carried links lie on commits that were rewritten and will never be pushed.
  const carried = verdicts.flatMap(({ index }) => [...index.all()].filter((link) => link.carried));
  for (const { entry } of carried) due.add(entry);
  return { lines: linesBySigner(distinct(due)), there };
}

/** The annotated objects on which this clone may hold a line that the remote lacks; undefined: any of them. */
async function objectsBeyond(
  repo: Repository,
  refs: readonly EvidenceRef[],
  there: DueEvidence['there'],
): Promise<ReadonlySet<string> | undefined> {
  const objects = new Set<string>();
  for (const { signer, tip } of refs) {
    for await (const { object } of changedNotes(repo, await tipHere(repo, signer, there), tip)) {
      objects.add(object);
      if (objects.size > MOST_NOTES) return undefined;
    }
  }
  return objects;
}

async function refsThere(
  repo: Repository,
  refs: readonly EvidenceRef[],
  remote: string,
): Promise<DueEvidence['there']> {
  const signers = new Set(refs.map(({ signer }) => signer));
  if (signers.size === 0) return new Map();
  return await answerOf(remoteRefs(repo, remote, [...signers].map(localRef)));
}

/** What the remote has of a signer, where that is here as well. */
async function tipHere(
  repo: Repository,
  signer: string,
  there: DueEvidence['there'],
): Promise<string | undefined> {
  const tip = there?.get(localRef(signer));
  return tip !== undefined && (await isCommit(repo, tip)) ? tip : undefined;
}

/** Whether a remote that does not answer is a failure is for the delivery to say. */
async function answerOf<T>(asking: Promise<T>): Promise<T | undefined> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof GitError) return undefined;
    throw error;
  }
}

/** The ledger makes an entry anew when it is asked again: the same line must not be delivered twice. */
function distinct(entries: Iterable<Entry>): Iterable<Entry> {
  return new Map(
    [...entries].map((entry) => [`${entry.signer} ${entry.object} ${entry.line}`, entry]),
  ).values();
}

/** Those of the objects that are commits here and that some way from the tips leads to. */
async function reachable(
  repo: Repository,
  objects: Iterable<string>,
  tips: readonly string[],
): Promise<readonly string[]> {
  const known = await Promise.all(
    [...objects].map(async (object) => ((await isCommit(repo, object)) ? [object] : [])),
  );
  const commits = known.flat();
  if (tips.length === 0) return [];
  if (commits.every((commit) => tips.includes(commit))) return commits;
  const input = [...commits, ...tips.map((tip) => `^${tip}`), ''].join('\n');
  const { stdout } = await repo.git.run(['rev-list', '--stdin'], { input });
  const beyond = new Set(stdout.toString('latin1').split('\n'));
  return commits.filter((commit) => !beyond.has(commit));
}
