import type { RuledItem, RuleStep, RuleTrace } from '../intoto/apply-rules.ts';
import type { Artifacts } from '../intoto/digest.ts';
import { compilePattern } from '../intoto/pattern.ts';
import { type ArtifactList, type ArtifactRule, type MatchRule, ruleText } from '../intoto/rule.ts';
import type { Maker, RuleAccount } from './finding.ts';

/** What a step effectively says, to the rules of another; where and by whom, as far as that is known. */
export interface MatchedArtifacts {
  readonly materials: Artifacts;
  readonly products: Artifacts;
  readonly commit?: string | undefined;
  readonly signer?: Maker['signer'];
}

/** The artifacts that rules of one step ask another step about. */
export type ArtifactsOf = (step: string) => MatchedArtifacts | undefined;

export interface RuleProblem {
  readonly code: 'rule-failed';
  readonly path: string | undefined;
  /** The digest that a MATCH rule wanted. */
  readonly expected: string | undefined;
  readonly found: string | undefined;
  readonly detail: string;
  readonly maker: Maker | undefined;
  readonly rules: readonly RuleAccount[];
}

/** Why rules failed: which rule, over which artifact, and who made that artifact as it should have been. */
export function explainFailure(
  trace: RuleTrace,
  item: RuledItem,
  artifactsOf: ArtifactsOf,
): RuleProblem | undefined {
  const { failure } = trace;
  if (failure === undefined) return undefined;
  const { list, rule, artifacts } = failure;
  const [path = ''] = artifacts;
  const rules = list === 'materials' ? item.expectedMaterials : item.expectedProducts;
  const matched = rules.flatMap((each) => (each.type === 'MATCH' ? asked(each, path, artifactsOf) : []));
  const made = matched.find(({ digests }) => digests !== undefined);
  const more =
    rule.type === 'REQUIRE' ? whyRequired(path, item[list], trace.steps, list) : whyRefused(matched);
  return {
    code: 'rule-failed',
    path,
    expected: digestText(made?.digests),
    found: digestText(item[list].get(path)),
    detail: `${ruleText(rule)} in expected_${list}${more}`,
    maker: made?.maker,
    rules: accountsOf(trace, item),
  };
}

/** What a MATCH rule found where it looked for the artifact. */
interface Asked {
  readonly rule: MatchRule;
  readonly digests: ReadonlyMap<string, string> | undefined;
  readonly hasLink: boolean;
  readonly maker: Maker;
}

/** Nothing where the rule is about other artifacts. */
function asked(rule: MatchRule, path: string, artifactsOf: ArtifactsOf): readonly Asked[] {
  const name = destinationName(rule, path);
  if (name === undefined) return [];
  const other = artifactsOf(rule.step);
  const maker = { step: rule.step, commit: other?.commit, signer: other?.signer };
  return [{ rule, digests: other?.[rule.with].get(name), hasLink: other !== undefined, maker }];
}

function destinationName(rule: MatchRule, path: string): string | undefined {
  const source = withSlash(rule.sourcePrefix);
  if (!path.startsWith(source)) return undefined;
  const rest = path.slice(source.length);
  return compilePattern(rule.pattern)(rest) ? withSlash(rule.destinationPrefix) + rest : undefined;
}

function whyRefused(matched: readonly Asked[]): string {
  const made = matched.find(({ digests }) => digests !== undefined);
  if (made !== undefined) return `; ${made.rule.step} has another digest`;
  const [first] = matched;
  if (first === undefined) return '; no rule before it is about this artifact';
  return first.hasLink
    ? `; ${first.rule.step} names no such artifact`
    : `; there is no link of ${first.rule.step}`;
}

function whyRequired(
  path: string,
  recorded: Artifacts,
  steps: readonly RuleStep[],
  list: ArtifactList,
): string {
  const taker = steps.find((step) => step.list === list && step.consumed.includes(path));
  if (taker !== undefined) return `; ${ruleText(taker.rule)} took it before`;
  return recorded.has(path) ? '' : '; the link does not name it';
}

/** So many names stand for all in an account: a queue may hold a whole dataset. */
const NAMES = 10;

/** What each rule did, up to the one that failed, as data of a bounded size. */
function accountsOf({ steps, failure }: RuleTrace, item: RuledItem): readonly RuleAccount[] {
  const queues: Record<ArtifactList, readonly string[]> = {
    materials: [...item.materials.keys()],
    products: [...item.products.keys()],
  };
  const accounts = steps.map(({ list, rule, consumed, queue }) => {
    const before = queues[list];
    queues[list] = queue;
    return accountOf(list, rule, before, { consumed });
  });
  if (failure === undefined) return accounts;
  const { list, rule, artifacts } = failure;
  return [...accounts, accountOf(list, rule, queues[list], { refused: artifacts })];
}

function accountOf(
  list: ArtifactList,
  rule: ArtifactRule,
  before: readonly string[],
  { consumed = [], refused = [] }: { consumed?: readonly string[]; refused?: readonly string[] },
): RuleAccount {
  const sample = (names: readonly string[]) => ({ count: names.length, names: names.slice(0, NAMES) });
  return {
    list,
    rule: ruleText(rule),
    queue: sample(before),
    consumed: sample(consumed),
    refused: sample(refused),
  };
}

export function withSlash(prefix: string): string {
  return prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
}

export function digestText(digests: ReadonlyMap<string, string> | undefined): string | undefined {
  const [first] = digests ?? [];
  return first === undefined ? undefined : `${first[0]}:${first[1]}`;
}
