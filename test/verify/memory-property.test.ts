import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Artifact } from '../../src/artifact/kind.ts';
import { linkToJson } from '../../src/intoto/link.ts';
import type { Entry } from '../../src/ledger/entry.ts';
import { Ancestry } from '../../src/verify/ancestry.ts';
import { type Finding, verdictOf } from '../../src/verify/finding.ts';
import { type HistoryJudgment, judgeHistory } from '../../src/verify/history.ts';
import { judgeRelease } from '../../src/verify/release.ts';
import { makePeople, pipeline } from '../support/pipeline.ts';
import { factsUpTo, judgeFromMemory, judgeOnTop } from '../support/remembered.ts';
import { type Signatory, World } from '../support/world.ts';

const people = await makePeople();
const { olivia, alice, bob, carl, mallory } = people;

const STEPS = {
  prepare: { files: ['data/a', 'data/b'], from: [], by: [alice, bob] },
  train: { files: ['model/m'], from: ['data/a', 'data/b'], by: [bob, carl] },
  test: { files: ['metrics/j'], from: ['model/m'], by: [carl] },
} as const;
type StepName = keyof typeof STEPS;

/** Two may prepare; two may train, and perhaps have to. */
function layoutText(threshold: number) {
  const text = pipeline(people);
  const { prepare, train, test: last } = text.steps;
  return {
    ...text,
    steps: {
      prepare: { ...prepare, pubkeys: [alice.keyid, bob.keyid], threshold },
      train: { ...train, pubkeys: [bob.keyid, carl.keyid], threshold },
      test: { ...last },
    },
  };
}

/** One thing that somebody does, by numbers: few contents and few places, so that old states come back all the time. */
const anyAct = fc.record({
  kind: fc.oneof(
    { weight: 6, arbitrary: fc.constant('work' as const) },
    { weight: 4, arbitrary: fc.constant('chain' as const) },
    { weight: 3, arbitrary: fc.constant('sign' as const) },
    { weight: 2, arbitrary: fc.constant('plain' as const) },
    { weight: 2, arbitrary: fc.constant('merge' as const) },
    { weight: 1, arbitrary: fc.constantFrom('change', 'elsewhere', 'import', 'endorse') },
  ),
  step: fc.constantFrom<StepName>('prepare', 'train', 'train', 'test'),
  content: fc.constantFrom('1', '2'),
  /** How far back: mostly the newest commit. */
  back: fc.constantFrom(0, 0, 0, 0, 1, 2, 3),
  other: fc.constantFrom(1, 2, 3),
  /** Which of the functionaries of a step sign: one, the other, both. */
  hands: fc.constantFrom(1, 2, 3, 3, 3),
  /** What an honest link may leave out or name besides, so that two honest links disagree. */
  extra: fc.boolean(),
});
type Act = typeof anyAct extends fc.Arbitrary<infer T> ? T : never;

function play(world: World, act: Act, number: number): void {
  const { step, content, hands } = act;
  const commit = nthNewest(world, act.back);
  const change = (name: StepName, parent: string) => {
    const file = (act.extra && STEPS[name].files[1]) || STEPS[name].files[0];
    return world.commit({ parents: [parent], files: { [file]: content } });
  };
  switch (act.kind) {
    case 'work':
      signAll(world, step, change(step, commit), act);
      break;
    case 'chain': {
      let parent = commit;
      for (const name of ['prepare', 'train', 'test'] as const) {
        parent = change(name, parent);
        signAll(world, name, parent, name === 'test' ? { ...act, hands: 1 } : act);
      }
      break;
    }
    case 'sign':
      sign(world, step, commit, [alice, bob, carl, mallory][hands] ?? alice, act.extra);
      break;
    case 'plain':
      world.commit({ parents: [commit], files: { 'README.md': `${number}` } });
      break;
    case 'merge':
      merge(world, commit, nthNewest(world, act.other));
      break;
    case 'change':
      change(step, commit);
      break;
    case 'elsewhere': {
      const gone = `${number}`.padStart(40, 'e');
      const [by] = STEPS[step].by;
      world.link({ ...linkText(step, commit, by), object: gone, binding: { commit: gone } });
      break;
    }
    case 'import':
      importLink(world, step, commit);
      break;
    case 'endorse':
      world.endorse(commit, ['data/a', 'model/m', 'metrics/j'], olivia);
  }
}

function nthNewest({ commits }: World, back: number): string {
  return (commits.at(-1 - back) ?? commits[0])?.id ?? '';
}

function signAll(world: World, step: StepName, commit: string, { hands, extra }: Act): void {
  for (const [hand, by] of STEPS[step].by.entries()) {
    if ((hands & (hand + 1)) !== 0) sign(world, step, commit, by, extra && hand === 1);
  }
}

function sign(world: World, step: StepName, commit: string, by: Signatory, extra: boolean): void {
  const text = linkText(step, commit, by);
  if (!extra || step !== 'prepare') world.link(text);
  else if (world.evidence.length % 2 === 0) world.link({ ...text, materials: ['README.md'] });
  else world.link({ ...text, products: ['data/b'] });
}

function linkText(step: StepName, commit: string, by: Signatory) {
  return { step, commit, by, materials: STEPS[step].from, products: STEPS[step].files };
}

