import { compareCodePoints } from '../intoto/code-point-order.ts';
import { sha256Hex } from '../intoto/digest.ts';
import type { PathChange } from './binding.ts';

/**
 * The changes that a link signs, with those below a directory that is recorded as one artifact (`dir:P`) folded into one
 * entry of that name: its `before` and `after` are a SHA-256 over the changed files alone, one line
 * `<JSON of the path below P> <digest>\n` each, by code points. It says no less than the list – the same paths with the
 * same digests, or another entry –, and a dataset of 100,000 files still makes a small link (`formats.md` §3).
 * @param directories without `dir:` and without a trailing slash.
 */
export function foldChanges(
  changed: ReadonlyMap<string, PathChange>,
  directories: readonly string[],
): ReadonlyMap<string, PathChange> {
  if (directories.length === 0) return changed;
  const folded = new Map<string, PathChange>();
  const below = new Map<string, [string, PathChange][]>();
  for (const [path, change] of changed) {
    const directory = directories.find((name) => name === '' || path.startsWith(`${name}/`));
    if (directory === undefined) folded.set(path, change);
    else {
      const rest = path.slice(directory === '' ? 0 : directory.length + 1);
      const list = below.get(directory);
      if (list === undefined) below.set(directory, [[rest, change]]);
      else list.push([rest, change]);
    }
  }
  for (const [directory, changes] of below) {
    folded.set(`dir:${directory}`, {
      before: digestOf(changes, 'before'),
      after: digestOf(changes, 'after'),
    });
  }
  return folded;
}

/** Null where none of the files was there. */
function digestOf(
  changes: readonly (readonly [string, PathChange])[],
  side: 'before' | 'after',
): string | null {
  const lines = changes
    .filter(([, change]) => change[side] !== null)
    .sort(([one], [other]) => compareCodePoints(one, other))
    .map(([path, change]) => `${JSON.stringify(path)} ${change[side]}\n`);
  return lines.length === 0 ? null : sha256Hex(lines.join(''));
}
