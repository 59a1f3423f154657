import { appendNotes } from '../git/notes.ts';
import type { RepositoryReader } from '../git/reader.ts';
import type { Repository } from '../git/repository.ts';
import type { Entry, NoteProblem, ParsedNote } from './entry.ts';
import { parseNote } from './entry.ts';
import { linesOf } from './note.ts';
import type { NoteAddresses } from './packed-notes.ts';
import type { EvidenceRefs, LedgerScope, StoredNote, StoredNotes } from './read-notes.ts';
import { eachNote, listEvidence, readNotes } from './read-notes.ts';
import { localRef } from './refs.ts';

/** The first bytes of every link as this tool writes it: `_type` is the first key in order. */
const WRITTEN_LINK = Buffer.from('"signed":{"_type":"link",');

/**
 * The evidence of this clone: the union of all signers' local refs and of what remotes were seen to have
 * (`product.md` §5). A note costs its bytes; entries are made when asked for and live as long as somebody holds them.
 */
export class Ledger {
  /** What is wrong with refs and whole notes. What is wrong with lines is known once they are read: `problemsFor`. */
  readonly problems: readonly NoteProblem[];
  readonly #notes: ReadonlyMap<string, readonly StoredNote[]>;
  readonly #parsed = new Map<string, WeakRef<ParsedNote>>();

  private constructor({ notes, problems }: StoredNotes) {
    this.#notes = notes;
    this.problems = problems;
  }

  static async read(repo: RepositoryReader, { commits, incoming }: LedgerScope = {}): Promise<Ledger> {
    return await Ledger.readFrom(repo, await listEvidence(repo, incoming), commits);
  }

  /** What lies in these notes commits, whatever the refs say by now. */
  static async readFrom(
    repo: RepositoryReader,
    evidence: EvidenceRefs,
    commits?: ReadonlySet<string>,
  ): Promise<Ledger> {
    return new Ledger(await readNotes(repo, evidence, commits));
  }

  /** Each line once, however many refs hold it. */
  entriesFor(commit: string): readonly Entry[] {
    return this.#parse(commit).entries;
  }

  /** Lines on a commit that could not be read. */
  problemsFor(commit: string): readonly NoteProblem[] {
    return this.#parse(commit).problems;
  }

  /** Annotated commits, whether or not they are in this clone. */
  commits(): Iterable<string> {
    return this.#notes.keys();
  }

  *all(): Iterable<Entry> {
    for (const commit of this.#notes.keys()) yield* this.entriesFor(commit);
  }

  /**
   * All endorsements and revocations, wherever they lie. Lines that are links in the form we write are passed over
   * unread, which is most. A host that re-spells a revocation to look like one could as well have dropped it.
   */
  *statements(): Iterable<Entry> {
    for (const [commit, notes] of this.#notes) {
      if (notes.every(({ data }) => holdsOnlyLinks(data))) continue;
      for (const entry of this.entriesFor(commit)) {
        if (entry.content.kind === 'endorsement' || entry.content.kind === 'revocation') yield entry;
      }
    }
  }

  #parse(commit: string): ParsedNote {
    const known = this.#parsed.get(commit)?.deref();
    if (known !== undefined) return known;
    const parsed = mergeNotes(commit, this.#notes.get(commit) ?? []);
    this.#parsed.set(commit, new WeakRef(parsed));
    return parsed;
  }
}

/** All that lies at these addresses, each object's as soon as it is read; nothing of it is held here. */
export async function* parsedNotes(
  repo: RepositoryReader,
  addresses: NoteAddresses,
): AsyncGenerator<ParsedNote, void, undefined> {
  for await (const { object, stored, problems } of eachNote(repo, addresses)) {
    const parsed = mergeNotes(object, stored);
    yield { entries: parsed.entries, problems: [...problems, ...parsed.problems] };
  }
}

/** Local and tracking refs of one signer mostly hold the same lines: each counts once. */
function mergeNotes(commit: string, notes: readonly StoredNote[]): ParsedNote {
  const entries = new Map<string, Entry>();
  const problems = new Map<string, NoteProblem>();
  for (const { signer, data } of notes) {
    const parsed = parseNote(signer, commit, data);
    for (const entry of parsed.entries) entries.set(`${signer} ${entry.line}`, entry);
    for (const problem of parsed.problems)
      problems.set(`${signer} ${problem.line} ${problem.reason}`, problem);
  }
  return { entries: [...entries.values()], problems: [...problems.values()] };
}

function holdsOnlyLinks(data: Buffer): boolean {
  return linesOf(data).lines.every(({ bytes }) => bytes.includes(WRITTEN_LINK));
}

/** Adds lines to a signer's own ref, by compare-and-swap: nobody's lines get lost, whoever writes at the same time. */
export async function appendLines(
  repo: Repository,
  signer: string,
  lines: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  await appendNotes(repo, localRef(signer), lines, 'Notes added by git-mlchain');
}
