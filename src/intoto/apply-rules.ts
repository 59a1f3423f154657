import { type Artifacts, sameDigests } from './digest.ts';
import { DigestList } from './digest-list.ts';
import { compilePattern } from './pattern.ts';
import type { ArtifactList, ArtifactRule, MatchRule } from './rule.ts';

/** What one link recorded. */
export interface RecordedArtifacts {
  readonly materials: Artifacts;
  readonly products: Artifacts;
}

/** A link and the rules of its step or inspection. */
export interface RuledItem extends RecordedArtifacts {
  readonly expectedMaterials: readonly ArtifactRule[];
  readonly expectedProducts: readonly ArtifactRule[];
}

export interface RuleFailure {
  readonly list: ArtifactList;
  readonly index: number;
  readonly rule: ArtifactRule;
  /** What a DISALLOW found, or the name that a REQUIRE missed. */
  readonly artifacts: readonly string[];
}

/** What one rule did. */
export interface RuleStep {
  readonly list: ArtifactList;
  readonly index: number;
  readonly rule: ArtifactRule;
  readonly consumed: readonly string[];
  /** What was left in the queue after it. */
  readonly queue: readonly string[];
}

/** All rules up to the first that failed, materials before products. */
export interface RuleTrace {
  readonly failure: RuleFailure | undefined;
  readonly steps: readonly RuleStep[];
}

/** Links of other items as MATCH rules see them; undefined where there is none. */
export type ArtifactsOf = (step: string) => RecordedArtifacts | undefined;

interface Test {
  (name: string): boolean;
  /** True only where it says yes to every name that is queued; told without looking at each of them. */
  readonly toAll?: ((queue: Queue) => boolean) | undefined;
}

/** What is queued: a large list as it was read, of which no names are made while all of it is treated alike. */
type Queue = readonly string[] | DigestList;

const NOTHING: Test = () => false;

/**
 * Applies artifact rules the way in-toto does (specification §4.3.3): every artifact of a list is queued; rules
 * take out of the queue what they account for, in order; only DISALLOW and REQUIRE can fail; what is left passes.
 */
export function applyRules(item: RuledItem, artifactsOf: ArtifactsOf): RuleTrace {
  const steps: RuleStep[] = [];
  const failure =
    applyList(item, 'materials', artifactsOf, steps) ?? applyList(item, 'products', artifactsOf, steps);
  return { failure, steps };
}

function applyList(
  item: RuledItem,
  list: ArtifactList,
  artifactsOf: ArtifactsOf,
  steps: RuleStep[],
): RuleFailure | undefined {
  const rules = list === 'materials' ? item.expectedMaterials : item.expectedProducts;
  let queue = queueOf(item[list]);
  for (const [index, rule] of rules.entries()) {
    const artifacts = failing(rule, queue);
    if (artifacts.length > 0) return { list, index, rule, artifacts };
    const consumes = consumer(rule, item, list, artifactsOf);
    const { consumed, left } = divide(queue, consumes);
    queue = left;
    steps.push(stepOf({ list, index, rule }, consumed, left));
  }
  return undefined;
}

/** Names are made for who asks: mostly only a rule that failed is explained. */
function stepOf(step: Pick<RuleStep, 'list' | 'index' | 'rule'>, consumed: Queue, left: Queue): RuleStep {
  return {
    ...step,
    get consumed() {
      return namesIn(consumed);
    },
    get queue() {
      return namesIn(left);
    },
  };
}

function queueOf(artifacts: Artifacts): Queue {
  return artifacts instanceof DigestList ? artifacts : [...artifacts.keys()];
}

function namesIn(queue: Queue): readonly string[] {
  return queue instanceof DigestList ? queue.names : queue;
}

interface Divided {
  readonly consumed: Queue;
  readonly left: Queue;
}

/** All of a hundred thousand names, or none, is told without looking at them. */
function divide(queue: Queue, consumes: Test): Divided {
  if (consumes === NOTHING) return { consumed: [], left: queue };
  if (consumes.toAll?.(queue) === true) return { consumed: queue, left: [] };
  const consumed: string[] = [];
  const left: string[] = [];
  for (const name of namesIn(queue)) (consumes(name) ? consumed : left).push(name);
  return { consumed, left };
}

