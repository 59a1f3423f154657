import type { LayoutItem } from '../intoto/layout.ts';
import { compilePattern } from '../intoto/pattern.ts';
import type { ArtifactList, ArtifactRule } from '../intoto/rule.ts';
import type { LintProblem, RulePlace } from './lint-problem.ts';
import { problem } from './lint-problem.ts';
import { wholePattern } from './recorded.ts';

/** What a list of rules says by itself, whatever the rest of the layout says. Steps and inspections alike. */
export function lintRules(item: LayoutItem): readonly LintProblem[] {
  return (['materials', 'products'] as const).flatMap((list) => {
    const places = placesOf(item, list);
    return [...lintReach(places), ...places.flatMap((place) => lintRule(place, places))];
  });
}

export function placesOf(item: LayoutItem, list: ArtifactList): readonly RulePlace[] {
  const rules = list === 'materials' ? item.expectedMaterials : item.expectedProducts;
  return rules.map((rule, index) => ({ item: item.name, list, index, rule }));
}

/** `*` by another name is still everything. */
export function isEverything(pattern: string): boolean {
  return /^\*+$/.test(pattern);
}

/** Behind `DISALLOW *` nothing is left: a rule there looks like a check and is none. */
function lintReach(places: readonly RulePlace[]): readonly LintProblem[] {
  const end = places.findIndex(({ rule }) => rule.type === 'DISALLOW' && isEverything(rule.pattern));
  return end < 0 ? [] : places.slice(end + 1).map((place) => problem('error', 'unreachable', place));
}

function lintRule(place: RulePlace, places: readonly RulePlace[]): readonly LintProblem[] {
  const { rule, list, index } = place;
  // What is new is no material, so the rule takes nothing out of the list it stands in.
  if (rule.type === 'CREATE' && list === 'materials') return [problem('error', 'create-in-materials', place)];
  if (rule.type === 'REQUIRE') return lintRequire(place, places.slice(0, index));
  return [];
}

/** REQUIRE asks whether the name is *still* in the queue: what an earlier rule took out is missing to it. */
function lintRequire(place: RulePlace, earlier: readonly RulePlace[]): readonly LintProblem[] {
  const consuming = earlier.find(({ rule, list }) => consumes(rule, list, place.rule.pattern));
  if (consuming === undefined) return [];
  const always = consuming.rule.type === 'ALLOW';
  return [
    problem(always ? 'error' : 'warning', 'require-consumed', { ...place, subject: consuming.rule.type }),
  ];
}

function consumes(rule: ArtifactRule, list: ArtifactList, name: string): boolean {
  if (rule.type === 'REQUIRE' || rule.type === 'DISALLOW') return false;
  if (rule.type === (list === 'materials' ? 'CREATE' : 'DELETE')) return false;
  return compilePattern(wholePattern(rule))(name);
}
