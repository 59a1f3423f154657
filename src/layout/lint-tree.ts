import type { Layout } from '../intoto/layout.ts';
import { compilePattern } from '../intoto/pattern.ts';
import { directoryOf } from './control.ts';
import type { LintProblem } from './lint-problem.ts';
import { problem } from './lint-problem.ts';
import { placesOf } from './lint-rules.ts';
import { recordedBy } from './recorded.ts';

/** Patterns that name none of the files git tracks: a typing error, or work not done yet. Each pattern once. */
export function lintTree({ steps }: Layout, tracked: readonly string[]): readonly LintProblem[] {
  const seen = new Set<string>();
  const places = steps.flatMap((step) => [...placesOf(step, 'materials'), ...placesOf(step, 'products')]);
  return places.flatMap((place) => {
    const subject = recordedBy(place.rule);
    if (subject === undefined || seen.has(subject)) return [];
    seen.add(subject);
    return tracked.some(matcher(subject))
      ? []
      : [problem('warning', 'matches-nothing', { ...place, subject })];
  });
}

function matcher(pattern: string): (path: string) => boolean {
  const directory = directoryOf(pattern);
  if (directory === undefined) return compilePattern(pattern);
  return (path) => directory === '' || path.startsWith(`${directory}/`);
}