/** The artifacts that make the rule fail; none for a rule that holds or cannot fail. */
function failing(rule: ArtifactRule, queue: Queue): readonly string[] {
  if (rule.type === 'DISALLOW') return namesIn(divide(queue, testOf(rule)).consumed);
  if (rule.type === 'REQUIRE') return namesIn(queue).includes(rule.pattern) ? [] : [rule.pattern];
  return [];
}

/** Whether the rule accounts for a queued artifact. */
function consumer(rule: ArtifactRule, item: RuledItem, list: ArtifactList, artifactsOf: ArtifactsOf): Test {
  const { materials, products } = item;
  const matches = testOf(rule);
  switch (rule.type) {
    case 'ALLOW':
      return matches;
    // What is queued is in its own list, so only the other one is asked.
    case 'CREATE':
      return list === 'products' ? newTo(materials, matches) : NOTHING;
    case 'DELETE':
      return list === 'materials' ? newTo(products, matches) : NOTHING;
    case 'MODIFY':
      return (name) => matches(name) && differs(name, item);
    case 'MATCH':
      return matchConsumer(rule, item[list], artifactsOf(rule.step)?.[rule.with]);
    case 'DISALLOW':
    case 'REQUIRE':
      return NOTHING;
  }
}

/** What matches and is not in the other list. */
function newTo(other: Artifacts, matches: Test): Test {
  const isApart = (queue: Queue) =>
    other.size === 0 ||
    (queue instanceof DigestList && other instanceof DigestList && queue.isApartFrom(other));
  return Object.assign((name: string) => matches(name) && !other.has(name), {
    toAll: (queue: Queue) => matches.toAll?.(queue) === true && isApart(queue),
  });
}

function differs(name: string, { materials, products }: RecordedArtifacts): boolean {
  const before = materials.get(name);
  const after = products.get(name);
  return before !== undefined && after !== undefined && !sameDigests(before, after);
}

/** Consumes what the other link has too, under the destination's name, with equal digests. */
function matchConsumer(rule: MatchRule, source: Artifacts, destination: Artifacts | undefined): Test {
  if (destination === undefined) return NOTHING;
  const matches = testOf(rule);
  // One list, read once for both links (`JsonParts`): whatever is queued is there, with the same digests.
  if (source === destination && rule.sourcePrefix === '' && rule.destinationPrefix === '') return matches;
  const prefix = withSlash(rule.sourcePrefix);
  return (name) => {
    const rest = restOf(name, prefix);
    if (rest === undefined || !matches(rest)) return false;
    const found = destination.get(join(rule.destinationPrefix, rest));
    return found !== undefined && sameDigests(source.get(name) ?? new Map(), found);
  };
}

/**
 * What follows the source prefix, taken literally. A rest that starts with `/` or holds a backslash is not matched:
 * joined to a prefix again it would name another artifact. in-toto dies there.
 */
function restOf(name: string, prefix: string): string | undefined {
  if (prefix === '') return name;
  if (!name.startsWith(prefix)) return undefined;
  const rest = name.slice(prefix.length);
  return rest.startsWith('/') || rest.includes('\\') ? undefined : rest;
}

/** Python's `os.path.join(prefix, rest)` with backslashes turned into slashes, as in-toto builds names. */
function join(prefix: string, rest: string): string {
  if (prefix === '') return rest;
  return rest.startsWith('/') ? rest.replaceAll('\\', '/') : withSlash(prefix) + rest.replaceAll('\\', '/');
}

function withSlash(prefix: string): string {
  if (prefix === '') return '';
  return (prefix.endsWith('/') ? prefix : `${prefix}/`).replaceAll('\\', '/');
}

/** Layouts are judged against many links: each rule's pattern is compiled once, and forgotten with the rule. */
const tests = new WeakMap<ArtifactRule, Test>();

function testOf(rule: ArtifactRule): Test {
  const known = tests.get(rule);
  if (known !== undefined) return known;
  const pattern = compilePattern(rule.pattern);
  const { prefix } = pattern;
  const test = Object.assign((name: string) => pattern(name), {
    toAll: (queue: Queue) =>
      prefix === '' || (prefix !== undefined && queue instanceof DigestList && queue.allBegin(prefix)),
  });
  tests.set(rule, test);
  return test;
}
