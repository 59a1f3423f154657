import { FormatError } from './format-error.ts';
import type { ArtifactList } from './rule.ts';

/** One thing wrong with a layout, as data. Names and messages hold foreign text. */
export interface LayoutProblem {
  readonly code: 'shape' | 'expires' | 'key' | 'threshold' | 'unknown-key' | 'duplicate-name' | 'rule';
  /** Name of the step or inspection. */
  readonly item: string | undefined;
  /** The list a malformed rule stands in. */
  readonly list: ArtifactList | undefined;
  /** Where in the layout, what was expected, what was found. */
  readonly message: string;
}

/** A layout that cannot be in force; every problem at once, so that an author need not fix them one by one. */
export class LayoutError extends FormatError {
  readonly problems: readonly LayoutProblem[];

  constructor(problems: readonly LayoutProblem[]) {
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    super(`${problems[0]?.message ?? 'malformed layout'}${more}`);
    this.name = 'LayoutError';
    this.problems = problems;
  }
}

/** Where a reader stands, for the problems it meets. */
export type ProblemPlace = Pick<LayoutProblem, 'code'> & Partial<LayoutProblem>;

/** Collects problems while a reader goes on with a harmless value in place of the malformed one. */
export class LayoutProblems {
  readonly #problems: LayoutProblem[] = [];

  add({ code, item, list }: ProblemPlace, message: string): void {
    this.#problems.push({ code, item, list, message });
  }

  /** Runs one reader; a FormatError becomes a problem, anything else is a defect of ours and goes on. */
  attempt<T>(place: ProblemPlace, read: () => T, otherwise: T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.add(place, error.message);
      return otherwise;
    }
  }

  /** @throws LayoutError if there was any problem. */
  throwIfAny(): void {
    if (this.#problems.length > 0) throw new LayoutError(this.#problems);
  }
}
