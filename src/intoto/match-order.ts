import type { Layout, LayoutItem } from './layout-model.ts';

/** Steps by the steps that their MATCH rules look at; a rule that names its own step needs no other link. */
type Graph = ReadonlyMap<string, readonly string[]>;

interface Walk {
  readonly order: readonly string[];
  readonly cycle: readonly string[] | undefined;
}

/**
 * Steps that look at each other in a circle: `['a', 'b', 'a']` when a matches b and b matches a. None of them could be
 * judged before the other, so such a layout cannot be in force for a history; in-toto itself does not mind.
 */
export function matchCycle(layout: Pick<Layout, 'steps'>): readonly string[] | undefined {
  return walk(matchGraph(layout.steps)).cycle;
}

/**
 * Names of all steps, each after those that its MATCH rules look at, otherwise in the layout's order. Within a cycle
 * the order is the layout's.
 */
export function matchOrder(layout: Pick<Layout, 'steps'>): readonly string[] {
  return walk(matchGraph(layout.steps)).order;
}

function matchGraph(steps: readonly LayoutItem[]): Graph {
  const names = new Set(steps.map((step) => step.name));
  return new Map(steps.map((step) => [step.name, matchedSteps(step).filter((name) => names.has(name))]));
}

function matchedSteps(step: LayoutItem): string[] {
  const matched = [...step.expectedMaterials, ...step.expectedProducts].flatMap((rule) =>
    rule.type === 'MATCH' && rule.step !== step.name ? [rule.step] : [],
  );
  return [...new Set(matched)];
}

/** Depth first with a stack of our own: the number of steps is foreign, the call stack is not for it to fill. */
function walk(graph: Graph): Walk {
  const order: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  let cycle: readonly string[] | undefined;
  for (const start of graph.keys()) {
    const path = state.has(start) ? [] : [visit(start, graph, state)];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.remaining.pop();
      if (next === undefined) {
        state.set(top.name, 'done');
        order.push(top.name);
        path.pop();
      } else if (!state.has(next)) path.push(visit(next, graph, state));
      else if (state.get(next) === 'open')
        cycle ??= cycleTo(
          next,
          path.map((entry) => entry.name),
        );
    }
  }
  return { order, cycle };
}

function visit(
  name: string,
  graph: Graph,
  state: Map<string, 'open' | 'done'>,
): { name: string; remaining: string[] } {
  state.set(name, 'open');
  return { name, remaining: [...(graph.get(name) ?? [])].reverse() };
}

function cycleTo(name: string, path: readonly string[]): readonly string[] {
  return [...path.slice(path.indexOf(name)), name];
}
