import type { ChainPlan, InspectionPlan, StepPlan } from './chain-plan.ts';
import type { RulesText } from './layout.ts';

export type Contents = ReadonlyMap<string, string>;

/** What a step took and made, before anything happened to its link. */
export interface Done {
  readonly name: string;
  readonly materials: Contents;
  readonly products: Contents;
}

/** Plays the steps of a chain, one after the other, over the files that there are. */
export function playSteps(steps: readonly StepPlan[]): {
  readonly done: readonly Done[];
  readonly left: Contents;
} {
  const files = new Map<string, string>();
  const done = steps.map((step, at): Done => {
    const materials = new Map([...files].filter((_, index) => (step.takes >> index) % 2 === 1));
    const products = new Map(step.takes > 63 ? materials : []);
    for (const { path, content } of step.acts) {
      if (content === null) {
        files.delete(path);
        products.delete(path);
      } else {
        files.set(path, content);
        products.set(path, content);
      }
    }
    return { name: `s${at}`, materials, products };
  });
  return { done, left: files };
}

/** The rules of a step: those an honest link fits, and whatever chance put before or in place of them. */
export function rulesOf(plan: StepPlan, step: Done, before: readonly Done[]): RulesText {
  if (plan.rules === 'random') return { materials: plan.materials, products: plan.products };
  const materials = [...step.materials].map(([path, content]) =>
    supplied(path, content, before, plan.prefixes),
  );
  const [first] = step.products.keys();
  const products = [
    ...(first === undefined ? [] : [`REQUIRE ${first}`]),
    ...[...step.products].map(([path, content]) => `${verbOf(step.materials.get(path), content)} ${path}`),
  ];
  const chance = plan.rules === 'fitting' ? { materials: [], products: [] } : plan;
  return {
    materials: [...chance.materials, ...materials, 'DISALLOW *'],
    products: [...chance.products, ...products, 'DISALLOW *'],
  };
}

export function inspectionRulesOf(
  plan: InspectionPlan,
  delivered: Contents,
  done: readonly Done[],
): RulesText {
  if (plan.rules === 'random') return { materials: plan.materials, products: plan.products };
  const rules = [...delivered].map(([path, content]) => supplied(path, content, done, false));
  return { materials: [...rules, 'DISALLOW *'], products: [...rules, 'ALLOW made', 'DISALLOW *'] };
}

/** A MATCH with the last step that made it, or leave for what nobody made. */
function supplied(path: string, content: string, before: readonly Done[], prefixes: boolean): string {
  const maker = before.findLast(({ products }) => products.get(path) === content);
  if (maker === undefined) return `ALLOW ${path}`;
  const slash = path.indexOf('/');
  if (!prefixes || slash < 0) return `MATCH ${path} WITH PRODUCTS FROM ${maker.name}`;
  const [prefix, rest] = [path.slice(0, slash), path.slice(slash + 1)];
  return `MATCH ${rest} IN ${prefix} WITH PRODUCTS IN ${prefix}/ FROM ${maker.name}`;
}

function verbOf(before: string | undefined, after: string): string {
  if (before === undefined) return 'CREATE';
  return before === after ? 'ALLOW' : 'MODIFY';
}

/** With parameters, the first step's rules have a placeholder where they would name `a`. */
export function withPlaceholders(rules: RulesText, { parameters }: ChainPlan): RulesText {
  if (parameters === 'none') return rules;
  const replace = (lines: readonly string[] = []): string[] =>
    lines.map((line) => line.replace(/(?<= |\/)a(?= |$)/, '{p}'));
  return { materials: replace(rules.materials), products: replace(rules.products) };
}
