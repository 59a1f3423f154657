type Chunk = readonly number[];
type Range = readonly [number, number];

const HYPHEN = 0x2d;
const EXCLAMATION = 0x21;

/**
 * The inside of `[…]` as Python's `fnmatch.translate` (3.11) reads it, its oddities included: hyphens cut the text
 * into chunks, the ends of neighbouring chunks are ranges, a range that runs backwards vanishes with both its ends,
 * and only then a leading `!` negates. Nothing left matches nothing; a lone `!` matches everything.
 * @returns a test of one code point.
 */
export function parseBracket(inside: string): (codePoint: number) => boolean {
  const [first = [], ...others] = dropBackwardRanges(cutAtHyphens(codePoints(inside)));
  const negated = first[0] === EXCLAMATION;
  const ranges = toRanges([negated ? first.slice(1) : first, ...others]);
  return (codePoint) => ranges.some(([low, high]) => low <= codePoint && codePoint <= high) !== negated;
}

function codePoints(text: string): Chunk {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0);
}

/** A hyphen cuts unless it stands first (after `!`), last, or where it would be the end of the range before it. */
function cutAtHyphens(inside: Chunk): Chunk[] {
  const chunks: Chunk[] = [];
  let start = 0;
  let from = inside[0] === EXCLAMATION ? 2 : 1;
  for (;;) {
    const hyphen = inside.indexOf(HYPHEN, from);
    if (hyphen < 0 || hyphen === inside.length - 1) return [...chunks, inside.slice(start)];
    chunks.push(inside.slice(start, hyphen));
    start = hyphen + 1;
    from = hyphen + 3;
  }
}

function dropBackwardRanges(chunks: readonly Chunk[]): Chunk[] {
  const kept = [...chunks];
  for (let at = kept.length - 1; at > 0; at--) {
    const left = kept[at - 1] ?? [];
    const right = kept[at] ?? [];
    if ((left.at(-1) ?? 0) > (right[0] ?? 0))
      kept.splice(at - 1, 2, [...left.slice(0, -1), ...right.slice(1)]);
  }
  return kept;
}

function toRanges(chunks: readonly Chunk[]): Range[] {
  const ranges: Range[] = [];
  chunks.forEach((chunk, at) => {
    for (const codePoint of chunk) ranges.push([codePoint, codePoint]);
    const low = chunks[at - 1]?.at(-1);
    const high = chunk[0];
    if (low !== undefined && high !== undefined) ranges.push([low, high]);
    // A first chunk emptied of its `!` leaves the hyphen behind it as an ordinary member.
    else if (at > 0) ranges.push([HYPHEN, HYPHEN]);
  });
  return ranges;
}
