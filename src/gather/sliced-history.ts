import { Digester } from '../artifact/digester.ts';
import { readGraph } from '../git/commit-graph.ts';
import type { Repository } from '../git/repository.ts';
import type { Entry, NoteProblem } from '../ledger/entry.ts';
import type { Progress } from '../progress.ts';
import { isBeyondMemory } from '../verify/beyond-memory.ts';
import type { HistoryFacts, Seed, Side, Trust } from '../verify/facts.ts';
import { verdictOf } from '../verify/finding.ts';
import { type HistoryJudgment, judgeHistory } from '../verify/history.ts';
import { KeyBook } from '../verify/key-book.ts';
import type { LateLines } from '../verify/late-lines.ts';
import { LogLines, newestEntries } from '../verify/log-lines.ts';
import type { EntryName, Memory } from '../verify/memory.ts';
import { remember } from '../verify/remember.ts';
import type { EvidenceReader } from './evidence-reader.ts';
import type { OwnFiles } from './history-facts.ts';
import { lateLines } from './late-lines.ts';
import { rememberRevoked } from './revoked-keys.ts';
import { type PlannedSlice, type SliceFacts, SliceReader } from './slice-facts.ts';
import { type SliceSizes, slicesOf } from './slices.ts';
import { sparingHeap } from './sparing-heap.ts';

export interface SlicedRequest {
  /** Commit id. */
  readonly tip: string;
  readonly trust: Trust;
  /** Seconds. */
  readonly now: number;
  /** Whether digests of an earlier run are believed. */
  readonly remembers: boolean;
  readonly slices: SliceSizes;
  readonly progress?: Progress | undefined;
}

export interface Sliced {
  /** Of the last slice, on top of what all before it left behind. */
  readonly facts: HistoryFacts;
  readonly history: HistoryJudgment;
  readonly problems: readonly NoteProblem[];
  readonly log: LogLines;
}

/** From here on the heap would have time to grow far beyond what a slice takes. */
const MANY_SLICES = 40;

/** What a slice leaves behind, of which the next one is judged on top. */
interface Judged extends Omit<Sliced, 'problems'> {
  readonly memory: Memory;
}

/**
 * A long history, judged piece by piece so that no more than a few pieces are held: each on top of what the one before
 * left behind, just as a commit is judged on top of a history that was verified by an earlier run – only that nothing
 * is believed here but what this very run has judged. Undefined where that is not the whole answer: where it cannot be
 * cut, and wherever anything is not simply *verified*, or may speak to a slice that is gone.
 */
export async function judgeInSlices(
  repo: Repository,
  own: OwnFiles,
  reader: EvidenceReader,
  request: SlicedRequest,
): Promise<Sliced | undefined> {
  const slices = await plan(repo, request.tip, own, reader, request.slices);
  if (slices === undefined) return undefined;
  const work = async () => await judgeEach(slices, repo, own, reader, request);
  return slices.length < MANY_SLICES ? await work() : await sparingHeap(work);
}

async function judgeEach(
  slices: readonly PlannedSlice[],
  repo: Repository,
  own: OwnFiles,
  reader: EvidenceReader,
  { trust, now, remembers, progress }: SlicedRequest,
): Promise<Sliced | undefined> {
  const court = {
    ...own,
    trust,
    now,
    late: await lateLines(repo, { keys: new KeyBook(own.certificates), owners: trust.owners, now }),
  };
  const sliceReader = new SliceReader(repo, own, reader, () => new Digester(repo, remembers, progress));
  const problems: NoteProblem[] = [...reader.refProblems];
  const total = slices.reduce((sum, { size }) => sum + size, 0);
  let judged: Judged | undefined;
  for await (const read of ahead(sliceReader, slices)) {
    const before = judged?.memory.checked.commits ?? 0;
    const tell: Progress = (unit, done) => progress?.(unit, Math.min(before + done, total), total);
    judged = read && (await judgeSlice(read, judged, court, tell));
    if (read === undefined || judged === undefined) return undefined;
    // All layouts lie in the first slice.
    if (judged.facts.seed === undefined) await rememberRevoked(repo, judged.facts, judged.history);
    problems.push(...read.problems);
  }
  return judged && { ...judged, history: asNew(judged.history), problems };
}

