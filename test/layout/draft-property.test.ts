import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RecordedArtifacts } from '../../src/intoto/apply-rules.ts';
import { applyRules } from '../../src/intoto/apply-rules.ts';
import type { Artifacts } from '../../src/intoto/digest.ts';
import type { Layout, Step } from '../../src/intoto/layout.ts';
import { layoutFromJson } from '../../src/intoto/layout.ts';
import { controlOf } from '../../src/layout/control.ts';
import { draftLayout } from '../../src/layout/draft.ts';
import { explainLayout } from '../../src/layout/explain.ts';
import { explanationLines } from '../../src/layout/explain-text.ts';
import type { DraftStep } from '../../src/layout/flow.ts';
import { lintLayout } from '../../src/layout/lint.ts';
import { lintMessage } from '../../src/layout/lint-words.ts';
import { recordedMatcher, recordedPatterns } from '../../src/layout/recorded.ts';
import { inAYear, makeKey } from '../support/layout.ts';

/**
 * Random pipelines: step i makes `s<i>/` and reads what steps before it make – whole directories, single files, by
 * wild cards –, perhaps its own products, perhaps files that nobody makes. Over them random files, work that changes
 * some of them, and links as the recorder would make them (`product.md` §4).
 */
interface Pipeline {
  readonly steps: ReadonlyMap<string, DraftStep>;
  readonly files: ReadonlyMap<string, number>;
}

const FILES = ['a.csv', 'b.csv', 'deep/c.bin'];
const READS = ['', 'a.csv', '*.csv', 'deep/', '?.csv'];

const pipeline: fc.Arbitrary<Pipeline> = fc.integer({ min: 1, max: 5 }).chain((count) => {
  const reads = fc.record({
    inputs: fc.subarray(Array.from({ length: count }, (_, step) => step)),
    part: fc.constantFrom(...READS),
    reworks: fc.boolean(),
    unsigned: fc.boolean(),
  });
  const names = Array.from({ length: count }, (_, step) => FILES.map((file) => `s${step}/${file}`)).flat();
  return fc.record({
    steps: fc.tuple(...Array.from({ length: count }, () => reads)).map((all) => {
      return new Map(all.map((read, step) => [`step${step}`, stepOf(step, read)]));
    }),
    files: fc
      .subarray([...names, 'vendor/x', 'README.md'])
      .map((paths) => new Map(paths.map((path) => [path, 0]))),
  });
});

interface Reads {
  readonly inputs: readonly number[];
  readonly part: string;
  readonly reworks: boolean;
  readonly unsigned: boolean;
}

function stepOf(step: number, { inputs, part, reworks, unsigned }: Reads): DraftStep {
  const earlier = inputs.filter((input) => input < step).map((input) => `s${input}/${part}`);
  const own = reworks ? [`s${step}/a.csv`] : [];
  return { materials: [...earlier, ...own, ...(unsigned ? ['vendor/'] : [])], products: [`s${step}/`] };
}

function draft({ steps }: Pipeline): Layout {
  const people = [{ fingerprint: 'A'.repeat(40), keys: [makeKey('a')] }];
  return layoutFromJson(
    draftLayout({
      config: { steps, inspections: new Map() },
      functionaries: new Map([...steps.keys()].map((name) => [name, people])),
      thresholds: new Map(),
      expires: inAYear,
      id: '0'.repeat(32),
    }),
  );
}

type Files = ReadonlyMap<string, number>;

function artifacts(
  files: Files,
  matches: (path: string) => boolean,
): Map<string, ReadonlyMap<string, string>> {
  const found = [...files].filter(([path]) => matches(path));
  return new Map(
    found.map(([path, version]) => [path, new Map([['sha256', version.toString(16).padStart(64, '0')]])]),
  );
}

/** Products as the tree has them; materials too, but what the step reworks or has deleted as it was before. */
function linkOf(step: Step, before: Files, after: Files): RecordedArtifacts {
  const patterns = recordedPatterns(step);
  const [isMaterial, isProduct] = [recordedMatcher(patterns.materials), recordedMatcher(patterns.products)];
  const materials = artifacts(after, (path) => isMaterial(path) && !isProduct(path));
  const earlier = artifacts(before, (path) => isProduct(path) && (isMaterial(path) || !after.has(path)));
  const products: Artifacts = artifacts(after, isProduct);
  return { materials: new Map([...materials, ...earlier]), products };
}

