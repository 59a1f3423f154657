import type { Digester } from '../artifact/digester.ts';
import type { Repository } from '../git/repository.ts';
import type { Entry, NoteProblem } from '../ledger/entry.ts';
import type { PackedNotes } from '../ledger/packed-notes.ts';
import type { Fitting } from '../openpgp/ed25519.ts';
import type { CommitFacts, HistoryFacts } from '../verify/facts.ts';
import { digestCommits } from './commit-facts.ts';
import type { EvidenceReader } from './evidence-reader.ts';
import type { OwnFiles } from './history-facts.ts';
import { PointedHistory } from './pointed-history.ts';
import { scopeOf } from './scope.ts';
import { readCommits, type ScopedCommit, type Source } from './scoped-commits.ts';
import { SideTable } from './side-table.ts';

/** Commits. */
const MOST_DIGESTED = 20_000;

/** One slice of a history, read and not judged. */
export interface SliceFacts {
  readonly commits: readonly CommitFacts[];
  readonly evidence: readonly Entry[];
  readonly problems: readonly NoteProblem[];
  readonly fitting: Promise<Fitting | undefined>;
  /** Of the layout that governs it: of all, in the first slice. */
  readonly layouts: HistoryFacts['layouts'];
  readonly owners: NonNullable<HistoryFacts['owners']>;
  /** Whether pointers of DVC named controlled paths here, or in a slice before. */
  readonly pointed: boolean;
  /** The commit that the next one descends from. */
  readonly last: ScopedCommit;
}

/** What a slice is read by: what it holds is not kept until then. */
export interface PlannedSlice {
  /** Its last commit. */
  readonly tip: string;
  /** How many commits there are in it. */
  readonly size: number;
  readonly notes: PackedNotes;
}

/** Reads slice after slice: of each one no more than what it brings. */
export class SliceReader {
  readonly #repo: Repository;
  readonly #own: OwnFiles;
  readonly #reader: EvidenceReader;
  readonly #makeDigester: () => Digester;
  #digester: Digester | undefined;
  #digested = 0;

  constructor(repo: Repository, own: OwnFiles, reader: EvidenceReader, makeDigester: () => Digester) {
    this.#repo = repo;
    this.#own = own;
    this.#reader = reader;
    this.#makeDigester = makeDigester;
  }

  /** Undefined where a slice cannot be told from what came before by its commits and the evidence on them. */
  async read(
    { tip, size, notes }: PlannedSlice,
    before: SliceFacts | undefined,
  ): Promise<SliceFacts | undefined> {
    const { layout, owners } = before?.last ?? {};
    if (before !== undefined && layout === undefined) return undefined;
    const { layouts, owners: versions, scope: all } = this.#own;
    const governing = new Map([...layouts].filter(([blob]) => before === undefined || blob === layout));
    const scope = before === undefined ? all : scopeOf(governing.values());
    const pointed = new PointedHistory(this.#repo, scope.isControlled);
    if (before?.pointed === false) pointed.startWithout(before.last.id);
    const source: Source = {
      repo: this.#repo,
      scope,
      pointed,
      sides: new SideTable(this.#digesterFor(size)),
    };
    const base = before && { ...before.last, layout: layout ?? '' };
    const [commits, read] = await Promise.all([
      readCommits(source, { tips: [tip], ...(base && { base }) }),
      this.#reader.read(all, notes),
    ]);
    const last = commits.at(-1);
    const isTold = commits.length === size && read.problems.every(({ kind }) => kind === 'malformed');
    const isOther = before !== undefined && commits.some(({ touchesOwnFiles }) => touchesOwnFiles);
    if (last === undefined || !isTold || isOther) return undefined;
    const blobs = new Set(owners?.values());
    return {
      commits: await digestCommits(source, commits, read.entries, before?.last),
      evidence: read.entries,
      problems: read.problems,
      fitting: read.fitting,
      layouts: governing,
      owners: before === undefined ? versions : versions.filter(({ blob }) => blobs.has(blob)),
      pointed: pointed.hasAny || before?.pointed === true,
      last,
    };
  }

  /** What it has digested it keeps: so now and then another one begins, and meets few of the same blobs. */
  #digesterFor(commits: number): Digester {
    if (this.#digested > MOST_DIGESTED) this.#digester = undefined;
    if (this.#digester === undefined) this.#digested = 0;
    this.#digested += commits;
    this.#digester ??= this.#makeDigester();
    return this.#digester;
  }
}