/** A link as in-toto-run makes it: bound to no commit. */
function importLink(world: World, step: StepName, commit: string): void {
  const [by] = STEPS[step].by;
  const { content } = world.link(linkText(step, commit, by));
  world.evidence.pop();
  if (content.kind !== 'link') throw new Error('not a link');
  world.add(linkToJson({ ...content.link, environment: new Map() }), { by }, commit);
}

/** Only the side that changed wins; where both did, the first. */
function merge(world: World, one: string, other: string): void {
  const ancestry = new Ancestry(world.commits);
  if (ancestry.isAncestor(one, other) || ancestry.isAncestor(other, one)) return;
  const base = ancestry.mergeBases(one, other)[0] ?? '';
  const paths = Object.values(STEPS).flatMap(({ files }) => files);
  const theirs = paths.filter((path) => world.contentAt(one, path) === world.contentAt(base, path));
  const files = Object.fromEntries(theirs.map((path) => [path, world.contentAt(other, path)]));
  world.commit({ parents: [one, other], files });
}

function makeWorld(acts: readonly Act[], threshold: number): World {
  const world = new World(olivia, Object.values(people));
  world.commit({ layout: world.layout(layoutText(threshold)), files: { 'README.md': '' } });
  for (const [number, act] of acts.entries()) {
    play(world, act, number);
    // A note holds each line once.
    const lines = new Map(world.evidence.map((entry) => [`${entry.object} ${entry.id}`, entry]));
    world.evidence.splice(0, world.evidence.length, ...lines.values());
  }
  return world;
}

/** What `assess` tells of a history; of the release, where it does not hold, only thresholds. */
function told(history: HistoryJudgment, revision: string, now: number) {
  const { steps, findings } = judgeRelease({ history, revision, only: undefined, now });
  const isThreshold = ({ code }: Finding) => code === 'threshold-unmet' || code === 'links-disagree';
  const { cached: _, ...checked } = history.checked;
  return {
    findings: history.findings,
    checked,
    thresholds: findings.filter(isThreshold),
    release: verdictOf(findings) === 'verified' ? { steps, findings } : undefined,
  };
}

/** What lies on the old commits was there when they were judged; of the rest, who knows. */
function knownAt(world: World, base: string, seen: number): Entry[] {
  const old = new Set(factsUpTo(world, base, []).commits.map(({ id }) => id));
  return world.evidence.filter(({ object }, nth) => old.has(object) || ((seen >> nth) & 1) === 1);
}

const anyStory = fc.tuple(fc.array(anyAct, { minLength: 3, maxLength: 9 }), fc.constantFrom(1, 2), fc.nat());

test('what is judged from a memory is what the whole history says', () => {
  let accepted = 0;
  let released = 0;
  const property = fc.property(anyStory, ([acts, threshold, seen]) => {
    const world = makeWorld(acts, threshold);
    const tip = nthNewest(world, 0);
    const whole = told(judgeHistory(factsUpTo(world, tip, world.evidence)), tip, world.now);
    for (const { id: base } of world.commits) {
      const quick = judgeOnTop(world, base, tip, knownAt(world, base, seen));
      if (quick === undefined) continue;
      const actual = told(quick.history, tip, world.now);
      if (base !== tip) accepted += 1;
      if (base !== tip && actual.release !== undefined) released += 1;
      // A release that does not hold is judged again from the whole history, to say why in full.
      assert.equal(actual, actual.release === undefined ? { ...whole, release: undefined } : whole);
    }
  });
  fc.assert(property, { numRuns: Number(process.env.RUNS ?? 120), includeErrorInReport: true });
  assert.ok(
    accepted > 150 && released > 20,
    `${accepted} and ${released}: the property says next to nothing`,
  );
});

test('of a history that is not verified a memory tells all that is uncovered, and explains nothing more', () => {
  let compared = 0;
  const property = fc.property(anyStory, ([acts, threshold, seen]) => {
    const world = makeWorld(acts, threshold);
    const tip = nthNewest(world, 0);
    const whole = judgeHistory(factsUpTo(world, tip, world.evidence));
    for (const { id: base } of world.commits) {
      const quick = judgeFromMemory(world, base, tip, knownAt(world, base, seen))?.history;
      if (quick === undefined || verdictOf(quick.findings) === 'verified') continue;
      compared += 1;
      const told = new Set(uncoveredIn(quick));
      assert.equal(
        uncoveredIn(whole).filter((each) => !told.has(each)),
        [],
      );
      const extra = artifactsIn(world).filter((each) => quick.explains(...each) && !whole.explains(...each));
      assert.equal(extra, []);
    }
  });
  fc.assert(property, { numRuns: Number(process.env.RUNS ?? 120), includeErrorInReport: true });
  assert.ok(compared > 5, `${compared}: the property says next to nothing`);
});

function uncoveredIn({ findings }: HistoryJudgment): string[] {
  const uncovered = findings.filter(({ code }) => code === 'uncovered');
  return uncovered.map(({ commit, path, found }) => `${commit} ${path} ${found}`);
}

function artifactsIn({ commits }: World): [string, Artifact][] {
  const changes = commits.flatMap((commit) => commit.changes.flat());
  return changes.flatMap(({ path, before, after }) =>
    [before, after].flatMap((side): [string, Artifact][] =>
      side?.artifact === undefined ? [] : [[path, side.artifact]],
    ),
  );
}

test.run();
