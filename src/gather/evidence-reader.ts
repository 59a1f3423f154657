import type { RepositoryReader } from '../git/reader.ts';
import type { Entry, NoteProblem } from '../ledger/entry.ts';
import { parsedNotes } from '../ledger/ledger.ts';
import { type EvidenceRefs, listAddresses, type NoteAddresses } from '../ledger/read-notes.ts';
import { ChecksAhead, WORTH_A_THREAD } from '../openpgp/checks-ahead.ts';
import type { ReadEvidence } from './history-facts.ts';
import type { Scope } from './scope.ts';

/** Reads all evidence there is, while git looks for other things, and has its signatures checked on the way. */
export class EvidenceReader {
  readonly problems: NoteProblem[];
  readonly #repo: RepositoryReader;
  readonly #listing: Promise<NoteAddresses>;
  readonly #worthAThread: number;
  #ahead: ChecksAhead | undefined;

  /** @param worthAThread notes from which on their signatures are checked in a thread */
  constructor(repo: RepositoryReader, { refs, problems }: EvidenceRefs, worthAThread = WORTH_A_THREAD) {
    this.#worthAThread = worthAThread;
    this.problems = [...problems];
    this.#repo = repo;
    this.#listing = listAddresses(repo, refs);
    // Looked at when it is read.
    this.#listing.catch(() => undefined);
  }

  /** Whatever becomes of the work, no thread is left behind. */
  async reading<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      await this.#ahead?.end();
    }
  }

  /** Undefined where a note is named that is not here: nobody can say what it would have said. */
  async read(scope: Scope): Promise<ReadEvidence | undefined> {
    const addresses = await this.#listing;
    this.#ahead = addresses.size < this.#worthAThread ? undefined : ChecksAhead.start();
    const entries: Entry[] = [];
    for await (const parsed of parsedNotes(this.#repo, addresses)) {
      for (const entry of parsed.entries) {
        entries.push(entry);
        this.#askAhead(entry, scope);
      }
      this.problems.push(...parsed.problems);
    }
    if (this.problems.some(({ kind }) => kind === 'object-missing')) return undefined;
    return { entries, fitting: async () => await this.#ahead?.fitting() };
  }

  #askAhead({ envelope, content }: Entry, { keysNamed }: Scope): void {
    if (this.#ahead === undefined || content.kind !== 'link') return;
    for (const signature of envelope.signatures) {
      for (const key of keysNamed(signature.keyid)) this.#ahead.ask(key, signature, envelope.signedBytes);
    }
  }
}
