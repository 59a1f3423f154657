import { readCertificateBlobs } from '../../gather/certificates.ts';
import { notesRefusal } from '../../gather/notes-update.ts';
import { judgeUpdate, type RefUpdate } from '../../gather/push-verdict.ts';
import { readTrust } from '../../gather/trust.ts';
import { removeDeadLock } from '../../git/dead-lock.ts';
import { readHistory } from '../../git/history.ts';
import { listRefs } from '../../git/refs.ts';
import type { Repository } from '../../git/repository.ts';
import { KEYS_DIR } from '../../layout/paths.ts';
import { LOCAL_NOTES, signerOf } from '../../ledger/refs.ts';
import { findingsText } from '../../report/verdict-text.ts';
import type { Finding } from '../../verify/finding.ts';
import { KeyBook } from '../../verify/key-book.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';

const TEN_MINUTES_MS = 600_000;
/** A refusal is read in a terminal, behind `remote:`, in under 20 lines; the rest is for `git mlchain verify`. */
const MOST_REFS = 2;
const MOST_FINDINGS = 4;

/** On a server: `<old> SP <new> SP <ref> LF` for each ref (githooks(5)); one refusal refuses the whole push. */
export async function preReceive(context: Context, input: string): Promise<ExitCode> {
  const repo = await context.openRepository();
  repo.askAhead();
  const updates = receivedRefs(input);
  const notes = updates.filter(({ ref }) => ref.startsWith(LOCAL_NOTES));
  const branches = updates.filter(({ ref }) => !ref.startsWith(LOCAL_NOTES));
  await unlock(repo, notes);
  const refusals = [
    ...(await refusedNotes(repo, notes)),
    ...(await refusedBranches(context, repo, branches, notes)),
  ];
  explain(context, refusals);
  return refusals.length === 0 ? 0 : 1;
}

interface Refusal {
  readonly ref: string;
  readonly reason: string;
  readonly findings: readonly Finding[];
}

interface Received extends Omit<RefUpdate, 'after'> {
  /** Undefined: the ref is being deleted. */
  readonly after: string | undefined;
}

function receivedRefs(input: string): Received[] {
  return input.split('\n').flatMap((line) => {
    const [before = '', after = '', ...rest] = line.split(' ');
    const ref = rest.join(' ');
    if (ref === '') return [];
    return [{ ref, before: idOrNothing(before), after: idOrNothing(after) }];
  });
}

function idOrNothing(id: string): string | undefined {
  return /^0+$/.test(id) ? undefined : id;
}

/** What a push left locked that was killed, git would hold against every push to come (threat 41). */
async function unlock(repo: Repository, notes: readonly Received[]): Promise<void> {
  for (const { ref } of notes) if (signerOf(ref) !== undefined) await removeDeadLock(repo, ref);
}

async function refusedNotes(repo: Repository, notes: readonly Received[]): Promise<Refusal[]> {
  if (notes.length === 0) return [];
  const keys = new KeyBook(await knownCertificates(repo));
  const refusals: Refusal[] = [];
  for (const { ref, before, after } of notes) {
    const reason =
      after === undefined ? 'notes may only grow' : await notesRefusal(repo, { ref, before, after }, keys);
    if (reason !== undefined) refusals.push({ ref, reason, findings: [] });
  }
  return refusals;
}

/** The certificates of all branches that the server has. */
async function knownCertificates(repo: Repository) {
  const tips = [...(await listRefs(repo, 'refs/heads/')).values()];
  const blobs = new Set<string>();
  for await (const { changes } of readHistory(repo, { tips, order: 'newest-first', paths: [KEYS_DIR] })) {
    for (const { after } of changes.flat()) if (after !== undefined) blobs.add(after.id);
  }
  return await readCertificateBlobs(repo, blobs);
}

async function refusedBranches(
  { env, now, voice }: Context,
  repo: Repository,
  branches: readonly Received[],
  notes: readonly Received[],
): Promise<Refusal[]> {
  const incoming = notes.flatMap(({ ref, after }) => {
    const signer = signerOf(ref);
    return signer === undefined || after === undefined ? [] : [{ signer, tip: after }];
  });
  const trust = await readTrust(repo, { owners: [], strict: false, env });
  const inspects = (await repo.config('mlchain.serverInspect')) === 'true';
  const inspections = inspects ? { timeoutMs: TEN_MINUTES_MS } : undefined;
  const request = { trust, inspections, incoming, now: Math.floor(now() / 1000) };
  const refusals: Refusal[] = [];
  for (const { ref, before, after } of branches) {
    if (after === undefined) continue;
    const verdict = await judgeUpdate(repo, { ref, before, after }, request);
    if (verdict.kind === 'without-layout') voice.note(`git-mlchain: ${ref} has no layout: not verified`);
    if (verdict.kind === 'judged' && verdict.assessment.verdict !== 'verified') {
      const { findings, verdict: reason } = verdict.assessment;
      refusals.push({ ref, reason, findings: findings.filter(({ severity }) => severity !== 'warning') });
    }
  }
  return refusals;
}

function explain({ voice }: Context, refusals: readonly Refusal[]): void {
  let room = MOST_FINDINGS;
  for (const { ref, reason, findings } of refusals.slice(0, MOST_REFS)) {
    voice.error(`${ref} is refused: ${reason}`);
    const shown = findings.slice(0, room);
    if (shown.length > 0) voice.note(findingsText(shown, voice.errorStyle));
    if (findings.length > shown.length) voice.note(`… and ${findings.length - shown.length} more`);
    room -= shown.length;
  }
  if (refusals.length > MOST_REFS) voice.note(`… and ${refusals.length - MOST_REFS} more refs`);
  if (refusals.some(({ findings }) => findings.length > 0)) {
    voice.hint('git mlchain verify shows the whole verdict');
  }
}
