import { MlchainError } from '../errors.ts';
import { directoryOf } from './control.ts';
import { narrower, patternsMeet } from './overlap.ts';
import { patternAsWritten } from './recorded.ts';

/** One step as `.mlchainrc` has it; a trailing `/` means everything below. */
export interface DraftStep {
  readonly materials: readonly string[];
  readonly products: readonly string[];
  /** Undefined: any command will do. */
  readonly command?: readonly string[] | undefined;
}

/** Where the materials of one step come from. All patterns are in-toto's. */
export interface StepFlow {
  readonly name: string;
  readonly products: readonly string[];
  /** Products of another step: what a MATCH rule can hold the materials to. */
  readonly supplied: readonly Supply[];
  /** What the step changes in place: both its material and its product. */
  readonly reworked: readonly string[];
  /** What no step makes, so that nobody signs for it. */
  readonly unsigned: readonly string[];
}

interface Supply {
  readonly pattern: string;
  readonly from: string;
}

/**
 * Which step feeds which, in an order in which each comes after those it takes from; of several such orders the one
 * nearest to that of the configuration.
 * @throws MlchainError config: patterns that make no sense, steps that wait for each other
 */
export function flowOf(steps: ReadonlyMap<string, DraftStep>): readonly StepFlow[] {
  const written = [...steps].map(([name, step]) => ({
    name,
    materials: step.materials.map(patternAsWritten),
    products: step.products.map((pattern) => productPattern(name, pattern)),
  }));
  return inOrder(written.map((step) => flowOfStep(step, written)));
}

interface WrittenStep {
  readonly name: string;
  readonly materials: readonly string[];
  readonly products: readonly string[];
}

function flowOfStep(step: WrittenStep, all: readonly WrittenStep[]): StepFlow {
  const supplied = new Map<string, Supply>();
  const reworked = new Set<string>();
  const unsigned = new Set<string>();
  for (const material of step.materials) {
    const makers = makersOf(material, step.name, all);
    if (makers.length === 0) unsigned.add(material);
    for (const { pattern, from } of makers) {
      if (from === step.name) reworked.add(pattern);
      else supplied.set(`${pattern}\n${from}`, { pattern, from });
    }
  }
  return {
    name: step.name,
    products: [...new Set(step.products)],
    supplied: [...supplied.values()],
    reworked: [...reworked],
    unsigned: [...unsigned],
  };
}

function makersOf(material: string, reader: string, all: readonly WrittenStep[]): readonly Supply[] {
  return all.flatMap(({ name, products }) =>
    products
      .filter((product) => patternsMeet(material, product))
      .map((product) => {
        requireSameKind(material, reader, product, name);
        return { pattern: narrower(material, product), from: name };
      }),
  );
}

/** in-toto compares names: one digest for a directory can never be matched with digests of the files in it. */
function requireSameKind(material: string, reader: string, product: string, maker: string): void {
  if (directoryOf(material) === directoryOf(product)) return;
  throw new MlchainError(
    'config',
    `step '${reader}' reads '${material}', which step '${maker}' makes as '${product}': the two cannot be compared`,
    { hint: `write '${product}' in the materials of '${reader}' too, or name the files in both` },
  );
}

function productPattern(step: string, text: string): string {
  const pattern = patternAsWritten(text);
  if (pattern !== '*') return pattern;
  const message = `step '${step}', products: expected something narrower than '*', which no step controls`;
  throw new MlchainError('config', message, { hint: "name directories or files, such as 'model/'" });
}

function inOrder(flows: readonly StepFlow[]): readonly StepFlow[] {
  const waiting = new Map(flows.map((flow) => [flow.name, flow]));
  const ordered: StepFlow[] = [];
  while (waiting.size > 0) {
    const next = [...waiting.values()].find(({ supplied }) =>
      supplied.every(({ from }) => !waiting.has(from)),
    );
    if (next === undefined) throw circular(waiting);
    ordered.push(next);
    waiting.delete(next.name);
  }
  return ordered;
}

/** Every step left waits for another one left, so following any of them runs into a circle. */
function circular(waiting: ReadonlyMap<string, StepFlow>): MlchainError {
  const seen: string[] = [];
  let name = waiting.keys().next().value;
  while (name !== undefined && !seen.includes(name)) {
    seen.push(name);
    name = waiting.get(name)?.supplied.find(({ from }) => waiting.has(from))?.from;
  }
  const circle = [...seen.slice(seen.indexOf(name ?? '')), name].join(' from ');
  return new MlchainError('config', `steps take their materials from each other in a circle: ${circle}`, {
    hint: 'a step that changes a file in place names it in both its own materials and products',
  });
}
