import { foldName, isMarked, namesOnTheWay } from '../artifact/folded-name.ts';
import { isOwnFile } from '../layout/control.ts';
import type { Ancestry } from './ancestry.ts';
import type { CommitJudgment } from './commit-judge.ts';
import type { CommitFacts, HistoryFacts } from './facts.ts';
import type { Finding } from './finding.ts';

/** Path → the name that it collides with. */
type Collisions = ReadonlyMap<string, string>;

const NONE: Collisions = new Map();

/**
 * Names that are one file, or one directory, where case or Unicode normalisation is not told apart, one of them
 * controlled (threat 37). The tree, and so every link, tells them apart: what is then read on such a machine is
 * explained by nobody. Said of the commits that bring them; a warning once a descendant is rid of them.
 */
export function twinFindings(
  judged: readonly CommitJudgment[],
  ancestry: Ancestry,
  { seed }: HistoryFacts,
): Finding[] {
  const before = seed?.memory.bystanders ?? [];
  const suspects = suspectPaths(
    judged.map(({ commit }) => commit),
    before,
  );
  if (suspects.size === 0) return [];
  const collisions = collisionsByCommit(judged, suspects, before);
  // What the verified commit itself brought has been said when it was verified.
  const asked = judged.filter(({ commit }) => commit.id !== seed?.tip.id);
  return asked.flatMap((judgment) => findingsAt(judgment, judged, collisions, ancestry));
}

/** The names at a commit that no step controls, as far as the facts tell of them: for `Memory.bystanders`. */
export function bystandersAt({ commit, state }: CommitJudgment, { seed, commits }: HistoryFacts): string[] {
  const byId = new Map(commits.map((each) => [each.id, each]));
  const line: CommitFacts[] = [];
  for (let at = byId.get(commit.id); at !== undefined; at = byId.get(at.parents[0] ?? '')) line.push(at);
  const names = new Set(seed?.memory.bystanders ?? []);
  for (const each of line.reverse()) {
    for (const [name, came] of movesAt(each)) {
      if (came) names.add(name);
      else names.delete(name);
    }
  }
  return [...names].filter((name) => state?.control.isControlled(name) !== true);
}

function findingsAt(
  { commit }: CommitJudgment,
  judged: readonly CommitJudgment[],
  collisions: ReadonlyMap<string, Collisions>,
  ancestry: Ancestry,
): Finding[] {
  const has = (id: string, path: string) => collisions.get(id)?.has(path) === true;
  const brought = [...(collisions.get(commit.id) ?? NONE)].filter(
    ([path]) => commit.parents.length === 0 || commit.parents.some((parent) => !has(parent, path)),
  );
  return brought.map(([path, twin]) => {
    const isGone = judged.some(({ commit: { id } }) => !has(id, path) && ancestry.isAncestor(commit.id, id));
    return {
      code: 'invalid-name',
      severity: isGone ? 'warning' : 'violation',
      commit: commit.id,
      author: commit.author,
      path,
      detail: `on macOS and Windows it is the same as '${twin}'`,
    };
  });
}

/** All paths of the history that some name on their way makes the twin of another's. Mostly none: then that is all. */
function suspectPaths(commits: readonly CommitFacts[], bystanders: readonly string[]): ReadonlySet<string> {
  const paths = new Set(bystanders);
  for (const commit of commits) for (const path of pathsIn(commit)) paths.add(path);
  const spellings = spellingsIn(paths);
  const isTwin = (name: string) => (spellings.get(foldName(name))?.size ?? 0) > 1 || isLikeOwnFile(name);
  const hasTwins = [...spellings.values()].some((names) => names.size > 1 || [...names].some(isLikeOwnFile));
  if (!hasTwins) return new Set();
  return new Set([...paths].filter((path) => [...namesOnTheWay(path)].some(isTwin)));
}

