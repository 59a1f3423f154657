/** A step and the earlier steps that it takes from. */
export interface DrawnStep {
  readonly name: string;
  readonly from: readonly string[];
}

/** Wider than this no terminal shows it. */
const MOST_COLUMNS = 24;

/**
 * The steps from top to bottom, each a dot in a column of its own; lines run from the dots of those it takes from.
 *
 *     source   ●
 *     prepare  ├─▶●
 *     train    └──┴─▶●
 *
 * Arrows back to a later step are left out: `layout check` complains about those. Of very many steps only the names
 * are listed.
 */
export function drawSteps(steps: readonly DrawnStep[]): readonly string[] {
  if (steps.length > MOST_COLUMNS) return steps.map(({ name }) => name);
  const width = Math.max(0, ...steps.map(({ name }) => name.length));
  const columns = new Map(steps.map(({ name }, column) => [name, column]));
  const sources = steps.map(({ from }, row) => earlier(from, columns, row));
  return steps.map(({ name }, row) => `${name.padEnd(width)}  ${drawRow(row, sources)}`);
}

function earlier(
  from: readonly string[],
  columns: ReadonlyMap<string, number>,
  row: number,
): readonly number[] {
  return from.flatMap((name) => columns.get(name) ?? []).filter((column) => column < row);
}

function drawRow(row: number, sources: readonly (readonly number[])[]): string {
  const own = sources[row] ?? [];
  const first = Math.min(...own);
  let line = '';
  for (let column = 0; column < row; column++) {
    const goesOn = sources.slice(row + 1).some((later) => later.includes(column));
    line += own.includes(column) ? joint(column === first, goesOn) : passage(column > first, goesOn);
    line += column < first ? '  ' : column === row - 1 ? '─▶' : '──';
  }
  return `${line}●`;
}

function joint(isFirst: boolean, goesOn: boolean): string {
  if (isFirst) return goesOn ? '├' : '└';
  return goesOn ? '┼' : '┴';
}

/** A line that crosses another one without meeting it runs behind it. */
function passage(isCrossed: boolean, goesOn: boolean): string {
  if (goesOn) return '│';
  return isCrossed ? '─' : ' ';
}
