import type { Layout, Step } from '../intoto/layout.ts';

/**
 * The steps that nothing in the layout builds on: no other step's rules MATCH what they made. What they made is what is
 * handed out. Usually one; in a layout without a circle at least one.
 */
export function lastSteps({ steps }: Pick<Layout, 'steps'>): readonly Step[] {
  const matched = new Set(
    steps.flatMap((step) =>
      [...step.expectedMaterials, ...step.expectedProducts].flatMap((rule) =>
        rule.type === 'MATCH' && rule.step !== step.name ? [rule.step] : [],
      ),
    ),
  );
  return steps.filter(({ name }) => !matched.has(name));
}
