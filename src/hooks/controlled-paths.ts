import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { isCleanPath } from '../git/paths.ts';
import { literalPrefix } from '../intoto/pattern.ts';

const MOST = 100;

/**
 * Leaves `<git dir>/mlchain/controlled-paths` for `hooks/post-commit`, which compares these paths between HEAD and its
 * parent and starts no Node where all are equal: first the object id of the layout that the list is for, then one path
 * a line. Nothing outside the list may be controlled by that layout; where that cannot be said in lines, there is no
 * list, and the hook starts Node each time. `patterns`: every pattern that controls, `dir:` taken off.
 */
export async function writeControlledPaths(
  gitDir: string,
  layoutId: string,
  patterns: Iterable<string>,
): Promise<void> {
  const file = path.join(gitDir, 'mlchain/controlled-paths');
  const paths = controlledPaths(patterns);
  if (paths === undefined) {
    await fs.rm(file, { force: true });
    return;
  }
  await fs.mkdir(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}`;
  await fs.writeFile(temporary, [layoutId, ...paths, ''].join('\n'));
  await fs.rename(temporary, file);
}

/**
 * The files and directories of a tree that hold everything the patterns can match; the path `''` is the whole tree.
 * Undefined when a path has a line feed or is not UTF-8, and when there are more than `sh` reads in the time that
 * it saves.
 */
export function controlledPaths(patterns: Iterable<string>): readonly string[] | undefined {
  const paths = [...new Set([...patterns].map(holder))].sort();
  if (paths.some((name) => name.includes('\n') || !isCleanPath(name))) return undefined;
  const tops = paths.filter((name) => !paths.some((other) => contains(other, name)));
  return tops.length > MOST ? undefined : tops;
}

/** `data/*.csv` → `data`, `model/digits.json` → itself, `*.csv` → everything. */
function holder(pattern: string): string {
  const prefix = literalPrefix(pattern);
  if (prefix === pattern) return pattern.replace(/\/+$/, '');
  return prefix.slice(0, Math.max(prefix.lastIndexOf('/'), 0));
}

function contains(directory: string, name: string): boolean {
  return directory !== name && (directory === '' || name.startsWith(`${directory}/`));
}
