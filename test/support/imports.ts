import * as fs from 'node:fs';
import * as path from 'node:path';

/** One import of one file: what it names, and whether anything of it is left once types are gone. */
export interface Import {
  /** Path below `src` for a file of ours (`git/git.ts`), else the specifier as written (`node:fs`, `cac`). */
  readonly target: string;
  readonly typeOnly: boolean;
}

/** File below `src` → what it imports, re-exports and loads dynamically. */
export type ImportGraph = ReadonlyMap<string, readonly Import[]>;

export function readImports(source: string): ImportGraph {
  const files = fs.readdirSync(source, { recursive: true, encoding: 'utf8' });
  return new Map(
    files
      .filter((file) => file.endsWith('.ts'))
      .map((file) => file.split(path.sep).join('/'))
      .map((file) => [file, importsOf(file, fs.readFileSync(path.join(source, file), 'utf8'))]),
  );
}

const STATIC = /^(?:import|export)(\s+type)?\s(?:[^'";]*?\sfrom\s)?\s*'([^']+)';/gm;
const DYNAMIC = /\bimport\('([^']+)'\)/g;

export function importsOf(file: string, text: string): readonly Import[] {
  const found: Import[] = [];
  for (const [, type, specifier = ''] of text.matchAll(STATIC)) {
    found.push({ target: resolved(file, specifier), typeOnly: type !== undefined });
  }
  for (const [, specifier = ''] of text.matchAll(DYNAMIC)) {
    found.push({ target: resolved(file, specifier), typeOnly: false });
  }
  return found;
}

function resolved(file: string, specifier: string): string {
  return specifier.startsWith('.') ? path.posix.join(path.posix.dirname(file), specifier) : specifier;
}

/** Everything that running `file` loads, by whatever way; the value is the file that asked for it. */
export function loadedBy(graph: ImportGraph, file: string): ReadonlyMap<string, string> {
  const askedBy = new Map<string, string>();
  const open = [file];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const { target, typeOnly } of graph.get(next) ?? []) {
      if (typeOnly || askedBy.has(target)) continue;
      askedBy.set(target, next);
      open.push(target);
    }
  }
  return askedBy;
}

/** One circle of imports, types included, as `a → b → a`; undefined where there is none. */
export function circle(graph: ImportGraph): string | undefined {
  const done = new Set<string>();
  for (const start of graph.keys()) {
    const found = circleFrom(graph, start, [], done);
    if (found !== undefined) return found.join(' → ');
  }
  return undefined;
}

function circleFrom(
  graph: ImportGraph,
  file: string,
  above: readonly string[],
  done: Set<string>,
): string[] | undefined {
  const at = above.indexOf(file);
  if (at >= 0) return [...above.slice(at), file];
  if (done.has(file)) return undefined;
  for (const { target } of graph.get(file) ?? []) {
    const found = circleFrom(graph, target, [...above, file], done);
    if (found !== undefined) return found;
  }
  done.add(file);
  return undefined;
}
