import type { RepositoryReader } from '../git/reader.ts';
import type { Entry, NoteProblem } from '../ledger/entry.ts';
import { parsedNotes } from '../ledger/ledger.ts';
import { PackedNotes } from '../ledger/packed-notes.ts';
import {
  type EvidenceRefs,
  listAddresses,
  type NoteAddress,
  type NoteAddresses,
} from '../ledger/read-notes.ts';
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
  #listing: Promise<NoteAddresses> | undefined;
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
    const listed = new Set(lists.flat());
    const others = [...all.keys()].filter((object) => !listed.has(object));
    this.#startAhead(all);
    // Whoever wants all of it after all, lists it again.
    this.#listing = undefined;
    return lists.map((list, at) => PackedNotes.of(among(all, at === 0 ? [...list, ...others] : list)));
  }

  /** All evidence, and what is wrong with refs; or a part of it. */
  async read(scope: Scope, part?: PackedNotes): Promise<ReadEvidence> {
    const addresses = part?.unpack() ?? (await this.#list());
    if (part === undefined) this.#startAhead(addresses);
    const entries: Entry[] = [];
    const problems = part === undefined ? [...this.refProblems] : [];
    for await (const parsed of parsedNotes(this.#repo, addresses)) {
      for (const entry of parsed.entries) {
        entries.push(entry);
        this.#askAhead(entry, scope);
      }
      problems.push(...parsed.problems);
    }
    return { entries, problems, fitting: this.#fitting() };
  }

  async #list(): Promise<NoteAddresses> {
    this.#listing ??= listAddresses(this.#repo, this.#evidence.refs);
    return await this.#listing;
  }

  #startAhead({ size }: NoteAddresses): void {
    if (size >= this.#worthAThread) this.#ahead ??= ChecksAhead.start();
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

function among(all: NoteAddresses, objects: Iterable<string>): NoteAddresses {
  const some = new Map<string, readonly NoteAddress[]>();
  for (const object of objects) {
    const addresses = all.get(object);
    if (addresses !== undefined) some.set(object, addresses);
  }
  return some;
}