/** Folded name → how it is spelt, for the names that are not plain lower case everywhere. */
function spellingsIn(paths: ReadonlySet<string>): ReadonlyMap<string, ReadonlySet<string>> {
  const spellings = new Map<string, Set<string>>();
  const names = new Set<string>();
  for (const path of paths) addNames(names, path);
  for (const name of names) {
    if (!isMarked(name)) continue;
    const folded = foldName(name);
    spellings.set(folded, (spellings.get(folded) ?? new Set()).add(name));
  }
  for (const [folded, spelt] of spellings) if (names.has(folded)) spelt.add(folded);
  return spellings;
}

/** The path and the directories above it, up to one that is known. */
function addNames(names: Set<string>, path: string): void {
  for (const name of namesOnTheWay(path)) {
    if (names.has(name)) return;
    names.add(name);
  }
}

/** `.MLCHAIN/root.layout` would take the layout's place in a work tree. */
function isLikeOwnFile(name: string): boolean {
  return !isOwnFile(name) && isOwnFile(foldName(name));
}

function* pathsIn({ changes, listing, bystanders }: CommitFacts): Generator<string> {
  for (const list of changes) for (const { path } of list) yield path;
  if (listing !== undefined) yield* listing.keys();
  yield* bystanders.keys();
}

function collisionsByCommit(
  judged: readonly CommitJudgment[],
  suspects: ReadonlySet<string>,
  bystanders: readonly string[],
): ReadonlyMap<string, Collisions> {
  const present = new Map<string, ReadonlySet<string>>();
  const collisions = new Map<string, Collisions>();
  const atFirst = new Set(bystanders.filter((path) => suspects.has(path)));
  for (const { commit, state } of judged) {
    const before = present.get(commit.parents[0] ?? '') ?? atFirst;
    const here = presentAt(commit, before, suspects);
    present.set(commit.id, here);
    if (state !== undefined) collisions.set(commit.id, collide(here, before, state.control.isControlled));
  }
  return collisions;
}

function presentAt(
  commit: CommitFacts,
  before: ReadonlySet<string>,
  suspects: ReadonlySet<string>,
): ReadonlySet<string> {
  const moved = [...movesAt(commit)].filter(([path]) => suspects.has(path));
  if (moved.length === 0) return before;
  const here = new Set(before);
  for (const [path, came] of moved) {
    if (came) here.add(path);
    else here.delete(path);
  }
  return here;
}

/** Path → whether it came or went, against the first parent; what is listed anew is there. */
function* movesAt({
  changes: [first = []],
  listing,
  bystanders,
}: CommitFacts): Generator<readonly [string, boolean]> {
  for (const { path, after } of first) yield [path, after !== undefined];
  for (const path of listing?.keys() ?? []) yield [path, true];
  yield* bystanders;
}

/** Of two that collide the one is named that was not there before, or that nobody controls. */
function collide(
  here: ReadonlySet<string>,
  before: ReadonlySet<string>,
  isControlled: (path: string) => boolean,
): Collisions {
  const rank = (path: string) => (before.has(path) ? 0 : 2) + (isControlled(path) ? 0 : 1);
  const paths = [...here].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const firstSpelt = new Map<string, string>();
  const controlled = new Set<string>();
  for (const path of paths) {
    for (const name of namesOnTheWay(path)) {
      const folded = foldName(name);
      if (!firstSpelt.has(folded)) firstSpelt.set(folded, name);
      if (isControlled(path)) controlled.add(folded);
    }
  }
  const twinOf = (name: string) => {
    const folded = foldName(name);
    if (isLikeOwnFile(name)) return folded;
    const first = firstSpelt.get(folded);
    return first !== name && controlled.has(folded) ? first : undefined;
  };
  const found = paths.map((path) => [path, [...namesOnTheWay(path)].map(twinOf).find(isThere)] as const);
  return new Map(found.flatMap(([path, twin]) => (twin === undefined ? [] : [[path, twin] as const])));
}

function isThere(name: string | undefined): boolean {
  return name !== undefined;
}
