import type { RepositoryReader } from '../git/reader.ts';
import type { Entry, NoteProblem } from '../ledger/entry.ts';
import { parsedNotes } from '../ledger/ledger.ts';
import { type EvidenceRefs, listAddresses, type NoteAddresses } from '../ledger/read-notes.ts';
import { ChecksAhead, WORTH_A_THREAD } from '../openpgp/checks-ahead.ts';
import type { Fitting } from '../openpgp/ed25519.ts';
import type { Scope } from './scope.ts';

export interface ReadEvidence {
  readonly entries: readonly Entry[];
  /** What could not be read. */
  readonly problems: readonly NoteProblem[];
  /** Awaited last: until then signatures are checked beside whatever else is done. */
  readonly fitting: Promise<Fitting | undefined>;
}

/** Reads evidence, while git looks for other things, and has its signatures checked on the way. */
export class EvidenceReader {
  readonly #repo: RepositoryReader;
  readonly #evidence: EvidenceRefs;
  readonly #listing: Promise<NoteAddresses>;
  readonly #worthAThread: number;
  #ahead: ChecksAhead | undefined;

  /** @param worthAThread notes from which on their signatures are checked in a thread */
  constructor(repo: RepositoryReader, evidence: EvidenceRefs, worthAThread = WORTH_A_THREAD) {
    this.#worthAThread = worthAThread;
    this.#repo = repo;
    this.#evidence = evidence;
    this.#listing = listAddresses(repo, evidence.refs);
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

  /** What there is evidence on, here or not. */
  async objects(): Promise<Iterable<string>> {
    return (await this.#listing).keys();
  }

  /** All evidence, and what is wrong with refs; or what lies on some objects alone. */
  async read(scope: Scope, objects?: Iterable<string>): Promise<ReadEvidence> {
    const all = await this.#listing;
    if (all.size >= this.#worthAThread) this.#ahead ??= ChecksAhead.start();
    const entries: Entry[] = [];
    const problems = objects === undefined ? [...this.#evidence.problems] : [];
    for await (const parsed of parsedNotes(this.#repo, among(all, objects))) {
      for (const entry of parsed.entries) {
        entries.push(entry);
        this.#askAhead(entry, scope);
      }
      problems.push(...parsed.problems);
    }
    return { entries, problems, fitting: this.#fitting() };
  }

  async #fitting(): Promise<Fitting | undefined> {
    return await this.#ahead?.fitting();
  }

  #askAhead({ envelope, content }: Entry, { keysNamed }: Scope): void {
    if (this.#ahead === undefined || content.kind !== 'link') return;
    for (const signature of envelope.signatures) {
      for (const key of keysNamed(signature.keyid)) this.#ahead.ask(key, signature, envelope.signedBytes);
    }
  }
}

function among(all: NoteAddresses, objects: Iterable<string> | undefined): NoteAddresses {
  if (objects === undefined) return all;
  const some = new Map<string, ReturnType<NoteAddresses['get']> & {}>();
  for (const object of objects) {
    const addresses = all.get(object);
    if (addresses !== undefined) some.set(object, addresses);
  }
  return some;
}
