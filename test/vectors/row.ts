/** How one vector came out. `differs`: not as preferred, but as it may be (`stricter: optional`). */
export interface RowResult {
  readonly name: string;
  readonly outcome: 'holds' | 'differs' | 'fails';
  /** What was expected and what was found, for anything but `holds`. */
  readonly message: string;
}

/** Runs the vectors of one kind: a `.jsonl` file, or a directory. */
export type Runner = (place: string) => Promise<readonly RowResult[]>;

export interface Expectation {
  readonly name: string;
  readonly expected: string;
  /** What else may come out: the oracle's outcome where a row says so. */
  readonly alternatives?: readonly string[] | undefined;
}

export function judgeRow(
  { name, expected, alternatives = [] }: Expectation,
  found: string,
  why = '',
): RowResult {
  if (found === expected) return { name, outcome: 'holds', message: '' };
  const message = `expected ${expected}, found ${found}${why === '' ? '' : ` (${why})`}`;
  return { name, outcome: alternatives.includes(found) ? 'differs' : 'fails', message };
}

/**
 * What else may come out of a row with `stricter: optional`: the oracle's outcome, where it differs from the preferred
 * one; otherwise anything. All outcomes are given as `all`.
 */
export function optional(
  row: {
    readonly stricter?: string | undefined;
    readonly expect: string;
    readonly oracle?: string | undefined;
  },
  all: readonly string[],
): readonly string[] {
  if (row.stricter !== 'optional') return [];
  return row.oracle === undefined || row.oracle === row.expect ? all : [row.oracle];
}