/** Undefined where the history is short, or cannot be cut. */
async function plan(
  repo: Repository,
  tip: string,
  { changedBy }: OwnFiles,
  reader: EvidenceReader,
  sizes: SliceSizes,
): Promise<readonly PlannedSlice[] | undefined> {
  const slices = await slicesOf(readGraph(repo, tip), changedBy, sizes);
  if (slices.length < 2) return undefined;
  const parts = await reader.inParts(slices);
  return parts.map((notes, at) => {
    const slice = slices[at] ?? [];
    return { tip: slice.at(-1) ?? '', size: slice.length, notes };
  });
}

/** Slice by slice, the next one being read – by git, and its signatures checked – while one is judged. */
async function* ahead(
  reader: SliceReader,
  slices: readonly PlannedSlice[],
): AsyncGenerator<SliceFacts | undefined, void, undefined> {
  const read = async (at: number, before: SliceFacts | undefined) => {
    const slice = slices[at];
    return slice && (at === 0 || before !== undefined) ? await reader.read(slice, before) : undefined;
  };
  let here = await read(0, undefined);
  let next = read(1, here);
  for (let at = 0; at < slices.length; at++) {
    const following = await next;
    next = read(at + 2, following);
    next.catch(() => undefined);
    try {
      yield here;
    } finally {
      // Whoever leaves must not meet what is still being read.
      await next.catch(() => undefined);
    }
    here = following;
  }
}

type SliceCourt = Pick<HistoryFacts, 'certificates' | 'trust' | 'now'> & {
  readonly late: readonly LateLines[];
};

async function judgeSlice(
  read: SliceFacts,
  before: Judged | undefined,
  { certificates, trust, now, late }: SliceCourt,
  progress: Progress,
): Promise<Judged | undefined> {
  const { commits, layouts, owners, pointed } = read;
  const facts: HistoryFacts = {
    ...(before && { seed: seedOf(before) }),
    pointed,
    commits,
    layouts,
    owners,
    certificates,
    evidence: [...read.evidence, ...(before === undefined ? [] : unboundBefore(before))],
    late,
    fitting: await read.fitting,
    trust,
    now,
  };
  if (facts.evidence.some(({ content }) => content.kind === 'revocation')) return undefined;
  const history = judgeHistory(facts, progress);
  const isEnough = verdictOf(history.findings) === 'verified' && !isBeyondMemory(facts, history);
  const memory = isEnough ? remember(history, facts) : undefined;
  const log = newestEntries(history, before?.memory.tip, before?.log ?? LogLines.from(''));
  return memory && { facts, history, memory, log };
}

/** The last commit as if it had changed nothing, with what its tree was found to hold. */
function seedOf({ facts, history, memory }: Judged): Seed {
  const { commit, state } = history.commits.get(memory.tip) ?? missing(memory.tip);
  const listing = new Map<string, Side>();
  for (const { paths } of state?.steps.values() ?? []) {
    for (const [path, artifact] of paths) listing.set(path, { id: '', artifact });
  }
  return {
    memory,
    tip: { ...commit, changes: [], listing, bystanders: new Map(), extras: new Map() },
    links: find(
      memory.links.map(({ entry }) => entry),
      facts,
    ).map((entry, at) => ({ remembered: memory.links[at] ?? missing(entry.id), entry })),
  };
}

function unboundBefore({ memory, facts }: Judged): Entry[] {
  return find(memory.unbound, facts);
}

/** What is named, among what lay before that judge; an entry is called by its name only where there may be one. */
function find(names: readonly EntryName[], { evidence, seed }: HistoryFacts): Entry[] {
  const objects = new Set(names.map(({ object }) => object));
  const known = new Map<string, Entry>();
  const entries = [...(seed?.links.map(({ entry }) => entry) ?? []), ...evidence];
  for (const entry of entries) if (objects.has(entry.object)) known.set(nameOf(entry), entry);
  return names.map((name) => known.get(nameOf(name)) ?? missing(name.id));
}

function nameOf({ signer, object, id }: EntryName): string {
  return `${signer} ${object} ${id}`;
}

function missing(what: string): never {
  throw new Error(`expected to find ${what} among what was just judged`);
}

/** Nothing of it was known from before this run. */
function asNew(history: HistoryJudgment): HistoryJudgment {
  return { ...history, checked: { ...history.checked, cached: 0 } };
}
