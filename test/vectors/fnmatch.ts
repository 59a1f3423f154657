import { compilePattern } from '../../src/intoto/pattern.ts';
import { judgeRow, type Runner } from './row.ts';
import { readRows } from './rows.ts';

interface Row {
  readonly pattern: string;
  readonly name: string;
  readonly match: boolean;
}

/** Whether a pattern matches a name. */
export const runFnmatch: Runner = async (file) =>
  readRows<Row>(file).map(({ pattern, name, match }) =>
    judgeRow(
      { name: JSON.stringify([pattern, name]).slice(0, 80), expected: String(match) },
      String(compilePattern(pattern)(name)),
    ),
  );
