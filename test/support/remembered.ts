import type { Entry } from '../../src/ledger/entry.ts';
import { Ancestry } from '../../src/verify/ancestry.ts';
import { isBeyondMemory } from '../../src/verify/beyond-memory.ts';
import type { CommitFacts, HistoryFacts, Seed } from '../../src/verify/facts.ts';
import { verdictOf } from '../../src/verify/finding.ts';
import { type HistoryJudgment, judgeHistory } from '../../src/verify/history.ts';
import type { EntryName, Memory } from '../../src/verify/memory.ts';
import { remember } from '../../src/verify/remember.ts';
import type { World } from './world.ts';

/** The history of one commit of a world, as a repository would tell it that has this evidence. */
export function factsUpTo(world: World, tip: string, evidence: readonly Entry[]): HistoryFacts {
  const ancestry = new Ancestry(world.commits);
  const commits = world.commits.filter(({ id }) => ancestry.isAncestor(id, tip));
  const { layouts, owners, certificates, trust, now } = world;
  return { commits, layouts, owners, certificates, evidence, trust, now };
}

/** What came after `base`, where nothing else leads to `tip`, none of it is a root and the layout stays as it is. */
function commitsOnTop(world: World, base: string, tip: string): CommitFacts[] | undefined {
  const ancestry = new Ancestry(world.commits);
  if (!ancestry.isAncestor(base, tip)) return undefined;
  const isNew = (id: string) => ancestry.isAncestor(id, tip) && !ancestry.isAncestor(id, base);
  const commits = world.commits.filter(({ id }) => isNew(id));
  const { layout } = world.commits.find(({ id }) => id === base) ?? {};
  const fits = commits.every(
    (commit) =>
      commit.layout === layout &&
      commit.parents.length > 0 &&
      commit.parents.every((parent) => parent === base || isNew(parent)),
  );
  return fits ? commits : undefined;
}

export interface OnTop {
  readonly memory: Memory;
  readonly history: HistoryJudgment;
  readonly facts: HistoryFacts;
}

/**
 * Judges `tip` from what the history of `base` leaves behind; undefined where that is not allowed, or not enough to say
 * "verified again".
 * @param known evidence that was there when `base` was judged
 */
export function judgeOnTop(
  world: World,
  base: string,
  tip: string,
  known: readonly Entry[],
): OnTop | undefined {
  const told = judgeFromMemory(world, base, tip, known);
  return told && verdictOf(told.history.findings) === 'verified' ? told : undefined;
}

/** The same whatever it says, as the recorder asks. */
export function judgeFromMemory(
  world: World,
  base: string,
  tip: string,
  known: readonly Entry[],
): OnTop | undefined {
  const commits = commitsOnTop(world, base, tip);
  const before = factsUpTo(world, base, known);
  const memory = commits && remember(judgeHistory(before), before);
  if (commits === undefined || memory === undefined) return undefined;
  const ids = new Set(commits.map(({ id }) => id));
  const facts: HistoryFacts = {
    ...before,
    commits,
    layouts: new Map([...world.layouts].filter(([blob]) => blob === memory.layout)),
    evidence: [
      ...world.evidence.filter((entry) => ids.has(entry.object)),
      ...memory.unbound.map((name) => find(world, name)),
      ...world.evidence.filter((entry) => !known.includes(entry) && !ids.has(entry.object)),
    ],
    seed: seedOf(world, memory),
  };
  const history = judgeHistory(facts);
  return isBeyondMemory(facts, history) ? undefined : { memory, history, facts };
}

function seedOf(world: World, memory: Memory): Seed {
  const tip = world.commits.find(({ id }) => id === memory.tip);
  if (tip === undefined) throw new Error('the tip is gone');
  const links = memory.links.map((remembered) => ({ remembered, entry: find(world, remembered.entry) }));
  return { memory, tip: { ...tip, changes: [] }, links };
}

function find(world: World, { signer, object, id }: EntryName): Entry {
  const found = world.evidence.find((each) => {
    return each.signer === signer && each.object === object && each.id === id;
  });
  if (found === undefined) throw new Error('a remembered line is gone');
  return found;
}
