import type { Layout, LayoutItem, Step } from '../intoto/layout.ts';
import { matchCycle } from '../intoto/match-order.ts';
import type { StepControl } from './control.ts';
import { controllingPatterns, controlOf } from './control.ts';
import type { Holders } from './holders.ts';
import { peopleOf } from './holders.ts';
import type { LintProblem } from './lint-problem.ts';
import { problem } from './lint-problem.ts';
import { isEverything, placesOf } from './lint-rules.ts';
import { patternCovers, patternsMeet } from './overlap.ts';
import { wholePattern } from './recorded.ts';

/** What only shows when the steps of a layout are held against each other. */
export function lintSteps(layout: Layout, holders: Holders): readonly LintProblem[] {
  return [
    ...layout.steps.flatMap((step) => [
      ...lintPeople(step, holders),
      ...lintEnds(step),
      ...lintStars(step),
      ...lintAllowed(step, layout),
    ]),
    ...lintMatches(layout),
    ...lintCycle(layout),
  ];
}

function lintPeople({ name, pubkeys, threshold }: Step, holders: Holders): readonly LintProblem[] {
  const people = peopleOf(pubkeys, holders).length;
  if (people === 0) return [problem('error', 'no-functionary', { item: name })];
  if (people >= threshold) return [];
  return [problem('error', 'too-few-functionaries', { item: name, subject: `${people} of ${threshold}` })];
}

/** What no rule takes is allowed (in-toto specification §4.3.3): a list should say what happens to the rest. */
function lintEnds(step: Step): readonly LintProblem[] {
  return (['materials', 'products'] as const)
    .filter((list) => {
      return !placesOf(step, list).some(({ rule }) => rule.type === 'DISALLOW' && isEverything(rule.pattern));
    })
    .map((list) => problem('warning', 'no-disallow', { item: step.name, list }));
}

/** A bare star says too much: it lets everything in, or makes one step answer for the whole repository – or for nothing. */
function lintStars(step: Step): readonly LintProblem[] {
  return (['materials', 'products'] as const)
    .flatMap((list) => placesOf(step, list))
    .filter(({ rule, list }) => {
      const closes = rule.type === 'DISALLOW' || (rule.type === 'DELETE' && list === 'materials');
      return isEverything(wholePattern(rule)) && !closes;
    })
    .map((place) => problem('warning', 'bare-star', place));
}

/** ALLOW among the materials takes them as they come. What the step changes in place is its own business. */
function lintAllowed(step: Step, { steps }: Layout): readonly LintProblem[] {
  const own = controllingPatterns(step);
  const places = placesOf(step, 'materials').filter(({ rule }) => {
    return (
      rule.type === 'ALLOW' &&
      !isEverything(rule.pattern) &&
      !own.some((wide) => patternCovers(wide, rule.pattern))
    );
  });
  return places.map((place) => {
    const maker = steps.find((other) => other.name !== step.name && makes(other, place.rule.pattern));
    if (maker === undefined) return problem('warning', 'unsigned-material', place);
    return problem('warning', 'match-bypassed', { ...place, other: maker.name });
  });
}

function makes(step: Step, pattern: string): boolean {
  return controllingPatterns(step).some((product) => patternsMeet(product, pattern));
}

/** A step's rules may look at any step, an inspection's also at inspections before it. */
function lintMatches({ steps, inspections }: Layout): readonly LintProblem[] {
  const names = steps.map(({ name }) => name);
  const inspected = inspections.map(({ name }) => name);
  return [
    ...steps.flatMap((step, at) => lintMatchesOf(step, names, names.slice(at + 1))),
    ...inspections.flatMap((item, at) => lintMatchesOf(item, [...names, ...inspected.slice(0, at)], [])),
  ];
}

function lintMatchesOf(
  item: LayoutItem,
  known: readonly string[],
  later: readonly string[],
): readonly LintProblem[] {
  return [...placesOf(item, 'materials'), ...placesOf(item, 'products')].flatMap((place) => {
    if (place.rule.type !== 'MATCH') return [];
    const other = place.rule.step;
    if (!known.includes(other)) return [problem('error', 'unknown-step', { ...place, other })];
    return later.includes(other) ? [problem('warning', 'later-step', { ...place, other })] : [];
  });
}

function lintCycle(layout: Layout): readonly LintProblem[] {
  const cycle = matchCycle(layout);
  return cycle === undefined ? [] : [problem('error', 'match-cycle', { subject: cycle.join(' from ') })];
}

/**
 * Paths that two steps control: release wants every controlled path to be as *both* steps' effective links have it, so
 * only where no such path is tracked yet is it a mere warning.
 */
export function lintControl(layout: Layout, tracked: Iterable<string>): readonly LintProblem[] {
  const control = controlOf(layout);
  const clashes = new Map<string, LintProblem>();
  for (const path of tracked) {
    const [first, second] = control.stepsOf(path);
    if (first === undefined || second === undefined) continue;
    const pair = `${first.step.name}\n${second.step.name}`;
    const about = { item: first.step.name, other: second.step.name, subject: path };
    if (!clashes.has(pair)) clashes.set(pair, problem('error', 'two-steps', about));
  }
  const possible = pairsOf(control.steps).filter(([a, b]) => !clashes.has(`${a.step.name}\n${b.step.name}`));
  return [...clashes.values(), ...possible.flatMap(([one, other]) => lintMeeting(one.step, other.step))];
}

function lintMeeting(one: Step, other: Step): readonly LintProblem[] {
  const pattern = controllingPatterns(one).find((candidate) => makes(other, candidate));
  if (pattern === undefined) return [];
  return [problem('warning', 'steps-meet', { item: one.name, other: other.name, subject: pattern })];
}

function pairsOf(steps: readonly StepControl[]): readonly (readonly [StepControl, StepControl])[] {
  return steps.flatMap((one, at) => steps.slice(at + 1).map((other) => [one, other] as const));
}
