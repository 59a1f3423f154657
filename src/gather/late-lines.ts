import type { RepositoryReader } from '../git/reader.ts';
import { listRefs } from '../git/refs.ts';
import { type LinesByCommit, linesLacking, linesMissing } from '../ledger/note-lines.ts';
import { localRef, NOTES_NAMESPACES, SEEN_NAMESPACE, signerOf } from '../ledger/refs.ts';
import { seenBefore } from '../ledger/seen.ts';
import { isCommit } from '../ledger/tips.ts';
import type { KeyBook } from '../verify/key-book.ts';
import type { LateLines } from '../verify/late-lines.ts';

export interface LateQuestion {
  /** With every certificate that is known. */
  readonly keys: KeyBook;
  /** Pinned; one envelope may hold the signatures of several. */
  readonly owners: readonly string[];
  /** Seconds. */
  readonly now: number;
}

/**
 * What came to this clone only after its signer's key had ended, though the signer's notes had been fetched before:
 * whoever has found an old key can date a signature back, and cannot have pushed it then (threat 26). A clone that was
 * made later knows nothing of that, and what was written here, by `record` or `import`, did not arrive.
 */
export async function lateLines(
  repo: RepositoryReader,
  { keys, owners, now }: LateQuestion,
): Promise<readonly LateLines[]> {
  const endings = keys.endings(now);
  if (endings.size === 0) return [];
  const momentsOf = (signer: string) => endings.get(signer) ?? [];
  const [seen, notes] = [await listRefs(repo, SEEN_NAMESPACE), await listRefs(repo, ...NOTES_NAMESPACES)];
  const found: LateLines[] = [];
  for (const signer of new Set([...endings.keys(), ...owners])) {
    const seenTips = [...seen].filter(([ref]) => ref.endsWith(`/${signer}`)).map(([, tip]) => tip);
    const own = notes.get(localRef(signer));
    const tips = await commits(
      repo,
      [...notes].filter(([ref, tip]) => signerOf(ref) === signer && tip !== own),
    );
    const whose = owners.includes(signer) ? [signer, ...owners] : [signer];
    for (const moment of new Set(whose.flatMap((each) => [...momentsOf(each)]))) {
      const states = await seenBefore(repo, seenTips, moment);
      if (states.length === 0) continue;
      const known = [...states, ...(own === undefined ? [] : [own])];
      const lines = await linesBeyond(repo, known, tips);
      if (lines.size > 0) found.push({ signer, moment, lines });
    }
  }
  return found;
}

/** A ref that holds something else is no evidence, and told elsewhere. */
async function commits(
  repo: RepositoryReader,
  refs: readonly (readonly [string, string])[],
): Promise<string[]> {
  const found: string[] = [];
  for (const [, tip] of refs) if (await isCommit(repo, tip)) found.push(tip);
  return found;
}

/** The lines of some notes commits that none of the known ones holds; the work is as large as the difference. */
async function linesBeyond(
  repo: RepositoryReader,
  [first, ...others]: readonly string[],
  tips: readonly string[],
): Promise<LinesByCommit> {
  const beyond = new Map<string, readonly string[]>();
  for (const tip of tips) {
    let lines = await linesMissing(repo, tip, first);
    for (const other of others) lines = await linesLacking(repo, other, lines);
    for (const [object, added] of lines) beyond.set(object, [...(beyond.get(object) ?? []), ...added]);
  }
  return beyond;
}
