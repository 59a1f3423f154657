import { findNote } from '../git/note-tree.ts';
import { listNotes, type Note } from '../git/notes.ts';
import type { RepositoryReader } from '../git/reader.ts';
import { listRefs } from '../git/refs.ts';
import { idBytes, readTree } from '../git/tree.ts';
import type { NoteProblem } from './entry.ts';
import { MAX_NOTE_BYTES, oversizedNote } from './note.ts';
import { type NoteAddresses, PackedNotes } from './packed-notes.ts';
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
  const notes = new Map<string, StoredNote[]>();
  const unreadable: NoteProblem[] = [];
  const addresses = (await listNoteAddresses(repo, refs, commits)).unpack();
  for await (const { object, stored, problems: own } of eachNote(repo, addresses)) {
    if (stored.length > 0) notes.set(object, stored);
    unreadable.push(...own);
  }
  return { notes, problems: [...problems, ...unreadable] };
}

/** Where all notes lie, or those on some objects. */
export async function listNoteAddresses(
  repo: RepositoryReader,
  refs: readonly EvidenceRef[],
  commits?: ReadonlySet<string>,
): Promise<PackedNotes> {
  const notes = PackedNotes.empty(idBytes(repo));
  for (const ref of refs) {
    const { signer } = ref;
    for await (const { object, blob } of notesOf(repo, ref, commits)) notes.add(object, { signer, blob });
  }
  return notes;
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
  { tip }: EvidenceRef,
  commits: ReadonlySet<string> | undefined,
): AsyncGenerator<Note> {
  if (commits !== undefined && commits.size <= FEW) {
    yield* lookUp(repo, tip, commits);
    return;
  }
  for await (const note of listNotes(repo, tip)) {
    if (commits === undefined || commits.has(note.object)) yield note;
  }
}

async function* lookUp(
  repo: RepositoryReader,
  tip: string,
  commits: ReadonlySet<string>,
): AsyncGenerator<Note> {
  const source = { idBytes: idBytes(repo), read: (id: string) => readTree(repo, id) };
  for (const object of commits) {
    for (const blob of await findNote(source, tip, object)) yield { object, blob };
  }
}

/** What all refs together note on one object, as far as it can be read. */
export interface ObjectNotes {
  readonly object: string;
  readonly stored: StoredNote[];
  readonly problems: readonly NoteProblem[];
}

/** Reads object by object, in their order. */
export async function* eachNote(
  repo: RepositoryReader,
  addresses: NoteAddresses,
): AsyncGenerator<ObjectNotes, void, undefined> {
  const all = [...addresses.values()].flat();
  const blobs = repo.objects.readManyWithin(
    MAX_NOTE_BYTES,
    all.map(({ blob }) => blob),
  );
  try {
    for (const [object, ofObject] of addresses) {
      const stored: StoredNote[] = [];
      const problems: NoteProblem[] = [];
      for (const { signer, blob } of ofObject) {
        const { value } = await blobs.next();
        if (value?.data !== undefined) stored.push({ signer, data: value.data });
        else problems.push(value ? tooLarge(signer, object, value.size) : missing(signer, object, blob));
      }
      yield { object, stored, problems };
    }
  } finally {
    await blobs.return();
  }
}

/** Anyone who can push can make such a ref: it must not keep the others from being read. */
function malformed(signer: string | undefined, reason: string): NoteProblem {
  return { kind: 'malformed', signer, object: undefined, line: undefined, reason };
}

function missing(signer: string, object: string, blob: string): NoteProblem {
  return {
    kind: 'object-missing',
    signer,
    object,
    line: undefined,
    reason: `note ${blob} is not in this clone`,
  };
}

function tooLarge(signer: string, object: string, size: number): NoteProblem {
  return { kind: 'over-limits', signer, object, ...oversizedNote(size) };
}
