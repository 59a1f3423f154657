import { isAncestor } from '../git/history.ts';
import { listNotes } from '../git/notes.ts';
import type { Repository } from '../git/repository.ts';
import { type Entry, parseNote } from '../ledger/entry.ts';
import { linesMissing } from '../ledger/note-lines.ts';
import { signerOf } from '../ledger/refs.ts';
import { checkSignature } from '../openpgp/check.ts';
import type { KeyBook } from '../verify/key-book.ts';
import type { RefUpdate } from './push-verdict.ts';

/**
 * Why a server must not take an update of a notes ref; undefined where it may. Notes only grow, by well-formed lines,
 * and – where the key is known – only by lines that the ref's owner signed (`product.md` §8, threat 43). Trust is
 * asked when the branch arrives.
 */
export async function notesRefusal(
  repo: Repository,
  { ref, before, after }: RefUpdate,
  keys: KeyBook,
): Promise<string | undefined> {
  const signer = signerOf(ref);
  if (signer === undefined) return 'expected a ref named by a fingerprint in upper hex';
  if (before !== undefined && !(await isAncestor(repo, before, after)))
    return 'notes may only grow: not a fast-forward';
  if (before !== undefined) {
    const [dropped] = await linesMissing(repo, before, after);
    if (dropped !== undefined) return `notes may only grow: a line on commit ${dropped[0]} is gone`;
  }
  for (const [object, lines] of await linesMissing(repo, after, before)) {
    const { entries, problems } = parseNote(
      signer,
      object,
      Buffer.from(lines.map((line) => `${line}\n`).join('')),
    );
    const [problem] = problems;
    if (problem !== undefined) return `malformed line on commit ${object}: ${problem.reason}`;
    const foreign = entries.map((entry) => ownerProblem(entry, keys)).find((each) => each !== undefined);
    if (foreign !== undefined) return `a line on commit ${object}: ${foreign}`;
  }
  return (await isEmpty(repo, after)) ? 'expected notes, found an empty tree' : undefined;
}

async function isEmpty(repo: Repository, notesCommit: string): Promise<boolean> {
  for await (const _ of listNotes(repo, notesCommit)) return false;
  return true;
}

/** A line of the ref's owner carries their good signature; of a key that nobody here knows nothing can be said. */
function ownerProblem({ envelope, signer }: Entry, keys: KeyBook): string | undefined {
  const owners = envelope.signatures.map(({ keyid }) => keys.primaryOf(keyid));
  if (owners.length === 0) return 'it carries no signature';
  if (owners.includes(undefined)) return undefined;
  const at = owners.indexOf(signer);
  const signature = envelope.signatures[at];
  if (signature === undefined) return `signed by ${owners[0]}, not by the owner of the ref`;
  const key = keys.signingKey(signature.keyid);
  if (key === undefined) return 'signed by a key that may not sign';
  const check = checkSignature(key, signature, envelope.signedBytes);
  return check.good ? undefined : check.reason;
}
