import { readCertificateBlobs } from '../../gather/certificates.ts';
import { notesRefusal } from '../../gather/notes-update.ts';
import { judgeUpdate, type RefUpdate } from '../../gather/push-verdict.ts';
import { readTrust } from '../../gather/trust.ts';
import { readHistory } from '../../git/history.ts';
import type { Repository } from '../../git/repository.ts';
import { KEYS_DIR } from '../../layout/paths.ts';
import { LOCAL_NOTES, signerOf } from '../../ledger/refs.ts';
import { findingsText } from '../../report/verdict-text.ts';
import { KeyBook } from '../../verify/key-book.ts';
import type { VerdictReport } from '../../verify/verdict.ts';
import type { Context } from '../context.ts';
import type { ExitCode } from '../exit.ts';

const TEN_MINUTES_MS = 600_000;
/** A refusal is read in a terminal, behind `remote:`; the rest is for `git mlchain verify`. */
const MOST_FINDINGS = 6;

/** On a server: `<old> SP <new> SP <ref> LF` for each ref (githooks(5)); one refusal refuses the whole push. */
export async function preReceive(context: Context, input: string): Promise<ExitCode> {
  const repo = await context.openRepository();
  const updates = receivedRefs(input);
  const notes = updates.filter(({ ref }) => ref.startsWith(LOCAL_NOTES));
  const branches = updates.filter(({ ref }) => !ref.startsWith(LOCAL_NOTES));
  const allowed = [
    ...(await takeNotes(context, repo, notes)),
    ...(await takeBranches(context, repo, branches, notes)),
  ];
  return allowed.every((each) => each) ? 0 : 1;
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

async function takeNotes(
  { voice }: Context,
  repo: Repository,
  notes: readonly Received[],
): Promise<boolean[]> {
  if (notes.length === 0) return [];
  const keys = new KeyBook(await knownCertificates(repo));
  const allowed: boolean[] = [];
  for (const { ref, before, after } of notes) {
    const refusal =
      after === undefined ? 'notes may only grow' : await notesRefusal(repo, { ref, before, after }, keys);
    if (refusal !== undefined) voice.error(`${ref} is refused: ${refusal}`);
    allowed.push(refusal === undefined);
  }
  return allowed;
}

/** The certificates of all branches that the server has. */
async function knownCertificates(repo: Repository) {
  const tips = (await repo.git.text(['for-each-ref', '--format=%(objectname)', 'refs/heads/']))
    .split('\n')
    .filter(Boolean);
  const blobs = new Set<string>();
  for await (const { changes } of readHistory(repo, { tips, order: 'newest-first', paths: [KEYS_DIR] })) {
    for (const { after } of changes.flat()) if (after !== undefined) blobs.add(after.id);
  }
  return await readCertificateBlobs(repo, blobs);
}

async function takeBranches(
  context: Context,
  repo: Repository,
  branches: readonly Received[],
  notes: readonly Received[],
): Promise<boolean[]> {
  const incoming = notes.flatMap(({ ref, after }) => {
    const signer = signerOf(ref);
    return signer === undefined || after === undefined ? [] : [{ signer, tip: after }];
  });
  const trust = await readTrust(repo, { owners: [], strict: false, env: context.env });
  const inspects = (await repo.config('mlchain.serverInspect')) === 'true';
  const inspections = inspects ? { timeoutMs: TEN_MINUTES_MS } : undefined;
  const now = Math.floor(context.now() / 1000);
  const allowed: boolean[] = [];
  for (const { ref, before, after } of branches) {
    if (after === undefined) continue;
    const verdict = await judgeUpdate(repo, { ref, before, after }, { trust, inspections, incoming, now });
    if (verdict.kind !== 'judged') {
      if (verdict.kind === 'without-layout')
        context.voice.note(`git-mlchain: ${ref} has no layout: not verified`);
      continue;
    }
    const good = verdict.assessment.verdict === 'verified';
    if (!good) explain(context, ref, verdict.assessment);
    allowed.push(good);
  }
  return allowed;
}

function explain({ voice }: Context, ref: string, { verdict, findings }: VerdictReport): void {
  voice.error(`${ref} is refused: ${verdict}`);
  const grave = findings.filter(({ severity }) => severity !== 'warning');
  voice.note(findingsText(grave.slice(0, MOST_FINDINGS), voice.errorStyle));
  if (grave.length > MOST_FINDINGS) voice.note(`… and ${grave.length - MOST_FINDINGS} more`);
  voice.hint('git mlchain verify shows the whole verdict');
}
