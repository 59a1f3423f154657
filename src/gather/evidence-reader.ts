import type { RepositoryReader } from '../git/reader.ts';
import type { Entry, NoteProblem } from '../ledger/entry.ts';
import { parsedNotes } from '../ledger/ledger.ts';
import type { PackedNotes } from '../ledger/packed-notes.ts';
import { type EvidenceRefs, listNoteAddresses } from '../ledger/read-notes.ts';
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
  #listing: Promise<PackedNotes> | undefined;
  readonly #worthAThread: number;
  #ahead: ChecksAhead | undefined;

  /** @param worthAThread notes from which on their signatures are checked in a thread */
  constructor(repo: RepositoryReader, evidence: EvidenceRefs, worthAThread = WORTH_A_THREAD) {
    this.#worthAThread = worthAThread;
    this.#repo = repo;
    this.#evidence = evidence;
    // Begun at once, looked at when it is read.
    this.#list().catch(() => undefined);
  }

  /** What is wrong with refs: no part has it. */
  get refProblems(): readonly NoteProblem[] {
    return this.#evidence.problems;
  }

  /** Whatever becomes of the work, no thread is left behind. */
  async reading<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      await this.#ahead?.end();
    }
  }

  /**
   * Where all evidence lies, in parts that are read one by one: each has what lies on one of these lists of objects, the
   * first also what lies on none.
   */
  async inParts(lists: readonly (readonly string[])[]): Promise<readonly PackedNotes[]> {
    const all = await this.#list();
    const partOf = new Map(lists.flatMap((list, at) => list.map((object) => [object, at] as const)));
    this.#startAhead(all);
    // Whoever wants all of it after all, lists it again.
    this.#listing = undefined;
    return all.split(lists.length, (object) => partOf.get(object) ?? 0);
  }

  /** All evidence, and what is wrong with refs; or a part of it. */
  async read(scope: Scope, part?: PackedNotes): Promise<ReadEvidence> {
    const notes = part ?? (await this.#list());
    if (part === undefined) this.#startAhead(notes);
    const entries: Entry[] = [];
    const problems = part === undefined ? [...this.refProblems] : [];
    for await (const parsed of parsedNotes(this.#repo, notes.unpack())) {
      for (const entry of parsed.entries) {
        entries.push(entry);
        this.#askAhead(entry, scope);
      }
      problems.push(...parsed.problems);
    }
    return { entries, problems, fitting: this.#fitting() };
  }

  async #list(): Promise<PackedNotes> {
    this.#listing ??= listNoteAddresses(this.#repo, this.#evidence.refs);
    return await this.#listing;
  }

  #startAhead({ count }: PackedNotes): void {
    if (count >= this.#worthAThread) this.#ahead ??= ChecksAhead.start();
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
