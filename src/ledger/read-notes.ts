import { findNote } from '../git/note-tree.ts';
import { listNotes } from '../git/notes.ts';
import type { RepositoryReader } from '../git/reader.ts';
import { listRefs } from '../git/refs.ts';
import { idBytes, readTree } from '../git/tree.ts';
import type { NoteProblem } from './entry.ts';
import { MAX_NOTE_BYTES, oversizedNote } from './note.ts';
import { isEvidenceRef, NOTES_NAMESPACES, signerOf } from './refs.ts';

/** A note as it was read: bytes outside the JavaScript heap, parsed when somebody asks. */
export interface StoredNote {
  readonly signer: string;
  readonly data: Buffer;
}

/** Which notes commits there are to read, and what is wrong with refs. */
export interface EvidenceRefs {
  readonly refs: readonly EvidenceRef[];
  readonly problems: readonly NoteProblem[];
}

export interface StoredNotes {
  /** By annotated commit. */
  readonly notes: ReadonlyMap<string, readonly StoredNote[]>;
  /** What is wrong with refs and whole notes. */
  readonly problems: readonly NoteProblem[];
}

/** A signer, upper-hex fingerprint, and a commit that holds notes of theirs. */
export interface EvidenceRef {
  /** Where it was found; undefined where no ref names it yet. */
  readonly ref?: string | undefined;
  readonly signer: string;
  readonly tip: string;
}

interface NoteAddress {
  readonly signer: string;
  readonly object: string;
  readonly blob: string;
}

/** Up to here looking commits up one by one is faster than listing a ref, and does not grow with the ref. */
const FEW = 32;

export interface LedgerScope {
  /** Only what lies on these commits; default: everything. */
  readonly commits?: ReadonlySet<string>;
  /** Further notes commits that no ref names yet: what a push is about to bring. */
  readonly incoming?: readonly EvidenceRef[];
}

/** Reads the notes that lie in these commits: on some objects, or all of them. */
export async function readNotes(
  repo: RepositoryReader,
  { refs, problems }: EvidenceRefs,
  commits?: ReadonlySet<string>,
): Promise<StoredNotes> {
  const addresses = new Map<string, NoteAddress>();
  for (const ref of refs) {
    for await (const address of notesOf(repo, ref, commits)) {
      // What a remote has is mostly what this clone has: the same blob is read once.
      addresses.set(`${address.object} ${address.signer} ${address.blob}`, address);
    }
  }
  const { notes, unreadable } = await readBlobs(repo, [...addresses.values()]);
  return { notes, problems: [...problems, ...unreadable] };
}

/** All evidence refs of this clone, and what is incoming; two refs of a signer that hold the same commit are one. */
export async function listEvidence(
  repo: RepositoryReader,
  incoming: readonly EvidenceRef[] = [],
): Promise<EvidenceRefs> {
  const refs = new Map<string, EvidenceRef>();
  const problems: NoteProblem[] = [];
  for (const [ref, tip] of await listRefs(repo, ...NOTES_NAMESPACES)) {
    if (!isEvidenceRef(ref)) continue;
    const signer = signerOf(ref);
    const type = (await repo.objects.info(tip))?.type;
    if (signer === undefined)
      problems.push(malformed(signer, `expected a fingerprint in upper hex, found '${ref}'`));
    else if (type !== 'commit')
      problems.push(malformed(signer, `expected a commit at '${ref}', found ${type}`));
    else if (!refs.has(`${signer} ${tip}`)) refs.set(`${signer} ${tip}`, { ref, signer, tip });
  }
  return { refs: [...refs.values(), ...incoming], problems };
}

async function* notesOf(
  repo: RepositoryReader,
  { signer, tip }: EvidenceRef,
  commits: ReadonlySet<string> | undefined,
): AsyncGenerator<NoteAddress> {
  if (commits !== undefined && commits.size <= FEW) {
    yield* lookUp(repo, signer, tip, commits);
    return;
  }
  for await (const note of listNotes(repo, tip)) {
    if (commits === undefined || commits.has(note.object)) yield { signer, ...note };
  }
}

async function* lookUp(
  repo: RepositoryReader,
  signer: string,
  tip: string,
  commits: ReadonlySet<string>,
): AsyncGenerator<NoteAddress> {
  const source = { idBytes: idBytes(repo), read: (id: string) => readTree(repo, id) };
  for (const object of commits) {
    for (const blob of await findNote(source, tip, object)) yield { signer, object, blob };
  }
}

async function readBlobs(
  repo: RepositoryReader,
  addresses: readonly NoteAddress[],
): Promise<{ notes: ReadonlyMap<string, readonly StoredNote[]>; unreadable: readonly NoteProblem[] }> {
  const notes = new Map<string, StoredNote[]>();
  const unreadable: NoteProblem[] = [];
  const blobs = repo.objects.readManyWithin(
    MAX_NOTE_BYTES,
    addresses.map(({ blob }) => blob),
  );
  let at = 0;
  for await (const blob of blobs) {
    const address = addresses[at++];
    if (address === undefined) break;
    const { signer, object } = address;
    if (blob?.data !== undefined) push(notes, object, { signer, data: blob.data });
    else unreadable.push(blob === undefined ? missing(address) : tooLarge(address, blob.size));
  }
  return { notes, unreadable };
}

function push(notes: Map<string, StoredNote[]>, object: string, note: StoredNote): void {
  const list = notes.get(object);
  if (list === undefined) notes.set(object, [note]);
  else list.push(note);
}

/** Anyone who can push can make such a ref: it must not keep the others from being read. */
function malformed(signer: string | undefined, reason: string): NoteProblem {
  return { kind: 'malformed', signer, object: undefined, line: undefined, reason };
}

function missing({ signer, object, blob }: NoteAddress): NoteProblem {
  return {
    kind: 'object-missing',
    signer,
    object,
    line: undefined,
    reason: `note ${blob} is not in this clone`,
  };
}

function tooLarge({ signer, object }: NoteAddress, size: number): NoteProblem {
  return { kind: 'over-limits', signer, object, ...oversizedNote(size) };
}
