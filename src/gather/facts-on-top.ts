import { Digester } from '../artifact/digester.ts';
import { type Commit, isAncestor } from '../git/history.ts';
import type { Repository } from '../git/repository.ts';
import type { Entry, NoteProblem } from '../ledger/entry.ts';
import { type EvidenceSince, evidenceSince } from '../ledger/evidence-since.ts';
import { Ledger } from '../ledger/ledger.ts';
import type { EvidenceRefs } from '../ledger/read-notes.ts';
import type { Certificate } from '../openpgp/certificate.ts';
import type { HistoryFacts, Seed, Trust } from '../verify/facts.ts';
import { KeyBook } from '../verify/key-book.ts';
import type { EntryName, Memory } from '../verify/memory.ts';
import type { Checkpoint } from './checkpoints.ts';
import { digestCommits } from './commit-facts.ts';
import { lateLines } from './late-lines.ts';
import { layoutFacts } from './layout-at.ts';
import { ownersFilesAt, readOwnersFiles } from './owners-files.ts';
import { PointedHistory } from './pointed-history.ts';
import { revokedTexts } from './revoked-keys.ts';
import { scopeOf } from './scope.ts';
import { readCommits, type ScopedCommit, type Source } from './scoped-commits.ts';
import { SideTable } from './side-table.ts';

export interface OnTopRequest {
  readonly checkpoint: Checkpoint;
  /** The commit that the checkpoint is about; every way from the tips into the past leads through it. */
  readonly base: Commit;
  readonly tips: readonly string[];
  readonly trust: Trust;
  readonly now: number;
  /** As it is now. */
  readonly evidence: EvidenceRefs;
}

export interface OnTop {
  readonly facts: HistoryFacts;
  /** Of all evidence there is. */
  readonly problems: readonly NoteProblem[];
}

/** Each asks git once; after a large fetch it is as well judged from the beginning. */
const MOST_QUESTIONS = 32;

/**
 * What the judge must know of the commits that came after a verified one. Undefined wherever something else came that
 * what was verified may depend on: a layout, a certificate or a revocation, a line on one of the old commits, or one
 * that is gone.
 */
export async function factsOnTop(repo: Repository, request: OnTopRequest): Promise<OnTop | undefined> {
  const { checkpoint, base, tips, evidence, trust, now } = request;
  const { memory, certificates } = checkpoint;
  if (!(await isAllRecalled(repo, certificates))) return undefined;
  const since = await evidenceSince(repo, checkpoint.evidence, evidence.refs);
  if (since === undefined) return undefined;
  const layout = await layoutFacts(repo, memory.layout);
  const layouts = new Map([[memory.layout, layout]]);
  const scope = scopeOf(layouts.values());
  const above = tips.filter((tip) => tip !== base.id);
  const pointed = new PointedHistory(repo, scope.isControlled);
  if (!memory.pointed) pointed.startWithout(base.id);
  const source: Source = { repo, scope, pointed, sides: new SideTable(new Digester(repo)) };
  const owners = await ownersFilesAt(repo, base.id);
  const commits = await readCommits(source, {
    tips: above,
    base: { id: base.id, layout: memory.layout, owners },
  });
  const isNew = new Set(commits.map(({ id }) => id));
  if (
    commits.some(({ touchesOwnFiles }) => touchesOwnFiles) ||
    (await reachesOld(repo, since, isNew, base.id))
  )
    return undefined;
  const ledger = await Ledger.readFrom(repo, evidence, objectsOf(memory, isNew, since));
  const lines = linesOnTop(ledger, memory, isNew, since);
  if (ledger.problems.length > evidence.problems.length || lines === undefined) return undefined;
  const scoped = [{ ...baseCommit(base, memory.layout), owners }, ...commits];
  const [tip, ...facts] = await digestCommits(source, scoped, lines.evidence);
  if (tip === undefined) return undefined;
  const seed: Seed = { memory, tip, links: lines.links };
  const late = await lateLines(repo, { keys: new KeyBook(certificates), owners: trust.owners, now });
  if (late.some((each) => [...each.lines.keys()].some((object) => !isNew.has(object)))) return undefined;
  return {
    facts: {
      seed,
      pointed: pointed.hasAny,
      commits: facts,
      layouts,
      owners: await readOwnersFiles(repo, new Set(owners.values())),
      certificates,
      evidence: lines.evidence,
      late,
      trust,
      now,
    },
    problems: [...evidence.problems, ...problemsNow(checkpoint, ledger, since)],
  };
}

/** A revocation that this clone has met elsewhere since speaks about the old commits as well (threat 47). */
async function isAllRecalled(repo: Repository, certificates: readonly Certificate[]): Promise<boolean> {
  const known = new Set(certificates.map(({ armored }) => armored));
  return (await revokedTexts(repo)).every((armored) => known.has(armored));
}

/** A new line on an old commit may add a word to what was said there, or speak for or against it. */
async function reachesOld(
  repo: Repository,
  { grown }: EvidenceSince,
  isNew: ReadonlySet<string>,
  base: string,
): Promise<boolean> {
  const others = [...grown].filter((object) => !isNew.has(object));
  if (others.length > MOST_QUESTIONS) return true;
  for (const object of others) {
    const isCommit = (await repo.objects.info(object))?.type === 'commit';
    if (isCommit && (await isAncestor(repo, object, base))) return true;
  }
  return false;
}

function objectsOf(
  { links, unbound }: Memory,
  isNew: ReadonlySet<string>,
  { touched }: EvidenceSince,
): ReadonlySet<string> {
  const remembered = [...links.map(({ entry }) => entry), ...unbound].map(({ object }) => object);
  return new Set([...isNew, ...touched, ...remembered]);
}

interface Lines {
  readonly evidence: readonly Entry[];
  readonly links: Seed['links'];
}

/** Lines on the new commits, imported ones on the old, and what came since to commits elsewhere. */
function linesOnTop(
  ledger: Ledger,
  memory: Memory,
  isNew: ReadonlySet<string>,
  { grown }: EvidenceSince,
): Lines | undefined {
  const links = memory.links.map((remembered) => ({ remembered, entry: find(ledger, remembered.entry) }));
  const unbound = memory.unbound.map((name) => find(ledger, name));
  const elsewhere = [...grown].filter((object) => !isNew.has(object));
  const here = [...isNew, ...elsewhere].flatMap((object) => ledger.entriesFor(object));
  if (here.some(({ content }) => content.kind === 'revocation')) return undefined;
  if (unbound.some((entry) => entry === undefined)) return undefined;
  const found = links.flatMap(({ remembered, entry }) =>
    entry === undefined ? [] : [{ remembered, entry }],
  );
  if (found.length < links.length) return undefined;
  return { evidence: [...here, ...unbound.flatMap((entry) => entry ?? [])], links: found };
}

function find(ledger: Ledger, { signer, object, id }: EntryName): Entry | undefined {
  return ledger.entriesFor(object).find((entry) => entry.signer === signer && entry.id === id);
}

function problemsNow({ problems }: Checkpoint, ledger: Ledger, { touched }: EvidenceSince): NoteProblem[] {
  const same = problems.filter(({ object }) => object === undefined || !touched.has(object));
  return [...same, ...[...touched].flatMap((object) => ledger.problemsFor(object))];
}

/** It changed nothing, as the judge sees it; its tree is listed. */
function baseCommit(base: Commit, layout: string): Omit<ScopedCommit, 'owners'> {
  const none = { changes: [], boundary: false, bystanders: new Map(), touchesOwnFiles: false };
  return { ...base, ...none, layout, isBase: true };
}
