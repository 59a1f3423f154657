/**
 * The known name that a mistyped one most likely meant, or undefined where none is near: at most a third of the
 * letters differ (one in the shortest names). A swap of two neighbours counts once (optimal string alignment).
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: { name: string; distance: number } | undefined;
  for (const name of known) {
    const limit = Math.max(1, Math.floor(Math.max(word.length, name.length) / 3));
    const distance = name.startsWith(word) && word.length > 2 ? 1 : editDistance(word, name);
    if (distance <= limit && distance < (best?.distance ?? Number.POSITIVE_INFINITY))
      best = { name, distance };
  }
  return best?.name;
}

/** `did you mean 'x'?`, or the fallback where nothing is near. */
export function didYouMean(word: string, known: Iterable<string>, otherwise: string): string {
  const name = nearest(word, known);
  return name === undefined ? otherwise : `did you mean '${name}'?`;
}

function editDistance(from: string, to: string): number {
  // A command line is short; a configuration key is foreign text and may not be.
  if (from.length > 64 || to.length > 64) return Number.POSITIVE_INFINITY;
  let older: number[] = [];
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1] ? 0 : 1;
      let cost = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + same,
      );
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (row > 1 && column > 1 && swapped) cost = Math.min(cost, at(older, column - 2) + 1);
      current.push(cost);
    }
    older = previous;
    previous = current;
  }
  return at(previous, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
