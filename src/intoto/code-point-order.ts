/**
 * Order by Unicode code point, which is the byte order of UTF-8 and the order of Python's strings. JavaScript's own
 * `<` compares UTF-16 units and puts U+1F600 before U+FFFD: a link sorted so would not verify anywhere else.
 * Negative, zero or positive, as `Array.prototype.sort` wants it.
 */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Lifts surrogates above U+E000…U+FFFF, where the code points that they spell belong. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** The strings in code point order. Metadata on disk mostly is in order already; then nothing is sorted. */
export function sortByCodePoint(strings: Iterable<string>): string[] {
  const list = [...strings];
  return inOrder(list) ? list : list.sort(compareCodePoints);
}

function inOrder(list: readonly string[]): boolean {
  let before: string | undefined;
  for (const text of list) {
    if (before !== undefined && compareCodePoints(before, text) > 0) return false;
    before = text;
  }
  return true;
}