/** Every step in turn changes, adds and deletes some of its own files, and is recorded. */
function work(layout: Layout, start: Files, dice: readonly number[]) {
  const links = new Map<string, RecordedArtifacts>();
  const control = controlOf(layout);
  let files = start;
  layout.steps.forEach((step, turn) => {
    const after = new Map(files);
    FILES.forEach((file, at) => {
      const path = `s${step.name.slice(4)}/${file}`;
      const roll = dice[(turn * FILES.length + at) % dice.length] ?? 0;
      assert.is(control.stepsOf(path)[0]?.step.name, step.name);
      if (roll === 1) after.delete(path);
      if (roll > 1) after.set(path, roll);
    });
    links.set(step.name, linkOf(step, files, after));
    files = after;
  });
  return links;
}

function failureOf(step: Step, links: ReadonlyMap<string, RecordedArtifacts>) {
  const link = links.get(step.name);
  if (link === undefined) throw new Error('no link');
  const { expectedMaterials, expectedProducts } = step;
  return applyRules({ ...link, expectedMaterials, expectedProducts }, (name) => links.get(name)).failure;
}

const dice = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 15, maxLength: 15 });

test('honest work, recorded as it happens, passes the rules that were drafted for it', () => {
  fc.assert(
    fc.property(pipeline, dice, (one, rolls) => {
      const layout = draft(one);
      const links = work(layout, one.files, rolls);
      for (const step of layout.steps)
        assert.is(failureOf(step, links), undefined, JSON.stringify([...one.steps]));
    }),
    { numRuns: 300 },
  );
});

test('a step that worked on anything but what another one signed never passes', () => {
  fc.assert(
    fc.property(pipeline, dice, fc.nat(), (one, rolls, which) => {
      const layout = draft(one);
      const links = work(layout, one.files, rolls);
      const foreign = layout.steps.flatMap((step) => {
        const own = recordedMatcher(recordedPatterns(step).products);
        const materials = [...(links.get(step.name)?.materials.keys() ?? [])];
        return materials.filter((path) => path.startsWith('s') && !own(path)).map((path) => ({ step, path }));
      });
      const target = foreign[which % Math.max(1, foreign.length)];
      if (target === undefined) return;
      const link = links.get(target.step.name);
      if (link === undefined) throw new Error('no link');
      const poisoned = new Map([...link.materials, [target.path, new Map([['sha256', 'f'.repeat(64)]])]]);
      links.set(target.step.name, { ...link, materials: poisoned });
      assert.is(failureOf(target.step, links)?.list, 'materials');
    }),
    { numRuns: 300 },
  );
});

test('nothing that a step does not make can come out of it', () => {
  fc.assert(
    fc.property(
      pipeline,
      dice,
      fc.constantFrom('README.md', 's9/a.csv', 'vendor/x', '.mlchainrc'),
      (one, rolls, path) => {
        const layout = draft(one);
        const links = work(layout, one.files, rolls);
        for (const step of layout.steps) {
          const link = links.get(step.name);
          if (link === undefined) throw new Error('no link');
          const products = new Map([...link.products, [path, new Map([['sha256', 'f'.repeat(64)]])]]);
          const changed = new Map([...links, [step.name, { ...link, products }]]);
          assert.is(failureOf(step, changed)?.list, 'products');
        }
      },
    ),
  );
});

test('every file that a step makes has that one step to answer for it', () => {
  fc.assert(
    fc.property(pipeline, (one) => {
      const control = controlOf(draft(one));
      for (const [step] of one.steps) {
        const owners = control.stepsOf(`s${step.slice(4)}/deep/x`).map((owner) => owner.step.name);
        assert.equal(owners, [step]);
      }
      assert.not(control.isControlled('vendor/x'));
    }),
  );
});

test('a draft never has an error, and doubts only what nobody signs for', () => {
  fc.assert(
    fc.property(pipeline, (one) => {
      const layout = draft(one);
      const problems = lintLayout({
        layout,
        now: Date.UTC(2026, 10, 22),
        holders: new Map(),
        tracked: [...one.files.keys()],
      });
      const codes = new Set(problems.map(({ code }) => code));
      codes.delete('matches-nothing');
      const unsigned = [...one.steps.values()].some(({ materials }) => materials.includes('vendor/'));
      assert.equal([...codes], unsigned ? ['unsigned-material'] : []);
      for (const problem of problems) assert.ok(lintMessage(problem).length > 10);
    }),
  );
});

test('every draft can be told in words: a line for each rule, and a drawing of all steps', () => {
  fc.assert(
    fc.property(pipeline, (one) => {
      const layout = draft(one);
      const lines = explanationLines(explainLayout(layout, new Map(), Date.UTC(2026, 10, 22)));
      const rules = layout.steps.flatMap((step) => [...step.expectedMaterials, ...step.expectedProducts]);
      assert.is(lines.filter((line) => / {2}(accepted|refused)/.test(line)).length, rules.length);
      assert.is(lines.filter((line) => line.includes('●')).length, layout.steps.length);
    }),
  );
});

test.run();
