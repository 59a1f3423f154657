import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { isCleanPath } from '../git/paths.ts';
import { literalPrefix } from '../intoto/pattern.ts';

const LAYOUT = '.mlchain/root.layout';
const MOST = 100;

/**
 * Leaves `<git dir>/mlchain/controlled-paths` for `hooks/post-commit`: questions for `git cat-file --batch-check`, in
 * pairs that have equal answers where no controlled path differs between HEAD and its parent, so that no Node need be
 * started. `layoutId` is the blob of the layout that `patterns` come from: every pattern that controls, `dir:` taken
 * off. Where that cannot be said in lines, nothing is left, and the hook starts Node each time.
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
  const questions = [
    ...paths.flatMap((name) => [`HEAD:${name}`, `HEAD^1:${name}`]),
    ...[layoutId, `HEAD:${LAYOUT}`],
    ...['HEAD^2', 'HEAD^2'],
  ];
  await fs.writeFile(temporary, `${questions.join('\n')}\n`);
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
