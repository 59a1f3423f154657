import type { CommitChanges } from '../git/history.ts';
import type { StepControl } from '../layout/control.ts';
import type { Occurrence } from './occurrence.ts';

/** The steps that a commit needs a link of, and names that no step has. */
export interface NeededSteps {
  readonly steps: readonly StepControl[];
  readonly unknown: readonly string[];
}

/** Every step that controls a path the commit changed, and those that were named outright (`product.md` §4.1). */
export function neededSteps({ control, changed }: Occurrence, named: readonly string[]): NeededSteps {
  const names = new Set(named);
  const paths = [...changed.keys()];
  return {
    steps: control.steps.filter((step) => names.has(step.step.name) || paths.some(step.controls)),
    unknown: [...names].filter((name) => !control.steps.some(({ step }) => step.name === name)),
  };
}

/** The steps that the author of a commit named: `Mlchain-Step: train` among its trailers, or MLCHAIN_STEP. */
export function namedSteps({ body }: CommitChanges, env: NodeJS.ProcessEnv): readonly string[] {
  const fromEnvironment = env.MLCHAIN_STEP ?? '';
  return [...new Set([...trailers(body), ...(fromEnvironment === '' ? [] : [fromEnvironment])])];
}

/** Trailers are the lines `Key: value` of the last paragraph (git-interpret-trailers). */
function trailers(body: string): readonly string[] {
  const last =
    body
      .trimEnd()
      .split(/\n[ \t]*\n/)
      .at(-1) ?? '';
  return last.split('\n').flatMap((line) => {
    const step = /^mlchain-step[ \t]*:(.*)$/i.exec(line)?.[1]?.trim();
    return step === undefined || step === '' ? [] : [step];
  });
}
